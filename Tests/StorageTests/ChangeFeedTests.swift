import Decisions
import Playbooks
import Reliability
import Storage
import Testing

/// The ledger of changes: its order, how long it is kept, and where its receivers stand.
@Suite struct ChangeFeedTests {
    private let scratch: Scratch
    private let store: Store
    private static let day: Int64 = 86_400_000

    init() throws {
        scratch = try Scratch()
        store = try Store.underTest(scratch.path("test.db"))
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO account (id, key, created_at) VALUES (1, 'a1', 0), (2, 'a2', 0);
                INSERT INTO contact (id, account_id, key) VALUES (7, 2, 'ada');
                INSERT INTO playbook (id, name, state) VALUES (3, 'hello', 'live');
                """)
        }
    }

    /// Changes of the first days, one a day.
    private func add(_ count: Int, from day: Int64 = 0) throws {
        try store.write { connection in
            for day in day..<day + Int64(count) {
                try connection.execute(
                    "INSERT INTO change (type, at, account_id) VALUES ('churned', :at, 1)",
                    ["at": .integer(day * Self.day)])
            }
        }
    }

    private func ids(after id: Int64 = 0) throws -> [Int64] {
        try store.read { try ChangeFeed($0).changes(after: id, limit: 100).map(\.id) }
    }

    @Test func theFilesKnowEveryKindThatIsWritten() {
        #expect(Receiver.knownKinds == Change.Kind.allCases.map(\.rawValue))
    }

    @Test func aChangeOfATouchIsToldWithItsStepAndItsContact() throws {
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables)
                VALUES (9, 1, 2, 3, 1, 'email_1', 7, 'ada@a2.example', 'email', 'mail', 'tips', 'm.md', 0, 'sending', 50, 0, 0,
                    0, '{}');
                UPDATE touch SET fence = 4 WHERE id = 9;
                """)
            let settlement = Outbox.Settlement(id: 9, fence: 4, enrollmentID: 1, attempt: 1, state: .sent)
            let now = Instant(milliseconds: 5)
            #expect(try Outbox(connection).settle(settlement, now: now, processNow: now))
            // Of somebody else's claim nothing is told.
            #expect(try !Outbox(connection).settle(settlement, now: now, processNow: now))
            try Outcome(.clicked, account: 2, enrollment: 1, touch: 9, at: now, detail: #"{"link":"x"}"#, dedup: "c")
                .record(connection)
            try Outcome(.clicked, account: 2, enrollment: 1, touch: 9, at: now, dedup: "c").record(connection)
            try Outcome(.machineOpened, account: 2, enrollment: 1, touch: 9, at: now, dedup: "m").record(connection)
        }
        let found = try store.read { try ChangeFeed($0).changes(after: 0, limit: 10) }
        #expect(found.map(\.kind) == [.sent, .clicked])
        for change in found {
            #expect(change.account == "a2" && change.playbook == "hello" && change.step == "email_1")
            #expect(change.contact == "ada")
        }
        #expect(found.last?.detail == #"{"link":"x"}"#)
    }

    @Test func whatIsOldIsDroppedFromTheBeginningAndItsReceiversAreTold() throws {
        try store.write { try ReceiverRecords($0).begin("crm") }
        try add(5)
        // One that happened long before it became known stays behind those that are young.
        try add(1, from: -400)
        try store.write { connection in
            var state = try #require(try ReceiverRecords(connection).all()["crm"])
            state.cursor = 1
            try ReceiverRecords(connection).write(state)
            #expect(try ChangeFeed(connection).drop(before: Instant(milliseconds: 3 * Self.day), most: 2) == 2)
            #expect(try ChangeFeed(connection).drop(before: Instant(milliseconds: 3 * Self.day), most: 2) == 1)
            #expect(try ChangeFeed(connection).drop(before: Instant(milliseconds: 3 * Self.day), most: 2) == 0)
        }
        #expect(try ids() == [4, 5, 6])
        #expect(try store.read { try ReceiverRecords($0).all()["crm"]?.lost } == 2)
        #expect(try store.read { try ChangeFeed($0).isDropped(after: 2) })
        #expect(try store.read { try !ChangeFeed($0).isDropped(after: 3) })
        // Ids are never used again.
        try store.write { _ = try $0.execute("DELETE FROM change") }
        #expect(try store.read { try ChangeFeed($0).newest() } == 6)
        try add(1)
        #expect(try ids() == [7])
    }

    @Test func aReceiverBeginsWithTheNextChangeAndSaysHowFarItIsBehind() throws {
        try add(3)
        try store.write { try ReceiverRecords($0).begin("crm") }
        try add(2, from: 3)
        try store.read { connection in
            let state = try #require(try ReceiverRecords(connection).all()["crm"])
            #expect(state.cursor == 3)
            let backlog = try ReceiverRecords(connection).backlog(of: state, kinds: nil)
            #expect(backlog.count == 2 && backlog.oldest == Instant(milliseconds: 3 * Self.day))
            #expect(try ReceiverRecords(connection).backlog(of: state, kinds: ["sent"]).count == 0)
            #expect(try ReceiverRecords(connection).backlog(of: state, kinds: ["sent", "churned"]).count == 2)
        }
        // It is there already, and stays where it is.
        try store.write { try ReceiverRecords($0).begin("crm") }
        #expect(try store.read { try ReceiverRecords($0).all()["crm"]?.cursor } == 3)
    }
}
