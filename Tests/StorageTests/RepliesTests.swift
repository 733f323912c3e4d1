import Foundation
import Playbooks
import Testing

@testable import Storage

/// Mails that come in, on touches of `ada@example.org` and `bob@example.org` by two channels.
@Suite struct RepliesTests {
    private static let now = Instant(milliseconds: 1_772_953_200_000)

    /// Touches 1 to 3 are Ada's, claimed 40, 20 and 10 days ago; 4 is Bob's, 5 days ago.
    private func store(state: String = "sent") throws -> Store {
        let store = try Store.withAnEnrollment()
        try store.write { connection in
            for (index, touch) in [("ada", 40), ("ada", 20), ("ada", 10), ("bob", 5)].enumerated() {
                try connection.execute(
                    """
                    INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                        category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                        settled_at, provider_id, fence, ambiguous)
                    VALUES (1, 1, 1, 1, :step, :recipient, 'email', :channel, 'education', 'm', 0, :state, 50, 0, 0, 0,
                        '{}', :claimed, :settled, :provider, 3, 0)
                    """,
                    [
                        "step": .text("email_\(index + 1)"), "recipient": .text("\(touch.0)@example.org"),
                        "channel": .text(index < 2 ? "mail" : "other"), "state": .text(state),
                        "claimed": .instant(Self.now - .days(Int64(touch.1))),
                        "settled": state == "unknown" ? .null : .instant(Self.now - .days(Int64(touch.1))),
                        "provider": .text(index == 0 ? "<m1@mail>" : "m\(index + 1)"),
                    ])
            }
        }
        return store
    }

    private func reply(
        _ sender: String = "Ada@Example.org", to references: [String] = [], at addresses: [String] = [],
        id: String = "r",
        ago: TimeSpan? = nil
    ) -> Reply {
        var reply = Reply(from: sender, id: id)
        (reply.references, reply.touches, reply.at) = (references, addresses, ago.map { Self.now - $0 })
        return reply
    }

    @discardableResult
    private func take(_ replies: Reply..., in store: Store) throws -> [Notices.Taken] {
        try store.write { connection in
            let taking = Replies(connection, workspace: "acme", now: Self.now)
            return try replies.map { try taking.take($0) }
        }
    }

    private func answered(_ reply: Reply) throws -> [String] {
        let store = try store()
        try take(reply, in: store)
        return try store.rows("SELECT touch_id FROM outcome WHERE kind = 'replied'")
    }

    @Test func theTouchIsWhatTheMailRefersTo() throws {
        #expect(try answered(reply(to: ["m1@mail"])) == ["1"])
        #expect(try answered(reply(to: ["<m1@mail>"])) == ["1"])
        // Providers add their server to the id that they gave.
        #expect(try answered(reply(to: ["m2@geopod-ismtpd-1"])) == ["2"])
        // Ours, where the channel sends it as the message's id.
        #expect(try answered(reply(to: ["t2@acme.example"])) == ["2"])
        // The nearest that is known.
        #expect(try answered(reply(to: ["x@y", "m2@z", "m1@mail"])) == ["2"])
        #expect(try answered(reply(to: ["m1@mail"], at: ["t2"])) == ["1"])
    }

    @Test func elseItIsTheOneOfTheAddressForReplies() throws {
        #expect(try answered(reply(at: ["t1"])) == ["1"])
        #expect(try answered(reply(to: ["x@y"], at: ["t99", "t2"])) == ["2"])
    }

    @Test func elseItIsTheNewestOfThirtyDays() throws {
        #expect(try answered(reply()) == ["3"])
        #expect(try answered(reply(to: ["x@y"], at: ["t99"])) == ["3"])
        #expect(try answered(reply(ago: .days(15))) == ["2"])
        #expect(try answered(reply(ago: .days(19))) == ["2"])
        #expect(try answered(reply(ago: .days(50))) == [])
        let store = try store()
        try store.write { try $0.execute("UPDATE touch SET claimed_at = claimed_at - 2592000000") }
        #expect(try take(reply(), in: store) == [.unmatched])
    }

    @Test func onlyWhoGotTheTouchRepliesToIt() throws {
        for (references, keys) in [(["m4@mail"], []), (["m4"], []), ([], ["t4"]), (["m4@mail"], ["t1"])] {
            let store = try store()
            #expect(try take(reply(to: references, at: keys), in: store) == [.unmatched])
            #expect(try store.rows("SELECT * FROM outcome") + store.rows("SELECT * FROM webhook") == [])
        }
        #expect(try answered(reply("eve@evil.example", to: ["m1@mail"], at: ["t1"])) == [])
        #expect(try answered(reply("no address", to: ["m1@mail"])) == [])
    }

    @Test func theSameMailToldTwiceIsOneAndAnotherIsAnother() throws {
        let store = try store()
        #expect(try take(reply(), reply(), reply(id: "s"), in: store) == [.recorded, .known, .recorded])
        #expect(try store.rows("SELECT count(*) FROM outcome") == ["2"])
        #expect(try store.rows("SELECT type FROM change WHERE type = 'replied'") == ["replied", "replied"])
    }

    @Test func aReplyToADoubtfulTouchShowsThatItArrived() throws {
        let store = try store(state: "unknown")
        try take(reply(to: ["m2"]), in: store)
        #expect(try store.rows("SELECT state FROM touch ORDER BY id") == ["unknown", "sent", "unknown", "unknown"])
    }

    @Test func ghostsAndWhatNeverLeftHaveNoAnswer() throws {
        let store = try store()
        try store.write {
            try $0.execute("UPDATE touch SET ghost = 1, state = 'ghost' WHERE id = 3")
            try $0.execute("UPDATE touch SET state = 'suppressed' WHERE id = 2")
        }
        #expect(try take(reply(to: ["m2"], at: ["t3"]), in: store) == [.unmatched])
    }

    @Test func ofAnErasedPersonNothingIsKept() throws {
        let store = try store()
        try store.write { try $0.execute("UPDATE touch SET recipient = 'erased:' || id") }
        #expect(try take(reply(to: ["m1@mail"], at: ["t2"]), in: store) == [.unmatched])
        #expect(try store.rows("SELECT * FROM outcome") + store.rows("SELECT * FROM webhook") == [])
    }
}
