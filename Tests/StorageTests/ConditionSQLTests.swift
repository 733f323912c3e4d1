import Decisions
import Playbooks
import Statistics
import Storage
import Testing

/// The SQL of conditions against the plain reading of the design, over random accounts.
struct ConditionSQLTests {
    static let signals = [
        // Attributes and operators.
        "mrr", "mrr < 100", "mrr * 2 - 10", "seats / 0", "seats / 2", "plan == \"pro\"", "plan != \"pro\"",
        "plan in [\"pro\", \"free\"]", "not plan in [\"pro\"]", "seats in [1, 2, seats]", "vip", "not vip",
        "vip == true",
        "vip == (seats > 2)", "seats is missing", "plan is present and vip", "vip and seats > 2", "vip or seats > 2",
        "not (vip or seats > 2)", "vip and true", "vip or false", "small", "small and not small",
        "small or vip is missing",
        "-seats + 3 * (2 - seats)", "mrr / seats", "mrr > seats", "seats > 40%", "40% + 10%", "1 - -seats",
        "created_at < 2026-02-01", "created_at <= 2026-02-01", "created_at > 2026-02-01", "created_at >= 2026-02-01",
        "created_at == 2026-02-01", "created_at != 2026-02-01", "2026-02-01 < created_at", "created_at < renewal_at",
        "renewal_at >= created_at", "renewal_at - 30d", "renewal_at + 2w > 2026-03-01", "renewal_at - 2026-03-01",
        "renewal_at in [2026-03-01, created_at]", "created_at in [2026-02-01, 2026-02-02]", "created_at + 36h",
        "last(invoice) - created_at > 30d", "(created_at - stage_since) / 1d", "2 * since(invoice)",
        "since(invoice) / 3",
        "days_since(created_at)", "days_since(renewal_at)", "days_until(renewal_at)", "days_until(created_at)",
        "anniversary(renewal_at)", "anniversary(created_at)", "days_until(anniversary(renewal_at)) < 30",
        "in_stage(activated)", "time_in_stage() > 14d", "worth", "base * 2",
        // Metrics.
        "sum(logins, 7d)", "avg(logins, 28d)", "min(logins, 14d)", "max(logins, 3d)", "active_days(logins, 28d)",
        "sum(score, 7d)", "avg(score, 28d)", "min(score, 14d)", "max(score, 3d)", "active_days(score, 28d)",
        "sum(logins, 1d)", "avg(logins, 120d)", "drop(logins, 14d, 56d)", "rise(logins, 7d, 28d)",
        "drop(score, 14d, 28d)",
        "rise(score, 7d, 7d)", "drop(logins, 14d, 56d) > 40%", "idle(logins)", "idle(score) > 10d", "sum(never, 7d)",
        "idle(never) is missing", "sum(logins, 3d) > 0 and vip", "avg(logins, 7d) >= 0.8 * avg(logins, 28d)",
        // Events.
        "count(invoice)", "count(invoice, 14d)", "count(invoice, 36h)", "happened(invoice)",
        "not happened(report, 14d)",
        "since(invoice)", "since(report) > 10d", "first(invoice)", "last(invoice, 14d)", "ever(report)",
        "ever(invoice where paid)", "count(invoice where plan == \"pro\")", "count(invoice, 30d where not paid)",
        "count(invoice where amount > 20 and lines is present)", "count(invoice where due_at < 2026-03-20)",
        "count(invoice where days_until(due_at) > 2)", "latest(invoice.plan)", "latest(invoice.amount, 30d)",
        "latest(invoice.paid)", "latest(invoice.due_at where paid)", "sum(invoice.amount)", "sum(invoice.lines, 30d)",
        "sum(invoice.amount, 30d where paid) > 50", "count(unheard)", "since(unheard)", "happened(unheard) or vip",
        "count(invoice, 30d) - count(invoice, 14d)", "count(invoice) / count(report)", "count(cancel_requested) == 0",
        // History.
        "change(mrr, 30d)", "fall(mrr, 30d)", "was(mrr, 30d)", "fall(health, 14d) > 20%",
        "was(status, 20d) == \"active\"",
        "change(health, 100d)", "was(health, 1d)",
        // Contacts.
        "contacts()", "contacts(where role == \"owner\")", "contacts(where status == \"left\")",
        "contacts(where title == \"CEO\" or role is missing) > 0",
    ]

    static let conditions = [
        "count(invoice, 14d) >= 1", "happened(report) and vip", "since(report) > 10d and mrr < 150",
        "count(invoice where paid) > 1 and count(invoice, 30d) > 0", "since(invoice) > 3d or since(invoice) < 1d",
        "not happened(invoice)", "happened(invoice) or happened(report)", "happened(invoice) and happened(report, 30d)",
        "first(invoice) is present", "count(invoice where plan == \"pro\" and not paid) > 0",
        "happened(invoice where plan == \"pro\") and not happened(report, 30d)", "not (count(report) == 0)",
        "sum(invoice.amount, 30d) > 20",
        "count(invoice, 14d) > 0 and latest(invoice.plan) == \"pro\"", "count(invoice) + 1 > 1",
        "happened(invoice) and sum(logins, 7d) > 1", "small and (happened(invoice) and since(invoice) > 2d)",
        "count(invoice) == 0 and vip", "true", "vip is missing or happened(unheard)",
    ]

