import Foundation
import Testing

/// An experiment on revenue, from the files to the report.
@Suite struct MeanGoalTests {
    @Test func anExperimentOnRevenueIsPlannedRunAndRead() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace(
            "holdout: 0%", with: "holdout: 50%\ngoal:\n  mean: change(mrr)\n  within: 14d\n  winsorize: 1%",
            in: "playbooks/hello/playbook.yaml")
        #expect(try scratch.keeptouch("check").code == 0)
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        let unknown = try scratch.keeptouch("report", "experiment", "hello", "--design", "--now", "2026-01-01T09:00Z")
        #expect(unknown.output.contains("expect: --base 49 --deviation 60"), "\(unknown)")
        let design = try scratch.keeptouch(
            "report", "experiment", "hello", "--design", "--base", "0", "--deviation", "20", "--detect", "5",
            "--per-day",
            "40", "--now", "2026-01-01T09:00Z")
        #expect(design.output.contains("to find, USD"), "\(design)")
        #expect(design.output.contains("5.00                   506"), "\(design)")
        let wrong = try scratch.keeptouch("report", "experiment", "hello", "--design", "--base", "15%")
        #expect(wrong.code != 0 && wrong.complaints.contains("the goal of hello is a mean"), "\(wrong)")

        func load(_ paid: (Int) -> Int, at moment: String) throws {
            let rows = (1...800).map { "a\($0),Account \($0),2025-01-01,3,\(paid($0)),o@a\($0).example" }
            try scratch.write(
                "accounts.csv", "key,name,created_at,seats,mrr,contact_email\n" + rows.joined(separator: "\n") + "\n")
            #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", moment).code == 0)
        }
        func usual(_ account: Int) -> Int { 40 + account * 7_919 % 41 }
        try load(usual, at: "2026-01-01T09:00Z")
        let first = try scratch.keeptouch("run", "--now", "2026-01-02T09:00Z")
        #expect(
            first.code == 0 && first.output.contains("800 enrollments begun")
                && first.output.contains("The books balance."), "\(first)")
        let design2 = try scratch.query("SELECT design FROM experiment WHERE name = 'hello'")
        #expect(design2.first?.first?.contains("\"mean\":\"change(mrr)\",\"winsorize\":0.01") == true, "\(design2)")
        let treated = Set(
            try scratch.query(
                "SELECT a.key FROM enrollment AS e JOIN account AS a ON a.id = e.account_id WHERE e.arm = 'treated'"
            ).compactMap(\.first))
        #expect((300...500).contains(treated.count))
        // What the treated pay more within the window counts; what everybody pays after it does not.
        try load({ usual($0) + $0 * 31 % 17 + (treated.contains("a\($0)") ? 4 : 0) }, at: "2026-01-12T09:00Z")
        #expect(try scratch.keeptouch("run", "--now", "2026-01-12T10:00Z").code == 0)
        try load({ usual($0) * 3 }, at: "2026-01-17T09:00Z")
        #expect(try scratch.keeptouch("run", "--now", "2026-01-20T09:00Z").code == 0)
        let report = try scratch.keeptouch("report", "experiment", "hello", "--fixed", "--now", "2026-01-20T09:00Z")
        #expect(report.output.contains("Ship treated: its mean of change of MRR is "), "\(report)")
        #expect(report.output.contains("USD above that of holdout ("), "\(report)")
        #expect(report.output.contains("Goal: the mean of change of MRR"), "\(report)")
        let json = try scratch.keeptouch(
            "report", "experiment", "hello", "--fixed", "--now", "2026-01-20T09:00Z", "--format", "json")
        #expect(json.output.contains("\"effect_usd\":"), "\(json)")
        let funnel = try scratch.keeptouch("report", "playbook", "hello", "--now", "2026-01-20T09:00Z")
        #expect(funnel.output.contains("for its goal is a mean"), "\(funnel)")
        withExtendedLifetime(endpoint) {}
    }
}
