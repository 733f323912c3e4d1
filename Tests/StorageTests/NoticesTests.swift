import Playbooks
import Storage
import Testing

/// What providers tell, on one address `ada@example.org` with touches `t1`, `t2`, ...
@Suite struct NoticesTests {
    private static let now = Instant(milliseconds: 1_772_953_200_000)

    private func store(
        touches: Int = 1, state: String = "sent", category: String = "education", isAmbiguous: Bool = false
    ) throws -> Store {
        let store = try Store.withAnEnrollment()
        try store.write { connection in
            let isOpen = state == "unknown" || state == "sending" || state == "pending"
            for number in 1...touches {
                try connection.execute(
                    """
                    INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                        category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                        settled_at, provider_id, fence, ambiguous, attempts, error)
                    VALUES (1, 1, 1, 1, :step, 'ada@example.org', 'email', 'mail', :category, 'm', 0, :state, 50, 0, 0, 0,
                        '{}', 5, :settled, :provider, 3, :ambiguous, :ambiguous, 'timed out')
                    """,
                    [
                        "step": .text("email_\(number)"), "category": .text(category), "state": .text(state),
                        "settled": isOpen ? .null : .integer(5), "provider": .text("<m\(number)@mail>"),
                        "ambiguous": .integer(isAmbiguous ? 1 : 0),
                    ])
            }
        }
        return store
    }

    private func notice(
        _ kind: Outcome.Kind, _ touch: Int = 1, minute: Int = 0, id: String? = nil, isForAll: Bool = true
    ) -> Notice {
        var notice = Notice(kind, id: id ?? "\(kind.rawValue)-\(touch)-\(minute)", body: "{}")
        notice.touch = "t\(touch)"
        notice.at = Self.now - .minutes(60 - Int64(minute))
        notice.isForAll = isForAll
        return notice
    }

    @discardableResult
    private func take(_ notices: [Notice], in store: Store) throws -> [Notices.Taken] {
        try store.write { connection in
            let taking = Notices(connection, channel: "mail", of: ["mail", "app"], workspace: "acme", now: Self.now)
            return try notices.map { try taking.take($0) }
        }
    }

    private func suppressed(_ store: Store) throws -> [String] {
        try store.rows("SELECT category, reason FROM suppression ORDER BY category")
    }

    // MARK: Addresses

    @Test(arguments: [(Outcome.Kind.bounced, "hard bounce"), (.complained, "complaint")])
    func harmSuppressesAndNoWishLiftsIt(kind: Outcome.Kind, reason: String) throws {
        let store = try store()
        try take([notice(kind)], in: store)
        #expect(try suppressed(store) == ["|\(reason)"])
        try take(
            [notice(.unsubscribed, minute: 1), notice(.resubscribed, minute: 2), notice(.delivered, minute: 3)],
            in: store)
        #expect(try suppressed(store) == ["|\(reason)"])
    }

    @Test func harmlessOutcomesSuppressNobody() throws {
        let store = try store()
        for kind in Outcome.Kind.allCases
        where ![.bounced, .complained, .unsubscribed, .suppressed].contains(kind) {
            try take([notice(kind)], in: store)
        }
        #expect(try suppressed(store) == [])
    }

    @Test func whoUnsubscribesLeavesTheCategoryOrAll() throws {
        let one = try store()
        try take([notice(.unsubscribed, isForAll: false)], in: one)
        #expect(try suppressed(one) == ["education|unsubscribed"])
        let all = try store()
        try take([notice(.unsubscribed)], in: all)
        #expect(try suppressed(all) == ["|unsubscribed"])
        // Nobody leaves what is sent as a service.
        let service = try store(category: "service")
        try take([notice(.unsubscribed, isForAll: false)], in: service)
        #expect(try suppressed(service) == ["|unsubscribed"])
    }

    @Test func theNewestWishCountsInWhateverOrderWishesCome() throws {
        let leaves = notice(.unsubscribed, minute: 1)
        let returns = notice(.resubscribed, minute: 2)
        let leavesAgain = notice(.unsubscribed, minute: 3)
        for order in permutations([leaves, returns]) {
            let store = try store()
            try take(order, in: store)
            #expect(try suppressed(store) == [], "\(order.map(\.id))")
        }
        for order in permutations([leaves, returns, leavesAgain]) {
            let store = try store()
            try take(order, in: store)
            #expect(try suppressed(store) == ["|unsubscribed"], "\(order.map(\.id))")
        }
        // Who comes back to one category has not come back to all.
        let store = try store()
        try take([notice(.resubscribed, minute: 9, isForAll: false), notice(.unsubscribed, minute: 1)], in: store)
        #expect(try suppressed(store) == ["|unsubscribed"])
    }

