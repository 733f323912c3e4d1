import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Several touches in one request: the promises are those of one touch in each.
@Suite struct BatchTests {
    private static let list = ["limits: { in_flight: 2, batch: 10 }", "batch: { results: whole }"]
    private static let key = "idempotency: { header: Idempotency-Key, lifetime: 24h }"
    private static let rules = [
        "response:", "  id: /id", "  rules:", "    - { status: 200, body: { /ok: true }, then: accepted }",
        "    - { status: 200, body: { /gone: true }, then: suppress }", "    - { status: 200, then: reject }",
    ]

    /// The addresses of a request of several, or of one.
    private static func recipients(_ received: Endpoint.Received) -> [String] {
        let json = try? JSONSerialization.jsonObject(with: Data(received.body.utf8))
        if let list = json as? [[String: Any]] { return list.compactMap { $0["to"] as? String } }
        return [(json as? [String: Any])?["to"] as? String].compactMap { $0 }
    }

    /// A result for each touch, as `result` says.
    private static func results(
        _ received: Endpoint.Received, _ result: (String) -> String = { "{\"ok\":true,\"id\":\"m-\($0)\"}" }
    ) -> Endpoint.Reply {
        let recipients = recipients(received)
        let isList = received.body.hasPrefix("[")
        let items = recipients.map(result).joined(separator: ",")
        return .body(200, isList ? "[\(items)]" : items)
    }

