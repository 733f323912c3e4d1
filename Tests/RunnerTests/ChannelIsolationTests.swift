import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

/// What the endpoint of one channel does, and what the others notice of it: nothing.
@Suite struct ChannelIsolationTests {
    private func workspace(mail: String, app: String, accounts: Int, limits: String = "") throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main"),
                "app": TestWorkspace.playbook("app", steps: ["in_app: hello.md"]),
            ],
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: mail, more: limits),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: app),
            ])
        try test.addAccounts(accounts)
        try test.run(noon(20_000))
        return test
    }

    @Test func aChannelThatHangsHoldsUpNoOther() async throws {
        let latch = Latch()
        let hanging = try Endpoint { _ in
            latch.wait()
            return .answer(202)
        }
        // The other endpoint throttles its first answers, so that its touches have to be tried again.
        let count = 120
        let accepted = NIOLockedValueBox(0)
        let good = try Endpoint { received in
            if received.number <= 3 { return .answer(429, ["Retry-After: 0.02"]) }
            // Only when all of its touches are out, the hanging one is let go.
            if accepted.withLockedValue({
                $0 += 1; return $0
            }) == count {
                latch.open()
            }
            return .answer(202)
        }
        let test = try workspace(mail: hanging.url, app: good.url, accounts: count)
        let report = try await test.drain(noon(20_000))
        #expect(latch.isOpen, "the other channel waited for the one that hangs")
        #expect(report.sent == 2 * count && report.retried >= 3)
    }

    @Test func aChannelThatIsThrottledHoldsUpNoOther() async throws {
        let throttling = try Endpoint { _ in .answer(429, ["Retry-After: 3600"]) }
        let good = try Endpoint()
        let test = try workspace(mail: throttling.url, app: good.url, accounts: 80)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 80)
        #expect(try test.states == ["pending": 80, "sent": 80])
        // What was under way, and no more: the first answer keeps the whole channel quiet.
        #expect(throttling.received.count <= 16)
        #expect(try test.rows("SELECT channel, state FROM channel_state") == ["mail|slowed"])
    }

    @Test func freshTouchesGoBeforeThoseThatAreTriedAgain() async throws {
        let endpoint = try Endpoint()
        let test = try workspace(
            mail: endpoint.url, app: endpoint.url, accounts: 12, limits: "limits: { in_flight: 1 }")
        try test.script(
            "DELETE FROM touch WHERE channel = 'app'; UPDATE touch SET retry_at = 5, attempts = 1 WHERE account_id % 2 = 0"
        )
        let retried = Set(try test.rows("SELECT recipient FROM touch WHERE retry_at IS NOT NULL"))
        #expect(try await test.drain(noon(20_000)).sent == 12)
        #expect(Set(endpoint.recipients.suffix(6)) == retried)
    }

    @Test func aChannelWhoseRequestsFailBacksOffAndComesBackWithOneTouch() async throws {
        let isBroken = NIOLockedValueBox(true)
        let endpoint = try Endpoint { _ in isBroken.withLockedValue { $0 } ? .answer(500) : .answer(202) }
        let test = try workspace(
            mail: endpoint.url, app: "http://127.0.0.1:1/", accounts: 200,
            limits: "limits: { in_flight: 4 }\nidempotency: { header: Idempotency-Key, lifetime: 24h }")
        try test.script("DELETE FROM touch WHERE channel = 'app'")
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 0 && report.stopped["mail"]?.contains("requests failed; the last: HTTP 500") == true)
        let first = endpoint.received.count
        #expect(first >= 16 && first < 32)
        #expect(try test.states == ["pending": 200])
        #expect(try test.rows("SELECT channel, state FROM channel_state") == ["mail|open"])
        // The next run asks with one touch, and opens again.
        _ = try await test.drain(noon(20_000))
        #expect(endpoint.received.count == first + 1)
        isBroken.withLockedValue { $0 = false }
        #expect(try await test.drain(noon(20_000)).sent == 200)
        #expect(try test.rows("SELECT channel, state FROM channel_state").isEmpty)
        let bodies = Dictionary(grouping: endpoint.received) { $0.header("Idempotency-Key") ?? "" }
        #expect(bodies.count == 200 && bodies.values.allSatisfy { Set($0.map(\.body)).count == 1 })
    }
}

/// A gate that opens once.
final class Latch: Sendable {
    private let condition = NSCondition()
    private let state = NIOLockedValueBox(false)

    var isOpen: Bool { state.withLockedValue { $0 } }

    func open() {
        condition.withLock {
            state.withLockedValue { $0 = true }
            condition.broadcast()
        }
    }

    /// For at most 20 seconds, so that a test that fails ends.
    func wait() {
        let deadline = Date(timeIntervalSinceNow: 20)
        condition.withLock { while !isOpen, condition.wait(until: deadline) {} }
    }
}
