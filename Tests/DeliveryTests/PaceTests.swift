import Playbooks
import Testing

@testable import Delivery

@Suite struct PaceTests {
    private let start = Instant(milliseconds: 1_000_000)

    private func after(_ milliseconds: Int64) -> Instant { start + TimeSpan(milliseconds: milliseconds) }

    @Test func throttlingHalvesBothLimitsAndKeepsQuietAsAsked() {
        var pace = Pace(perSecond: 100, inFlight: 8, at: start)
        #expect(pace.places == 8 && pace.room(for: 500, at: start) == 100)
        pace.slowDown(for: .seconds(2), left: start, at: start)
        #expect(pace.places == 4 && pace.share == 0.5 && pace.isSlowed)
        #expect(pace.room(for: 500, at: after(1_999)) == 0 && pace.next(at: start) == after(2_000))
        // Half of a second's worth.
        #expect(pace.room(for: 500, at: after(2_000)) == 50)
    }

    @Test func whatWasUnderWayDoesNotSlowItDownTwice() {
        var pace = Pace(perSecond: nil, inFlight: 64, at: start)
        for moment: Int64 in [100, 110, 120] { pace.slowDown(for: .seconds(1), left: start, at: after(moment)) }
        #expect(pace.places == 32)
        #expect(pace.quietUntil == after(1_120))
        pace.slowDown(for: nil, left: after(1_200), at: after(1_300))
        #expect(pace.places == 16)
    }

    @Test func itNeverGoesBelowOneAtATimeNorAboveTheLimits() {
        var pace = Pace(perSecond: 10, inFlight: 8, at: start)
        var now = start
        for _ in 1...40 {
            pace.slowDown(for: TimeSpan(milliseconds: 0), left: now, at: now)
            now = now + .minutes(2)
        }
        #expect(pace.places == 1 && pace.share == Pace.least)
        #expect(pace.room(for: 8, at: now) >= 1)
        for _ in 1...2_000 { pace.speedUp(RateNotice(), underWay: 0, at: now) }
        #expect(pace.places == 8 && pace.share == 1 && !pace.isSlowed)
        #expect(pace.room(for: 100, at: now + .hours(1)) == 10)
    }

    @Test func itSpeedsUpSlowly() {
        var pace = Pace(perSecond: 100, inFlight: 8, at: start)
        pace.slowDown(for: nil, left: start, at: start)
        // The answers of a second give back a twentieth.
        for _ in 1...50 { pace.speedUp(RateNotice(), underWay: 0, at: after(1_000)) }
        #expect(pace.share > 0.54 && pace.share < 0.56)
    }

    @Test func anEndpointThatNamesNoTimeIsAskedLessAndLessOften() {
        var pace = Pace(perSecond: nil, inFlight: 8, at: start)
        var waits: [Int64] = []
        var now = start
        for _ in 1...12 {
            pace.slowDown(for: nil, left: now, at: now)
            waits.append(((pace.quietUntil ?? now) - now).milliseconds)
            now = pace.quietUntil ?? now
        }
        #expect(waits.prefix(4) == [250, 500, 1_000, 2_000] && waits.last == 60_000)
        // Nor is one believed that asks for nothing and throttles for ever.
        pace.slowDown(for: TimeSpan(milliseconds: 0), left: now, at: now)
        #expect(pace.quietUntil == now + .minutes(1))
        pace.speedUp(RateNotice(), underWay: 0, at: now)
        pace.slowDown(for: nil, left: now + .minutes(1), at: now + .minutes(1))
        #expect(pace.quietUntil == now + .minutes(1) + TimeSpan(milliseconds: 250))
    }

    @Test func itWaitsForTheResetBeforeTheEndpointMustThrottle() {
        var pace = Pace(perSecond: nil, inFlight: 8, at: start)
        pace.speedUp(RateNotice(remaining: 20, wait: .seconds(30)), underWay: 7, at: start)
        #expect(!pace.isQuiet(at: start))
        pace.speedUp(RateNotice(remaining: 7, wait: .seconds(30)), underWay: 7, at: start)
        #expect(pace.quietUntil == after(30_000) && pace.places == 8)
    }

    @Test func aPauseOfItsOwnIsNoRate() {
        var pace = Pace(perSecond: nil, inFlight: 3, at: start)
        #expect(pace.room(for: 5, at: start) == 5 && pace.next(at: start) == nil)
        pace.put(3)
        pace.slowDown(for: .seconds(1), left: start, at: start)
        #expect(pace.next(at: start) == after(1_000) && pace.next(at: after(1_000)) == nil)
    }

    @Test(arguments: [
        ("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1020", 0, 20_000),
        ("ratelimit-remaining: 1\r\nratelimit-reset: 7", 1, 7_000),
        ("x-sib-ratelimit-remaining:12\r\nx-sib-ratelimit-reset:3.5", 12, 3_500),
        ("X-RateLimit-Remaining: 4;w=1\r\nX-RateLimit-Reset-After: 0.25", 4, 250),
        ("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1750000005", 0, 5_000),
        ("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1750000005000", 0, 5_000),
        ("X-RateLimit-Remaining: many\r\nX-RateLimit-Reset: soon", -1, -1),
        ("X-RateLimit-Remaining: -3\r\nX-RateLimit-Reset: 99999999999999999999999", -1, 3_600_000),
        ("X-Other: 1\r\nRetry: 5\r\nX-RateLimit-Limit: 100", -1, -1),
    ])
    func rateHeadersAreRead(lines: String, remaining: Int, wait: Int) {
        let block = Array("HTTP/1.1 200 OK\r\nDate: x\r\n\(lines)\r\n\r\n".utf8)
        let notice = RateNotice(
            Response(status: 200, headerBlock: block), now: Instant(milliseconds: 1_750_000_000_000))
        #expect(notice.remaining == (remaining < 0 ? nil : remaining))
        // A small number is seconds from now.
        let expected = lines.contains(": 1020") ? 1_020_000 : wait
        #expect(notice.wait?.milliseconds == (expected < 0 ? nil : Int64(expected)))
        #expect(!notice.isThrottled)
    }

    @Test(
        arguments: [
            (429, "", true, nil), (429, "Retry-After: 3", true, 3_000), (420, "Retry-After: 3", true, 3_000),
            (503, "", false, nil), (503, "Retry-After: 2", true, 2_000), (200, "Retry-After: 2", false, nil),
            (429, "X-RateLimit-Reset: 9", true, 9_000), (500, "Retry-After: 1", false, nil),
        ] as [(Int, String, Bool, Int64?)])
    func throttlingIsKnownFromTheStatus(status: Int, line: String, isThrottled: Bool, wait: Int64?) {
        let notice = RateNotice(
            Response(status: status, headerBlock: Array("HTTP/1.1 \(status) X\r\n\(line)\r\n\r\n".utf8)), now: start)
        #expect(notice.isThrottled == isThrottled && notice.wait?.milliseconds == wait)
    }
}
