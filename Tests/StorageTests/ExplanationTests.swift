import Decisions
import Playbooks
import Storage
import Testing

struct ExplanationTests {
    /// An account whose logins fell from 2 a day to 1, with an invoice ten days ago, enrolled five days ago.
    private func store() throws -> Store {
        let store = try Scratch().store()
        try AttributeColumns(ConditionWorld.dataMap).apply(to: store)
        let now = ConditionWorld.now.milliseconds
        try store.write { connection in
            try connection.execute("INSERT INTO metric (name) VALUES ('logins')")
            try connection.execute("INSERT INTO event_kind (name) VALUES ('invoice')")
            try connection.execute(
                """
                INSERT INTO account (key, created_at, mrr, a_plan, a_renewal_at) VALUES ('k', 0, 4990, 'pro', 20540)
                """)
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                VALUES (1, 1, :at, 0, '1', '{"amount": 1200}')
                """, ["at": .integer(now - 10 * 86_400_000)])
            try connection.execute(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, event_id, experiment_id, arm,
                    entered_at, entry, exclusive)
                VALUES (1, 1, 1, '', 1, 1, 'treated', :at, '{"base": ["number", 2.0]}', 0)
                """, ["at": .integer(now - 5 * 86_400_000)])
        }
        var writer = SeriesWriter()
        for day in 20_500...20_531 { writer.add(metric: 1, account: 1, day: day, value: day > 20_524 ? 1 : 2) }
        try writer.flush(to: store)
        return store
    }

    private func explain(_ text: String, enrolled: Bool = false) throws -> Explanation {
        let store = try store()
        return try store.read { connection in
            let context = try ConditionWorld.context(connection)
            let term = try ConditionSignals.term(text)
            var subject = Subject(account: 0)
            if enrolled {
                subject.since = context.now - .days(5)
                subject.event = try BlockLoader(connection, context).events([1])[1]
                subject.entry = ["base": .number(2)]
            }
            return try EvaluatorTests.evaluator(connection, context, [term]).explanation(of: term, for: subject)
        }
    }

    @Test(arguments: [
        ("drop(logins, 7d, 14d) > 40%", "drop(logins, 7d, 14d) = 50%  > 40%  → met"),
        ("mrr > 50", "mrr = 49.90 USD  > 50  → not met"), ("seats > 50", "seats = missing  > 50  → missing"),
        ("plan == \"pro\"", "plan = \"pro\"  == \"pro\"  → met"),
        ("since(invoice) > 3d", "since(invoice) = 10d  > 3d  → met"),
        ("not happened(invoice, 30d)", "not happened(invoice, 30d)  → not met\n  happened(invoice, 30d)  → met"),
        ("seats is missing", "seats is missing  → met\n  seats = missing"),
        ("plan in [\"pro\", \"free\"]", "plan in [\"pro\", \"free\"]  → met\n  plan = \"pro\""),
        ("sum(invoice.amount) >= 12", "sum(invoice.amount) = 12.00 USD  >= 12  → met"),
        (
            "days_until(renewal_at) < 30",
            "days_until(renewal_at) = 8  < 30  → met\n  renewal_at = 2026-03-28"
        ),
    ])
    func aClauseShowsTheValuesOfBothSides(_ text: String, _ expected: String) throws {
        #expect(try explain(text).description == expected)
    }

    @Test func theTreeFollowsTheCondition() throws {
        let explanation = try explain("small and (sum(logins, 7d) > 10 or avg(logins, 7d) <= 0.5 * avg(logins, 28d))")
        #expect(
            explanation.description == """
                small and (sum(logins, 7d) > 10 or avg(logins, 7d) <= 0.5 * avg(logins, 28d))  → not met
                  small  → met
                    mrr < 100 and status == "active"  → met
                      mrr = 49.90 USD  < 100  → met
                      status = "active"  == "active"  → met
                  sum(logins, 7d) > 10 or avg(logins, 7d) <= 0.5 * avg(logins, 28d)  → not met
                    sum(logins, 7d) = 7  > 10  → not met
                    avg(logins, 7d) = 1  <= 0.5 * avg(logins, 28d) = 0.875  → not met
                      avg(logins, 28d) = 1.75
                """)
    }

    @Test func anEnrollmentIsExplainedWithoutWhatCameBefore() throws {
        let explanation = try explain(
            "avg(logins, 7d) >= 0.8 * entry.base or avg(logins, 3d) >= entry.base or happened(invoice) or event.amount > 10",
            enrolled: true)
        #expect(
            explanation.description == """
                avg(logins, 7d) >= 0.8 * entry.base or avg(logins, 3d) >= entry.base or happened(invoice) or event.amount > 10  → met
                  avg(logins, 7d) = missing  >= 0.8 * entry.base = 1.6  → missing
                    entry.base = 2
                  avg(logins, 3d) = 1  >= entry.base = 2  → not met
                  happened(invoice)  → not met
                  event.amount = 12.00 USD  > 10  → met
                """)
    }

    @Test func usageDropShowsTheFiguresOfTheAudience() throws {
        #expect(
            try explain("usage_drop(logins, 7d, 14d)").description == """
                usage_drop(logins, 7d, 14d)  → not met
                  sum(logins, 21d) = 35
                  sum(logins, 7d) = 7
                  drop(logins, 7d, 14d) = 50%
                  common shock = 1
                  expected in 7d = 14
                  variance over mean, of it and its like = 1
                  chance of so little = 0.0634
                  asks for at most 60% of what is expected, and a chance of at most 0.01
                """)
    }
}
