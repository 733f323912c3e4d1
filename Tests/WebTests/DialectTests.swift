import Basics
import Delivery
import Foundation
import HTTPTypes
import Playbooks
import Storage
import Testing
import Web

/// What the webhooks of every provider mean, by fixtures with their expected outcome.
@Suite struct DialectTests {
    private func expected(_ name: String) throws -> Outcome.Kind? {
        switch name {
        case "ignored", "control": nil
        case "bounced_hard": .bounced
        case "bounced_soft": .softBounced
        case "opened_machine": .machineOpened
        default: try named(name)
        }
    }

    private func named(_ name: String) throws -> Outcome.Kind {
        let kind = Outcome.Kind(rawValue: name)
        return try #require(kind, "\(name)")
    }

    @Test func everyFixtureMeansWhatItsProviderSays() throws {
        let index = try #require(ProviderFixture.json("webhooks/index.json").listed)
        #expect(index.count == 99)
        for item in index {
            let file = try #require(item["file"]?.scalarText)
            let dialect = try #require(Channel.Dialect(rawValue: item["provider"]?.scalarText ?? ""))
            let webhook = Webhook(
                headers: item["headers"]?.headers ?? HTTPFields(), body: try ProviderFixture.bytes("webhooks/" + file))
            let notices = try dialect.notices(in: webhook)
            let kinds = try (item["expect"]?.listed ?? []).compactMap { try expected($0.scalarText ?? "") }
            #expect(notices.map(\.kind) == kinds, "\(file)")
            let id = item["message_id"]?.scalarText?.trimmingCharacters(in: ["<", ">"])
            for notice in notices {
                #expect(notice.providerID == id, "\(file)")
                #expect(notice.touch == item["touch_id"]?.scalarText, "\(file)")
                #expect(notice.address == "ada@example.org", "\(file)")
                #expect(notice.at.map { abs($0.milliseconds - 1_736_935_200_000) <= 7_200_000 } == true, "\(file)")
                #expect(!notice.id.isEmpty && !notice.body.isEmpty, "\(file)")
            }
            // A repeat has the same ids.
            #expect(try dialect.notices(in: webhook).map(\.id) == notices.map(\.id), "\(file)")
        }
    }

    @Test func aBatchIsOneNoticeForEachEvent() throws {
        let webhook = Webhook(body: try ProviderFixture.bytes("webhooks/sendgrid/batch_mixed.json"))
        let notices = try Channel.Dialect.sendgrid.notices(in: webhook)
        #expect(notices.map(\.kind) == [.accepted, .delivered, .opened, .clicked])
        #expect(Set(notices.map(\.id)).count == 4)
        #expect(notices.last?.detail == #"{"link":"https://app.acme.example/renew"}"#)
    }

    @Test func groupsAreCategoriesAndTheRestIsEverything() throws {
        func isForAll(_ dialect: Channel.Dialect, _ file: String) throws -> Bool? {
            try dialect.notices(in: Webhook(body: ProviderFixture.bytes("webhooks/" + file))).first?.isForAll
        }
        #expect(try isForAll(.sendgrid, "sendgrid/unsubscribe.json") == true)
        #expect(try isForAll(.sendgrid, "sendgrid/group_unsubscribe.json") == false)
        #expect(try isForAll(.amazonSES, "amazon_ses/sns_Subscription.json") == true)
        #expect(try isForAll(.sparkpost, "sparkpost/link_unsubscribe.json") == true)
    }

    @Test func keeptouchsOwnWordsAreTakenFromAnybodysEndpoint() throws {
        let text = """
            [{"event": "clicked", "touch_id": "t12", "id": "e1", "at": "2026-03-08T07:00:00Z", "link": "https://a.example"},
             {"event": "soft_bounced", "message_id": "m-1", "email": "a@b.example", "reason": "full"}]
            """
        let notices = try Channel.Dialect.plain.notices(in: Webhook(body: Array(text.utf8)))
        #expect(notices.map(\.kind) == [.clicked, .softBounced])
        #expect(notices.first?.touch == "t12")
        #expect(notices.first?.id == "e1")
        #expect(notices.first?.at == Instant(milliseconds: 1_772_953_200_000))
        #expect(notices.last?.providerID == "m-1")
        #expect(notices.last?.at == nil)
        #expect(notices.last?.detail == #"{"reason":"full"}"#)
        for other in [#"{"event": "goal", "touch_id": "t12"}"#, #"[{"event": "opened"}, {"event": "whatever"}]"#] {
            #expect(throws: Unreadable.self) { try Channel.Dialect.plain.notices(in: Webhook(body: Array(other.utf8))) }
        }
    }

    @Test func garbageIsRefusedByEveryDialectAndNeverTraps() throws {
        for dialect in Channel.Dialect.allCases {
            for text in [
                "", "{", "7", "\"x\"", "[1]", "[[]]", "null", "mandrill_events=7", "mandrill_events=%zz", "a=1",
            ] {
                #expect(throws: Unreadable.self, "\(dialect) \(text)") {
                    try dialect.notices(in: Webhook(body: Array(text.utf8)))
                }
            }
            // Of the right form, and with values of every wrong type.
            for text in [
                "{}", #"{"event": 1, "timestamp": "x", "msys": {}, "RecordType": [], "data": 5, "detail": null}"#,
                #"{"event": "bounce", "timestamp": 1e300, "sg_message_id": {}, "metric": "bounced", "data": {"delivery_id": []}}"#,
            ] {
                _ = try? dialect.notices(in: Webhook(body: Array(text.utf8)))
            }
        }
    }
}
