import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// What the clients of Segment and RudderStack really send, and the rules for users without an account.
@Suite struct SegmentTests {
    /// A recorded request.
    private struct Recorded {
        var headers: [String: String] = [:]
        var body: Data

        init(_ name: String) throws {
            let url = try #require(
                Bundle.module.url(forResource: "Providers/\(name)", withExtension: "json"), "there is no \(name)")
            let object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
            for pair in object["headers"] as? [[String]] ?? [] where pair.count == 2 {
                let isOfConnection = ["Host", "Connection", "Content-Length", "Accept-Encoding", "Authorization"]
                if !isOfConnection.contains(pair[0]) { headers[pair[0]] = pair[1] }
            }
            if let text = object["body_gzip_base64"] as? String {
                body = try #require(Data(base64Encoded: text))
            } else {
                body = Data(try #require(object["body_text"] as? String).utf8)
            }
        }

        /// With the key as the clients carry it.
        func headers(key: String) -> [String: String] {
            headers.merging(["Authorization": "Basic " + Data("\(key):".utf8).base64EncodedString()]) { $1 }
        }
    }

    @Test(arguments: ["segment/batch-plain", "segment/batch-gzip", "rudder/batch-plain", "rudder/batch-gzip"])
    func aRecordedBatchBecomesAnAccountAContactAndEvents(name: String) async throws {
        let recorded = try Recorded(name)
        try await RunningSite.with { site in
            let answer = try await site.post(
                "/v1/batch", recorded.body, key: "", headers: recorded.headers(key: site.key))
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.pointers == [], "\(answer)")
            #expect(answer.count("waiting") == 0)
            #expect(answer.count("ignored") == 1, "a screen has no event here")
            #expect(
                try site.rows("SELECT key, name, a_arr, a_renewal_date, cancel_requested_at IS NOT NULL FROM account")
                    == ["acct_7|Acme|12000000|20193|1"])
            #expect(try site.rows("SELECT key, email, c_nps FROM contact") == ["u_42|ada@example.org|9.0"])
            #expect(
                try site.rows(
                    """
                    SELECT k.name, e.contact_id, e.dedup, e.properties FROM event e JOIN event_kind k ON k.id = e.kind_id
                    WHERE k.name IN ('cancel_requested', 'page_viewed') ORDER BY k.name
                    """
                ).map { $0.replacing(#/\|[0-9a-f-]{36}\|/#, with: "|ID|") } == [
                    #"cancel_requested|1|msg-0001|{"reason":"price"}"#,
                    #"page_viewed|1|ID|{"url":"https://app.acme.example/billing","name":"Billing","category":"Docs"}"#,
                ])
            // The same again changes nothing.
            let again = try await site.post(
                "/v1/batch", recorded.body, key: "", headers: recorded.headers(key: site.key))
            #expect(again.count("accepted") == again.count("unchanged"), "\(again)")
        }
    }

    @Test func aCallThatIsSentAgainAfterANewerOneChangesNothing() async throws {
        try await RunningSite.with { site in
            func call(_ type: String, _ id: String, _ members: String) async throws {
                let body = #"{"userId": "u1", "messageId": "\#(id)", \#(members)}"#
                let answer = try await site.post("/v1/\(type)", body)
                #expect(answer.status == 200, "\(answer)")
            }
            try await call("group", "g1", #""groupId": "acme", "traits": {"name": "Acme"}"#)
            try await call("identify", "i1", #""traits": {"email": "old@acme.example"}"#)
            try await call("group", "g2", #""groupId": "acme", "traits": {"name": "Acme Ltd"}"#)
            try await call("identify", "i2", #""traits": {"email": "new@acme.example"}"#)
            try await call("identify", "i1", #""traits": {"email": "old@acme.example"}"#)
            try await call("group", "g1", #""groupId": "acme", "traits": {"name": "Acme"}"#)
            #expect(try site.rows("SELECT name FROM account") == ["Acme Ltd"])
            #expect(try site.rows("SELECT email FROM contact") == ["new@acme.example"])
        }
    }

    @Test func theSendersClockIsCorrected() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            // Its clock is an hour slow, and the event happened ten minutes before it was sent.
            let call = #"""
                {"event": "Report Made", "userId": "u", "context": {"groupId": "a1"}, "messageId": "m",
                 "timestamp": "2026-11-22T10:50:00Z", "sentAt": "2026-11-22T11:00:00Z", "properties": {"Score": 3}}
                """#
            let answer = try await site.post("/v1/track", call)
            #expect(answer.count("accepted") == 1, "\(answer)")
            #expect(
                try site.rows("SELECT at, properties FROM event")
                    == ["\(RunningSite.noon.milliseconds - 600_000)|{\"score\":3}"])
        }
    }

    @Test func aUserOfNoAccountWaitsUntilAGroupSaysWhich() async throws {
        try await RunningSite.with { site in
            let identify = try await site.post(
                "/v1/identify",
                #"{"userId": "u1", "traits": {"email": "ada@acme.example", "firstName": "Ada", "lastName": "Byron"}}"#)
            let track = try await site.post(
                "/v1/track", #"{"userId": "u1", "event": "report_made", "messageId": "m1", "properties": {"score": 5}}"#
            )
            #expect(identify.count("waiting") == 1)
            #expect(track.count("waiting") == 1)
            #expect(try site.rows("SELECT key FROM contact") == [])
            let group = try await site.post(
                "/v1/group", #"{"userId": "u1", "groupId": "a1", "traits": {"name": "Acme"}}"#)
            #expect(group.status == 200, "\(group)")
            #expect(try site.rows("SELECT key, email, name FROM contact") == ["u1|ada@acme.example|Ada Byron"])
            #expect(try site.rows("SELECT contact_id, properties FROM event WHERE dedup = 'm1'") == ["1|{\"score\":5}"])
            #expect(try site.rows("SELECT * FROM waiting_row") == [])
            // From now on the user is known.
            let next = try await site.post("/v1/track", #"{"userId": "u1", "event": "report_made", "messageId": "m2"}"#)
            #expect(next.count("accepted") == 1, "\(next)")
        }
    }

    @Test func eventsOfAnAccountThatIsNotThereYetWaitForIt() async throws {
        try await RunningSite.with { site in
            let call = #"{"userId": "u1", "event": "report_made", "context": {"groupId": "a9"}, "messageId": "m"}"#
            #expect(try await site.post("/v1/track", call).count("waiting") == 1)
            _ = try await site.post("/v1/accounts", #"{"key": "a9"}"#)
            #expect(try site.rows("SELECT dedup FROM event") == ["m"])
        }
    }

    @Test func whatWaitedIsTakenAlsoWhenAnImportBringsItsAccount() async throws {
        try await RunningSite.with { site in
            let calls = [
                #"{"userId": "u1", "event": "report_made", "context": {"groupId": "a9"}, "messageId": "m1"}"#,
                #"{"userId": "u2", "event": "report_made", "messageId": "m2"}"#,
            ]
            for call in calls { #expect(try await site.post("/v1/track", call).count("waiting") == 1) }
            let workspace = try #require(CheckedFiles(texts: RunningSite.files).workspace)
            let importer = Importer(
                store: site.store, dataMap: workspace.dataMap, configuration: workspace.configuration)
            let accounts = try importer.run(
                .accounts, from: .rows(columns: ["key"], rows: [["a9"]]), now: RunningSite.noon)
            #expect(accounts.warnings == [])
            #expect(try site.rows("SELECT dedup FROM event") == ["m1"])
            _ = try importer.run(
                .contacts, from: .rows(columns: ["account", "key"], rows: [["a9", "u2"]]), now: RunningSite.noon)
            #expect(try site.rows("SELECT dedup FROM event WHERE dedup IN ('m1', 'm2') ORDER BY id") == ["m1", "m2"])
            #expect(try site.rows("SELECT * FROM waiting_row") == [])
            #expect(try await site.post("/v1/track", calls[0]).count("unchanged") == 1)
        }
    }

    @Test func aCompanyAmongTheTraitsIsTheAccount() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post(
                "/v1/identify",
                #"{"userId": 7, "traits": {"email": "a@b.example", "company": {"id": "c1", "name": "Cord", "plan": "pro"}}}"#
            )
            #expect(answer.count("accepted") == 2, "\(answer)")
            #expect(
                try site.rows(
                    "SELECT a.key, a.name, a.a_plan, c.key FROM account a JOIN contact c ON c.account_id = a.id") == [
                        "c1|Cord|pro|7"
                    ])
        }
    }

    @Test func usualSpellingsOfTraitsReachAPerson() async throws {
        try await RunningSite.with { site in
            for call in [
                #"{"userId": "u1", "traits": {"emailAddress": "ada@a.example", "fullName": "Ada", "userRole": "admin", "company": {"companyId": "c1", "name": "Cord"}}}"#,
                #"{"userId": "u2", "traits": {"Email": "bo@a.example", "role": "owner", "organizationId": "c1"}}"#,
            ] {
                let answer = try await site.post("/v1/identify", call)
                #expect(answer.status == 200 && answer.pointers == [], "\(answer)")
            }
            #expect(
                try site.rows(
                    "SELECT a.key, c.key, c.email, c.name, c.role FROM contact c JOIN account a ON a.id = c.account_id ORDER BY c.id"
                )
                    == ["c1|u1|ada@a.example|Ada|admin", "c1|u2|bo@a.example||owner"])
        }
    }

    @Test func aBadTraitIsLeftOutAndTheRestStays() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post(
                "/v1/group",
                #"{"groupId": "a1", "traits": {"name": "Acme", "plan": "gold", "seats": [1], "arr": "much", "hobby": "x"}}"#
            )
            #expect(answer.status == 200)
            #expect(Set(answer.pointers) == ["/traits/seats", "/traits/arr"])
            #expect(try site.rows("SELECT key, name, a_plan FROM account") == ["a1|Acme|gold"])
        }
    }

    @Test func callsThatAreNoneAreListedAndVisitorsAreLeftOut() async throws {
        try await RunningSite.with { site in
            let answer = try await site.post(
                "/v1/batch",
                """
                {"batch": [{"type": "group", "groupId": "a1"}, {"type": "dance"}, 5, {"type": "track", "userId": "u"},
                 {"type": "identify"}, {"type": "identify", "anonymousId": "x"}, {"type": "track", "event": "e", "anonymousId": "x"},
                 {"type": "track", "event": "report_made", "userId": {"a": 1}},
                 {"type": "track", "event": "Unheard Of", "context": {"groupId": "a1"}},
                 {"type": "track", "event": "report_made", "context": {"groupId": "a1"}, "timestamp": "soon"}]}
                """)
            #expect(answer.status == 200, "\(answer)")
            #expect(
                Set(answer.pointers) == [
                    "/batch/1/type", "/batch/2/type", "/batch/3/event", "/batch/4/userId", "/batch/7/userId",
                    "/batch/8/event", "/batch/9/timestamp",
                ])
            #expect(answer.count("ignored") == 2)
            #expect(answer.object["hints"] as? [String] == ["events: { unheard_of: {} }"])
            // A client that sends all that happens is not told to repeat what nobody wants.
            let unknown = try await site.post(
                "/v1/track", #"{"event": "Unheard Of", "userId": "u", "context": {"groupId": "a1"}}"#)
            #expect(unknown.status == 200)
            #expect(unknown.pointers == ["/event"])
            for body in ["[]", "{\"batch\": 3}", "{\"batch\": [1, 2]}", "x"] {
                #expect(try await site.post("/v1/batch", body).status == 400, "\(body)")
            }
        }
    }

    @Test func anAliasGivesTheContactItsNewKey() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/group", #"{"groupId": "a1", "userId": "old"}"#)
            _ = try await site.post("/v1/identify", #"{"userId": "early", "traits": {"email": "e@a.example"}}"#)
            let answer = try await site.post("/v1/alias", #"{"previousId": "old", "userId": "new"}"#)
            #expect(answer.status == 200)
            _ = try await site.post("/v1/alias", #"{"previousId": "early", "userId": "late"}"#)
            _ = try await site.post("/v1/group", #"{"groupId": "a1", "userId": "late"}"#)
            #expect(try site.rows("SELECT key, email FROM contact ORDER BY key") == ["late|e@a.example", "new|"])
        }
    }

    @Test func theKeyMayStandInTheBody() async throws {
        try await RunningSite.with { site in
            let body = #"{"batch": [{"type": "group", "groupId": "a1"}], "writeKey": "\#(site.key)"}"#
            let answer = try await site.post("/v1/batch", body, key: "")
            #expect(answer.status == 200)
            let other = try await site.post("/v1/batch", #"{"batch": []}"#, key: "")
            #expect(other.status == 401)
        }
    }
}
