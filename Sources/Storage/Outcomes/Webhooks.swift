package import Playbooks

/// Webhooks that led to nothing, kept so that people can see why, and the tokens that replays are known by.
package struct Webhooks {
    private let connection: Connection

    /// How many are kept.
    package static let most: Int64 = 10_000
    /// How much of each is kept, in UTF-8 bytes.
    package static let longest = 16_384

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Keeps one; false when it was there already.
    @discardableResult
    package func keep(_ body: String, from source: String, id: String, reason: String, at: Instant) throws -> Bool {
        let kept = try connection.query(
            """
            INSERT INTO webhook (source, received_at, reason, body, dedup)
            VALUES (:source, :at, :reason, :body, :dedup) ON CONFLICT (dedup) DO NOTHING RETURNING id
            """,
            [
                "source": .text(source), "at": .instant(at), "reason": .text(reason),
                "body": .text(Self.cut(body)), "dedup": .text("\(source):\(id)"),
            ])
        guard let id = kept.first?["id"].integer else { return false }
        try connection.execute("DELETE FROM webhook WHERE id <= :last", ["last": .integer(id - Self.most)])
        return true
    }

    /// How many there are, and the last of them.
    package func unmatched() throws -> (count: Int, at: Instant, source: String, reason: String)? {
        let count = Int(try connection.integer("SELECT count(*) FROM webhook"))
        let last = try connection.first("SELECT received_at, source, reason FROM webhook ORDER BY id DESC LIMIT 1")
        return last.flatMap { row in
            row[0].instant.map { (count, $0, row[1].text ?? "", row[2].text ?? "") }
        }
    }

    /// At most `longest` bytes, and no half characters.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longest else { return text }
        return String(decoding: text.utf8.prefix(longest), as: UTF8.self)
    }

    /// How long tokens are remembered; webhooks that are as old are refused by their date, and nobody repeats a call then.
    private static let memory = TimeSpan.days(7)

    /// Drops the tokens that are too old to come again.
    package func forgetTokens(at now: Instant) throws {
        try connection.execute("DELETE FROM webhook_token WHERE at < :old", ["old": .instant(now - Self.memory)])
    }

    package func knows(token: String) throws -> Bool {
        try connection.first("SELECT 1 FROM webhook_token WHERE token = :token", ["token": .text(token)]) != nil
    }

    /// Remembers a token; false when it has come before.
    @discardableResult
    package func keep(token: String, digest: String = "", at: Instant) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO webhook_token (token, digest, at) VALUES (:token, :digest, :at)
            ON CONFLICT (token) DO NOTHING
            """, ["token": .text(token), "digest": .text(digest), "at": .instant(at)]) == 1
    }

    /// Uses up a one-time token; false when it has come before with another body, which makes it a replay.
    ///
    package func spend(token: String, digest: String, at: Instant) throws -> Bool {
        try forgetTokens(at: at)
        if try keep(token: token, digest: digest, at: at) { return true }
        return try connection.first(
            "SELECT 1 FROM webhook_token WHERE token = :token AND digest = :digest",
            ["token": .text(token), "digest": .text(digest)]) != nil
    }
}
