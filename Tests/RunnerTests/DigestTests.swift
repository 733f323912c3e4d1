import Foundation
import Playbooks
import Runner
import Storage
import Testing

@Suite struct DigestTests {
    private static let dataMap =
        TestWorkspace.dataMap + """

            reasons:
              price: { notify: chat }
              value: { notify: chat }
              quiet: {}
            """

    private func world(
        _ endpoint: Endpoint, configuration: String = TestWorkspace.configuration, chat: String = ""
    ) throws -> TestWorkspace {
        let playbooks = [
            "free": TestWorkspace.playbook("free", more: ["risk: price"]),
            "seats": TestWorkspace.playbook("seats", "when: seats > 5", more: ["risk: value"]),
            "silent": TestWorkspace.playbook("silent", "when: seats > 5", more: ["risk: quiet"]),
        ]
        return try TestWorkspace(
            playbooks: playbooks, configuration: configuration,
            files: [
                "data.yaml": Self.dataMap,
                "channels/chat.yaml": """
                channel: chat
                kind: webhook
                request: { method: POST, url: "\(endpoint.url)" }
                allow_private: true
                auth: { kind: none }
                body: { kind: json, template: { to: "{{ recipient.id }}", text: "{{ text }}" } }
                \(chat)
                """,
            ])
    }

    private func post(_ test: TestWorkspace, _ now: Instant) async throws -> (sent: Int, failed: [String: String]) {
        try await DigestPost(
            workspace: test.workspace, directory: test.folder.path, environment: [:], secret: [7], store: test.store,
            clocks: Clocks(processNow: Clocks.system.processNow, random: { 0 })
        ).post(now: now)
    }

    private func texts(_ endpoint: Endpoint) -> [String] {
        endpoint.received.compactMap { received in
            let object = try? JSONSerialization.jsonObject(with: Data(received.body.utf8)) as? [String: Any]
            return object?["text"] as? String
        }
    }

    @Test(arguments: [500, 429]) func aDoubtfulDigestGoesToNoOtherEndpoint(status: Int) async throws {
        let first = try Endpoint { _ in .answer(status, ["Retry-After: 3600"]) }
        let second = try Endpoint()
        let key = "idempotency: { header: Idempotency-Key, lifetime: 24h }"
        let test = try world(first, chat: key)
        try test.addAccounts(1)
        try test.run(noon(20_000))
        #expect(try await post(test, noon(20_000)).sent == 0)
        #expect(try test.rows("SELECT state, endpoint IS NOT NULL FROM digest") == ["pending|\(status == 500 ? 1 : 0)"])
        try test.execute("UPDATE digest SET retry_at = 0")
        let text = try #require(test.texts["channels/chat.yaml"]).replacing(first.url, with: second.url)
        try test.edit(["channels/chat.yaml": text])
        _ = try await post(test, noon(20_000))
        #expect(try test.rows("SELECT state FROM digest") == [status == 500 ? "unknown" : "sent"])
        #expect(second.received.count == (status == 500 ? 0 : 1))
    }

    @Test func aTeamIsToldOnceADayOfWhoIsNewlyAtRisk() async throws {
        let endpoint = try Endpoint()
        let test = try world(endpoint)
        try test.addAccounts(25)
        try test.store.write { connection in
            _ = try connection.execute("UPDATE account SET mrr = 100 * id, name = 'No ' || key")
            _ = try connection.execute("UPDATE account SET a_seats = 9, name = 'A <!channel>' WHERE key = 'a25'")
        }
        try test.run(noon(20_000))
        #expect(try await post(test, noon(20_000)).sent == 1)
        let text = try #require(texts(endpoint).first)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "25 accounts, 325.00 USD a month, are at risk")
        #expect(lines[1] == "- price: 25 accounts, 325.00 USD")
        #expect(lines[2] == "- value: 1 account, 25.00 USD")
        #expect(lines[3] == "25.00 USD  A ‹!channel› (a25): price, value")
        #expect(lines.count == 3 + 20 + 1)
        #expect(lines.last == "and 5 more")
        #expect(endpoint.recipients == ["team:chat"])
        // Later that day, and the next day with nobody new: nothing.
        try test.addAccounts(1, from: 26)
        try test.run(noon(20_000) + .hours(2))
        #expect(try await post(test, noon(20_000) + .hours(2)).sent == 0)
        try test.run(noon(20_001))
        #expect(try await post(test, noon(20_001)).sent == 1)
        #expect(texts(endpoint).last?.contains("1 account, 50.00 USD a month, is newly at risk since") == true)
        try test.run(noon(20_002))
        #expect(try await post(test, noon(20_002)).sent == 0)
        #expect(endpoint.received.count == 2)
    }