    @Test func touchesTravelTogetherAndEachHasItsResult() async throws {
        let endpoint = try Endpoint { received in
            Self.results(received) { address in
                switch address {
                case "a3@example.com": "{\"ok\":false,\"why\":\"bad\"}"
                case "a5@example.com": "{\"gone\":true}"
                default: "{\"ok\":true,\"id\":\"m-\(address)\"}"
                }
            }
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 35, more: Self.list + Self.rules)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 33 && report.rejected == 1 && report.dropped == 1)
        #expect(endpoint.received.count <= 6)
        #expect(endpoint.received.allSatisfy { Self.recipients($0).count <= 10 })
        #expect(try test.rows("SELECT recipient FROM touch WHERE state = 'rejected'") == ["a3@example.com"])
        #expect(try test.rows("SELECT address FROM suppression") == ["a5@example.com"])
        #expect(
            try test.integer("SELECT count(*) FROM touch WHERE state = 'sent' AND provider_id = 'm-' || recipient")
                == 33)
        #expect(try test.integer("SELECT count(*) FROM attempt WHERE ended_at IS NOT NULL") == 35)
        #expect(try test.integer("SELECT count(*) FROM enrollment WHERE due_at IS NOT NULL") == 35)
    }

    /// A touch that goes alone has the channel's own body, which names nothing of the account.
    @Test func whatOnlyTheBodyOfABatchNamesIsInTheRequest() async throws {
        let endpoint = try Endpoint { Self.results($0) }
        let body = "{ kind: json, template: { to: \"{{ to.email }}\", plan: \"{{ account.plan }}\" } }"
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 8,
            more: [Self.list[0], "batch: { results: whole, body: \(body) }"] + Self.rules)
        #expect(try await test.drain(noon(20_000)).sent == 8)
        let batches = endpoint.received.filter { $0.body.hasPrefix("[") }
        #expect(!batches.isEmpty && batches.allSatisfy { $0.body.contains("\"plan\":\"free\"") })
    }

    @Test func oneBadTouchDoesNotSinkTheOthers() async throws {
        // As the provider does that refuses the whole list for one address.
        let endpoint = try Endpoint { received in
            Self.recipients(received).contains("a4@example.com") ? .answer(422) : Self.results(received)
        }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 12, more: Self.list + Self.rules)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 11 && report.rejected == 1)
        #expect(try test.rows("SELECT recipient FROM touch WHERE state = 'rejected'") == ["a4@example.com"])
        let accepted = endpoint.received.filter { !Self.recipients($0).contains("a4@example.com") }
        #expect(accepted.flatMap(Self.recipients).count == 11)
    }

    @Test func withoutAKeyADoubtfulRequestMakesAllItsTouchesUnknown() async throws {
        let endpoint = try Endpoint { $0.number == 1 ? .reset : Self.results($0) }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 30, more: Self.list + Self.rules)
        let report = try await test.drain(noon(20_000))
        let lost = Self.recipients(try #require(endpoint.received.first))
        #expect(lost.count > 1 && report.unknown == lost.count && report.sent == 30 - lost.count)
        #expect(Set(try test.rows("SELECT recipient FROM touch WHERE state = 'unknown'")) == Set(lost))
        let all = endpoint.received.flatMap(Self.recipients)
        #expect(all.count == 30 && Set(all).count == 30)
    }

    @Test func withAKeyTheSameRequestGoesOutAgain() async throws {
        let endpoint = try Endpoint { [1, 2, 4].contains($0.number) ? .answer(500) : Self.results($0) }
        let test = try TestWorkspace.mailing(to: endpoint.url, accounts: 30, more: Self.list + Self.rules + [Self.key])
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 30 && report.unknown == 0)
        let byKey = Dictionary(grouping: endpoint.received) { $0.header("Idempotency-Key") ?? "" }
        #expect(byKey.count < endpoint.received.count)
        #expect(byKey.values.allSatisfy { Set($0.map(\.body)).count == 1 })
        let touches = byKey.values.flatMap { Self.recipients($0[0]) }
        #expect(touches.count == 30 && Set(touches).count == 30, "a touch travelled under two keys")
    }

    @Test func aBatchThatCannotBeWholeAgainIsUnknown() async throws {
        let endpoint = try Endpoint { $0.number == 1 ? .answer(500) : Self.results($0) }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 4,
            more: ["limits: { in_flight: 1, batch: 4 }", "batch: { results: whole }"] + Self.rules
                + [Self.key])
        // The answer to the first attempt puts them off; before they are tried again, one of them leaves.
        let clocks = Clocks(processNow: Clocks.system.processNow, random: { 1 })
        _ = clocks
        try test.script(
            """
            CREATE TRIGGER gone AFTER UPDATE OF state ON touch WHEN NEW.state = 'pending' AND NEW.ambiguous = 1
            BEGIN UPDATE enrollment SET state = 'ended', ended_at = 1 WHERE id = 2; END
            """)
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 0 && report.unknown == 4)
        #expect(endpoint.received.count == 1)
        #expect(try test.states == ["unknown": 4])
    }

    @Test func aPauseLeavesTheWholeBatchPending() async throws {
        let endpoint = try Endpoint { _ in .answer(401) }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 40,
            more: Self.list + ["response:", "  rules:", "    - { status: 401, then: halt }"])
        let report = try await test.drain(noon(20_000))
        #expect(report.sent == 0 && report.stopped["mail"] == "HTTP 401")
        #expect(try test.states == ["pending": 40])
        #expect(endpoint.received.count <= 4)
    }

    @Test func theRateCountsRequests() async throws {
        let endpoint = try Endpoint { Self.results($0) }
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 60,
            more: ["limits: { per_second: 4, in_flight: 2, batch: 10 }", "batch: { results: whole }"] + Self.rules)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await test.drain(noon(20_000)).sent == 60)
        // Four at once, the other two at four a second.
        #expect(endpoint.received.count >= 6)
        #expect(clock.now - start >= .milliseconds(440))
    }

    @Test func whatCannotTravelTogetherKeepsToTheRateToo() async throws {
        let endpoint = try Endpoint { Self.results($0) }
        // The texts are not in the part that may differ.
        let test = try TestWorkspace.mailing(
            to: endpoint.url, accounts: 30,
            more: ["limits: { per_second: 20, in_flight: 64, batch: 30 }", "batch: { items: /to }"] + Self.rules)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await test.drain(noon(20_000)).sent == 30)
        #expect(endpoint.received.count == 30)
        #expect(clock.now - start >= .milliseconds(440))
    }
}
