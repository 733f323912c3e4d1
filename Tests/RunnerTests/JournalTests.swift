import Decisions
import Dispatch
import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

/// Sending through the journal, while others decide on the same touches.
@Suite struct JournalTests {
    private static let keyed = ["idempotency: { header: Idempotency-Key, lifetime: 24h }"]
    private static let touches = """
        SELECT id, state, fence, attempts, ambiguous, coalesce(provider_id, ''), claimed_at, settled_at, reason FROM touch
        ORDER BY id
        """

    @Test func theTablesSayTheSameWithTheJournalAndWithoutIt() async throws {
        var dumps: [[String]] = []
        for fewest in [1, 20, .max] {
            let endpoint = try Endpoint { received in
                switch received.to.map({ $0.utf8.reduce(0) { $0 + Int($1) } % 7 }) {
                case 0: .answer(422)
                default: .body(202, "{\"id\": \"m\(received.to ?? "")\"}")
                }
            }
            let test = try TestWorkspace.mailing(
                to: endpoint.url, accounts: 300, more: ["limits: { in_flight: 16 }", "response: { id: /id }"])
            let report = try await test.drain(noon(20_000), fewestJournaled: fewest)
            #expect(report.sent + report.rejected == 300 && report.rejected > 10)
            #expect(try test.integer("SELECT count(*) FROM send_log") == 0)
            dumps.append(
                try test.rows(Self.touches)
                    + test.rows("SELECT touch_id, number, result FROM attempt ORDER BY touch_id")
                    + test.rows("SELECT touch_id, type FROM change WHERE type = 'sent' ORDER BY touch_id")
                    + test.rows("SELECT id, due_at FROM enrollment ORDER BY id"))
        }
        #expect(dumps[0] == dumps[2])
        #expect(dumps[1] == dumps[2])
    }

