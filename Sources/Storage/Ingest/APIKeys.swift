package import Playbooks

/// The keys that programs come with; only digests of them are stored.
package enum APIKeys {
    package struct Entry: Sendable, Equatable {
        package var id: Int64
        package var name: String
        /// The first characters of the key.
        package var prefix: String
        package var scopes: [String]
        /// Requests.
        package var perSecond: Int
        package var createdAt: Instant
        package var revokedAt: Instant?
    }

    /// - Throws: `StorageError` when a key of that name is in use.
    package static func add(
        name: String, prefix: String, hash: String, scopes: [String], perSecond: Int, at now: Instant,
        _ connection: Connection
    ) throws {
        let isTaken =
            try connection.first(
                "SELECT id FROM api_key WHERE name = :name AND revoked_at IS NULL", ["name": .text(name)]) != nil
        if isTaken {
            throw StorageError("there is a key \"\(name)\" already; revoke it or choose another name")
        }
        try connection.execute(
            """
            INSERT INTO api_key (name, prefix, hash, scopes, per_second, created_at)
            VALUES (:name, :prefix, :hash, :scopes, :per_second, :now)
            """,
            [
                "name": .text(name), "prefix": .text(prefix), "hash": .text(hash),
                "scopes": .text(scopes.joined(separator: " ")), "per_second": .integer(Int64(perSecond)),
                "now": .instant(now),
            ])
    }

    /// Ends a key; false when none of that name is in use.
    package static func revoke(name: String, at now: Instant, _ connection: Connection) throws -> Bool {
        try connection.execute(
            "UPDATE api_key SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL",
            ["name": .text(name), "now": .instant(now)]) > 0
    }

    /// All keys, revoked ones too, in the order in which they were made.
    package static func all(_ connection: Connection) throws -> [Entry] {
        try connection.query("SELECT * FROM api_key ORDER BY id").map(entry)
    }

    /// The keys in use, by the digest of the key.
    package static func inUse(_ connection: Connection) throws -> [String: Entry] {
        let rows = try connection.query("SELECT * FROM api_key WHERE revoked_at IS NULL")
        return Dictionary(rows.map { ($0["hash"].text ?? "", entry($0)) }) { first, _ in first }
    }

    private static func entry(_ row: Row) -> Entry {
        Entry(
            id: row["id"].integer ?? 0, name: row["name"].text ?? "", prefix: row["prefix"].text ?? "",
            scopes: (row["scopes"].text ?? "").split(separator: " ").map(String.init),
            perSecond: Int(row["per_second"].integer ?? 1),
            createdAt: Instant(milliseconds: row["created_at"].integer ?? 0),
            revokedAt: row["revoked_at"].integer.map { Instant(milliseconds: $0) })
    }
}
