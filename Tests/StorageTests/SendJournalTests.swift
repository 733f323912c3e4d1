import Decisions
import Foundation
import Playbooks
import Testing

@testable import Storage

/// What the sender's journal says, and who is told of it.
@Suite struct SendJournalTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// Three accounts with a pending touch each, numbered 1 to 3.
    private func world() throws -> Store {
        let store = try Store(path: scratch.database, mode: .readWrite)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO account (key, created_at) VALUES ('a1', 0), ('a2', 0), ('a3', 0);
                INSERT INTO playbook (id, name, state) VALUES (1, 'p', 'live');
                INSERT INTO playbook_version (id, playbook_id, hash, source, seen_at) VALUES (1, 1, 'h', 's', 0);
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive, begun) SELECT id, id, 1, 1, '', 1, 'treated', 0, 0, 1 FROM account;
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, fence)
                SELECT id, id, id, 1, 1, 'email_1', 'b' || id, 'email', 'mail', 'tips', 'm', 0, 'pending', 50, 0, 0,
                    1000000, '{}', 6 FROM account;
                """)
        }
        return store
    }

    private func intent(_ touch: Int64, attempt: Int = 1) -> SendIntent {
        SendIntent(
            id: touch, fence: 7, enrollmentID: touch, accountID: touch, attempt: attempt,
            claimedAt: Instant(milliseconds: 1_000), beganAt: Instant(milliseconds: 2_000), bodyHash: "body",
            messageHash: "message", endpoint: "endpoint")
    }

    private func sent(_ touch: Int64, provider: String? = "m1") -> SendIntent.Result {
        SendIntent.Result(
            of: intent(touch),
            Outbox.Settlement(
                id: touch, fence: 7, enrollmentID: touch, attempt: 1, state: .sent, providerID: provider),
            at: Instant(milliseconds: 1_500), endedAt: Instant(milliseconds: 3_000))
    }

    private func journal(_ store: Store, _ intents: [SendIntent], _ results: [SendIntent.Result] = []) throws {
        _ = try store.writeKeepingJournal {
            try SendJournal($0).append(owner: "sender", intents: intents, results: results)
        }
    }

    private func rows(_ store: Store, _ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.query(sql).map { row in
                row.values.map { value in
                    switch value {
                    case .null: "-"
                    case .integer(let number): "\(number)"
                    case .text(let text): text
                    case .real, .blob: "?"
                    }
                }.joined(separator: "|")
            }
        }
    }

    private static let touches = "SELECT id, state, fence FROM touch ORDER BY id"

    @Test func whoeverWritesNextFindsIntentsAsSendingAndResultsSettled() throws {
        let store = try world()
        try journal(store, [intent(1), intent(2)])
        try journal(store, [intent(3)], [sent(1)])
        #expect(try rows(store, Self.touches) == ["1|pending|6", "2|pending|6", "3|pending|6"])

        // Within the very transaction.
        let pending = try Store(path: scratch.database, mode: .readWrite).write {
            try $0.integer("SELECT count(*) FROM touch WHERE state = 'pending'")
        }
        #expect(pending == 0)
        #expect(try rows(store, Self.touches) == ["1|sent|8", "2|sending|7", "3|sending|7"])
        #expect(
            try rows(
                store,
                """
                SELECT owner, claimed_at, settled_at, first_attempt_at, attempts, provider_id, body_hash, endpoint
                FROM touch WHERE id < 3 ORDER BY id
                """
            ) == ["sender|1000|1500|2000|1|m1|body|endpoint", "sender|1000|-|2000|1|-|body|endpoint"])
        #expect(
            try rows(store, "SELECT touch_id, number, began_at, ended_at, result FROM attempt ORDER BY touch_id")
                == ["1|1|2000|3000|sent", "2|1|2000|-|-", "3|1|2000|-|-"])
        #expect(try rows(store, "SELECT type, account_id, touch_id, at FROM change") == ["sent|1|1|1500"])
        #expect(try rows(store, "SELECT id, due_at FROM enrollment ORDER BY id") == ["1|1500", "2|-", "3|-"])
        #expect(try store.read { try SendJournal($0).isEmpty })
    }

    @Test func anAnswerAfterTheFoldIsSettledByItsRow() throws {
        let store = try world()
        try journal(store, [intent(1)])
        try store.write { _ in }
        let isSettled = try store.writeKeepingJournal {
            try Outbox($0).settle(
                sent(1).settlement, now: Instant(milliseconds: 4_000), processNow: Instant(milliseconds: 5_000))
        }
        #expect(isSettled)
        #expect(try rows(store, Self.touches).first == "1|sent|8")
        #expect(try rows(store, "SELECT ended_at, result FROM attempt") == ["5000|sent"])
    }

    @Test func aFoldThatIsUndoneIsFoldedAgainOnce() throws {
        struct Killed: Error {}
        let store = try world()
        try journal(store, [intent(1), intent(2)], [sent(1)])
        #expect(throws: Killed.self) {
            try store.write { _ in throw Killed() }
        }
        #expect(try rows(store, Self.touches) == ["1|pending|6", "2|pending|6", "3|pending|6"])
        for _ in 1...3 { try store.write { _ in } }
        #expect(try rows(store, Self.touches) == ["1|sent|8", "2|sending|7", "3|pending|6"])
        #expect(try rows(store, "SELECT count(*) FROM change") == ["1"])
        #expect(try rows(store, "SELECT count(*) FROM attempt") == ["2"])
    }

    @Test func aJournalOfAnotherVersionStopsEveryWriteAndChangesNothing() throws {
        let store = try world()
        try journal(store, [intent(1)])
        _ = try store.writeKeepingJournal { try $0.execute("UPDATE send_log SET version = 9") }
        let error = #expect(throws: StorageError.self) {
            try store.write { try $0.execute("UPDATE touch SET state = 'cancelled', settled_at = 1") }
        }
        #expect(try "\(#require(error))".contains("row 1 of send_log is of version 9, and this program knows 1"))
        #expect(try rows(store, Self.touches).first == "1|pending|6")
        #expect(try !store.read { try SendJournal($0).isEmpty })
    }

    @Test func whoeverOnlyReadsFoldsWhereThatCanBeDoneAtOnce() throws {
        let store = try world()
        try journal(store, [intent(1)], [sent(1)])
        let path = scratch.database
        // While another writes, nobody waits.
        try store.writeKeepingJournal { _ in
            let reader = try Store(path: path, mode: .readOnly)
            #expect(try rows(reader, Self.touches).first == "1|pending|6")
        }
        let reader = try Store(path: path, mode: .readOnly)
        #expect(try rows(reader, Self.touches).first == "1|sent|8")
        #expect(throws: StorageError.self) { try reader.write { _ in } }
    }

    @Test func whatHasLeftIsOnRecordWhateverBecameOfTheFence() throws {
        let store = try world()
        try journal(store, [intent(1), intent(2), intent(3)], [sent(1)])
        // By a program that knows nothing of the journal.
        _ = try scratch.shell(
            """
            UPDATE touch SET fence = 50 WHERE id < 3;
            UPDATE touch SET state = 'cancelled', settled_at = 1 WHERE id = 3
            """)
        try store.write { _ in }
        #expect(try rows(store, Self.touches) == ["1|sent|8", "2|sending|7", "3|cancelled|6"])
    }

    @Test func entriesComeBackAsTheyWere() throws {
        var odd = intent(.max, attempt: 300)
        odd.accountID = .min
        odd.endpoint = nil
        odd.messageHash = ""
        var result = sent(-1, provider: "<näme@\u{1F600}>\n")
        result.settlement.detail = String(repeating: "x", count: 5_000)
        result.settlement.isAmbiguous = true
        let bytes = JournalEntries.bytes(of: [odd, intent(-1)], [result, sent(2, provider: nil)])
        var entries = JournalEntries(bytes)
        #expect(entries.next() == .intent(odd))
        #expect(entries.next() == .intent(intent(-1)))
        guard case .result(let first) = entries.next(), case .result(let second) = entries.next() else {
            Issue.record("no results")
            return
        }
        #expect(first.result(of: intent(-1)) == result)
        #expect(second.result(of: intent(2)) == sent(2, provider: nil))
        #expect(entries.isAtEnd)
    }

    @Test func bytesThatAreCutOffOrChangedAreNoneOrOthersAndNeverCrash() throws {
        let bytes = JournalEntries.bytes(of: [intent(1)], [sent(1)])
        for length in bytes.indices {
            var entries = JournalEntries(Array(bytes[..<length]))
            while !entries.isAtEnd, entries.next() != nil {}
        }
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                var entries = JournalEntries(changed)
                while !entries.isAtEnd, entries.next() != nil {}
            }
        }
        let store = try world()
        try journal(store, [intent(1)])
        _ = try store.writeKeepingJournal { try $0.execute("UPDATE send_log SET entries = substr(entries, 1, 9)") }
        let error = #expect(throws: StorageError.self) { try store.write { _ in } }
        #expect(try "\(#require(error))".contains("row 1 of send_log cannot be read"))
    }
}
