import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Storage
import Synchronization
import Testing
import Web

@Suite struct KeyTests {
    private static let event = #"{"account": "a1", "event": "report_made"}"#

    @Test func aRequestNeedsAKeyThatIsInUse() async throws {
        try await RunningSite.with { site in
            for key in ["", "kt_", "kt_" + String(repeating: "0", count: 64)] {
                let answer = try await site.post("/v1/accounts", #"{"key": "a1"}"#, key: key)
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"keeptouch\"")
            }
            #expect(try await site.get("/metrics", key: "nobody").status == 401)
            #expect(try site.rows("SELECT key FROM account") == [])
            #expect(try await site.post("/v1/accounts", #"{"key": "a1"}"#).status == 200)
            #expect(try site.store.write { try APIKeys.revoke(name: "test", at: RunningSite.noon, $0) })
            site.time.withLockedValue { $0 = Instant(milliseconds: $0.milliseconds + 2_000) }
            #expect(try await site.post("/v1/accounts", #"{"key": "a2"}"#).status == 401)
        }
    }

    @Test func aKeyMayDoOnlyWhatItsScopesSay() async throws {
        try await RunningSite.with(scopes: [.ingest]) { site in
            let answer = try await site.get("/metrics")
            #expect(answer.status == 403)
            #expect((answer.object["detail"] as? String)?.contains("needs read") == true, "\(answer)")
        }
        try await RunningSite.with(scopes: [.read]) { site in
            let answer = try await site.get("/metrics")
            #expect(answer.status == 200)
            for path in ["/v1/events", "/v1/track", "/v1/cloudevents"] {
                #expect(try await site.post(path, Self.event).status == 403, "\(path)")
            }
        }
    }

    @Test func aKeyThatGoesTooFastIsToldWhenToComeBack() async throws {
        try await RunningSite.with(perSecond: 3) { site in
            var statuses: [Int] = []
            for number in 0..<5 {
                statuses.append(try await site.post("/v1/accounts", #"{"key": "a\#(number)"}"#).status)
            }
            #expect(statuses == [200, 200, 200, 429, 429])
            let answer = try await site.post("/v1/accounts", #"{"key": "a9"}"#)
            #expect(answer.headers["retry-after"] == "1")
            site.time.withLockedValue { $0 = Instant(milliseconds: $0.milliseconds + 1_000) }
            #expect(try await site.post("/v1/accounts", #"{"key": "a9"}"#).status == 200)
        }
    }

    @Test func aKeyIsNotInTheDatabase() async throws {
        try await RunningSite.with { site in
            let stored = try site.rows("SELECT prefix, hash, scopes FROM api_key")
            #expect(stored.count == 1)
            #expect(!stored[0].contains(site.key.dropFirst(10)))
            #expect(APIKey(site.key).digest.count == 64)
        }
    }
}
