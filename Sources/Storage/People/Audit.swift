package import Playbooks

/// What was changed, by whom, from where and why; and what was refused.
package struct Audit: Sendable, Equatable {
    package enum Origin: String, Sendable {
        case page, command, api, runner
    }

    package var id: Int64 = 0
    /// Process time.
    package var at: Instant
    /// Empty for the runner.
    package var who = ""
    package var origin: Origin
    /// In the words of the command that does it: `release`, `pause`, `sign in`.
    package var action: String
    /// What it was done to: `champion-left`, `touch 39661`, `all`.
    package var object: String
    package var reason: String?
    package var old: String?
    package var new: String?
    package var isDone = true

    package init(
        at: Instant, who: String = "", origin: Origin, action: String, object: String, reason: String? = nil,
        old: String? = nil, new: String? = nil, isDone: Bool = true
    ) {
        self.at = at
        self.who = who
        self.origin = origin
        self.action = action
        self.object = object
        self.reason = reason
        self.old = old
        self.new = new
        self.isDone = isDone
    }

    /// Adds it, in the transaction of the change.
    package func write(_ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO audit (at, who, origin, action, object, reason, old, new, is_done)
            VALUES (:at, :who, :origin, :action, :object, :reason, :old, :new, :done)
            """,
            [
                "at": .instant(at), "who": .text(who), "origin": .word(origin), "action": .text(action),
                "object": .text(object), "reason": .optional(reason), "old": .optional(old), "new": .optional(new),
                "done": .integer(isDone ? 1 : 0),
            ])
    }

    /// The newest first, before an id.
    ///
    /// - Parameters:
    ///   - who: part of the name of who did it.
    ///   - object: part of the action or of what it was done to.
    package static func entries(
        before: Int64? = nil, who: String? = nil, object: String? = nil, limit: Int, _ connection: Connection
    ) throws -> [Audit] {
        try connection.query(
            """
            SELECT * FROM audit
            WHERE id < :before AND (CAST(:who AS TEXT) IS NULL OR who LIKE :who ESCAPE '\\')
                AND (CAST(:object AS TEXT) IS NULL OR object LIKE :object ESCAPE '\\' OR action LIKE :object ESCAPE '\\')
            ORDER BY id DESC LIMIT :limit
            """,
            [
                "before": .integer(before ?? .max), "who": .optional(who.map(pattern)),
                "object": .optional(object.map(pattern)), "limit": .integer(Int64(limit)),
            ]
        ).map { row in
            var entry = Audit(
                at: row["at"].instant ?? Instant(milliseconds: 0), who: row["who"].text ?? "",
                origin: try row["origin"].word(), action: row["action"].text ?? "", object: row["object"].text ?? "",
                reason: row["reason"].text, old: row["old"].text, new: row["new"].text,
                isDone: row["is_done"].integer == 1)
            entry.id = row["id"].integer ?? 0
            return entry
        }
    }

    private static func pattern(_ text: String) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        return "%\(quoted)%"
    }
}
