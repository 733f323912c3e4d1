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
                    exclusive) SELECT id, 1, 1, '', 1, 'treated', 1, 0 FROM account ORDER BY id;
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    provider_id, claimed_at, settled_at)
                SELECT e.id, e.account_id, 1, 1, 'email_1', c.id, c.address, 'email', 'mail', 'education', 'm.md', 0, 'sent',
                    50, 1, 1, 2, '{"contact.name":["text","Ada Lovelace"]}', 'm-' || e.id, 1, 1
                FROM enrollment AS e JOIN contact AS c ON c.account_id = e.account_id ORDER BY e.id;
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
            return try store.write {
                try Notices($0, channel: "mail", of: ["mail"], workspace: "w", now: now).take(notice)
            }
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

    /// Over HTTP, for an account that is not known and for one that is.
    @Test func lateRowsBringNothingBack() throws {
        _ = try erase(.address("ada@example.com"))
        let configuration = Configuration(
            workspace: "w", zone: .utc, evaluate: try Schedule.parse("daily at 06:00").get())
        let rules = IntakeRules(dataMap: ConditionWorld.dataMap, configuration: configuration)
        func take(_ rows: [IncomingRow]) throws -> IntakeReport {
            try store.session { connection in
                try store.write { try Intake(store: store).take(rows, rules: rules, now: now, $0) }
            }
        }
        let ofNobody = IncomingRow(
            .contacts, owner: .accountOf(user: "u9"), [.init("email", "Ada@Example.com", at: "/email")], at: "")
        #expect(try take([ofNobody]).waiting == 0)
        let event = IncomingRow(
            .events,
            [
                .init("account", "a2", at: "/account"), .init("event", "report", at: "/event"),
                .init("at", "2026-01-01T00:00:00Z", at: "/at"), .init("contact", "ada@example.com", at: "/contact"),
            ], at: "")
        #expect(try take([event]).accepted == 1)
        #expect(try integer("SELECT count(*) FROM event WHERE contact_key IS NOT NULL") == 0)
        #expect(try store.emptyLog())
        #expect(try !bytes(hold: "da@example.com"))
    }

    @Test func aNumberGoesWithItsPersonAndStaysSuppressedAsAHash() throws {
        try store.write {
            try $0.executeScript(
                """
                UPDATE contact SET phone = '+14155550123' WHERE key = 'ada';
                UPDATE contact SET phone = '+14155550188' WHERE key = 'bob';
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    provider_id, claimed_at, settled_at)
                SELECT e.id, e.account_id, 1, 1, 'sms_1', c.id, c.phone, 'sms', 'texts', 'education', 'm.md', 0, 'sent', 50,
                    1, 1, 2, '{}', 'SM' || e.id, 1, 1
                FROM enrollment AS e JOIN contact AS c ON c.account_id = e.account_id ORDER BY e.id;
                INSERT INTO webhook (source, received_at, reason, body, dedup)
                VALUES ('texts', 1, '', '{"To":"+14155550123"}', 'c')
                """)
        }
        let counts = try erase(.address("ada@example.com"))
        #expect(counts.suppressed == 2)
        #expect(try integer("SELECT count(*) FROM touch WHERE kind = 'sms' AND recipient LIKE 'erased:%'") == 1)
        #expect(try integer("SELECT count(*) FROM touch WHERE recipient = '+14155550188'") == 1)
        #expect(try store.emptyLog())
        #expect(try !bytes(hold: "4155550123"))
        // What the number writes after that brings it back nowhere.
        let taken = try store.write {
            try InboundTexts($0, channel: "texts", workspace: "w", now: now).take(
                InboundText(from: "+14155550123", word: .stop, id: "SM9"))
        }
        #expect(taken == .known)
        #expect(try integer("SELECT count(*) FROM suppression WHERE address LIKE '+%'") == 0)
    }

    @Test func whoIsErasedByTheNumberIsThePersonWhoHasIt() throws {
        try store.write { try $0.execute("UPDATE contact SET phone = '+14155550123' WHERE key = 'ada'") }
        #expect(try erase(.address("+14155550123")).contacts == 1)
        #expect(try integer("SELECT count(*) FROM contact WHERE key = 'ada'") == 0)
        #expect(try integer("SELECT count(*) FROM contact WHERE key = 'bob'") == 1)
        #expect(try store.emptyLog())
        #expect(try !bytes(hold: "da@example.com"))
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

    /// What is no person's: words of the program, names and texts of the workspace's files, digests and random numbers.
    private static let others: [String: Set<String>] = [
        "meta": ["key", "value"], "account": ["status", "status_told", "status_sent", "journey"],
        "told_churned": ["import"], "contact": ["status"],
        "history": ["attribute"],
        "metric": ["name"], "event_kind": ["name"], "playbook": ["name", "state", "schedule", "risk"],
        "change": ["type", "step"], "receiver": ["name"],
        "playbook_version": ["hash", "source"], "standing": ["verdict"], "decision": ["verdict"],
        "experiment": ["name", "design"], "assignment": ["arm", "variant", "stratum"],
        "enrollment": ["arm", "variant", "state"], "exclusion": ["playbook", "kind"],
        "touch": [
            "step", "variant", "kind", "channel", "category", "message", "state", "message_hash", "body_hash",
            "owner", "endpoint",
        ], "attempt": ["result"], "outcome": ["kind"], "suppression": ["category"], "listed_suppression": ["reason"],
        "pause": ["scope"],
        "occurrence": ["state"], "cycle": ["state"], "tally": ["verdicts"],
        "benchmark": ["audience", "metric", "name"],
        "passage": ["step", "result"], "stage_entry": ["journey", "stage", "how"], "null_count": ["attribute"],
        "value_census": ["attribute", "value"],
        // Names of the files, and texts of rows that are erased themselves: `FlowCountTests`.
        "flow_count": ["what", "name", "value"],
        "breaker": ["scope"], "channel_state": ["channel", "state"], "api_key": ["prefix", "hash", "scopes"],
        "link": ["id"], "digest": ["channel", "kind", "occasion", "state", "endpoint"],
        "webhook_token": ["token", "digest"],
        "subscription": ["state"], "lost_send": ["print"], "send_log": ["owner"],
        "source": ["name", "since_column"], "full_read": ["name"], "import_column": ["import", "name", "header"],
        "dashboard_user": ["role", "password", "link", "timezone", "theme"], "dashboard_session": ["hash"],
        "audit": ["origin", "action"], "message_version": ["hash"],
    ]

    @Test(arguments: [
        "zoe.quill@example.com", "Zoe.QUILL@Example.com", "zoe.quill%40example.com", "zoe.quill%2540example.com",
        "zoe.quill&#64;example.com", "zoe.quill&#x40;example&period;com", "zoe.quill\\u0040example.com",
        "\u{ff5a}oe.quill\u{ff20}example.com",
    ]) func noColumnOfAnyTableKeepsAnAddress(form: String) throws {
        try store.write { connection in
            try connection.executeScript(
                """
                PRAGMA ignore_check_constraints = ON;
                ALTER TABLE account ADD COLUMN a_note TEXT;
                ALTER TABLE contact ADD COLUMN c_note TEXT;
                INSERT INTO contact (account_id, key, email, address, name)
                VALUES (1, 'zoe', 'zoe.quill@example.com', 'zoe.quill@example.com', 'Zoe Quillfeather')
                """)
            let tables = try connection.query(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            ).compactMap { $0[0].text }
            var count = 0
            // Whoever erases has folded the journal, which is bytes, before.
            for table in tables where table != "send_log" {
                var values: [String: SQLValue] = [:]
                for column in try connection.query(
                    "SELECT name, type FROM pragma_table_info(:table)", ["table": .text(table)])
                {
                    guard let name = column[0].text, let type = column[1].text else { continue }
                    switch type {
                    case "TEXT", "ANY":
                        let isOther = Self.others[table]?.contains(name) == true
                        values[name] = .text(isOther ? "x\(count)" : "{\"\(name)\":\"mailto:\(form)?x=1\"}")
                        count += isOther ? 0 : 1
                    // Another account's.
                    case "INTEGER": values[name] = .integer(name == "id" ? 77 : 2)
                    case "REAL": values[name] = .real(1)
                    default: values[name] = .blob([1])
                    }
                }
                let names = values.keys.sorted()
                let places = names.map { ":\($0)" }.joined(separator: ", ")
                let sql = "INSERT OR REPLACE INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(places))"
                try connection.execute(sql, values)
            }
            #expect(count > 40)
        }
        #expect(try bytes(hold: form))
        _ = try erase(.address("zoe.quill@example.com"))
        #expect(try store.emptyLog())
        #expect(try !bytes(hold: form))
        #expect(try !bytes(hold: "quill"))
    }

    /// Whether any file of the folder holds the text.
    private func bytes(hold text: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).contains { name in
            FileManager.default.contents(atPath: scratch.path(name))?.range(of: Data(text.utf8)) != nil
        }
    }

    /// Comments of other people, by number.
    private func comments(_ texts: [(account: Int, text: String)]) throws -> () throws -> [Int] {
        try store.write { connection in
            try connection.execute("INSERT INTO event_kind (name) VALUES ('said')")
            for (index, comment) in texts.enumerated() {
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                    VALUES (:account, 1, 1, 1, :dedup, :text)
                    """,
                    [
                        "account": .integer(Int64(comment.account)), "dedup": .text("d\(index)"),
                        "text": .text("{\"comment\":\"\(comment.text)\"}"),
                    ])
            }
        }
        let store = store
        return {
            try store.read { try $0.query("SELECT dedup FROM event WHERE properties IS NOT NULL ORDER BY id") }
                .compactMap { $0[0].text.flatMap { Int($0.dropFirst()) } }
        }
    }

    @Test func aShortNameTakesNobodyElsesWords() throws {
        try store.write { try $0.execute("UPDATE contact SET name = 'Al' WHERE key = 'ada'") }
        let left = try comments([
            (1, "also, pasta al dente"), (1, "ask Al"), (1, "joada@example.com"), (1, "x-ada@example.com"),
            (1, "ada@example.com.au"), (1, "Al, ada@example.com"), (2, "write to <ADA@example.com>."),
            (2, "text=write+to+ada%40example.com"), (2, "to=x%2Bada%40example.com"), (2, "x+ada@example.com"),
        ])
        _ = try erase(.address("ada@example.com"))
        #expect(try left() == [0, 1, 2, 3, 4, 8, 9])
    }

    @Test func aLongNameGoesInTheOwnAccountInAnyWritingAndElsewhereWhenItIsSaid() throws {
        let left = try comments([
            (1, "Ada  LOVELACE's"), (1, "?by=Ada%20Lovelace"), (1, "?by=ada+lovelace"), (1, "Ada&nbsp;Lovelace"),
            (1, "Ada Lovelaces"), (2, "Ada Lovelace"), (2, "Lovelace"),
        ])
        _ = try erase(.address("ada@example.com"))
        #expect(try left() == [4, 5, 6])
        try store.write {
            _ = try Erasure($0, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: now)
                .erase(.address("ada@example.com"), also: ["ada lovelace"])
        }
        #expect(try left() == [4, 6])
    }

    @Test func linksInboxAndFrozenValuesOfOtherAccountsGo() throws {
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO link (account_id, id, url) VALUES (2, 'p', 'https://a.example/?to=Ada%40Example.com');
                INSERT INTO inbox (account_id, contact_id, touch_id, at, body)
                VALUES (2, 2, 2, 1, '{"html":"<a href=\\"mailto:ada&#64;example.com\\">"}');
                UPDATE touch SET state = 'pending', settled_at = NULL,
                    variables = '{"event.by":["text","ada@example.com"]}' WHERE id = 2
                """)
        }
        let counts = try erase(.address("ada@example.com"))
        #expect(counts.cancelled == 1)
        #expect(
            try integer("SELECT count(*) FROM touch WHERE id = 2 AND state = 'cancelled' AND variables = '{}'") == 1)
        #expect(try integer("SELECT count(*) FROM touch WHERE id = 2 AND recipient = 'bob@example.com'") == 1)
        #expect(try integer("SELECT count(*) FROM link WHERE id = 'p'") == 0)
        #expect(try integer("SELECT count(*) FROM inbox WHERE account_id = 2") == 0)
    }

    @Test func hashesDependOnTheSecret() {
        let (one, other) = (ErasureKey(secret: [1]), ErasureKey(secret: [2]))
        #expect(one.hash("ada@example.com") == one.hash("ada@example.com"))
        #expect(one.hash("ada@example.com") != other.hash("ada@example.com"))
        #expect(one.hash("ada@example.com") != one.hash("bob@example.com"))
        #expect(one.hash("ada@example.com").count == 7 + 64)
    }
}