    @Test func whatNobodyKnowsThatAnAccountPaysIsNotNothing() async throws {
        let endpoint = try Endpoint()
        let test = try world(endpoint)
        try test.addAccounts(3)
        try test.script("UPDATE account SET mrr = CASE id WHEN 1 THEN 4900 END")
        try test.run(noon(20_000))
        #expect(try await post(test, noon(20_000)).sent == 1)
        #expect(
            texts(endpoint).first?.split(separator: "\n").map(String.init) == [
                "3 accounts, 49.00 USD a month (2 of unknown MRR left out), are at risk",
                "- price: 3 accounts, 49.00 USD (2 of unknown MRR left out)", "49.00 USD  a1 (a1): price",
                "MRR unknown  a2 (a2): price", "MRR unknown  a3 (a3): price",
            ])
        try test.addAccounts(1, from: 4)
        try test.script("UPDATE account SET mrr = NULL WHERE id = 4")
        try test.run(noon(20_001))
        #expect(try await post(test, noon(20_001)).sent == 1)
        #expect(
            texts(endpoint).last?.hasPrefix("1 account, MRR unknown, is newly at risk since") == true,
            "\(texts(endpoint))")
    }

    @Test func aHeldPlaybookTellsNobodyUntilItIsReleased() async throws {
        let endpoint = try Endpoint()
        let test = try world(
            endpoint, configuration: TestWorkspace.configuration.replacing("first_run: go", with: "first_run: ask"))
        try test.addAccounts(3)
        try test.run(noon(20_000))
        #expect(try test.integer("SELECT count(*) FROM standing WHERE verdict = 'held'") == 3)
        #expect(try await post(test, noon(20_000)).sent == 0)
        try test.release("free", at: noon(20_000))
        try test.run(noon(20_001))
        #expect(try await post(test, noon(20_001)).sent == 1)
        #expect(texts(endpoint).first?.hasPrefix("3 accounts") == true)
    }

    @Test func aDigestThatWasUnderWayInACrashIsNotSentAgainBlind() async throws {
        let endpoint = try Endpoint()
        let test = try world(endpoint)
        try test.addAccounts(1)
        try test.run(noon(20_000))
        let interrupted = try test.store.write { try Digests($0).begin(1, endpoint: "e", processNow: noon(20_000)) }
        #expect(interrupted)
        #expect(try await post(test, noon(20_000)).sent == 0)
        #expect(try test.rows("SELECT state FROM digest") == ["unknown"])
        #expect(endpoint.received.isEmpty)
    }

    @Test func aDigestThatWasUnderWayIsRepeatedWhereTheChannelHonorsItsKey() async throws {
        let endpoint = try Endpoint()
        let test = try world(endpoint, chat: "idempotency: { header: Idempotency-Key, lifetime: 24h }")
        try test.addAccounts(1)
        try test.run(noon(20_000))
        _ = try test.store.write { try Digests($0).begin(1, endpoint: "e", processNow: Clocks.system.processNow()) }
        // As it was before endpoints were kept.
        try test.execute("UPDATE digest SET endpoint = NULL")
        #expect(try await post(test, noon(20_000)).sent == 1)
        #expect(endpoint.received.first?.header("Idempotency-Key") == "test-d1")
    }

    @Test func whatDoesNotArriveIsTriedAgainAndTold() async throws {
        let endpoint = try Endpoint { $0.number == 1 ? .answer(503) : .answer(202) }
        let test = try world(endpoint)
        try test.addAccounts(1)
        try test.run(noon(20_000))
        let first = try await post(test, noon(20_000))
        #expect(first.sent == 0 && first.failed["chat"] != nil)
        #expect(try await post(test, noon(20_000)).sent == 1)
        #expect(try test.rows("SELECT state, attempts FROM digest") == ["sent|2"])
    }

    @Test func nothingIsPostedWhileTheChannelIsPaused() async throws {
        let endpoint = try Endpoint()
        let test = try world(endpoint)
        try test.addAccounts(1)
        try test.run(noon(20_000))
        try test.store.write { try Pauses.set("all", reason: "stop", at: noon(20_000), $0) }
        #expect(try await post(test, noon(20_000)).failed == ["chat": "paused: stop"])
        #expect(try test.rows("SELECT state, attempts FROM digest") == ["pending|0"])
        #expect(endpoint.received.isEmpty)
    }

    @Test func aDigestOfTheConfigurationIsPostedForEachOccurrence() async throws {
        let endpoint = try Endpoint()
        let configuration =
            TestWorkspace.configuration + """

                digests:
                  - report: risk
                    at: weekly on mon at 09:00
                    channel: chat
                """
        let test = try world(endpoint, configuration: configuration)
        // Day 20003 is a Monday.
        try test.addAccounts(2)
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT kind, occasion FROM digest") == ["notes|2024-10-05"])
        try test.run(noon(20_003))
        try test.run(noon(20_003) + .hours(1))
        #expect(
            try test.rows("SELECT kind, occasion, accounts FROM digest WHERE kind <> 'notes'")
                == ["report risk|2024-10-07T09:00:00Z|2"])
        try test.run(noon(20_010))
        #expect(try test.rows("SELECT text FROM digest ORDER BY id DESC LIMIT 1")[0].hasPrefix("No account is newly"))
    }

    @Test func aDigestPostsTheSentencesOfAReport() async throws {
        let endpoint = try Endpoint()
        let configuration =
            TestWorkspace.configuration + """

                digests:
                  - { report: attrition, at: daily at 12:00, channel: chat }
                  - { report: journey, at: daily at 12:00, channel: chat }
                """
        let test = try world(endpoint, configuration: configuration)
        try test.addAccounts(20)
        try test.run(noon(20_000))
        _ = try await post(test, noon(20_000))
        let digests = try test.rows("SELECT kind, subject, text FROM digest WHERE kind LIKE 'report%' ORDER BY kind")
        #expect(digests.count == 2)
        #expect(digests[0].hasPrefix("report attrition|Attrition as of 2024-10-04|Attrition\nHow many leave, "))
        #expect(digests[0].contains("Of 20 accounts that were customers when "))
        #expect(digests[1].contains("There is no journey"))
        // The same occurrence is posted once.
        try test.run(noon(20_000) + .hours(1))
        #expect(try test.integer("SELECT count(*) FROM digest WHERE kind LIKE 'report%'") == 2)
    }
}
