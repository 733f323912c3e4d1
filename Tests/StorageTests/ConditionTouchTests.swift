import Decisions
import Playbooks
import Storage
import Testing

/// Conditions on what playbooks did and find: `touched`, `enrolled`, `at_risk`.
struct ConditionTouchTests {
    private let day: Int64 = 86_400_000
    private let now = ConditionWorld.now.milliseconds

    /// Four accounts: enrolled and touched 5 days ago; enrolled 20 days ago, its touch a ghost; enrolled, its touch
    /// still pending; untouched and at risk.
    private func store() throws -> Store {
        let store = try Scratch().store(accounts: 4)
        try AttributeColumns(ConditionWorld.dataMap).apply(to: store)
        try store.write { connection in
            try connection.execute("INSERT INTO playbook (name, state) VALUES ('win-back', 'live'), ('other', 'live')")
            for (account, days, state) in [(1, 5, "sent"), (2, 20, "ghost"), (3, 1, "pending")]
                as [(Int64, Int64, String)]
            {
                let at = SQLValue.integer(now - days * day)
                let isPending = state == "pending"
                try connection.execute(
                    """
                    INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at, exclusive)
                    VALUES (:account, 1, 1, '', 1, 'treated', :at, 0)
                    """, ["account": .integer(account), "at": at])
                try connection.execute(
                    """
                    INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                        category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                        settled_at)
                    VALUES (last_insert_rowid(), :account, 1, 1, 'email_1', 'a@b.c', 'email', 'c', 'x', 'm', 0, :state, 50, 0,
                        0, 0, '{}', :claimed, :claimed)
                    """,
                    ["account": .integer(account), "state": .text(state), "claimed": isPending ? .null : at])
            }
            try connection.execute(
                """
                INSERT INTO standing (playbook_id, account_id, match_key, since, false_since, verdict, reason)
                VALUES (1, 4, '', 0, NULL, 'held', ''), (1, 3, '', 0, 5, 'held', ''), (2, 2, '', 0, NULL, 'held', '')
                """)
        }
        return store
    }

    @Test(arguments: [
        ("touched(7d)", [1]), ("touched(30d)", [1, 2]), ("touched(`win-back`, 30d)", [1, 2]),
        ("touched(other, 30d)", []),
        ("not touched(7d)", [2, 3, 4]), ("enrolled(`win-back`)", [1, 2, 3]), ("enrolled(`win-back`, 7d)", [1, 3]),
        ("enrolled(other)", []), ("at_risk()", [4]), ("at_risk(price)", [4]), ("at_risk(value)", []),
    ])
    func conditionsSeeWhatPlaybooksDid(_ text: String, _ accounts: [Int64]) throws {
        let scope = ConditionScope(dataMap: ConditionWorld.dataMap)
        let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
        let term = try #require(ConditionParser(scope).condition(source).0)
        try store().read { connection in
            let context = try ConditionWorld.context(connection)
            let evaluator = try EvaluatorTests.evaluator(connection, context, [term])
            let column = evaluator.column(term, of: .accounts)
            let holding = (0..<4).filter { column.holds($0) }.map { evaluator.block.ids[$0] }
            #expect(holding == accounts)
        }
    }

    @Test func touchesBeforeTheEnrollmentDoNotCount() throws {
        try store().read { connection in
            let scope = ConditionScope(dataMap: ConditionWorld.dataMap)
            let terms = ["touched(30d)", "enrolled(`win-back`)"].compactMap {
                ConditionParser(scope).condition(SourceText(name: "when", text: $0, position: Position(file: "p.yaml")))
                    .0
            }
            let context = try ConditionWorld.context(connection)
            let evaluator = try EvaluatorTests.evaluator(connection, context, terms)
            let subjects = (0..<4).map { Subject(account: $0, since: context.now - .days(10)) }
            let columns = terms.map { evaluator.column($0, of: .some(subjects)) }
            #expect(columns == [.numbers([1, 0, 0, 0]), .numbers([1, 0, 1, 0])])
        }
    }
}