    @Test func fiveSoftBouncesInARowSuppress() throws {
        let store = try store(touches: 6)
        try take((1...4).map { notice(.softBounced, $0, minute: $0) }, in: store)
        // The same message bounces again.
        try take([notice(.softBounced, 4, minute: 5)], in: store)
        #expect(try suppressed(store) == [])
        try take([notice(.softBounced, 5, minute: 6)], in: store)
        #expect(try suppressed(store) == ["|5 soft bounces in a row"])
        // A delivery in between comes to be known late.
        try take([notice(.delivered, 6, minute: 3)], in: store)
        #expect(try suppressed(store) == [])
    }

    @Test func aDeliveryBetweenBeginsTheCountAnew() throws {
        let store = try store(touches: 7)
        try take((1...3).map { notice(.softBounced, $0, minute: $0) }, in: store)
        try take([notice(.delivered, 4, minute: 4)], in: store)
        try take((5...7).map { notice(.softBounced, $0, minute: $0) }, in: store)
        #expect(try suppressed(store) == [])
    }

    // MARK: Touches

    @Test(arguments: [
        ("unknown", Outcome.Kind.delivered, "sent"), ("unknown", .opened, "sent"), ("unknown", .bounced, "sent"),
        ("unknown", .dropped, "rejected"), ("unknown", .suppressed, "suppressed"), ("sending", .delivered, "sent"),
        ("unknown", .resubscribed, "unknown"), ("sent", .dropped, "sent"), ("pending", .delivered, "pending"),
    ])
    func aTouchThatNobodyKnewOfIsSettled(state: String, kind: Outcome.Kind, end: String) throws {
        let store = try store(state: state)
        try store.write {
            try $0.execute("INSERT INTO attempt (touch_id, number, began_at) VALUES (1, 1, 0)")
        }
        try take([notice(kind)], in: store)
        let isSettled = state != end
        #expect(
            try store.rows("SELECT state, fence, settled_at, provider_id FROM touch") == [
                "\(end)|\(isSettled ? 4 : 3)|\(isSettled ? "\(Self.now.milliseconds)" : state == "sent" ? "5" : "-")|<m1@mail>"
            ])
        if isSettled {
            #expect(try store.rows("SELECT result FROM attempt") == [end])
            #expect(try store.rows("SELECT due_at FROM enrollment") == ["\(Self.now.milliseconds)"])
        }
    }

    @Test func aTouchThatWaitsToBeRepeatedIsNotSentAgain() throws {
        let store = try store(state: "pending", isAmbiguous: true)
        try take([notice(.delivered)], in: store)
        #expect(try store.rows("SELECT state, error FROM touch") == ["sent|-"])
    }

    /// Somebody has said that it did not arrive.
    @Test func whatIsToBeSentAgainIsNotWhenItHasArrived() throws {
        let store = try store(state: "pending")
        try store.write { try $0.execute("UPDATE touch SET attempts = 1") }
        try take([notice(.delivered)], in: store)
        #expect(try store.rows("SELECT state, error FROM touch") == ["sent|-"])
    }

    @Test func aRenamedChannelIsToldOfWhatItSentUnderItsOldName() throws {
        let store = try store(state: "sent")
        func told(by channel: String, of channels: Set<String>, _ id: String) throws -> Notices.Taken {
            var notice = notice(.complained, id: id)
            notice.address = "ada@example.org"
            return try store.write { connection in
                try Notices(connection, channel: channel, of: channels, workspace: "acme", now: Self.now).take(notice)
            }
        }
        // As long as the channel is there, no other one speaks for it.
        #expect(try told(by: "post", of: ["mail", "post"], "1") == .unmatched)
        #expect(try told(by: "post", of: ["post"], "2") == .recorded)
        #expect(try suppressed(store) == ["|complaint"])
    }

    @Test func theSameToldTwiceIsOne() throws {
        let store = try store(state: "unknown")
        let all = [notice(.accepted), notice(.delivered, minute: 1), notice(.clicked, minute: 2)]
        #expect(try take(all, in: store) == [.recorded, .recorded, .recorded])
        let before = try store.rows("SELECT * FROM touch") + store.rows("SELECT * FROM outcome")
        #expect(try take(all.reversed() + all, in: store) == Array(repeating: .known, count: 6))
        #expect(try store.rows("SELECT * FROM touch") + store.rows("SELECT * FROM outcome") == before)
    }

    @Test func touchesAreFoundByTheProvidersIdToo() throws {
        let store = try store(touches: 2)
        func found(_ change: (inout Notice) -> Void) throws -> Notices.Taken? {
            var notice = notice(.opened, id: "\(Int.random(in: 0..<Int.max))")
            notice.touch = nil
            change(&notice)
            return try take([notice], in: store).first
        }
        #expect(try found { $0.providerID = "m2@mail" } == .recorded)
        #expect(try store.rows("SELECT touch_id FROM outcome") == ["2"])
        #expect(try found { $0.providerID = "<m1@mail>" } == .recorded)
        #expect(try found { $0.providerID = "m3@mail" } == .unmatched)
        #expect(try found { $0.touch = "t1" } == .recorded)
        // Another workspace at the same provider has a touch 1 of its own.
        #expect(try found { ($0.touch, $0.workspace) = ("t1", "other") } == .unmatched)
        #expect(try found { ($0.touch, $0.workspace) = ("t1", "acme") } == .recorded)
        for key in ["", "t", "t99", "tch_01", "t1x", "t-1", "x"] {
            #expect(try found { $0.touch = key } == .unmatched, "\(key)")
        }
    }

    /// A number that was given twice, before and after a back-up was put back unnoticed.
    @Test func whatIsToldOfAnotherAddressIsOfAnotherTouch() throws {
        let store = try store(touches: 1)
        var late = notice(.bounced)
        (late.address, late.providerID) = ("somebody.else@example.org", "m1@mail")
        #expect(try take([late], in: store) == [.unmatched])
        late.touch = nil
        late.id = "again"
        #expect(try take([late], in: store) == [.unmatched])
        #expect(try suppressed(store) == [])
        #expect(try store.rows("SELECT count(*) FROM outcome") == ["0"])
        (late.address, late.id) = ("Ada@Example.org", "hers")
        #expect(try take([late], in: store) == [.recorded])
        #expect(try suppressed(store) == ["|hard bounce"])
    }

    @Test func oneIdOfABatchIsToldApartByItsRecipient() throws {
        let store = try store(touches: 3)
        try store.write {
            try $0.execute("UPDATE touch SET provider_id = 'batch', recipient = 'r' || id || '@example.org'")
        }
        func touch(_ address: String?) throws -> [String] {
            var notice = notice(.opened, id: "\(Int.random(in: 0..<Int.max))")
            (notice.touch, notice.providerID, notice.address) = (nil, "batch", address)
            try take([notice], in: store)
            return try store.rows("SELECT touch_id FROM outcome ORDER BY id DESC LIMIT 1")
        }
        #expect(try touch("R2@example.org ") == ["2"])
        #expect(try touch("r3@example.org") == ["3"])
        #expect(try touch("nobody@example.org") == ["3"])
        #expect(try touch(nil) == ["3"])
        #expect(try store.rows("SELECT count(*) FROM webhook") == ["2"])
    }

    @Test func anEventAheadOfOurClockHasHappenedNow() throws {
        let store = try store()
        var early = notice(.clicked)
        early.at = Self.now + .hours(3)
        try take([early], in: store)
        #expect(try store.rows("SELECT at FROM outcome") == ["\(Self.now.milliseconds)"])
    }

    // MARK: What belongs to nothing

    @Test func onlyTheNewestOfTheUnmatchedAreKept() throws {
        let store = try store()
        try store.write { connection in
            try connection.execute(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 10050)
                INSERT INTO webhook (source, received_at, reason, body, dedup) SELECT 'mail', 0, '', '', n FROM number
                """)
            let text = String(repeating: "é", count: 20_000)
            #expect(try Webhooks(connection).keep(text, from: "mail", id: "x", reason: "none", at: Self.now))
            #expect(try !Webhooks(connection).keep(text, from: "mail", id: "x", reason: "none", at: Self.now))
        }
        #expect(
            try store.rows("SELECT count(*), max(id), max(length(CAST(body AS BLOB))) FROM webhook") == [
                "10000|10051|16384"
            ])
    }

    private func permutations(_ items: [Notice]) -> [[Notice]] {
        if items.count < 2 { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }
}
