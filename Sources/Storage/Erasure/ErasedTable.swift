/// What becomes of the texts of a table where they name the erased.
struct ErasedTable {
    /// What stands in the place of a text.
    enum Fate {
        case nothing
        case text(String)
        /// Its keyed hash, where it tells rows apart.
        case hash
    }

    var name: String
    var columns: [(name: String, fate: Fate)]
    /// What says whose account a row is about: in rows of the person's accounts names count too.
    var account: String?
    /// The row goes.
    var isDeleted = false
    /// Names count also where nobody knows whose account a row is about.
    var countsNames = false

    /// All texts of people and providers that the database keeps.
    ///
    /// What is not listed is a word of the program, a name or text of the workspace's files, a digest or random.
    static let all: [ErasedTable] = [
        ErasedTable(
            name: "account",
            columns: [
                ("key", .hash), ("name", .nothing), ("churn_reason", .nothing), ("stage", .nothing),
                ("stage_imported", .nothing), ("timezone", .nothing), ("locale", .nothing),
            ], account: "id"),
        ErasedTable(
            name: "contact",
            columns: [
                ("key", .hash), ("email", .nothing), ("address", .nothing), ("last_address", .nothing),
                ("phone", .nothing), ("name", .nothing), ("role", .nothing), ("timezone", .nothing),
                ("locale", .nothing),
            ], account: "account_id"),
        ErasedTable(
            name: "history", columns: [("value", .nothing), ("previous", .nothing)], account: "account_id"),
        ErasedTable(
            name: "subscription", columns: [("provider", .hash), ("id", .hash)], account: "account_id"),
        ErasedTable(
            name: "event",
            columns: [
                ("properties", .nothing), ("left_out", .nothing), ("contact_key", .nothing), ("dedup", .hash),
            ], account: "account_id"),
        ErasedTable(
            name: "standing", columns: [("reason", .text("erased")), ("match_key", .hash)], account: "account_id"),
        ErasedTable(
            name: "decision", columns: [("reason", .text("erased")), ("match_key", .hash)], account: "account_id"),
        ErasedTable(
            name: "enrollment",
            columns: [("entry", .text("{}")), ("match_key", .hash), ("end_reason", .text("erased"))],
            account: "account_id"),
        ErasedTable(
            name: "touch",
            columns: [
                ("variables", .text("{}")), ("reason", .text("erased")), ("error", .nothing), ("provider_id", .nothing),
                ("recipient", .hash),
            ], account: "account_id"),
        ErasedTable(name: "attempt", columns: [("detail", .nothing)]),
        ErasedTable(
            name: "outcome", columns: [("detail", .nothing), ("dedup", .hash)], account: "account_id"),
        ErasedTable(name: "change", columns: [("detail", .nothing)], account: "account_id"),
        ErasedTable(name: "receiver", columns: [("error", .nothing)]),
        ErasedTable(name: "exclusion", columns: [("reason", .text("erased"))], account: "account_id"),
        ErasedTable(name: "inbox", columns: [("body", .nothing)], account: "account_id", isDeleted: true),
        ErasedTable(name: "link", columns: [("url", .nothing)], account: "account_id", isDeleted: true),
        ErasedTable(
            name: "webhook", columns: [("source", .hash), ("reason", .nothing), ("body", .nothing), ("dedup", .hash)],
            isDeleted: true),
        ErasedTable(name: "waiting_row", columns: [("waits_for", .hash), ("row", .nothing)], isDeleted: true),
        ErasedTable(name: "suppression", columns: [("address", .hash), ("reason", .text("erased"))]),
        ErasedTable(name: "listed_suppression", columns: [("address", .hash)]),
        ErasedTable(
            name: "digest", columns: [("subject", .text("erased")), ("text", .text("")), ("error", .nothing)],
            countsNames: true),
        ErasedTable(name: "kept_report", columns: [("body", .nothing)], isDeleted: true, countsNames: true),
        ErasedTable(name: "pause", columns: [("reason", .text("erased"))]),
        ErasedTable(name: "playbook", columns: [("held_because", .text("erased")), ("held_by_hand", .text("erased"))]),
        ErasedTable(name: "occurrence", columns: [("reason", .text("erased"))]),
        ErasedTable(name: "tally", columns: [("held_because", .text("erased"))]),
        ErasedTable(name: "cycle", columns: [("summary", .nothing)]),
        ErasedTable(name: "channel_state", columns: [("reason", .text("erased"))]),
        ErasedTable(name: "api_key", columns: [("name", .hash)]),
        ErasedTable(name: "playbook_version", columns: [("files", .nothing)]),
        ErasedTable(name: "message_version", columns: [("texts", .text("{}"))]),
        ErasedTable(name: "dashboard_user", columns: [("name", .hash)]),
        ErasedTable(
            name: "audit",
            columns: [
                ("who", .text("erased")), ("object", .text("erased")), ("reason", .text("erased")), ("old", .nothing),
                ("new", .nothing),
            ], account: "(SELECT x.account_id FROM erased_object AS x WHERE x.object = audit.object)"),
        // Without the last value seen a source is read from its beginning again.
        ErasedTable(name: "source", columns: [("error", .nothing), ("since", .nothing)]),
    ]

    /// Empties the texts that name the erased, or deletes their rows, in the whole table.
    ///
    /// - Parameter declared: columns that the data map made.
    /// - Returns: how many rows it met.
    func empty(on connection: Connection, declared: [String]) throws -> Int {
        let columns = columns + declared.map { ("\"\($0)\"", .nothing) }
        let row = columns.map { "coalesce(\($0.name), '')" }.joined(separator: " || char(10) || ")
        // What a row holds beside an address or a long name is the person's also where a name is short.
        let here = account.map {
            """
            is_mentioned(\(row), CASE WHEN \($0) IN (SELECT id FROM erased_account)
                THEN \(Mentions.Scope.longNames.rawValue) ELSE \(Mentions.Scope.addresses.rawValue) END) = 1
            """
        }
        let isMet = here ?? Mentions.isFound(row, countsNames ? .longNames : .addresses)
        if isDeleted { return try connection.execute("DELETE FROM \(name) WHERE \(isMet)") }
        let changes = columns.map { column, fate in
            let value =
                switch fate {
                case .nothing: "NULL"
                case .text(let text): "'\(text)'"
                case .hash: "erased_key(\(column))"
                }
            return "\(column) = CASE WHEN \(Mentions.isFound(column, .names)) THEN \(value) ELSE \(column) END"
        }
        return try connection.execute(
            "UPDATE \(name) SET \(changes.joined(separator: ",\n    ")) WHERE \(isMet)")
    }
}
