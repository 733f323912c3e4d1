import Foundation
import Testing

/// Trying a change: what it says of those it touches, and that it takes back nobody else's.
@Suite struct DashboardTryTests {
    private let endpoint: Endpoint
    private let scratch: Scratch
    private static let file = "playbooks/hello/playbook.yaml"

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.replace("  - email: hello.md\n", with: "  - email: hello.md\n  - wait: 3d\n", in: Self.file)
        try scratch.addUsers(["ada": "admin"])
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        var rows = "key,name,seats,contact_email\n"
        for number in 4...30 { rows += "a\(number),Account \(number),1,owner@a\(number).example\n" }
        try scratch.write("more.csv", rows)
        #expect(try scratch.keeptouch("import", "accounts", "more.csv").code == 0)
    }

    private func asked(
        _ client: DashboardClient, _ part: String, _ text: String, account: String = ""
    ) async throws -> DashboardClient.Answer {
        let base = try scratch.text(Self.file)
        return try await client.post(
            "/try", ["file": Self.file, "base": base, "text": text, "act": part, "account": account])
    }

    @Test func aTriedChangeShowsItsMessagesItsBacktestAndItsDesign() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let text = try scratch.text(Self.file).replacing("seats > 1", with: "seats > 0")
        let messages = try await asked(client, "message", text, account: "Account 2")
        #expect(
            messages.text.contains("to owner@a2.example") && messages.text.contains("news for Account 2"), "\(messages)"
        )
        #expect(messages.text.contains("value=\"Account 2\"") && messages.text.contains("Copy the patch"))
        #expect(try await asked(client, "message", text).code == 400)
        #expect(try await asked(client, "message", text, account: "a99").text.contains("a99"))
        let backtest = try await asked(client, "backtest", text)
        // No history is kept of seats: the sentence says what to do.
        #expect(backtest.code == 200 && backtest.text.contains("track: true"), "\(backtest)")
        let told = try await asked(client, "backtest", text.replacing("seats > 0", with: "happened(report_made, 7d)"))
        #expect(told.text.contains("id=\"backtest\">Backtest</h2>") && told.text.contains("week from"), "\(told)")
        let design = try await asked(client, "design", text.replacing("holdout: 0%", with: "holdout: 20%"))
        #expect(design.code == 200 && design.text.contains("id=\"design1\""), "\(design)")
        // What cannot be read is complained of, and nothing is worked out.
        let broken = try await asked(client, "backtest", text.replacing("seats > 0", with: "seets > 0"))
        #expect(broken.text.contains("seets") && !broken.text.contains("id=\"backtest\""), "\(broken)")
        #expect(try await asked(client, "everything", text).code == 200)
    }

    private func tried(_ client: DashboardClient, _ text: String) async throws -> String {
        let base = try scratch.text(Self.file)
        return try await client.post("/try", ["file": Self.file, "base": base, "text": text, "act": "check"]).text
    }

    @Test func aTriedChangeSaysWhoWouldEnter() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let text = try scratch.text(Self.file)
        let page = try await tried(client, text.replacing("seats > 1", with: "seats > 0"))
        #expect(page.contains("30 accounts match with the change, 3 without it. 27 would enter"), "\(page)")
        #expect(page.contains(">Account 4</a> (a4, enters)") && page.contains("all 27"), "\(page)")
    }

    @Test func aTriedEndOfAPlaybookSaysWhatEnds() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let text = try scratch.text(Self.file)
        let retired = try await tried(client, text.replacing("state: live", with: "state: retired"))
        #expect(retired.contains("hello is retired: its 3 running enrollments end"), "\(retired)")
        #expect(!retired.contains("with the change,"))
        let draft = try await tried(client, text.replacing("state: live", with: "state: draft"))
        #expect(
            draft.contains("hello is a draft now: nobody enters") && !draft.contains("with the change,"), "\(draft)")
    }

    @Test func aPatchTakesBackNothingThatSomebodyElseWrote() async throws {
        let client = try DashboardClient(scratch)
        #expect(client.serving.tells("ready"))
        let base = try scratch.text(Self.file)
        let mine = base.replacing("to: [owner]", with: "to: [owner, billing]")
        try scratch.replace("category: education", with: "category: education\npriority: 61", in: Self.file)
        #expect(client.serving.tells("files changed"))
        var fields = ["file": Self.file, "base": base, "text": mine, "act": "patch"]
        let refused = try await client.post("/try", fields).text
        #expect(refused.contains("has changed on disk") && refused.contains("What somebody else changed"), "\(refused)")
        #expect(refused.contains("+priority: 61") && refused.contains("+to: [owner, billing]"), "\(refused)")
        #expect(!refused.contains("-priority: 61") && !refused.contains("value=\"patch\""))
        // A check in between is no consent.
        fields["act"] = "check"
        #expect(try await !client.post("/try", fields).text.contains("value=\"patch\""))
        fields["act"] = "base"
        #expect(try await client.post("/try", fields).text.contains("value=\"patch\""))
        let now = try scratch.text(Self.file)
        let merged = now.replacing("to: [owner]", with: "to: [owner, billing]")
        let patch = try await client.post("/try", ["file": Self.file, "base": now, "text": merged, "act": "patch"]).text
        #expect(patch.contains("+to: [owner, billing]") && !patch.contains("-priority"), "\(patch)")
        #expect(client.serving.end() == 0)
    }
}
