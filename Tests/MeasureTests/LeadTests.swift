import Basics
import Decisions
import Foundation
import Measure
import Playbooks
import Storage
import Testing

/// Every number of a report that leads to accounts leads to as many as it says.
struct LeadTests {
    /// How many accounts a list has, and how many counted as often as they are there for a reason.
    private func listed(
        _ question: AccountQuestion, _ workspace: Workspace, _ store: Store, at now: Instant
    ) throws -> (accounts: Int, times: Int) {
        try store.read { connection in
            var choice = try question.choice(in: workspace)
            let context = try EvaluationContext(
                connection, workspace: workspace, now: now, asking: [choice.condition].compactMap(\.self))
            try question.narrow(&choice, in: workspace, connection, asOf: now)
            var (accounts, times) = (0, 0)
            _ = try AccountList(connection, context, choice) { _, _, _, _ in nil }.forEach {
                accounts += 1
                times += $0.times
            }
            return (accounts, times)
        }
    }

    /// - Returns: how many cells were compared.
    private func expectLeads(
        _ report: Report, _ workspace: Workspace, _ store: Store, in only: [String]? = nil
    ) throws -> Int {
        var compared = 0
        for table in report.tables where only?.contains(table.title) ?? true {
            for (row, leads) in zip(table.rows, table.leads) {
                for (index, (cell, lead)) in zip(row, leads).enumerated() {
                    guard case .accounts(let question)? = lead else { continue }
                    let place = "\(table.title), \(row[0].text), \(table.columns[index].title)"
                    switch cell {
                    case .count(let count):
                        let found = try listed(question, workspace, store, at: report.asOf)
                        let isOfAccounts = table.columns[index].title == "accounts"
                        #expect(
                            (isOfAccounts ? found.accounts : found.times) == count, "\(place): \(question)")
                    case .number(let share, .share) where question.life?.month != nil:
                        guard case .count(let all) = row[1] else { continue }
                        let found = try listed(question, workspace, store, at: report.asOf)
                        #expect(Double(found.times) / Double(all) == share, "\(place): \(question)")
                    default: continue
                    }
                    compared += 1
                }
            }
        }
        return compared
    }

    private func expectLeads(_ report: Report, _ world: AttritionWorld, in only: [String]? = nil) throws -> Int {
        try expectLeads(report, world.workspace, world.store, in: only)
    }

    @Test func theAccountsBehindANumberOfAttritionAreAsManyAsItSays() throws {
        let world = try AttritionWorld(warnedWhere: "audience: small\nwhen: plan == \"pro\"")
        try world.add(20, came: 1)
        try world.add(4, came: 10, left: 200, reason: "price")
        try world.add(1, came: 31, left: 212, reason: "out_of_business")
        try world.add(3, came: 40, left: 41)
        try world.add(2, came: 59, left: 90, mrr: 2_000, reason: "payment_failed")
        try world.add(12, came: 1, plan: "free")
        try world.store.write { connection in
            try connection.execute(
                """
                INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
                VALUES (21, 1, '', :at, 1, 'enrolled', '')
                """, ["at": .instant(AttritionWorld.day(150))])
        }
        let report = try world.attrition(on: 380)
        #expect(try expectLeads(report, world) > 60)
        #expect(try expectLeads(report, world, in: ["Cohorts"]) > 10)
        #expect(try expectLeads(report, world, in: ["Still customers", "Segments", "By plan"]) > 6)
        #expect(try expectLeads(world.attrition(on: 380, segment: "small"), world) > 40)
        #expect(try expectLeads(world.risk(on: 213), world) >= 3)
        // The points of the picture lead where the rows of their months do.
        let section = try report.section("Month by month")
        let points = section.blocks.flatMap { block -> [Report.Chart.Control.Point] in
            if case .chart(.control(let chart)) = block { chart.points } else { [] }
        }
        let table = try #require(section.tables.first)
        #expect(points.count > 5)
        for point in points {
            let row = try #require(table.rows.firstIndex { $0[0].text == point.label })
            #expect(point.lead != nil && point.lead == table.leads[row][4])
        }
        #expect(section.content(number: 1) { _ in "/x" }.markup.contains("<a href=\"/x\" aria-label="))
        // A report that was kept leads to the same.
        #expect(try ReportBody(text: ReportBody(report).text).report == report)
    }

    @Test func theAccountsBehindAnArmAreAsManyAsTheReportSays() throws {
        let more = ["guardrail_metrics: { unsubscribed: 1%, churned: 5% }", "variants: { a: 1, b: 1 }"]
        let world = try ExperimentWorld(["tips": ExperimentWorld.playbook("tips", more: more)])
        try world.addAccounts(600)
        try world.launch("tips", variants: ["a": 1, "b": 1])
        try world.enroll(
            "tips", accounts: 1...600, days: 0...80, variants: ["a": 1, "b": 1],
            chances: ["holdout": 0.2, "a": 0.3, "b": 0.5])
        try world.churn(0.1, accounts: 1...600, days: 0...90)
        for rule in ArmComparison.Rule.allCases {
            let report = try world.report("tips", day: 97, rule: rule)
            for (table, least) in [("Arms", 9), ("Other outcomes", 30), ("Guardrail metrics", 12)] {
                let compared = try expectLeads(report, world.workspace, world.store, in: [table])
                #expect(compared >= least, "\(rule), \(table): \(compared)")
            }
        }
    }

    @Test func whatAPlaybookOfARiskDidLeadsToItsAccounts() throws {
        let world = try AttritionWorld(warnedWhere: "when: plan == \"pro\"")
        try world.add(6, came: 1)
        try world.add(1, came: 1, left: 205, reason: "price")
        let playbook = try #require(world.workspace.playbook("fallen"))
        try world.store.write { connection in
            _ = try Registry(connection).register(
                playbook, design: "{\"holdout\":0.2,\"variants\":{}}", now: AttritionWorld.day(1))
            // 1 twice, 3 long before, 5 held out, 6 by the global holdout.
            let entries: [(account: Int, arm: String, day: Int, goal: Int?, until: Int?)] = [
                (1, "treated", 200, 203, 230), (1, "treated", 205, nil, 235), (2, "treated", 201, nil, 231),
                (3, "treated", 100, 101, 130), (4, "treated", 202, nil, 204), (5, "holdout", 203, nil, 233),
                (6, "global_holdout", 203, nil, 233), (7, "treated", 201, nil, 231),
            ]
            for (index, entry) in entries.enumerated() {
                try connection.execute(
                    """
                    INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm,
                        entered_at, state, ended_at, goal_until, goal_at, exclusive)
                    SELECT :account, p.id, p.version_id, :key, x.id, :arm, :at, 'ended', :at, :until, :goal, 0
                    FROM playbook AS p JOIN experiment AS x ON x.name = p.name WHERE p.name = 'fallen'
                    """,
                    [
                        "account": .integer(Int64(entry.account)), "key": .text("\(index)"), "arm": .text(entry.arm),
                        "at": .instant(AttritionWorld.day(entry.day)),
                        "until": .optional(entry.until.map { AttritionWorld.day($0).milliseconds }),
                        "goal": .optional(entry.goal.map { AttritionWorld.day($0).milliseconds }),
                    ])
            }
            for (account, day) in [(1, 100), (2, 200), (3, 205)] {
                try connection.execute(
                    """
                    INSERT INTO standing (playbook_id, account_id, match_key, since, verdict, reason)
                    SELECT id, :account, '', :since, 'enrolled', '' FROM playbook WHERE name = 'fallen'
                    """,
                    ["account": .integer(Int64(account)), "since": .instant(AttritionWorld.day(day))])
            }
        }
        let report = try world.risk(on: 213)
        let did = try #require(report.table(named: "Playbooks")?.rows.first)
        #expect(did.dropFirst(2).map(\.text) == ["5", "2", "0", "1", "3", "1"])
        let seen = try #require(report.table(named: "At risk by reason")?.rows.first)
        #expect(seen[2...3].map(\.text) == ["3", "2"])
        #expect(try expectLeads(report, world, in: ["Playbooks"]) == 5)
        #expect(try expectLeads(report, world, in: ["At risk by reason"]) == 2)
    }

    @Test func theTouchesThatAPlaybookOfARiskSentAreAsManyAsItSays() throws {
        let world = try AttritionWorld(warnedWhere: "when: plan == \"pro\"")
        try world.add(3, came: 1)
        let playbook = try #require(world.workspace.playbook("fallen"))
        try world.store.write { connection in
            _ = try Registry(connection).register(
                playbook, design: "{\"holdout\":0.2,\"variants\":{}}", now: AttritionWorld.day(1))
            for (account, day) in [(1, 182), (2, 183), (3, 200)] {
                let at = SQLValue.instant(AttritionWorld.day(day))
                try connection.execute(
                    """
                    INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm,
                        entered_at, state, ended_at, exclusive)
                    SELECT :account, p.id, p.version_id, '', x.id, 'treated', :at, 'ended', :at, 0
                    FROM playbook AS p JOIN experiment AS x ON x.name = p.name WHERE p.name = 'fallen'
                    """, ["account": .integer(Int64(account)), "at": at])
                try connection.execute(
                    """
                    INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                        category, message, ghost, state, priority, due_at, not_before, expires_at, variables, settled_at)
                    SELECT e.id, e.account_id, e.playbook_id, e.version_id, 'email_1', 'o@x.example', 'email', 'mail',
                        'service', 'hello.md', 0, 'sent', 0, :at, :at, :at, '{}', :at
                    FROM enrollment AS e WHERE e.account_id = :account
                    """, ["account": .integer(Int64(account)), "at": at])
            }
        }
        // The report looks back to the start of day 183.
        let table = try #require(try world.risk(on: 213).table(named: "Playbooks"))
        #expect(table.rows.first?[4].text == "2")
        guard case .touches(let question)? = table.leads.first?[4] else {
            Issue.record("it leads nowhere")
            return
        }
        var filter = Ledger.Filter()
        (filter.playbook, filter.states) = (question.playbook, [question.state])
        filter.settledFrom = Zone.utc.start(of: question.endedFrom)
        let found = filter
        #expect(try world.store.read { try Ledger($0).touches(found).count } == 2)
    }

    @Test func theSidesOfTheGlobalHoldoutLeadToTheirAccounts() throws {
        let world = try AttritionWorld()
        try world.add(200, came: 1)
        try world.add(30, came: 1, left: 150)
        try world.add(5, came: 1, left: 90)
        try world.add(5, came: 120, left: 150)
        try world.store.write { connection in
            try connection.execute(
                """
                INSERT INTO experiment (name, period, design, started_at)
                VALUES ('global holdout', 1, '{"share":0.2,"period":"2025"}', :at)
                """, ["at": .instant(AttritionWorld.day(100))])
        }
        let report = try world.attrition(on: 200)
        #expect(try expectLeads(report, world, in: ["Global holdout"]) == 4)
        let rows = try #require(report.table(named: "Global holdout")?.rows)
        #expect(rows.count == 2 && rows.allSatisfy { $0[2].text != "0" }, "\(rows)")
    }

    @Test func theCustomersOfALifetimeValueAreAsManyAsItSays() throws {
        let world = try AttritionWorld(dataMap: AttritionWorld.dataMap + "\nltv: { margin: 80%, horizon: 365d }\n")
        try world.add(20, came: 1)
        try world.add(12, came: 1, plan: "free")
        try world.add(3, came: 1, mrr: nil)
        try world.add(4, came: 10, left: 200)
        let report = try world.attrition(on: 380)
        #expect(try expectLeads(report, world, in: ["Lifetime value"]) == 4)
        #expect(report.table(named: "Lifetime value")?.rows.first?[2].text == "32")
    }

    @Test func theStepsOfAFunnelLeadToWhoReachedThem() throws {
        let world = try JourneyReportTests.leaking()
        let report = try world.journey(on: 380)
        var steps = 0
        for case .chart(.funnel(let chart)) in report.sections.flatMap(\.blocks) {
            for step in chart.steps {
                guard case .accounts(let question)? = step.lead else { continue }
                #expect(
                    try listed(question, world.workspace, world.store, at: report.asOf).accounts == step.count,
                    "\(step.label)")
                #expect(step.count > 100)
                steps += 1
            }
        }
        #expect(steps == 6)
        #expect(try ReportBody(text: ReportBody(report).text).report == report)
        let drawn = try #require(report.sections.last).content(number: 1) { _ in "/x" }.markup
        #expect(drawn.contains("<a href=\"/x\" aria-label=\"signed_up: "))
    }

    @Test func theGroupsOfAnExperimentAndItsLaterEntriesAreAsManyAsItSays() throws {
        let world = try ExperimentWorld(["tips": ExperimentWorld.playbook("tips")])
        try world.addAccounts(600)
        try world.execute("UPDATE account SET a_plan = CASE WHEN id % 3 = 0 THEN 'pro' ELSE 'free' END")
        try world.launch("tips")
        try world.enroll("tips", accounts: 1...600, days: 0...40, chances: ["holdout": 0.2, "treated": 0.4])
        try world.execute(
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, variant, entered_at,
                state, ended_at, goal_until, goal_at, exclusive)
            SELECT account_id, playbook_id, version_id, 'again', experiment_id, arm, variant, entered_at + 86400000,
                'ended', entered_at + 86400000, goal_until + 86400000,
                CASE WHEN account_id % 2 = 0 THEN entered_at + 2 * 86400000 END, exclusive
            FROM enrollment WHERE account_id % 5 = 0
            """)
        let report = try world.report("tips", day: 97)
        for (table, least) in [
            ("By group", 4), ("All entries", 6), ("Where the message arrived", 4),
            ("Adjusted for tenure, MRR and earlier departures (CUPED)", 1),
        ] {
            let compared = try expectLeads(report, world.workspace, world.store, in: [table])
            #expect(compared >= least, "\(table): \(compared); \(report.tables.map(\.title))")
        }
    }

    @Test func aMeanCountsWhomItKnows() throws {
        let playbook = ExperimentWorld.playbook("worth").replacing(
            "goal:\n  when: sum(logins, 7d) > 10\n  within: 30d", with: "goal: { mean: mrr, within: 30d }")
        let world = try ExperimentWorld(["worth": playbook])
        try world.addAccounts(200)
        try world.launch("worth", more: ",\"mean\":\"mrr\"")
        try world.enroll("worth", accounts: 1...200, days: 0...60, chances: ["holdout": 0.2, "treated": 0.3])
        try world.execute("UPDATE account SET mrr = NULL WHERE id % 7 = 0")
        let report = try world.report("worth", day: 75, rule: .fixed)
        #expect(try expectLeads(report, world.workspace, world.store, in: ["Arms"]) == 4)
    }

    @Test func anAccountThatLeftTwiceIsThereTwice() throws {
        let world = try AttritionWorld()
        try world.add(1, came: 1, left: 50)
        try world.store.write { connection in
            try connection.execute(
                "INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (1, 2, :at, :at, 'r')",
                ["at": .instant(AttritionWorld.day(60))])
            try connection.execute(
                "INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (1, 1, :at, :at, 'c')",
                ["at": .instant(AttritionWorld.day(70))])
        }
        let report = try world.attrition(on: 380)
        #expect(try expectLeads(report, world) > 5)
    }
}
