import Playbooks
import Storage
import Testing

/// What the claim reads of a touch.
@Suite struct TouchCandidateTests {
    private let store: Store
    private static let now = Instant(milliseconds: 1_774_022_400_000)

    /// One touch of one account, every column with a value of its own.
    init() throws {
        store = try Scratch().store(accounts: 1)
        try store.write { connection in
            try connection.executeScript(
                """
                UPDATE account SET timezone = 'Asia/Tokyo', locale = 'ja';
                INSERT INTO contact (account_id, key, email, address, name, locale)
                VALUES (1, 'ada', 'Ada@Example.com', 'ada@example.com', 'Ada', 'en');
                INSERT INTO playbook (id, name, state) VALUES (5, 'p', 'live');
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive) VALUES (7, 1, 5, 6, '', 1, 'treated', 1, 0);
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, variant, contact_id,
                    recipient, kind, channel, category, message, ghost, state, waiting, priority, due_at, not_before,
                    expires_at, reason, variables, body_hash, fence, attempts, ambiguous, first_attempt_at, retry_at, frozen_at)
                VALUES (9, 7, 1, 5, 6, 'email_1', 'b', 1, 'ada@example.com', 'email', 'mail', 'education', 'm.md', 0,
                    'pending', 0, 50, 11, 12, \(Self.now.milliseconds + 1), 'cap', '{"x":["text","y"]}', 'hash', 13, 2, 1, 14,
                    15, 16);
                -- Two more to the address: one of a minute ago, one of two hours ago.
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                    settled_at)
                VALUES (1, 7, 1, 5, 6, 'email_0', 'ada@example.com', 'email', 'mail', 'education', 'm.md', 0, 'sent', 50, 1,
                        1, 1, '{}', \(Self.now.milliseconds - 60_000), 1),
                    (2, 7, 1, 5, 6, 'email_9', 'ada@example.com', 'email', 'mail', 'education', 'm.md', 0, 'sent', 50, 1, 1,
                        1, '{}', \(Self.now.milliseconds - 7_200_000), 1)
                """)
        }
    }

    private func candidate() throws -> TouchCandidate {
        let found = try store.read { connection in
            try Outbox(connection).candidates(
                channel: "mail", behind: Outbox.Cursor(priority: 50, isRetrying: true),
                counting: Outbox.Counting(
                    caps: [
                        Cap(count: 1, window: .hours(1)), Cap(count: 5, window: .days(1)),
                        Cap(count: 5, window: .days(1), kind: .inApp),
                        Cap(count: 5, window: .days(1), channel: "mail", category: "education"),
                        Cap(count: 5, window: .days(1), channel: "mail", category: "news"),
                    ], accountAttributes: ["timezone", "key"]),
                now: Self.now, passBegan: Self.now, limit: 10)
        }
        #expect(found.count == 1)
        return try #require(found.first)
    }

    @Test func everyColumnIsReadIntoItsOwnField() throws {
        let touch = try candidate()
        #expect([touch.id, touch.enrollmentID, touch.accountID, touch.versionID] == [9, 7, 1, 6])
        #expect([touch.accountKey, touch.playbook, touch.step, touch.variant] == ["a1", "p", "email_1", "b"])
        #expect([touch.recipient, touch.channel, touch.category] == ["ada@example.com", "mail", "education"])
        #expect(touch.kind == .email && touch.message == "m.md" && touch.variables == #"{"x":["text","y"]}"#)
        #expect([touch.priority, touch.fence] == [50, 13] && touch.attempts == 2)
        #expect([touch.dueAt.milliseconds, touch.expiresAt.milliseconds] == [11, Self.now.milliseconds + 1])
        #expect([touch.firstAttemptAt, touch.retryAt, touch.frozenAt].map { $0?.milliseconds } == [14, 15, 16])
        #expect(touch.reason == "cap" && touch.bodyHash == "hash" && touch.contactID == 1)
        #expect([touch.contactKey, touch.contactName, touch.email] == ["ada", "Ada", "Ada@Example.com"])
        #expect([touch.timezone, touch.locale] == ["Asia/Tokyo", "en"])
        #expect(touch.isReachable && touch.isEnrolled && touch.isAmbiguous)
        #expect(!touch.isGhost && !touch.hasChurned && !touch.isSuppressed && !touch.isExcluded)
        #expect(touch.sentWithin == [1, 2, 0, 2, 0])
        #expect(touch.accountValues["key"] == "a1")
    }

    private static let changes: [(sql: String, flag: @Sendable (TouchCandidate) -> Bool)] = [
        ("UPDATE contact SET status = 'left'", { !$0.isReachable }),
        ("UPDATE enrollment SET state = 'ended', ended_at = 1", { !$0.isEnrolled }),
        ("UPDATE account SET status = 'churned'", { $0.hasChurned }),
        ("UPDATE touch SET ghost = 1 WHERE id = 9", { $0.isGhost }),
        ("INSERT INTO suppression (address, reason, at) VALUES ('ada@example.com', 'x', 1)", { $0.isSuppressed }),
        (
            """
            INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                exclusive) VALUES (1, 6, 6, '', 1, 'treated', 1, 1)
            """, { $0.isExcluded }
        ),
    ]

    @Test(arguments: changes.indices) func whatTheClaimAsksAboutIsReadAnew(index: Int) throws {
        let change = Self.changes[index]
        _ = try store.write { try $0.execute(change.sql) }
        let touch = try candidate()
        #expect(change.flag(touch), "\(change.sql)")
        let others = Self.changes.indices.filter { $0 != index && Self.changes[$0].flag(touch) }
        #expect(others.isEmpty)
    }
}
