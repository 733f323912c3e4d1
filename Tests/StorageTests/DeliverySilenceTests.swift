import Playbooks
import Storage
import Testing

/// When it is an alarm that a provider tells nothing of the messages that it accepted.
@Suite struct DeliverySilenceTests {
    private static let now = Instant(milliseconds: 1_750_000_000_000)

    /// Messages an hour apart, the last of them `last` hours ago; reported after so many minutes, or not at all.
    private static func messages(_ count: Int, last: Int64, reportedAfter minutes: Int64?) -> [DeliverySilence.Message]
    {
        (0..<count).reversed().map { index in
            let at = now - .hours(last + Int64(index))
            return DeliverySilence.Message(acceptedAt: at, reportedAt: minutes.map { at + .minutes($0) })
        }
    }

    @Test func aProviderThatStopsToTellIsNoticed() throws {
        let told = Self.messages(200, last: 40, reportedAfter: 3)
        let silent = Self.messages(30, last: 4, reportedAfter: nil)
        let silence = try #require(DeliverySilence(told + silent, now: Self.now))
        #expect(silence.messages == 30)
        #expect(silence.since == Self.now - .hours(33))
        #expect(silence.hours == 1)
        #expect(silence.hasToldBefore)
    }

    @Test func oneThatHasNeverToldAnythingIsNoticedAfterADay() {
        #expect(DeliverySilence(Self.messages(30, last: 2, reportedAfter: nil), now: Self.now) == nil)
        #expect(DeliverySilence(Self.messages(30, last: 25, reportedAfter: nil), now: Self.now)?.hasToldBefore == false)
    }

    @Test func aSlowProviderIsGivenItsTime() {
        let told = Self.messages(200, last: 30, reportedAfter: 600)
        #expect(DeliverySilence(told + Self.messages(25, last: 1, reportedAfter: nil).suffix(9), now: Self.now) == nil)
    }

    @Test func fewMessagesAndAProviderThatTellsOfFewAreNoAlarm() {
        let told = Self.messages(200, last: 40, reportedAfter: 3)
        #expect(DeliverySilence(told + Self.messages(19, last: 4, reportedAfter: nil), now: Self.now) == nil)
        // One in ten is reported: 30 in a row that are not come about by chance.
        let rare = told.enumerated().map { index, message in
            index % 10 == 0
                ? message : DeliverySilence.Message(acceptedAt: message.acceptedAt, reportedAt: nil)
        }
        #expect(DeliverySilence(rare + Self.messages(30, last: 4, reportedAfter: nil), now: Self.now) == nil)
        #expect(DeliverySilence([], now: Self.now) == nil)
        #expect(DeliverySilence(told, now: Self.now) == nil)
    }
}