    static func term(_ text: String) throws -> Term {
        let (term, diagnostics) = ConditionParser(ConditionWorld.scope).signal(
            SourceText(name: "when", text: text, position: Position(file: "playbook.yaml")))
        return try #require(term, "\(diagnostics)")
    }

    static func isNear(_ one: Value, _ other: Value) -> Bool {
        guard case .number(let left) = one, case .number(let right) = other else { return one == other }
        return abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    }

    @Test func everySignalOfEveryAccountMatchesTheReference() throws {
        let world = ConditionWorld(accounts: 250, seed: 1)
        let store = try Scratch().store()
        try world.write(to: store)
        let zone = try #require(ConditionWorld.zone)
        var seen: [String: Set<Value>] = [:]
        try store.read { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            for text in Self.signals {
                let term = try Self.term(text)
                let query = compiler.compile([term], over: .accounts)
                let rows = try connection.query(
                    "SELECT a.id, \(query.expressions[0]) FROM \(query.from)", query.arguments)
                #expect(rows.map(\.[0]) == world.accounts.map { .integer($0.id) })
                for (row, account) in zip(rows, world.accounts) {
                    let expected = ReferenceEvaluator(account, zone: zone).value(term)
                    let found = ConditionSQL.value(row[1], term.type)
                    #expect(Self.isNear(found, expected), "\(text) of account \(account.id)")
                    seen[text, default: []].insert(found)
                }
            }
        }
        // Where nothing varies, nothing is tested.
        let dull = seen.filter { $0.value.count == 1 }.map(\.key).sorted()
        #expect(
            dull == [
                "40% + 10%", "count(cancel_requested) == 0", "count(unheard)", "idle(never) is missing", "seats / 0",
                "since(unheard)",
                "sum(never, 7d)",
            ])
    }

    @Test func nothingBeforeTheEnrollmentCounts() throws {
        let world = ConditionWorld(accounts: 250, seed: 2)
        let store = try Scratch().store()
        try world.write(to: store)
        let zone = try #require(ConditionWorld.zone)
        let own = [
            "entry.base", "entry.worth > 100", "entry.tier == \"pro\"", "entry.noted", "not entry.noted",
            "avg(logins, 7d) >= 0.8 * entry.base", "event.amount", "event.paid", "event.plan == \"pro\"",
            "event.due_at > 2026-03-15", "count(invoice where plan == event.plan)",
            "count(invoice where amount > entry.worth)",
        ]
        try store.read { connection in
            try world.populate(connection)
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            let byID = Dictionary(uniqueKeysWithValues: world.enrollments.map { ($0.id, $0) })
            for text in Self.signals + own {
                let term = try Self.term(text)
                let query = compiler.compile([term], over: .table("population"))
                let rows = try connection.query(
                    "SELECT p.row_id, \(query.expressions[0]) FROM \(query.from)", query.arguments)
                #expect(rows.count == world.enrollments.count)
                for row in rows {
                    let enrollment = try #require(byID[row[0].integer ?? 0])
                    let expected = ReferenceEvaluator(enrollment, zone: zone).value(term)
                    let found = ConditionSQL.value(row[1], term.type)
                    #expect(Self.isNear(found, expected), "\(text) of enrollment \(enrollment.id)")
                }
            }
        }
    }

    @Test func withoutAMomentOfEntryEverythingCounts() throws {
        let world = ConditionWorld(accounts: 60, seed: 3)
        let store = try Scratch().store()
        try world.write(to: store)
        let zone = try #require(ConditionWorld.zone)
        try store.read { connection in
            try world.populate(connection)
            try connection.execute("UPDATE population SET since = NULL")
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            for text in Self.signals {
                let term = try Self.term(text)
                let query = compiler.compile([term], over: .table("population"))
                for row in try connection.query(
                    "SELECT a.id, \(query.expressions[0]) FROM \(query.from)", query.arguments)
                {
                    let account = world.accounts[Int(row[0].integer ?? 0) - 1]
                    let expected = ReferenceEvaluator(account, zone: zone).value(term)
                    #expect(Self.isNear(ConditionSQL.value(row[1], term.type), expected), "\(text)")
                }
            }
        }
    }

    @Test func matchingFindsTheAccountsForWhichTheConditionHolds() throws {
        let world = ConditionWorld(accounts: 250, seed: 4)
        let store = try Scratch().store()
        try world.write(to: store)
        let zone = try #require(ConditionWorld.zone)
        try store.read { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            for text in Self.conditions + Self.signals {
                let term = try Self.term(text)
                guard term.type == .boolean else { continue }
                let query = compiler.matching(term)
                let found = try connection.query(
                    "SELECT a.id FROM \(query.from) WHERE \(query.expressions[0])", query.arguments
                ).map { $0[0].integer ?? 0 }
                let expected = world.accounts.filter {
                    ReferenceEvaluator($0, zone: zone).value(term) == .boolean(true)
                }.map(\.id)
                #expect(found == expected, "\(text)")
            }
        }
    }

    @Test(arguments: [
        ("count(invoice, 14d) >= 1", true), ("happened(report) and vip", true), ("since(report) > 10d", true),
        ("happened(invoice) or happened(report)", false), ("not happened(invoice)", false),
        ("count(invoice) == 0 or vip", false), ("small and happened(invoice)", true),
        ("first(invoice) is missing", false),
        ("count(invoice) + count(report) > 0", false), ("latest(invoice.plan) == \"pro\"", false),
    ])
    func accountsComeFromTheEventsWithoutWhichTheConditionCannotHold(_ text: String, _ isDriven: Bool) throws {
        let store = try Scratch().store()
        try ConditionWorld(accounts: 1, seed: 1).write(to: store)
        try store.read { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            #expect(compiler.matching(try Self.term(text)).from.contains("GROUP BY") == isDriven)
        }
    }

    @Test func threeValuedLogicIsSQLs() throws {
        let store = try Scratch().store()
        try AttributeColumns(ConditionWorld.dataMap).apply(to: store)
        try store.write { connection in
            try connection.execute("INSERT INTO account (key, created_at) VALUES ('k', 0)")
        }
        let values: [(String, Bool?)] = [("1 == 1", true), ("1 == 2", false), ("seats == 1", nil)]
        try store.read { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            func value(_ text: String) throws -> Bool? {
                let query = compiler.compile([try Self.term(text)], over: .accounts)
                let row = try connection.first("SELECT \(query.expressions[0]) FROM \(query.from)", query.arguments)
                return row?[0].integer.map { $0 == 1 }
            }
            for (left, one) in values {
                #expect(try value("not \(left)") == one.map { !$0 })
                for (right, other) in values {
                    let and = one == false || other == false ? false : one == nil || other == nil ? nil : true
                    let or = one == true || other == true ? true : one == nil || other == nil ? nil : false
                    #expect(try value("\(left) and \(right)") == and)
                    #expect(try value("\(left) or \(right)") == or)
                }
            }
        }
    }

    @Test func seriesAreReadOnceForEachBlockAndWindow() throws {
        let store = try Scratch().store(accounts: 5_000)
        var writer = SeriesWriter()
        for account in 1...5_000 { writer.add(metric: 1, account: Int64(account), day: 20_531, value: 1) }
        try writer.flush(to: store)
        try store.write { connection in
            try connection.execute("INSERT INTO event_kind (name) VALUES ('invoice')")
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT id, 1, \(ConditionWorld.now.milliseconds), 0, key FROM account WHERE id % 3 = 0
                """)
        }
        try store.read { connection in
            let compiler = ConditionSQL(try ConditionWorld.context(connection))
            for text in [
                "sum(logins, 7d) > 0", "happened(invoice) and sum(logins, 7d) > 0",
                "key == \"a7\" and sum(logins, 7d) > 0",
            ] {
                let query = compiler.matching(try Self.term(text))
                let before = connection.seriesLoads
                _ = try connection.query(
                    "SELECT a.id FROM \(query.from) WHERE \(query.expressions[0])", query.arguments)
                #expect((1...6).contains(connection.seriesLoads - before), "\(text)")
            }
        }
    }

    @Test func usageDropIsTheGuardedTestWithTheFiguresOfTheAudience() throws {
        let store = try Scratch().store(accounts: 3)
        var writer = SeriesWriter()
        for day in 20_531 - 69...20_531 {
            writer.add(metric: 1, account: 1, day: day, value: 3)
            writer.add(metric: 1, account: 2, day: day, value: day > 20_517 ? 0 : 3)
            writer.add(metric: 1, account: 3, day: day, value: day > 20_517 ? 0 : 3)
        }
        try writer.flush(to: store)
        try store.write { connection in
            try connection.execute("UPDATE account SET created_at = 1768200000000 WHERE id = 3")
        }
        try store.read { connection in
            var context = try ConditionWorld.context(connection)
            func answers() throws -> [SQLValue] {
                let query = ConditionSQL(context).compile(
                    [try Self.term("usage_drop(logins)")], over: .accounts, audience: "small")
                return try connection.query("SELECT \(query.expressions[0]) FROM \(query.from)", query.arguments).map {
                    $0[0]
                }
            }
            #expect(try answers() == [.integer(0), .integer(1), .null])
            // Where usage always jumps about, no fall is news.
            context.benchmarks[EvaluationContext.BenchmarkKey(audience: "small", metric: "logins")] = .init(
                phi: 500, shock: 1)
            #expect(try answers() == [.integer(0), .integer(0), .null])
        }
    }
}
