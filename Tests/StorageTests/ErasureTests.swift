import Foundation
import Playbooks
import Storage
import Testing

/// What comes late of a person who was erased.
@Suite struct ErasureTests {
    private let now = Instant(milliseconds: 1_774_022_400_000)
    private let scratch: Scratch
    private let store: Store

    /// Two accounts with a contact each, both written to by email under the provider's ids `m-1` and `m-2`.
    init() throws {
        scratch = try Scratch()
        try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: scratch.database + ".secret"))
        store = try scratch.store(accounts: 2)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO contact (account_id, key, email, address, name)
                VALUES (1, 'ada', 'Ada@Example.com', 'ada@example.com', 'Ada Lovelace'),
                    (2, 'bob', 'bob@example.com', 'bob@example.com', 'Bob');
                INSERT INTO playbook (name, state) VALUES ('p', 'live');
                INSERT INTO playbook_version (playbook_id, hash, source, seen_at) VALUES (1, 'h', '', 0);
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive) SELECT id, 1, 1, '', 1, 'treated', 1, 0 FROM account;
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    provider_id, claimed_at, settled_at)
                SELECT e.id, e.account_id, 1, 1, 'email_1', c.id, c.address, 'email', 'mail', 'education', 'm.md', 0, 'sent',
                    50, 1, 1, 2, '{"contact.name":["text","Ada Lovelace"]}', 'm-' || e.id, 1, 1
                FROM enrollment AS e JOIN contact AS c ON c.account_id = e.account_id;
                INSERT INTO webhook (source, received_at, reason, body, dedup)
                VALUES ('mail', 1, '', '{"to":"Ada@Example.com"}', 'a'), ('mail', 1, '', '{"to":"eve@example.com"}', 'b');
                INSERT INTO waiting_row (waits_for, row, received_at) VALUES ('user:x', '{"v":"ada@example.com"}', 1);
                INSERT INTO inbox (account_id, contact_id, touch_id, at, body) VALUES (1, 1, 9, 1, '{"text":"Hi Ada"}');
                INSERT INTO link (account_id, id, url) VALUES (1, 'x', 'https://a.example/?to=ada@example.com'),
                    (1, 'y', 'https://a.example/'), (2, 'z', 'https://a.example/?to=bob@example.com')
                """)
        }
    }

    private func erase(_ subject: Erasure.Subject) throws -> Erasure.Counts {
        try store.write {
            try Erasure($0, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: now).erase(subject)
        }
    }

    private func integer(_ sql: String) throws -> Int { Int(try store.read { try $0.integer(sql) }) }

    @Test func whatCameInForNobodyAndWhatPagesShowGoesToo() throws {
        let counts = try erase(.address("ada@example.com"))
        #expect(counts.waiting == 2)
        #expect(try integer("SELECT count(*) FROM webhook") == 1)
        #expect(try integer("SELECT count(*) FROM waiting_row") == 0)
        #expect(try integer("SELECT count(*) FROM inbox") == 0)
        #expect(try integer("SELECT count(*) FROM link") == 2)
        // The message to the other one names her.
        #expect(counts.touches == 1)
        #expect(try integer("SELECT count(*) FROM touch WHERE variables = '{}'") == 1)
    }

    @Test func lateWebhooksBringNothingBack() throws {
        _ = try erase(.address("ada@example.com"))
        func take(_ touch: String?, _ address: String, _ provider: String, _ id: String) throws -> Notices.Taken {
            var notice = Notice(.bounced, id: id, body: "{\"to\":\"\(address)\"}")
            (notice.touch, notice.address, notice.providerID) = (touch, address, provider)
            notice.detail = "{\"reason\":\"\(address) is full\"}"
            return try store.write { try Notices($0, channel: "mail", workspace: "w", now: now).take(notice) }
        }
        #expect(try take("t1", "ada@example.com", "m-1", "1") == .recorded)
        #expect(try take(nil, "Ada@Example.com", "m-1", "2") == .known)
        #expect(try take(nil, "eve@example.com", "m-9", "3") == .unmatched)
        #expect(try integer("SELECT count(*) FROM outcome WHERE touch_id = 1 AND detail IS NULL") == 1)
        #expect(try integer("SELECT count(*) FROM webhook WHERE body LIKE '%da@example.com%'") == 0)
        #expect(try integer("SELECT count(*) FROM suppression") == 1)
        // The other contact is treated as ever.
        #expect(try take("t2", "bob@example.com", "m-2", "4") == .recorded)
        #expect(try integer("SELECT count(*) FROM suppression WHERE address = 'bob@example.com'") == 1)
    }

    @Test func whatAnEventCallsAContactThatNeverCameGoesToo() throws {
        try store.write {
            try $0.executeScript(
                """
                INSERT INTO event_kind (name) VALUES ('signed');
                INSERT INTO event (account_id, kind_id, at, received_at, dedup, contact_key)
                SELECT 2, max(id), 1, 1, 'd1', 'ada@example.com' FROM event_kind UNION ALL
                SELECT 2, max(id), 1, 1, 'd2', 'eve@example.com' FROM event_kind
                """)
        }
        #expect(try erase(.address("ada@example.com")).events == 1)
        #expect(try integer("SELECT count(*) FROM event WHERE contact_key IS NULL") == 1)
        #expect(try erase(.account("a2")).events == 1)
        #expect(try integer("SELECT count(*) FROM event WHERE contact_key IS NOT NULL") == 0)
    }

    @Test func hashesDependOnTheSecret() {
        let (one, other) = (ErasureKey(secret: [1]), ErasureKey(secret: [2]))
        #expect(one.hash("ada@example.com") == one.hash("ada@example.com"))
        #expect(one.hash("ada@example.com") != other.hash("ada@example.com"))
        #expect(one.hash("ada@example.com") != one.hash("bob@example.com"))
        #expect(one.hash("ada@example.com").count == 7 + 64)
    }
}
