import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

/// Exits between the plan and the claim.
@Suite struct ClaimExitTests {
    private func workspace(
        _ endpoint: Endpoint, exits: String, goal: String = "", accounts: Int, map: String = TestWorkspace.dataMap
    ) throws -> TestWorkspace {
        let more = ["exit:", "  - \(exits)"] + (goal.isEmpty ? [] : ["goal: { when: \(goal), within: 21d }"])
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", more: more)],
            files: [
                "data.yaml": map, "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
            ])
        try test.addAccounts(accounts)
        return test
    }

    @Test(arguments: [
        ("seats > 5", "seats > 5"), ("left_audience", "left_audience"), ("no_match", "no_match"),
        ("churned", "churned"), ("goal", "goal"), ("happened(signed)", "happened(signed)"),
    ])
    func whatHoldsByThenEndsTheEnrollmentUnsent(exit: String, reason: String) async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, exits: exit, goal: "seats > 5", accounts: 3)
        try test.run(noon(20_000))
        #expect(try test.states == ["pending": 3])
        switch exit {
        case "seats > 5", "goal": try test.script("UPDATE account SET a_seats = 6 WHERE id = 2")
        case "no_match": try test.script("UPDATE account SET a_plan = 'pro' WHERE id = 2")
        case "happened(signed)": try test.addEvent("signed", of: "a2", at: noon(20_000, hours: 1))
        default: try test.script("UPDATE account SET status = 'churned' WHERE id = 2")
        }
        let report = try await test.drain(noon(20_000, hours: 2))
        #expect(report.sent == 2 && report.dropped == 1)
        #expect(Set(endpoint.recipients) == ["a1@example.com", "a3@example.com"])
        #expect(
            try test.rows("SELECT account_id, state, reason FROM touch ORDER BY 1")
                == ["1|sent|-", "2|cancelled|the enrollment ended: \(reason)", "3|sent|-"])
        #expect(
            try test.rows("SELECT account_id, state, end_reason FROM enrollment ORDER BY 1")
                == ["1|active|-", "2|ended|\(reason)", "3|active|-"])
        let goals = try test.rows("SELECT account_id FROM outcome WHERE kind = 'goal'")
        // Whoever leaves for another reason has reached the goal all the same.
        #expect(goals == (["goal", "seats > 5"].contains(exit) ? ["2"] : []))
    }

    @Test func aMessageWhoseExitReadsLateDataWaits() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            endpoint, exits: "sum(logins, 1d) == 0", accounts: 1,
            map: TestWorkspace.dataMap.replacing(
                "logins: { title: Logins }", with: "logins: { title: Logins, fresh_within: 36h }"))
        try test.script("INSERT INTO metric (name) VALUES ('logins') ON CONFLICT DO NOTHING")
        try test.script("INSERT INTO metric_day (metric_id, day, accounts, closed) VALUES (1, 19999, 100, 1)")
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_005))
        #expect(report.sent == 0 && report.dropped == 0)
        let rows = try test.rows("SELECT state, reason, not_before - \(noon(20_005).milliseconds) FROM touch")
        #expect(
            rows
                == [
                    "pending|an exit cannot be answered: the last complete day of logins is 2024-10-03, which ended 5d ago (fresh_within 36h)|3600000"
                ], "\(rows)")
    }

    @Test func aChangeDuringADrainIsSeen() async throws {
        let path = NIOLockedValueBox("")
        let endpoint = try Endpoint { received in
            if received.number == 20 {
                do {
                    let other = try Store(path: path.withLockedValue { $0 }, mode: .readWrite)
                    try other.write { try $0.executeScript("UPDATE account SET a_seats = 6") }
                } catch {
                    Issue.record(error)
                }
            }
            return .answer(202)
        }
        let test = try workspace(endpoint, exits: "seats > 5", accounts: 400)
        path.withLockedValue { $0 = test.store.path }
        try test.run(noon(20_000))
        // A clock by which much time passes.
        let seconds = NIOLockedValueBox<Int64>(0)
        let clocks = Clocks(
            processNow: {
                seconds.withLockedValue {
                    $0 += 1
                    return noon(20_500) + .seconds($0)
                }
            }, random: { 0 })
        let report = try await test.drain(noon(20_000), clocks: clocks)
        // What was `sending` when the data changed has left; what was only claimed has not.
        #expect(report.sent >= 20 && report.sent < 200)
        #expect(endpoint.received.count == report.sent)
        #expect(try test.states == ["sent": report.sent, "cancelled": 400 - report.sent])
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE end_reason = 'seats > 5'") >= 400 - report.sent)
    }
}
