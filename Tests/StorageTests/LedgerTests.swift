import Decisions
import Playbooks
import Storage
import Testing

@Suite struct LedgerTests {
    private func world(touches count: Int) throws -> Store {
        let store = try Scratch().store(accounts: 3)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO playbook (id, name, state) VALUES (1, 'p', 'live'), (2, 'q', 'live');
                INSERT INTO playbook_version (id, playbook_id, hash, source, seen_at) VALUES (1, 1, 'h', 's', 0);
                INSERT INTO contact (account_id, key, address) VALUES (1, 'c', 'ada@x.example');
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive) VALUES (1, 1, 1, 1, '', 1, 'treated', 0, 0);
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                    settled_at)
                SELECT i, i, 1 + i % 2, 1, 1, 'email_1', CASE WHEN i % 10 = 0 THEN 'ada@x.example' ELSE 'b' || i END, 'email',
                    'mail', 'tips', 'm', 0, CASE WHEN i = 1 THEN 'rejected' ELSE 'sent' END, 50, i * 1000, i * 1000, i,
                    '{}', CASE WHEN i % 20 = 0 THEN i END, i * 1000 FROM n;
                """)
        }
        return store
    }

    @Test func aPageEndsAfterSoManyTouchesAndTheListDoesNot() throws {
        let store = try world(touches: 310_000)
        try store.read { connection in
            var filter = Ledger.Filter()
            filter.channel = "mail"
            filter.states = [.rejected]
            let first = try Ledger(connection).page(filter)
            #expect(first.entries.isEmpty)
            let rest = try #require(first.rest)
            filter.before = rest
            let second = try Ledger(connection).page(filter)
            #expect(second.entries.map(\.id) == [1] && second.rest == nil)
            filter.before = nil
            #expect(try Ledger(connection).touches(filter).map(\.id) == [1])
            filter.playbook = "p"
            #expect(try Ledger(connection).touches(filter).map(\.id) == [1])
        }
    }

    @Test func touchesAreFoundByTheirAddressAndByTheDaysOfTheirEnd() throws {
        let store = try world(touches: 100)
        try store.read { connection in
            var filter = Ledger.Filter()
            filter.recipient = "ada@x.example"
            // Those that were claimed by the index of addresses, the others by the accounts that have it.
            #expect(try Ledger(connection).touches(filter).map(\.id) == [100, 90, 80, 70, 60, 50, 40, 30, 20, 10])
            filter.limit = 3
            let page = try Ledger(connection).page(filter)
            #expect(page.entries.map(\.id) == [100, 90, 80])
            filter.before = page.rest
            #expect(try Ledger(connection).page(filter).entries.map(\.id) == [70, 60, 50])
            filter = Ledger.Filter()
            filter.settledFrom = Instant(milliseconds: 10_000)
            filter.settledTo = Instant(milliseconds: 12_000)
            #expect(try Ledger(connection).touches(filter).map(\.id) == [11, 10])
        }
    }

    @Test func outcomesAreThoseOfEachTouchOnce() throws {
        let store = try world(touches: 250)
        try store.write { connection in
            for (touch, kind, at) in [(250, "opened", 2), (250, "opened", 1), (250, "clicked", 3), (3, "bounced", 1)] {
                try connection.execute(
                    "INSERT INTO outcome (account_id, touch_id, kind, at, dedup) VALUES (1, :touch, :kind, :at, :dedup)",
                    [
                        "touch": .integer(Int64(touch)), "kind": .text(kind), "at": .integer(Int64(at)),
                        "dedup": .text("\(touch) \(kind) \(at)"),
                    ])
            }
            var filter = Ledger.Filter()
            filter.limit = 250
            let ledger = Ledger(connection)
            let entries = try ledger.touches(filter)
            let found = try ledger.outcomes(of: entries)
            #expect(found.count == 250)
            #expect(found[0].map(\.kind) == ["opened", "clicked"] && found[0].first?.at.milliseconds == 1)
            #expect(found[247].map(\.kind) == ["bounced"])
            #expect(found.joined().count == 3)
            filter.outcome = "clicked"
            #expect(try ledger.touches(filter).map(\.id) == [250])
        }
    }

    @Test func whatAPersonLetsBeMayHaveArrivedAndCounts() throws {
        let store = try world(touches: 20)
        try store.write { connection in
            try connection.execute(
                "UPDATE touch SET state = 'unknown', settled_at = NULL, enrollment_id = 1, step = 'x' WHERE id = 20")
            try Ledger(connection).resolve(20, as: .drop, now: Instant(milliseconds: 100))
            let row = try connection.first("SELECT state, claimed_at, ambiguous FROM touch WHERE id = 20")
            #expect(row?["state"].text == "cancelled" && row?["claimed_at"].integer == 20)
            #expect(row?["ambiguous"].integer == 1)
        }
    }

    @Test func aStoryOfOneMomentIsShownToItsEnd() throws {
        let store = try world(touches: 1)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO event_kind (id, name) VALUES (1, 'login');
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                SELECT 3, 1, 86400000, 0, 'd' || i, '{"n":' || i || '}' FROM n;
                INSERT INTO stage_entry (account_id, journey, stage, at, how) VALUES (3, 'j', 's', 86400000, 'entered');
                """)
            let configuration = Configuration(
                workspace: "w", zone: .utc, evaluate: try Schedule.parse("daily at 06:00").get())
            let timeline = AccountTimeline(connection, account: 3, DataMap(), configuration)
            let kinds = Set(AccountTimeline.Item.Kind.allCases)
            let whole = try timeline.page(kinds, limit: 100).items
            #expect(whole.count == 61)
            var (seen, cursor): ([String], AccountTimeline.Cursor?) = ([], .newest)
            while let place = cursor {
                let page = try timeline.page(kinds, from: place, limit: 7)
                seen += page.items.map { "\($0.kind) \($0.detail ?? "")" }
                cursor = page.older
            }
            #expect(seen == whole.map { "\($0.kind) \($0.detail ?? "")" })
            #expect(Set(seen).count == 61)
        }
    }

    @Test func verdictsAreThoseOfMatchesThatStandByAccount() throws {
        let store = try world(touches: 1)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO standing (playbook_id, account_id, match_key, since, false_since, verdict, reason) VALUES
                    (1, 1, 'e1', 0, NULL, 'unreachable', 'r'), (1, 1, 'e2', 0, NULL, 'unreachable', 'r'),
                    (1, 2, '', 0, 5, 'unreachable', 'r'), (1, 3, '', 0, NULL, 'cooling', 'r'),
                    (2, 3, '', 0, NULL, 'held', 'r');
                """)
        }
        try store.read { connection in
            let counts = try PlaybookCounts.all(since: Instant(milliseconds: 0), connection)
            #expect(counts[1]?.verdicts == [.unreachable: 1, .cooling: 1])
            #expect(counts[2]?.verdicts == [.held: 1])
            #expect(counts[1]?.entered == 1 && counts[1]?.active == 1 && counts[1]?.versions[1]?.active == 1)
        }
    }
}
