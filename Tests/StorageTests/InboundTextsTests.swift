import Foundation
import Playbooks
import Testing

@testable import Storage

/// Text messages that come in, on touches of `+14155550123` by two channels.
@Suite struct InboundTextsTests {
    private static let now = Instant(milliseconds: 1_772_953_200_000)

    /// Touches 1 and 2 went by `texts`, 40 and 3 days ago, 3 by `other`, 1 day ago.
    private func store() throws -> Store {
        let store = try Store.withAnEnrollment()
        try store.write { connection in
            for (index, touch) in [("texts", 40), ("texts", 3), ("other", 1)].enumerated() {
                try connection.execute(
                    """
                    INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                        category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                        settled_at)
                    VALUES (1, 1, 1, 1, :step, '+14155550123', 'sms', :channel, 'tips', 'm', 0, 'sent', 50, 0, 0, 0, '{}',
                        :at, :at)
                    """,
                    [
                        "step": .text("sms_\(index + 1)"), "channel": .text(touch.0),
                        "at": .instant(Self.now - .days(Int64(touch.1))),
                    ])
            }
        }
        return store
    }

    @discardableResult
    private func take(
        _ text: String, from sender: String = "+14155550123", id: String = "SM1", ago: TimeSpan? = nil, in store: Store
    ) throws -> Notices.Taken {
        try store.write {
            try InboundTexts($0, channel: "texts", workspace: "acme", now: Self.now).take(
                InboundText(from: sender, word: StopWord(text), at: ago.map { Self.now - $0 }, id: id))
        }
    }

    /// A gateway of one's own passes on what its carrier writes.
    @Test func aNumberMayBeWrittenAsItIsDialed() throws {
        let store = try store()
        var text = InboundText(from: "0175 1111111", word: .stop, id: "q1")
        func take(_ text: InboundText) throws -> Notices.Taken {
            try store.write {
                try InboundTexts(
                    $0, channel: "texts", workspace: "acme", country: PhoneCountry(named: "DE"), now: Self.now
                ).take(text)
            }
        }
        // A provider's number without a `+` is international.
        #expect(try take(text) == .unmatched)
        text.mayBeNational = true
        #expect(try take(text) == .recorded)
        #expect(try store.rows(suppressed) == ["+491751111111||STOP"])
    }

    private let suppressed = "SELECT address, category, reason FROM suppression"

    @Test func stopEndsThemAtOnceAndStartLiftsIt() throws {
        let store = try store()
        #expect(try take("Stop", in: store) == .recorded)
        #expect(try store.rows(suppressed) == ["+14155550123||STOP"])
        #expect(try store.rows("SELECT kind, touch_id FROM outcome") == ["unsubscribed|2"])
        // Told again, it is nothing new.
        #expect(try take("Stop", in: store) == .known)
        #expect(try take("START", id: "SM2", in: store) == .recorded)
        #expect(try store.rows(suppressed) == [])
        #expect(try store.rows("SELECT kind FROM outcome ORDER BY id") == ["unsubscribed", "resubscribed"])
        // The same word of before does nothing any more.
        #expect(try take("Stop", in: store) == .known)
        #expect(try store.rows(suppressed) == [])
    }

    @Test func startLiftsWhatStopMadeAndNothingElse() throws {
        for reason in ["hard bounce", "complaint", "by hand"] {
            let store = try store()
            try store.write {
                try Suppressions.add("+14155550123", category: nil, reason: reason, at: Self.now - .days(9), $0)
            }
            try take("STOP", in: store)
            try take("START", id: "SM2", in: store)
            #expect(try store.rows(suppressed) == ["+14155550123||\(reason)"])
        }
    }

    @Test func startLiftsWhatTheProviderRefusedBecauseOfAStopToIt() throws {
        let store = try store()
        try store.write {
            try Suppressions.add(
                "+14155550123", category: nil, reason: "texts: unsubscribed recipient", at: Self.now - .days(9), $0)
        }
        try take("START", in: store)
        #expect(try store.rows(suppressed) == [])
    }

    @Test func aLaterStopStandsAgainstAnEarlierStart() throws {
        let store = try store()
        try take("STOP", ago: .minutes(1), in: store)
        try take("START", id: "SM2", ago: .minutes(2), in: store)
        #expect(try store.rows(suppressed) == ["+14155550123||STOP"])
    }

    @Test func aNumberThatGotNothingIsSuppressedAllTheSame() throws {
        let store = try store()
        #expect(try take("ARRÊT", from: "491711234567", in: store) == .recorded)
        #expect(try store.rows(suppressed) == ["+491711234567||STOP"])
        #expect(try store.rows("SELECT count(*) FROM outcome") == ["0"])
    }

    @Test func anyOtherTextIsAReplyToTheNewestTouchOfTheChannel() throws {
        let store = try store()
        #expect(try take("Thanks, that helped!", in: store) == .recorded)
        #expect(try take("Thanks, that helped!", in: store) == .known)
        #expect(try store.rows("SELECT kind, touch_id FROM outcome") == ["replied|2"])
        #expect(try take("Who is this?", from: "+14155550199", id: "SM3", in: store) == .unmatched)
        #expect(try take("Hello", from: "Acme", id: "SM4", in: store) == .unmatched)
        #expect(try store.rows("SELECT count(*) FROM webhook") == ["0"])
    }

    @Test func aTouchOfTooLongAgoIsNotAnswered() throws {
        let store = try store()
        try store.write { try $0.execute("DELETE FROM touch WHERE id > 1") }
        #expect(try take("Hello again", in: store) == .unmatched)
    }
}
