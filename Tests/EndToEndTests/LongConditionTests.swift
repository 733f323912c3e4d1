import Foundation
import Testing

/// Conditions of 500 clauses and of deep nesting, wherever a workspace may ask one.
@Suite struct LongConditionTests {
    /// True for every account of the workspace, and asks for everything that conditions can look at.
    private static let long = (1...500).map { number in
        switch number % 8 {
        case 0: "sum(logins, \(1 + number % 60)d) >= 0"
        case 1: "seats != \(1_000 + number)"
        case 2: "count(report_made, \(number)d) < \(number)"
        case 3: "days_since(created_at) != \(1_000 + number)"
        case 4: "(plan is missing or plan in [\"free\", \"pro\"])"
        case 5: "not ever(report_made where score > \(number))"
        case 6: "contacts(where role == \"owner\") < \(number)"
        default: "created_at < 2026-03-\(10 + number % 20)"
        }
    }.joined(separator: " and ")

    /// As deep as brackets may stand in each other, nearly.
    private static let deep = (1...24).reduce("seats > 1") { inner, level in
        level % 2 == 0 ? "(\(inner) and seats > -\(level))" : "not (seats > \(1_000 + level) or not (\(inner)))"
    }

    private func simulation(port: Int = 9) throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: port)
        try scratch.replace("type: number }", with: "type: number, track: true }", in: "data.yaml")
        try scratch.replace("free, pro] }", with: "free, pro], track: true }", in: "data.yaml")
        try scratch.replace(
            "big: seats >= 10", with: "big: '\(Self.long)'\n  deep: '\(Self.deep)'", in: "data.yaml")
        try scratch.write(
            "journeys/road.yaml",
            "journey: road\nfor: big\nstages:\n  one: {}\n  two: { enter: '\(Self.long)', expect: 14d }\n")
        try scratch.write(
            "playbooks/hello/playbook.yaml",
            """
            playbook: hello
            state: live
            category: education
            audience: big
            when: 'usage_drop(logins) and deep'
            holdout: 0%
            to: [owner]
            steps:
              - wait_for: '\(Self.deep)'
                at_most: 1d
              - in_app: hello.md
            goal: { when: 'not (\(Self.long))', within: 90d }
            exit: [goal, left_audience]
            tests:
              - name: who fell silent is found
                account: { seats: 3, created_at: -200d, metrics: { logins: [5 per 1d for 56d, 0 per 1d for 14d] } }
                expect: verdict enrolled

            """)
        return scratch
    }

    private func run(_ scratch: Scratch, _ arguments: String...) throws -> String {
        let outcome = try Program.run(arguments, in: scratch.folder)
        try #require(outcome.code == 0, "\(arguments): \(outcome)")
        return outcome.output
    }

    @Test func longAndDeepConditionsAreAnsweredEverywhere() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(port: endpoint.port)
        _ = try run(scratch, "check")
        _ = try run(scratch, "test")
        _ = try run(scratch, "init", ".", "--simulation")
        let accounts = (1...60).map { "a\($0),Account \($0),3,2025-06-01,owner@a\($0).example,Ann" }
            .joined(separator: "\n")
        try scratch.write("accounts.csv", "key,name,seats,created_at,contact_email,contact_name\n\(accounts)\n")
        var metrics = "account,metric,day,value\n"
        for age in 1...70 {
            let day = Date(timeIntervalSince1970: 1_774_224_000 - Double(age) * 86_400)
            let text = day.formatted(.iso8601.year().month().day())
            for account in 1...60 where account > 10 || age > 14 { metrics += "a\(account),logins,\(text),5\n" }
        }
        try scratch.write("metrics.csv", metrics)
        let now = "2026-03-23T09:00Z"
        _ = try run(scratch, "import", "accounts", "accounts.csv", "--now", "2026-03-22T09:00Z")
        _ = try run(scratch, "import", "metrics", "metrics.csv", "--complete", "--now", now)
        #expect(try run(scratch, "plan", "--now", now, "--format", "json").contains("\"enrolled\":10"))
        _ = try run(scratch, "run", "--now", now)
        #expect(try scratch.query("SELECT count(*) FROM enrollment").first == ["10"])
        #expect(try scratch.query("SELECT audience FROM benchmark WHERE name = 'drop unit'") == [[Self.long]])
        #expect(try run(scratch, "explain", "a1", "--playbook", "hello", "--now", now).contains("usage_drop(logins)"))
        for arguments in [[], ["--segment", "big"], ["--segment", "deep"]] {
            let outcome = try Program.run(["report", "attrition", "--now", now] + arguments, in: scratch.folder)
            #expect(outcome.code == 0, "\(outcome)")
            #expect(
                outcome.output.contains(/customers at the end +60\b/), "\(arguments): \(outcome.output.prefix(400))")
        }
        _ = try run(scratch, "report", "experiment", "hello", "--now", now)
        _ = try run(scratch, "backtest", "hello", "--from", "2026-03-20", "--to", "2026-03-22")
    }
}
