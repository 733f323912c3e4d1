import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

@Suite struct WorkerTests {
    @Test func whatIsThrottledWaitsAsAskedAndGoesOut() async throws {
        let endpoint = try Endpoint { $0.number <= 3 ? .answer(429, ["Retry-After: 0.05"]) : .answer(202) }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 2)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 2 && report.retried == 3)
        #expect(endpoint.received.count == 5)
        #expect(try test.integer("SELECT count(*) FROM attempt") == 5)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE ambiguous = 1") == 0)
    }

    @Test func anEndpointThatThrottlesForEverLosesNothingAndEndsTheRun() async throws {
        let endpoint = try Endpoint { _ in .answer(429, ["Retry-After: 0"]) }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 2)
        for _ in 1...3 {
            let report = try await test.drain(noon(20_000))
            #expect(report.sent == 0 && report.rejected == 0)
        }
        #expect(try test.states == ["pending": 2])
        #expect(endpoint.received.count > 16)
    }

    @Test func aFailureIsRepeatedOnlyUnderAKey() async throws {
        for reply in [Endpoint.Reply.answer(500), .answer(502), .reset] {
            let unkeyed = try Endpoint { _ in reply }
            let test = try TestWorkspace.mailing(to: unkeyed.url, accounts: 3)
            let report = try await test.drain(noon(20_000))
            #expect(report.unknown == 3 && unkeyed.received.count == 3)
            try await test.drain(noon(20_000))
            #expect(unkeyed.received.count == 3)

            let keyed = try Endpoint { $0.number <= 3 ? reply : .answer(202) }
            let other = try TestWorkspace.mailing(
                to: keyed.url, accounts: 3, more: ["idempotency: { header: Idempotency-Key, lifetime: 24h }"])
            let second = try await other.drain(noon(20_000))
            #expect(second.sent == 3)
            // Each touch came as often as it was tried, always with its key and its bytes.
            let byKey = Dictionary(grouping: keyed.received) { $0.header("Idempotency-Key") ?? "" }
            #expect(byKey.count == 3 && byKey.values.allSatisfy { Set($0.map(\.body)).count == 1 })
            #expect(try other.integer("SELECT count(*) FROM touch WHERE ambiguous = 1") == 3)
        }
    }

    /// What may have arrived at one endpoint is not sent to another, which would not know that it is a repetition.
    @Test(arguments: ["url", "header of the key", "account", "nothing"]) func aDoubtfulRequestGoesToNoOtherEndpoint(
        changed: String
    ) async throws {
        let first = try Endpoint { $0.number == 1 ? .answer(500, ["Retry-After: 3600"]) : .answer(202) }
        let second = try Endpoint()
        func channel(_ url: String, _ key: String, _ account: String) -> String {
            TestWorkspace.channel("mail", "email", url: url, more: "idempotency: { header: \(key), lifetime: 24h }")
                .replacing("method: POST", with: "method: POST, headers: { X-Account: \(account) }")
        }
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main")],
            files: ["channels/mail.yaml": channel(first.url, "Idempotency-Key", "one")])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(try test.rows("SELECT state, ambiguous, length(endpoint) FROM touch") == ["pending|1|32"])
        try test.execute("UPDATE touch SET retry_at = 0")
        try test.edit([
            "channels/mail.yaml": channel(
                changed == "url" ? second.url : first.url, changed == "header of the key" ? "X-Key" : "Idempotency-Key",
                changed == "account" ? "two" : "one")
        ])
        let report = try await test.drain(noon(20_000))
        guard changed != "nothing" else {
            #expect(report.sent == 1 && first.received.count == 2)
            return
        }
        #expect(report.unknown == 1 && first.received.count == 1 && second.received.isEmpty)
        #expect(
            try test.rows("SELECT state, reason FROM touch") == [
                "unknown|an earlier attempt may have arrived, and its channel leads to another endpoint or account since"
            ])
        // A person says that it did not arrive; then it may go anywhere.
        #expect(try await test.drain(noon(20_000)).sent == 0)
    }

    @Test func whatCannotHaveArrivedGoesToTheEndpointOfToday() async throws {
        let first = try Endpoint { _ in .answer(429, ["Retry-After: 3600"]) }
        let second = try Endpoint()
        let test = try TestWorkspace.mailing(to: first.url, accounts: 1)
        try await test.drain(noon(20_000))
        try test.execute("UPDATE touch SET retry_at = 0")
        try test.edit(["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: second.url)])
        #expect(try await test.drain(noon(20_000)).sent == 1)
        #expect(second.received.count == 1)
    }

    @Test func anAnswerThatBreaksOffIsAmbiguousToo() async throws {
        let endpoint = try Endpoint { $0.number == 1 ? .cut : .answer(202) }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 1, more: ["idempotency: { header: Idempotency-Key, lifetime: 24h }"])
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 1)
        #expect(try test.rows("SELECT attempts, ambiguous FROM touch") == ["2|1"])
    }

    @Test func aRefusedConnectionStopsTheChannelAlone() async throws {
        let good = try Endpoint()
        let closed = try ClosedPort()
        let test = try TestWorkspace(
            playbooks: [
                "main": TestWorkspace.playbook("main"),
                "app": TestWorkspace.playbook("app", steps: ["in_app: hello.md"]),
            ],
            files: [
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: closed.url),
                "channels/app.yaml": TestWorkspace.channel("app", "in_app", url: good.url),
            ])
        try test.addAccounts(60)
        try test.run(noon(20_000))
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 60 && report.rejected == 0)
        #expect(report.stopped["mail"]?.contains("requests failed") == true && report.stopped["app"] == nil)
        #expect(try test.states == ["pending": 60, "sent": 60])
        #expect(
            try test.integer(
                "SELECT count(*) FROM attempt AS a JOIN touch AS t ON t.id = a.touch_id WHERE t.channel = 'mail'") <= 32
        )
        // Ten runs later nothing is lost, and when the endpoint is back everything goes out.
        for _ in 1...10 { try await test.drain(noon(20_000)) }
        #expect(try test.states == ["pending": 60, "sent": 60])
        withExtendedLifetime(closed) {}
        try test.edit(["channels/mail.yaml": TestWorkspace.channel("mail", "email", url: good.url)])
        let back = try await test.drain(noon(20_000))
        #expect(back.sent == 60)
        #expect(Set(good.recipients).count == 60)
    }

    @Test func aHaltPausesTheChannelWithItsReasonAndLosesNothing() async throws {
        let isLocked = NIOLockedValueBox(true)
        let endpoint = try Endpoint { _ in isLocked.withLockedValue { $0 } ? .answer(401) : .answer(202) }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 40, more: ["response:", "  rules:", "    - { status: 401, then: halt }"])
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 0 && report.stopped["mail"] == "HTTP 401")
        #expect(endpoint.received.count <= 32)
        #expect(try test.rows("SELECT scope, reason FROM pause") == ["channel:mail|HTTP 401"])
        #expect(try test.states == ["pending": 40])
        // It stays paused until a person has looked.
        isLocked.withLockedValue { $0 = false }
        #expect(try await test.drain(noon(20_000)).sent == 0)
        try test.store.write { _ = try Pauses.clear("channel:mail", $0) }
        #expect(try await test.drain(noon(20_000)).sent == 40)
        #expect(try test.states == ["sent": 40])
    }

    @Test func aRejectionEndsTheTouchAndASuppressionTheAddress() async throws {
        let endpoint = try Endpoint { received in
            received.to == "a1@example.com"
                ? .answer(422) : received.to == "a2@example.com" ? .answer(410) : .answer(202)
        }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 3, more: ["response:", "  rules:", "    - { status: 410, then: suppress }"])
        let report = try await test.drain(noon(20_000))
        #expect(report.rejected == 1 && report.sent == 1 && report.dropped == 1)
        #expect(
            try test.rows("SELECT state, error FROM touch ORDER BY id") == [
                "rejected|HTTP 422", "suppressed|HTTP 410", "sent|-",
            ])
        #expect(
            try test.rows("SELECT address, category, reason FROM suppression") == ["a2@example.com||mail: HTTP 410"])
        // All three roads go on.
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE due_at IS NOT NULL") == 3)
    }

    @Test func noMoreThanInFlightAreOnTheWire() async throws {
        let gauge = Gauge()
        let endpoint = try Endpoint { _ in
            gauge.enter()
            gauge.leave()
            return .answer(202)
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 100, more: ["limits: { in_flight: 3 }"])
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 100)
        #expect(gauge.most <= 3)
    }

    @Test func theRateIsRespected() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 30, more: ["limits: { per_second: 20, in_flight: 64 }"])
        let clock = ContinuousClock()
        let start = clock.now
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 30)
        // Twenty at once, the other ten at twenty a second.
        #expect(clock.now - start >= .milliseconds(440))
    }

    @Test func aStoppedRunFinishesWhatIsUnderWayAndTheNextOneGoesOn() async throws {
        let stop = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)
        let endpoint = try Endpoint { received in
            if received.number == 10 { stop.withLockedValue { $0?() } }
            return .answer(202)
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 200)
        let report = try await test.drain(noon(20_000)) { worker in
            let interruption = worker.interruption
            stop.withLockedValue { $0 = interruption }
        }
        #expect(report.wasInterrupted && report.sent >= 10 && report.sent < 100)
        #expect(try test.states == ["sent": report.sent, "pending": 200 - report.sent])
        stop.withLockedValue { $0 = nil }
        #expect(try await test.drain(noon(20_000)).sent == 200 - report.sent)
        #expect(Set(endpoint.recipients).count == 200 && endpoint.received.count == 200)
    }

    @Test func twoWorkersInTurnSendEachTouchOnce() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 50)
        try await test.drain(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 50)
    }
}

