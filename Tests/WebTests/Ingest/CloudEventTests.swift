import Foundation
import Testing

@Suite struct CloudEventTests {
    private func recorded(_ name: String) throws -> (headers: [String: String], body: String) {
        let url = try #require(Bundle.module.url(forResource: "Providers/cloudevents/\(name)", withExtension: "json"))
        let object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        var headers = try #require(object["headers"] as? [String: String])
        headers["Content-Type"] = headers.removeValue(forKey: "content-type")
        return (headers, try #require(object["body_text"] as? String))
    }

    @Test(arguments: ["structured-sdk", "binary-sdk", "batch"])
    func whatTheSDKSendsBringsAnAccount(name: String) async throws {
        let (headers, body) = try recorded(name)
        try await RunningSite.with { site in
            let answer = try await site.post("/v1/cloudevents", body, headers: headers)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.pointers == [])
            #expect(try site.rows("SELECT key, a_renewal_date FROM account") == ["acct_42|20193"])
        }
    }

    @Test func anEventIsKnownBySourceAndId() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            func event(_ id: String, _ type: String, _ data: String) -> String {
                #"{"specversion": "1.0", "id": "\#(id)", "source": "/app", "type": "\#(type)", "subject": "a1", "time": "2026-11-21T08:00:00Z", "data": \#(data)}"#
            }
            let headers = ["Content-Type": "application/cloudevents-batch+json"]
            let batch = [
                event("1", "com.acme.report.made", #"{"score": 4}"#),
                event("1", "com.acme.report.made", #"{"score": 5}"#),
                event("2", "com.acme.report_made", "{}"),
                event("3", "com.acme.usage.metrics", #"{"day": "2026-11-20", "logins": 3}"#),
                event("4", "com.acme.unheard.of", "{}"),
            ]
            let answer = try await site.post(
                "/v1/cloudevents", "[" + batch.joined(separator: ",") + "]", headers: headers)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.count("accepted") == 4)
            #expect(answer.pointers == ["/4/type"])
            #expect(
                try site.rows("SELECT dedup, properties FROM event ORDER BY dedup") == [
                    #"/app 1|{"score":4}"#, "/app 2|",
                ])
            #expect(try site.rows("SELECT metric, value FROM series_rows") == ["logins|3.0"])
        }
    }

    @Test func whatIsNoCloudEventIsRefused() async throws {
        try await RunningSite.with { site in
            #expect(try await site.post("/v1/cloudevents", "{}").status == 415)
            let structured = ["Content-Type": "application/cloudevents+json; charset=utf-8"]
            for (body, pointer) in [
                (#"{"id": "1", "source": "s", "type": "t"}"#, "/specversion"),
                (#"{"specversion": "0.3", "id": "1", "source": "s", "type": "t"}"#, "/specversion"),
                (#"{"specversion": "1.0", "source": "s", "type": "t"}"#, "/id"),
                (#"{"specversion": "1.0", "id": "1", "source": "s", "type": "report_made"}"#, "/subject"),
                (
                    #"{"specversion": "1.0", "id": "1", "source": "s", "type": "report_made", "subject": "a", "data": 3}"#,
                    "/data"
                ),
                (
                    #"{"specversion": "1.0", "id": "1", "source": "s", "type": "report_made", "subject": "a", "data_base64": "?"}"#,
                    "/data_base64"
                ),
            ] {
                let answer = try await site.post("/v1/cloudevents", body, headers: structured)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.pointers == [pointer], "\(answer)")
            }
        }
    }
}
