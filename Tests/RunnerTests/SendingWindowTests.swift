import Delivery
import Playbooks
import Testing

@testable import Runner

/// How many requests of a channel may be on record as `sending`, and so in doubt after a crash.
@Suite struct SendingWindowTests {
    private static let key = "idempotency: { header: Idempotency-Key, lifetime: 24h }"

    private func channel(_ more: String...) throws -> ChannelAtWork {
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main")],
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", url: "http://127.0.0.1:1/", more: more.joined(separator: "\n"))
            ])
        return try ChannelAtWork(pretending: try #require(test.workspace.channels["mail"]))
    }

    @Test(arguments: [1, 8, 64]) func withoutAKeyItIsTwiceThePlaces(places: Int) throws {
        #expect(try channel("limits: { in_flight: \(places) }").window == 2 * places)
    }

    private func answer(_ work: ChannelAtWork, _ status: Int = 202, after milliseconds: Int64 = 5, times: Int = 1) {
        let result = status == 202 ? SendResult.sent(id: nil) : .unknown(reason: "HTTP \(status)")
        let response = Response(status: status, duration: TimeSpan(milliseconds: milliseconds))
        for _ in 0..<times { work.note(response, [result], processNow: Instant(milliseconds: 1_000_000)) }
    }

    @Test(arguments: [(1, 8), (8, 64), (64, 512), (100, 512), (400, 800)])
    func withAKeyItIsWideOnceTheEndpointHasTakenAllForAWhile(places: Int, window: Int) throws {
        let work = try channel("limits: { in_flight: \(places) }", Self.key)
        answer(work, times: 31)
        #expect(work.window == 2 * places)
        answer(work)
        #expect(work.window == window)
        answer(work, 500)
        #expect(work.window == 2 * places)
    }

    /// What waits in it was looked at when it was claimed, which must not be long ago.
    @Test func anEndpointThatTakesItsTimeHasItNarrow() throws {
        let work = try channel("limits: { in_flight: 8 }", Self.key)
        answer(work, after: 200, times: 100)
        #expect(work.window == 16)
        answer(work, after: 20, times: 100)
        #expect(work.window == 64)
    }

    @Test func anEndpointThatThrottlesHasItNarrowUntilItIsQuickAgain() throws {
        let work = try channel("limits: { in_flight: 8 }", Self.key)
        answer(work, times: 32)
        let throttled = Response(status: 429, headerBlock: Array("Retry-After: 1\r\n".utf8))
        work.note(
            throttled, [.retry(after: .seconds(1), before: nil, reason: "HTTP 429")],
            processNow: Instant(milliseconds: 1_000_000))
        #expect(work.pace.places == 4 && work.window == 8)
        answer(work, times: 400)
        #expect(work.window == 64)
    }
}
