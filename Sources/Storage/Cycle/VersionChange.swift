package import Playbooks

/// Whom an edited playbook would find that the version before it would not, and the other way round, as of one moment.
package struct VersionChange {
    /// How many accounts, and the keys of the first of them.
    package struct Accounts: Sendable, Encodable {
        package var count = 0
        package var keys: [String] = []

        package init() {}
    }

    /// How many keys are told.
    private static let shown: Int64 = 5

    private let connection: Connection
    private let compiler: ConditionSQL

    package init(_ connection: Connection, _ compiler: ConditionSQL) {
        self.connection = connection
        self.compiler = compiler
    }

    /// The accounts that only the new version finds, and those that only the old one finds, for `on` and `at` by their
    /// audiences; and how many would be drawn into another variant.
    package func compare(
        _ old: Playbook, with new: Playbook, of playbookID: Int64
    ) throws -> (enter: Accounts, leave: Accounts, otherVariants: Int) {
        // Found by the new one: 1; by the old one: 2; by both: 3.
        try connection.execute("DROP TABLE IF EXISTS temp.plan_found")
        try connection.execute(
            "CREATE TEMP TABLE plan_found (account_id INTEGER PRIMARY KEY, found INTEGER NOT NULL)")
        try find(new, as: 1)
        try find(old, as: 2)
        defer { _ = try? connection.execute("DROP TABLE temp.plan_found") }
        return (
            try accounts(found: 1), try accounts(found: 2), try otherVariants(old, than: new, of: playbookID)
        )
    }

    private func find(_ playbook: Playbook, as mark: Int64) throws {
        let yes = Term(.literal(.boolean(true)), .boolean, text: "true")
        var term = playbook.audience?.term ?? yes
        if case .when(let condition) = playbook.trigger {
            term = Term(.binary(.and, term, condition), .boolean, text: "(\(term.text)) and (\(condition.text))")
        }
        let query = compiler.matching(term, audience: playbook.audienceKey)
        try connection.execute(
            """
            INSERT INTO plan_found (account_id, found) SELECT a.id, :found_mark FROM \(query.from)
            WHERE \(query.expressions[0])
            ON CONFLICT (account_id) DO UPDATE SET found = found + excluded.found
            """, query.arguments.merging(["found_mark": .integer(mark)]) { $1 })
    }

    private func accounts(found mark: Int64) throws -> Accounts {
        var accounts = Accounts()
        let scope: [String: SQLValue] = ["mark": .integer(mark)]
        accounts.count = Int(try connection.integer("SELECT count(*) FROM plan_found WHERE found = :mark", scope))
        accounts.keys = try connection.query(
            """
            SELECT a.key FROM plan_found AS f JOIN account AS a ON a.id = f.account_id WHERE f.found = :mark
            ORDER BY a.id LIMIT :shown
            """, scope.merging(["shown": .integer(Self.shown)]) { $1 }
        ).compactMap { $0[0].text }
        return accounts
    }

    /// How many accounts that both find, and that are not in the playbook now, would be drawn into another variant.
    private func otherVariants(_ old: Playbook, than new: Playbook, of playbookID: Int64) throws -> Int {
        guard !old.variants.isEmpty, !new.variants.isEmpty else { return 0 }
        var arguments: [String: SQLValue] = ["playbook": .integer(playbookID)]
        let (before, after) = (drawn(old, "old", &arguments), drawn(new, "new", &arguments))
        return Int(
            try connection.integer(
                """
                SELECT count(*) FROM plan_found AS f JOIN account AS a ON a.id = f.account_id
                WHERE f.found = 3 AND \(before) <> \(after) AND NOT EXISTS (SELECT 1 FROM enrollment AS e
                    WHERE e.playbook_id = :playbook AND e.account_id = f.account_id AND e.state = 'active')
                """, arguments))
    }

    /// The variant of the account `a` by its draw and the cumulative weights.
    private func drawn(_ playbook: Playbook, _ prefix: String, _ arguments: inout [String: SQLValue]) -> String {
        let total = playbook.variants.reduce(0) { $0 + $1.weight }
        arguments["\(prefix)_salt"] = .text(playbook.experiment + "/variant")
        var (sum, cases) = (0.0, "")
        for (index, variant) in playbook.variants.enumerated() {
            sum += variant.weight
            arguments["\(prefix)_\(index)"] = .text(variant.name)
            // The last bound is never reached, whatever rounding makes of it.
            let bound = index == playbook.variants.count - 1 ? 2 : sum / total
            cases += " WHEN draw(:\(prefix)_salt, a.key) < \(bound) THEN :\(prefix)_\(index)"
        }
        return "(CASE\(cases) END)"
    }
}