/// How many are inside at once.
final class Gauge: Sendable {
    private let counts = NIOLockedValueBox((now: 0, most: 0))

    var most: Int { counts.withLockedValue { $0.most } }

    func enter() {
        counts.withLockedValue {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
        // Others get the chance to come in.
        sched_yield()
    }

    func leave() { counts.withLockedValue { $0.now -= 1 } }

    /// In `serve` a worker lives for as long as the files stay as they are, and versions that nobody walked when it began
    /// are walked later.
    @Test func aWorkerThatBeganBeforeAnybodyEnteredSendsWhatWaitedForANewDay() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main")], more: "send_window: { days: mon-fri, hours: 09:00-17:00 }")
        let test = world.test
        let process = NIOLockedValueBox(Instant(milliseconds: 0))
        let worker = test.worker(Clocks(processNow: { process.withLockedValue { $0 } }, random: { 0 }))
        // A Friday evening.
        try worker.begin(now: noon(20_000, hours: 7))
        try test.addAccounts(3)
        try test.run(noon(20_000, hours: 8))
        let monday = noon(20_003, hours: -2)
        try test.run(monday)
        for _ in 1...20 where world.mails.count < 3 {
            process.withLockedValue { $0 = $0 + .minutes(2) }
            try worker.turn(now: monday)
            while worker.isBusy { try worker.turn(now: monday) }
        }
        await worker.close()
        #expect(world.mails.count == 3)
    }
}
