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
    /// What tells its rows apart.
    var key = ["id"]
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
                ("key", .hash), ("name", .nothing), ("churn_reason", .nothing), ("leaves_reason", .nothing),
                ("stage", .nothing),
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
            name: "history", key: ["attribute", "account_id", "at"],
            columns: [("value", .nothing), ("previous", .nothing)], account: "account_id"),
        ErasedTable(
            name: "subscription", key: ["account_id", "provider", "id"], columns: [("provider", .hash), ("id", .hash)],
            account: "account_id"),
        ErasedTable(
            name: "event",
            columns: [
                ("properties", .nothing), ("left_out", .nothing), ("contact_key", .nothing), ("dedup", .hash),
            ], account: "account_id"),
        ErasedTable(
            name: "standing", key: ["playbook_id", "account_id", "match_key"],
            columns: [("reason", .text("erased")), ("match_key", .hash)], account: "account_id"),
        ErasedTable(
            name: "decision", key: ["account_id", "playbook_id", "match_key", "cycle_id"],
            columns: [("reason", .text("erased")), ("match_key", .hash)], account: "account_id"),
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
        ErasedTable(name: "attempt", key: ["touch_id", "number"], columns: [("detail", .nothing)]),
        ErasedTable(
            name: "outcome", columns: [("detail", .nothing), ("dedup", .hash)], account: "account_id"),
        ErasedTable(name: "change", columns: [("detail", .nothing)], account: "account_id"),
        ErasedTable(name: "receiver", key: ["name"], columns: [("error", .nothing)]),
        ErasedTable(
            name: "exclusion", key: ["account_id", "playbook", "kind"], columns: [("reason", .text("erased"))],
            account: "account_id"),
        ErasedTable(
            name: "inbox", key: ["account_id", "contact_id", "touch_id"], columns: [("body", .nothing)],
            account: "account_id", isDeleted: true),
        ErasedTable(
            name: "link", key: ["account_id", "id"], columns: [("url", .nothing)], account: "account_id",
            isDeleted: true),
        ErasedTable(
            name: "webhook", columns: [("source", .hash), ("reason", .nothing), ("body", .nothing), ("dedup", .hash)],
            isDeleted: true),
        ErasedTable(name: "waiting_row", columns: [("waits_for", .hash), ("row", .nothing)], isDeleted: true),
        ErasedTable(
            name: "suppression", key: ["address", "category"],
            columns: [("address", .hash), ("reason", .text("erased"))]),
        ErasedTable(name: "listed_suppression", key: ["address", "reason"], columns: [("address", .hash)]),
        ErasedTable(
            name: "digest", columns: [("subject", .text("erased")), ("text", .text("")), ("error", .nothing)],
            countsNames: true),
        ErasedTable(
            name: "kept_report", key: ["report", "arguments", "look"], columns: [("body", .nothing)], isDeleted: true,
            countsNames: true),
        ErasedTable(name: "pause", key: ["scope"], columns: [("reason", .text("erased"))]),
        ErasedTable(name: "playbook", columns: [("held_because", .text("erased")), ("held_by_hand", .text("erased"))]),
        ErasedTable(name: "occurrence", key: ["playbook_id", "at"], columns: [("reason", .text("erased"))]),
        ErasedTable(name: "tally", key: ["playbook_id", "cycle_id"], columns: [("held_because", .text("erased"))]),
        ErasedTable(name: "cycle", columns: [("summary", .nothing)]),
        ErasedTable(name: "channel_state", key: ["channel"], columns: [("reason", .text("erased"))]),
        ErasedTable(name: "api_key", columns: [("name", .hash)]),
        ErasedTable(name: "playbook_version", columns: [("files", .nothing)]),
        ErasedTable(name: "message_version", key: ["hash"], columns: [("texts", .text("{}"))]),
        ErasedTable(name: "dashboard_user", columns: [("name", .hash)]),
        ErasedTable(
            name: "audit",
            columns: [
                ("who", .text("erased")), ("object", .text("erased")), ("reason", .text("erased")), ("old", .nothing),
                ("new", .nothing),
            ], account: "(SELECT x.account_id FROM erased_object AS x WHERE x.object = audit.object)"),
        // Without the last value seen a source is read from its beginning again.
        ErasedTable(name: "source", key: ["name"], columns: [("error", .nothing), ("since", .nothing)]),
    ]

    /// Empties the texts that name the erased, or deletes their rows, in the whole table.
    ///
    /// - Parameter declared: columns that the data map made.
    /// - Returns: how many rows it met.
    func empty(
        on connection: Connection, declared: [String], _ mentions: Mentions, _ hashes: ErasureKey
    ) throws -> Int {
        let columns = columns + declared.map { ("\"\($0)\"", .nothing) }
        // What a row holds beside an address or a long name is the person's also where a name is short.
        let here = account.map { "CASE WHEN \($0) IN (SELECT id FROM erased_account) THEN 1 ELSE 0 END" }
        let fixed = here ?? (countsNames ? "1" : "0")
        var met: [(key: [SQLValue], texts: [String?])] = []
        try connection.forEach(
            "SELECT \(columns.map(\.name).joined(separator: ", ")), \(key.joined(separator: ", ")), \(fixed) FROM \(name)"
        ) { row in
            let isHere = row.integer(columns.count + key.count) == 1
            guard mentions.isFound(in: row.lines(columns.indices), isHere ? .longNames : .addresses) else { return }
            met.append((key.indices.map { row.value(columns.count + $0) }, columns.indices.map { row.text($0) }))
        }
        // Not before all are read: they would change under who reads them.
        let isRow = key.map { "\($0) = :old_\($0)" }.joined(separator: " AND ")
        for (values, texts) in met {
            var arguments = Dictionary(uniqueKeysWithValues: zip(key.map { "old_" + $0 }, values))
            if isDeleted {
                try connection.execute("DELETE FROM \(name) WHERE \(isRow)", arguments)
                continue
            }
            var changes: [String] = []
            for (index, text) in texts.enumerated() {
                guard let text, mentions.isFound(in: text, .names) else { continue }
                changes.append("\(columns[index].name) = :new_\(index)")
                arguments["new_\(index)"] =
                    switch columns[index].fate {
                    case .nothing: .null
                    case .text(let text): .text(text)
                    case .hash: .text(hashes.hash(text))
                    }
            }
            guard !changes.isEmpty else { continue }
            try connection.execute(
                "UPDATE \(name) SET \(changes.joined(separator: ", ")) WHERE \(isRow)", arguments)
        }
        return met.count
    }
}
