import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

/// Playbooks and channels that are paused because too much of what they send fails, and kill switches.
@Suite struct BreakerTests {
    private func workspace(
        _ endpoint: Endpoint, _ names: [String] = ["main"], accounts: Int, more: String = "limits: { in_flight: 2 }"
    ) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: Dictionary(uniqueKeysWithValues: names.map { ($0, TestWorkspace.playbook($0)) }),
            configuration: TestWorkspace.configuration.replacing(", max_failed: 100%", with: ""),
            files: ["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url, more: more)])
        try test.addAccounts(accounts)
        try test.run(noon(20_000))
        return test
    }

    private func pauses(_ test: TestWorkspace) throws -> [String] {
        try test.rows("SELECT scope, reason FROM pause ORDER BY scope")
    }

    @Test func aPlaybookWhoseTouchesFailIsPaused() async throws {
        let mended = NIOLockedValueBox(false)
        let endpoint = try Endpoint { _ in mended.withLockedValue { $0 } ? .answer(202) : .answer(422) }
        let test = try workspace(endpoint, accounts: 100)
        try await test.drain(noon(20_000))
        let found = try pauses(test)
        #expect(found.count == 1 && found.first?.hasPrefix("playbook:main|max_failed: 10 of its last 10") == true)
        let sent = endpoint.received.count
        #expect(sent >= 10 && sent < 30)
        #expect(try test.states == ["rejected": sent, "pending": 100 - sent])
        // When a person lets it go, counting begins anew.
        try test.store.write { _ = try Pauses.clear("playbook:main", $0) }
        mended.withLockedValue { $0 = true }
        try await test.drain(noon(20_000, hours: 1))
        #expect(try test.states == ["rejected": sent, "sent": 100 - sent])
        #expect(try pauses(test).isEmpty)
    }

    @Test func failuresOfEarlierRunsCount() async throws {
        let endpoint = try Endpoint { _ in .answer(422) }
        let test = try workspace(endpoint, accounts: 6)
        try await test.drain(noon(20_000))
        #expect(try pauses(test).isEmpty)
        try test.addAccounts(6, from: 7)
        try test.run(noon(20_000, hours: 1))
        try await test.drain(noon(20_000, hours: 1))
        #expect(try pauses(test).count == 1)
    }

    @Test func aChannelOnWhichSeveralPlaybooksFailIsPaused() async throws {
        let endpoint = try Endpoint { _ in .answer(422) }
        let test = try workspace(endpoint, ["one", "two"], accounts: 50)
        // Both go out at once.
        try test.script("UPDATE touch SET due_at = account_id")
        try await test.drain(noon(20_000))
        let found = try pauses(test)
        #expect(found.count == 1 && found.first?.hasPrefix("channel:mail|max_failed: ") == true, "\(found)")
        #expect(endpoint.received.count < 40)
    }

    @Test func aDeadRunIsNobodysFailure() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, accounts: 40)
        try test.script(
            "UPDATE touch SET state = 'sending', fence = 1, attempts = 1, first_attempt_at = 1 WHERE id <= 20")
        try test.script("INSERT INTO attempt (touch_id, number, began_at) SELECT id, 1, 1 FROM touch WHERE id <= 20")
        try await test.drain(noon(20_000))
        #expect(try test.states == ["unknown": 20, "sent": 20])
        try await test.drain(noon(20_000))
        #expect(try pauses(test).isEmpty)
    }

    @Test(arguments: [
        ("bounced", 3, "max_bounced: 3 of its last 40"), ("complained", 2, "max_complained: 2 of its last 40"),
    ])
    func bouncesAndComplaintsPause(kind: String, count: Int, reason: String) async throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, accounts: 40)
        try await test.drain(noon(20_000))
        func harm(_ range: ClosedRange<Int>) throws {
            for touch in range {
                try test.script(
                    """
                    INSERT INTO outcome (account_id, touch_id, kind, at, dedup)
                    VALUES (1, \(touch), '\(kind)', \(noon(20_001).milliseconds), 'x\(touch)')
                    """)
            }
        }
        try harm(1...(count - 1))
        try await test.drain(noon(20_001))
        #expect(try pauses(test).isEmpty)
        try harm(count...count)
        try await test.drain(noon(20_001, hours: 1))
        let found = try pauses(test)
        #expect(found.count == 1 && found.first?.hasPrefix("playbook:main|\(reason)") == true, "\(found)")
        // What it was paused for does not pause it again.
        try test.store.write { _ = try Pauses.clear("playbook:main", $0) }
        try await test.drain(noon(20_001, hours: 2))
        #expect(try pauses(test).isEmpty)
    }

    @Test func theFilePAUSEStopsARunUnderWay() async throws {
        let path = NIOLockedValueBox("")
        let endpoint = try Endpoint { received in
            if received.number == 5 { try? Data().write(to: URL(fileURLWithPath: path.withLockedValue { $0 })) }
            return .answer(202)
        }
        let test = try workspace(endpoint, accounts: 200)
        path.withLockedValue { $0 = test.folder.path + "/PAUSE" }
        let report = try await test.drain(noon(20_000))
        #expect(report.sent >= 5 && report.sent < 30)
        #expect(try pauses(test) == ["all|the file PAUSE lies in the workspace; take it away, then resume"])
        // Resuming alone does not help while the file is there.
        try test.store.write { _ = try Pauses.clear("all", $0) }
        #expect(try await test.drain(noon(20_000)).sent == 0)
        try FileManager.default.removeItem(atPath: test.folder.path + "/PAUSE")
        try test.store.write { _ = try Pauses.clear("all", $0) }
        #expect(try await test.drain(noon(20_000)).sent == 200 - report.sent)
    }

    @Test func whatHasNotLeftWhenAPauseComesStays() async throws {
        let killSwitch = Puller()
        // The first answers come late: meanwhile others are on record as sending and wait for a place.
        let endpoint = try Endpoint { received in
            if received.number == 1 { killSwitch.pull() }
            usleep(800_000)
            return .answer(202)
        }
        let test = try workspace(endpoint, accounts: 50)
        killSwitch.path = test.store.path
        let report = try await test.drain(noon(20_000))
        // Two places on the wire, and nothing after them.
        #expect(endpoint.received.count <= 2 && report.sent == endpoint.received.count)
        #expect(try test.states == ["sent": report.sent, "pending": 50 - report.sent])
        #expect(try test.integer("SELECT count(*) FROM touch WHERE state = 'pending' AND claimed_at IS NOT NULL") == 0)
    }

    @Test func aKillSwitchStopsACycleBetweenSlices() throws {
        let endpoint = try Endpoint()
        let test = try workspace(endpoint, accounts: 3)
        try test.addAccounts(10, from: 4)
        let killSwitch = KillSwitch(directory: test.folder.path)
        let pulled = NIOLockedValueBox(false)
        let cycle = Cycle(
            workspace: test.workspace, pinned: PinnedVersions(texts: test.texts), store: test.store,
            processNow: {
                // After planning has begun.
                if !pulled.withLockedValue({ $0 }) {
                    pulled.withLockedValue { $0 = true }
                } else {
                    killSwitch.pull("the signal SIGUSR1 came")
                }
                return noon(20_500)
            }, killSwitch: killSwitch)
        #expect(throws: CyclePaused.self) { try cycle.run(now: noon(20_000, hours: 1)) }
        #expect(try pauses(test) == ["all|the signal SIGUSR1 came"])
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 3)
        try test.store.write { _ = try Pauses.clear("all", $0) }
        #expect(try test.run(noon(20_000, hours: 2)).entered == 10)
    }
}
