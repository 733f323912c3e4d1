import Decisions
import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct RecoveryTests {
    private static let lifetime = TimeSpan.hours(2)

    /// A workspace whose one touch had been claimed by a process that is dead now.
    private func workspace(
        _ endpoint: Endpoint, isKeyed: Bool, onUnknown: String = "hold", state: String, age: TimeSpan = .minutes(1)
    ) async throws -> TestWorkspace {
        let more = [
            isKeyed ? "idempotency: { header: Idempotency-Key, lifetime: 2h }" : "", "on_unknown: \(onUnknown)",
        ]
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", steps: ["email: hello.md", "wait: 1d"])],
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", url: endpoint.url, more: more.joined(separator: "\n"))
            ])
        try test.addAccounts(1)
        try test.run(noon(20_000))
        if state == "claimed" {
            try test.script(
                "UPDATE touch SET state = 'claimed', fence = 1, owner = 'dead', claimed_at = \(noon(20_000).milliseconds)"
            )
        } else {
            // A real attempt, whose process died before the answer was recorded.
            try await test.drain(noon(20_000))
            let began = Clocks.system.processNow() - age
            try test.script(
                """
                UPDATE touch SET state = 'sending', fence = 1, owner = 'dead', settled_at = NULL,
                    first_attempt_at = \(began.milliseconds);
                UPDATE attempt SET ended_at = NULL, result = NULL;
                UPDATE enrollment SET due_at = NULL
                """)
        }
        return test
    }

    @Test func aClaimOfADeadOwnerGoesBack() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: false, state: "claimed")
        let report = try await test.drain(noon(20_000))
        #expect(report.recovered == 1 && report.sent == 1)
        #expect(endpoint.received.count == 1)
    }

    @Test func anUnkeyedAttemptOfADeadOwnerIsNeverRepeated() async throws {
        for (policy, state) in [("hold", "unknown"), ("assume_sent", "sent")] {
            let endpoint = try Endpoint()
            let test = try await workspace(endpoint, isKeyed: false, onUnknown: policy, state: "sending")
            for hour in Int64(0)...2 {
                try await test.drain(noon(20_000, hours: hour))
                try test.run(noon(20_000, hours: hour))
            }
            #expect(endpoint.received.count == 1)
            #expect(try test.states == [state: 1])
            #expect(try test.rows("SELECT number, result FROM attempt") == ["1|\(state)"])
            // Honestly unknown keeps the enrollment waiting for a person; assumed sent moves it on.
            #expect(try test.rows("SELECT step FROM enrollment") == [state == "sent" ? "1" : "0"])
        }
    }

    @Test func aDoubtfulTouchHoldsItsAccountUpOnlyUntilItsTimeIsOver() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: false, state: "sending")
        try await test.drain(noon(20_000))
        #expect(try test.states == ["unknown": 1])
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT step FROM enrollment") == ["0"])
        // `expires` is seven days by default.
        try test.run(noon(20_007))
        #expect(try test.rows("SELECT step FROM enrollment") == ["1"])
        try test.run(noon(20_008))
        #expect(try test.rows("SELECT state, end_reason FROM enrollment") == ["ended|completed"])
        // What is not known stays so.
        #expect(try test.states == ["unknown": 1])
        #expect(endpoint.received.count == 1)
    }

    @Test func resendSendsAgainWhereTheTeamSaysSo() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: false, onUnknown: "resend", state: "sending")
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 2)
        #expect(try test.rows("SELECT state, attempts FROM touch") == ["sent|2"])
    }

    @Test func aKeyedAttemptIsRepeatedWithTheSameBytesAndKeyWithinHalfItsLife() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: true, state: "sending", age: .minutes(59))
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 2)
        #expect(Set(endpoint.received.map(\.body)).count == 1)
        #expect(Set(endpoint.received.map { $0.header("Idempotency-Key") }) == ["test-t1"])
        #expect(try test.rows("SELECT state, attempts, ambiguous FROM touch") == ["sent|2|1"])
        #expect(try test.rows("SELECT number, result FROM attempt ORDER BY number") == ["1|retry", "2|sent"])
    }

    @Test func afterHalfTheKeysLifeItIsUnknown() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: true, state: "sending", age: .minutes(61))
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 1)
        #expect(try test.states == ["unknown": 1])
    }

    @Test func aRepeatThatHadToWaitPastHalfTheKeysLifeIsUnknown() async throws {
        // The 500 may have been taken; the repeat was put off, and the next run comes too late.
        for (policy, state) in [("hold", "unknown"), ("assume_sent", "sent")] {
            let endpoint = try Endpoint()
            let test = try await workspace(endpoint, isKeyed: true, onUnknown: policy, state: "sending")
            try test.script(
                """
                UPDATE touch SET state = 'pending', ambiguous = 1, retry_at = 1,
                    first_attempt_at = \((Clocks.system.processNow() - .minutes(61)).milliseconds)
                """)
            let report = try await test.drain(noon(20_000))
            #expect(endpoint.received.count == 1)
            #expect(try test.states == [state: 1])
            #expect(report.hasFindings == (state == "unknown"))
        }
    }

    @Test func whatMayHaveArrivedNeverEndsAsIfItHadNot() async throws {
        let endings = [
            "UPDATE touch SET expires_at = 1", "UPDATE contact SET status = 'left'",
            "INSERT INTO suppression VALUES ('a1@example.com', '', 'bounced', 1)",
            "UPDATE account SET status = 'churned'",
            "UPDATE enrollment SET state = 'ended', ended_at = 1, due_at = NULL",
        ]
        for ending in endings {
            let endpoint = try Endpoint()
            let test = try await workspace(endpoint, isKeyed: true, state: "sending")
            try test.script("UPDATE touch SET state = 'pending', ambiguous = 1, retry_at = 1; \(ending)")
            try await test.drain(noon(20_000))
            #expect(try test.states == ["unknown": 1], "\(ending)")
            #expect(endpoint.received.count == 1)
        }
        // Nor when the cycle ends the enrollment.
        let test = try await workspace(try Endpoint(), isKeyed: true, state: "sending")
        try test.script(
            "UPDATE touch SET state = 'pending', ambiguous = 1, retry_at = 1; UPDATE account SET status = 'churned'")
        try test.run(noon(20_000, hours: 1))
        #expect(try test.states == ["unknown": 1])
    }

    @Test func aChangedMessageIsUnknownInsteadOfSentAgain() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: true, state: "sending")
        try test.edit(["playbooks/main/hello.md": "---\nsubject: Changed\n---\nChanged!\n"])
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 1)
        #expect(
            try test.rows("SELECT state, reason FROM touch")
                == ["unknown|an earlier attempt may have arrived, and the message has changed since"])
        // A message that cannot be rendered any more is no better known.
        let other = try await workspace(endpoint, isKeyed: true, state: "sending")
        try other.edit(["playbooks/main/hello.md": "---\nsubject: Changed\n---\n{{account.seats}}\n"])
        try await other.drain(noon(20_000))
        #expect(try other.states == ["unknown": 1])
    }

    @Test func aChannelThatCannotWorkNowStillHonorsItsKeys() async throws {
        let endpoint = try Endpoint()
        let test = try await workspace(endpoint, isKeyed: true, state: "sending")
        let open = try #require(test.texts["channels/mail.yaml"])
        try test.edit([
            "channels/mail.yaml": open.replacing(
                "auth: { kind: none }", with: "auth: { kind: bearer, token: env:NOT_THERE }")
        ])
        try await test.drain(noon(20_000))
        #expect(try test.states == ["pending": 1])
        try test.edit(["channels/mail.yaml": open])
        try await test.drain(noon(20_000))
        #expect(endpoint.received.count == 2)
        #expect(try test.states == ["sent": 1])
    }

    @Test func aStaleResultChangesNothing() async throws {
        let test = try await workspace(try Endpoint(), isKeyed: false, state: "sending")
        try test.store.write { connection in
            let outbox = Outbox(connection)
            // The fence has moved on: somebody else has the touch.
            try connection.execute("UPDATE touch SET fence = 5")
            for state in [TouchState.sent, .rejected, .unknown, .pending, .suppressed] {
                let settlement = Outbox.Settlement(id: 1, fence: 1, enrollmentID: 1, attempt: 1, state: state)
                #expect(try outbox.settle(settlement, now: noon(20_001), processNow: noon(20_001)) == false)
            }
        }
        #expect(try test.rows("SELECT state, fence, reason FROM touch") == ["sending|5|-"])
        #expect(try test.rows("SELECT count(*), count(result) FROM attempt") == ["1|0"])
        #expect(try test.rows("SELECT due_at FROM enrollment") == ["-"])
    }

    /// Its enrollment has gone on, or has ended: the message would come behind the next, or be cancelled.
    @Test(arguments: ["INSERT", "END"])
    func whatIsOverIsNotSentAgain(change: String) async throws {
        let test = try await workspace(try Endpoint(), isKeyed: false, state: "sending")
        try await test.drain(noon(20_000))
        #expect(try test.states == ["unknown": 1])
        try test.script(
            change == "END"
                ? "UPDATE enrollment SET state = 'ended', end_reason = 'completed', ended_at = 1, due_at = NULL"
                : """
                CREATE TEMP TABLE next AS SELECT * FROM touch;
                UPDATE next SET id = 2, step = 'email_2', state = 'sent', settled_at = 1;
                INSERT INTO touch SELECT * FROM next
                """)
        #expect(throws: Ledger.TooLate.self) {
            try test.store.write { try Ledger($0).resolve(1, as: .resend, now: noon(20_001)) }
        }
        #expect(try test.rows("SELECT state FROM touch WHERE id = 1") == ["unknown"])
        try test.store.write { try Ledger($0).resolve(1, as: .sent, now: noon(20_001)) }
        #expect(
            try test.rows("SELECT state, reason, error FROM touch WHERE id = 1") == ["sent|resolved by hand: sent|-"])
    }

    @Test func aPersonSettlesWhatIsUnknown() async throws {
        for (verdict, state, requests) in [
            (Ledger.Resolution.sent, "sent", 1), (.drop, "cancelled", 1), (.resend, "sent", 2),
        ] {
            let endpoint = try Endpoint()
            let test = try await workspace(endpoint, isKeyed: false, state: "sending")
            try await test.drain(noon(20_000))
            try test.run(noon(20_003, hours: 1))
            #expect(try test.states == ["unknown": 1])
            try test.store.write { try Ledger($0).resolve(1, as: verdict, now: noon(20_003, hours: 1)) }
            // When it would have expired, a touch to be resent still goes out.
            try await test.drain(noon(20_003, hours: 1))
            #expect(try test.states == [state: 1])
            #expect(endpoint.received.count == requests)
            try test.run(noon(20_003, hours: 2))
            #expect(try test.rows("SELECT step FROM enrollment") == ["1"])
        }
    }
}
