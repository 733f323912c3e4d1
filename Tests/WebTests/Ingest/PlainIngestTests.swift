import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing
import Web

/// Rows with the columns of an import.
@Suite struct PlainIngestTests {
    @Test func accountsContactsMetricsAndEventsAreStored() async throws {
        try await RunningSite.with { site in
            let accounts = try await site.post(
                "/v1/accounts",
                #"[{"key": "a1", "name": "Acme", "plan": "pro", "seats": 3}, {"key": "a2", "arr": 12.5}]"#)
            #expect(accounts.status == 200, "\(accounts)")
            #expect(accounts.count("accepted") == 2)
            let contact = try await site.post(
                "/v1/contacts", #"{"account": "a1", "email": "Ada@Acme.example", "role": "owner", "title": "CTO"}"#)
            #expect(contact.status == 200, "\(contact)")
            let metrics = try await site.post(
                "/v1/metrics",
                """
                {"account": "a1", "metric": "logins", "day": "2026-11-20", "value": 7}
                {"account": "a2", "day": "2026-11-20", "logins": 2, "exports": 1}

                """)
            #expect(metrics.count("accepted") == 2, "\(metrics)")
            let events = try await site.post(
                "/v1/events",
                #"[{"account": "a1", "contact": "ada@acme.example", "event": "report_made", "at": "2026-11-21T08:00:00Z", "score": 9},"#
                    + #"{"account": "a2", "event": "report_made", "properties": {"score": 2}}]"#)
            #expect(events.count("accepted") == 2, "\(events)")

            #expect(
                try site.rows("SELECT key, name, a_plan, a_seats, a_arr FROM account ORDER BY key") == [
                    "a1|Acme|pro|3.0|", "a2||||1250",
                ])
            #expect(
                try site.rows("SELECT key, address, role, c_title FROM contact") == [
                    "ada@acme.example|ada@acme.example|owner|CTO"
                ])
            #expect(
                try site.rows("SELECT account, metric, value FROM series_rows ORDER BY account, metric") == [
                    "a1|logins|7.0", "a2|exports|1.0", "a2|logins|2.0",
                ])
            // Without a moment it is the arrival.
            #expect(
                try site.rows(
                    "SELECT account_id, contact_id, at, properties FROM event WHERE kind_id = (SELECT id FROM event_kind WHERE name = 'report_made') ORDER BY id"
                ) == [
                    "1|1|1795248000000|{\"score\":9}", "2||\(RunningSite.noon.milliseconds)|{\"score\":2}",
                ])
        }
    }

    @Test func theValueOfOnePersonDoesNotTakeThePlaceOfTheAccountsDay() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/metrics",
                """
                {"account": "a1", "user_id": "u1", "day": "2026-11-20", "logins": 9}
                {"account": "a1", "day": "2026-11-20", "logins": 11, "source": "app"}

                """)
            #expect(answer.count("accepted") == 1, "\(answer)")
            #expect(answer.text.contains("send the sum over all of them"), "\(answer)")
            #expect(try site.rows("SELECT value FROM series_rows") == ["11.0"])
        }
    }

    @Test func aContactThatComesAfterItsEventIsTheEventsContact() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let event = try await site.post(
                "/v1/events", #"{"account": "a1", "contact": "eve", "event": "report_made", "id": "1"}"#)
            #expect(event.count("accepted") == 1, "\(event)")
            #expect(try site.rows("SELECT contact_id, contact_key FROM event WHERE dedup = '1'") == ["|eve"])
            _ = try await site.post(
                "/v1/contacts", #"{"account": "a1", "key": "eve", "email": "eve@acme.example"}"#)
            #expect(try site.rows("SELECT contact_id, contact_key FROM event WHERE dedup = '1'") == ["1|"])
        }
    }

    @Test func theSameIdIsStoredOnceAndAColumnThatIsLeftOutStays() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1", "name": "Acme", "plan": "pro"}"#)
            _ = try await site.post("/v1/accounts", #"{"key": "a1", "seats": 4, "plan": null}"#)
            #expect(try site.rows("SELECT name, a_plan, a_seats FROM account") == ["Acme||4.0"])
            let event = #"{"account": "a1", "event": "report_made", "id": "m-1", "score": 1}"#
            let answers = [try await site.post("/v1/events", event), try await site.post("/v1/events", event)]
            #expect(answers.map { $0.count("unchanged") } == [0, 1])
            #expect(try site.rows("SELECT dedup FROM event") == ["m-1"])
        }
    }

    @Test func theGoodPartOfABatchStaysAndTheBadPartIsListed() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/events",
                """
                [{"account": "a1", "event": "report_made", "score": 1, "id": "1"},
                 {"account": "a1", "event": "report_mad", "score": 1},
                 {"account": "zz", "event": "report_made", "score": 1},
                 {"account": "a1", "event": "report_made", "score": "many"},
                 {"account": "a1", "event": "report_made", "at": "yesterday"},
                 {"account": {"key": "a1"}, "event": "report_made"},
                 7,
                 {"account": "a1", "event": "report_made", "score": 2, "id": "2"}]
                """)
            #expect(answer.status == 200)
            #expect(answer.count("accepted") == 2)
            #expect(Set(answer.pointers) == ["/1/event", "/2/account", "/3/score", "/4/at", "/5/account", "/6"])
            #expect(answer.object["hints"] as? [String] == ["events: { report_mad: {} }"])
            #expect(try site.rows("SELECT dedup FROM event ORDER BY id") == ["1", "2"])
        }
    }

    @Test func whatIsAllBadIsAProblemWithPointers() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post("/v1/accounts", #"{"key": "a1", "seats": "lots"}"#)
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.pointers == ["/seats"])
            for body in ["", "nope", "7", "{\"key\": \"a1\"", "[1, 2]", "{\"key\": \"a\\u0000b\"}", "{}"] {
                let answer = try await site.post("/v1/accounts", body)
                #expect(answer.status == 400, "\(body): \(answer)")
                #expect(answer.object["detail"] is String)
            }
            #expect(try site.rows("SELECT key FROM account") == [])
        }
    }

    @Test func aBadTextOrNumberCostsOneEventOfABatch() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/events",
                #"""
                [{"account": "a1", "event": "report_made", "note": "cut \ud83d", "id": 12345678901234567890123},
                 {"account": "a1", "event": "report_made", "score": 1e999, "id": "2"},
                 {"account": "a1", "event": "report_made", "score": NaN, "id": "3"},
                 {"account": "a1", "event": "report_made", "note": "a\u0000b", "id": "4"},
                 {"account": "a\u00001", "event": "report_made", "id": "5"},
                 {"account": "a1", "event": "report_made", "score": 3, "id": 9007199254740993}]
                """#)
            #expect(answer.status == 200)
            #expect(Set(answer.pointers) == ["/1/score", "/2/score", "/3/note", "/4/account"])
            #expect(
                try site.rows("SELECT dedup, properties FROM event ORDER BY id") == [
                    "12345678901234567890123|{\"note\":\"cut \u{fffd}\"}", "9007199254740993|{\"score\":3}",
                ])
        }
    }

    @Test func whatNobodyDeclaredIsKeptWithItsEvent() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            _ = try await site.post(
                "/v1/events", #"{"account": "a1", "event": "report_made", "score": 1, "pages": 12, "id": "1"}"#)
            _ = try await site.post(
                "/v1/batch",
                #"{"batch": [{"type": "track", "context": {"groupId": "a1"}, "event": "Report Made", "userId": "u", "properties": {"pageCount": 3, "deep": {}}, "messageId": "m"}]}"#
            )
            #expect(
                try site.rows("SELECT left_out FROM event ORDER BY id")
                    == [#"{"pages":12}"#, #"{"page_count":3}"#])
        }
    }

    @Test func columnsThatNobodyDeclaredAreNamed() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post("/v1/accounts", #"{"key": "a1", "colour": "red"}"#)
            #expect(answer.count("accepted") == 1)
            #expect(answer.object["unknown"] as? [String] == ["colour"])
        }
    }

    @Test func columnsAreKnownHoweverTheirNamesAreWritten() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post(
                "/v1/accounts", #"{"key": "a1", "Name": "Acme", "Email": "ada@x.example"}"#)
            #expect(answer.count("accepted") == 1, "\(answer)")
            #expect(answer.object["unknown"] as? [String] ?? [] == [])
            #expect(
                try site.rows(
                    "SELECT a.key, a.name, c.email FROM account a JOIN contact c ON c.account_id = a.id WHERE a.key = 'a1'"
                )
                    == ["a1|Acme|ada@x.example"])
        }
    }

    @Test func aRequestDoesWhatTheSameRowsOfAFileDo() async throws {
        let accounts = [
            "key,name,status,plan,cancel_requested_at,churned_at", "a1,Acme,active,pro,2026-11-20T10:00:00Z,",
            "a2,Bolt,churned,free,,2026-11-01T00:00:00Z", "a3,Cord,,free,,",
        ]
        let later = [
            "key,name,status,plan,cancel_requested_at,churned_at", "a1,Acme,active,free,,", "a2,Bolt,active,free,,",
        ]
        let tables = [
            "SELECT id, key, name, status, a_plan, cancel_requested_at, churned_at, created_at FROM account ORDER BY id",
            "SELECT account_id, kind_id, at, received_at, dedup, properties FROM event ORDER BY id",
            "SELECT account_id, attribute, at, value, previous FROM history ORDER BY 1, 2, 3",
        ]
        try await RunningSite.with { site in
            let workspace = try #require(CheckedFiles(texts: RunningSite.files).workspace)
            let memory = try Store(path: "", mode: .memory)
            let importer = Importer(store: memory, dataMap: workspace.dataMap, configuration: workspace.configuration)
            for (index, lines) in [accounts, later].enumerated() {
                let now = Instant(milliseconds: RunningSite.noon.milliseconds + Int64(index) * 1_000)
                site.time.withLockedValue { $0 = now }
                let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
                let report = try importer.run(
                    .accounts, from: .rows(columns: rows[0], rows: rows.dropFirst().map { $0.map { $0 } }), now: now)
                #expect(report.isClean, "\(report)")
                let objects = rows.dropFirst().map { Dictionary(zip(rows[0], $0)) { $1 } }
                let body = try JSONSerialization.data(withJSONObject: objects, options: .sortedKeys)
                let answer = try await site.post("/v1/accounts", body)
                #expect(answer.count("accepted") == rows.count - 1, "\(answer)")
            }
            for sql in tables {
                let expected = try memory.read { try $0.query(sql).map(\.values) }
                #expect(!expected.isEmpty)
                #expect(try site.store.read { try $0.query(sql).map(\.values) } == expected, "\(sql)")
            }
        }
    }
}