    /// What another process does while touches are claimed, journaled and on the wire.
    @Test(arguments: [
        """
        UPDATE enrollment SET state = 'ended', ended_at = 1, due_at = NULL;
        UPDATE touch SET state = 'cancelled', settled_at = 1, fence = fence + 1 WHERE state = 'pending'
        """,
        "INSERT INTO suppression SELECT address, '', 'unsubscribed', 1 FROM contact",
        "DELETE FROM touch WHERE state = 'pending'",
        "UPDATE touch SET waiting = 1, not_before = not_before + 1000000000 WHERE state = 'pending'",
    ])
    func whoeverDecidesMeanwhileDecidesOnAllThatHasNotLeft(sql: String) async throws {
        let accounts = 600
        let known = NIOLockedValueBox<Int?>(nil)
        let path = NIOLockedValueBox("")
        let endpoint = try Endpoint { received in
            if received.number == 100 {
                try? Store(path: path.withLockedValue { $0 }, mode: .readWrite).write { connection in
                    // Everything that may have left is on record as such.
                    let count = try connection.integer("SELECT count(*) FROM touch WHERE state <> 'pending'")
                    known.withLockedValue { $0 = Int(count) }
                    try connection.executeScript(sql)
                }
            }
            return .answer(202)
        }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: accounts, more: Self.keyed + ["limits: { in_flight: 32 }"])
        path.withLockedValue { $0 = test.store.path }
        let report = try await test.drain(noon(20_000))
        let left = try #require(known.withLockedValue { $0 })
        let received = endpoint.received.count
        // Not one that was pending when they wrote.
        #expect(left < accounts && received == left && report.sent == left, "\(left) \(received) \(report)")
        #expect(Set(endpoint.recipients).count == received)
        #expect(try test.states["sent"] == left)
        #expect(try test.integer("SELECT count(*) FROM attempt WHERE result = 'sent'") == left)
        #expect(try test.integer("SELECT count(*) FROM send_log") == 0)
    }

    @Test func anAnswerThatComesAfterOthersHaveFoldedSettlesItsTouch() async throws {
        let path = NIOLockedValueBox("")
        let endpoint = try Endpoint { received in
            // Each request is folded before it is answered.
            try? Store(path: path.withLockedValue { $0 }, mode: .readWrite).write { _ in }
            return received.number % 5 == 0 ? .answer(500) : .answer(202)
        }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 40, more: Self.keyed + ["limits: { in_flight: 8 }"])
        path.withLockedValue { $0 = test.store.path }
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 40)
        #expect(try test.states == ["sent": 40])
        #expect(try test.integer("SELECT count(*) FROM attempt WHERE result IS NULL") == 0)
        #expect(try test.integer("SELECT count(*) FROM attempt") == endpoint.received.count)
    }

    @Test func capsCountWhatIsClaimedAndJournaled() async throws {
        let endpoint = try Endpoint()
        let names = (1...4).map { "p\($0)" }
        let test = try TestWorkspace(
            playbooks: Dictionary(uniqueKeysWithValues: names.map { ($0, TestWorkspace.playbook($0)) }),
            configuration: TestWorkspace.configuration + "\ncaps: [ 2 per 1d ]\n",
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", url: endpoint.url, more: "limits: { in_flight: 64 }")
            ])
        try test.addAccounts(200)
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 400)
        #expect(Dictionary(grouping: endpoint.recipients, by: \.self).values.allSatisfy { $0.count == 2 })
        #expect(try test.states == ["sent": 400, "pending": 400])
        #expect(
            try test.rows("SELECT DISTINCT reason, not_before FROM touch WHERE state = 'pending'")
                == ["cap 2 per 1d|\((noon(20_001) - .minutes(1)).milliseconds)"])
    }

    private func worker(_ test: TestWorkspace, on path: String) throws -> Worker {
        Worker(
            workspace: test.workspace, pinned: PinnedVersions(texts: test.texts), directory: test.folder.path,
            environment: [:], secret: [UInt8](repeating: 7, count: 32),
            store: try Store(path: path, mode: .readWrite), clocks: .system, owner: "another", fewestJournaled: 1)
    }

    @Test func aSecondSenderSendsNothingOfTheFirst() async throws {
        let hasBegun = DispatchSemaphore(value: 0)
        let endpoint = try Endpoint { received in
            if received.number == 20 { hasBegun.signal() }
            return .answer(202)
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 300, more: ["limits: { in_flight: 16 }"])
        nonisolated(unsafe) let second = try worker(test, on: test.store.path)
        let isDone = DispatchSemaphore(value: 0)
        Thread {
            hasBegun.wait()
            // Its recovery takes the first one's requests for those of a dead process.
            _ = try? second.drain(now: noon(20_000))
            isDone.signal()
        }.start()
        try await test.drain(noon(20_000))
        #expect(Self.waits(for: isDone))
        await second.close()
        #expect(Set(endpoint.recipients).count == endpoint.received.count, "a touch was sent twice")
        #expect(endpoint.received.count == 300)
        let states = try test.states
        #expect(states["sent", default: 0] + states["unknown", default: 0] == 300, "\(states)")
    }

    private static func waits(for done: DispatchSemaphore) -> Bool { done.wait(timeout: .now() + 60) == .success }

    @Test func aBackUpWithAJournalIsFoldedBeforeAnythingLeaves() async throws {
        let paths = NIOLockedValueBox(("", ""))
        let endpoint = try Endpoint { received in
            if received.number == 150 {
                // In the midst of it, without a fold.
                let (from, to) = paths.withLockedValue { $0 }
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments = ["sqlite3", from, ".timeout 5000", ".backup '\(to)'"]
                try? process.run()
                process.waitUntilExit()
            }
            return .answer(202)
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 400, more: ["limits: { in_flight: 64 }"])
        let copy = test.folder.appendingPathComponent("copy.db").path
        paths.withLockedValue { $0 = (test.store.path, copy) }
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 400)

        let restored = try Store(path: copy, mode: .readWrite)
        #expect(try !restored.read { try SendJournal($0).isEmpty })
        let worker = try worker(test, on: copy)
        try worker.begin(now: noon(20_000))
        let states = try restored.read { try CycleRecords.touchCounts($0) }
        // What it says has left counts as left; nobody knows how the requests ended that were on the wire.
        #expect(states[.sending] == nil)
        #expect(states[.sent, default: 0] + states[.unknown, default: 0] >= 100, "\(states)")
        #expect(try restored.read { try SendJournal($0).isEmpty })
        await worker.close()
    }
}
