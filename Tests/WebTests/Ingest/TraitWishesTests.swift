import Foundation
import Playbooks
import Storage
import Testing

/// Wishes to get no messages that come over HTTP, however the sender calls them.
@Suite struct TraitWishesTests {
    static let traits = [
        #""unsubscribed": true"#, #""unsubscribed": "yes""#, #""subscribed": false"#, #""email_opt_out": true"#,
        #""emailOptOut": true"#, #""Unsubscribed from all email": "true""#, #""newsletter": "no""#, #""DNC": true"#,
        #""canBeEmailed": false"#, #""unsubscribed": false, "email_opt_out": true"#,
        #""email_opt_out": true, "unsubscribed": false"#, #""email_bounced_reason": "550 unknown user""#,
        #""unsubscribed": "since May""#,
    ]

    @Test(arguments: traits) func aTraitThatSaysNoSuppresses(trait: String) async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/identify",
                #"{"userId": "u1", "messageId": "m1", "context": {"groupId": "a1"}, "traits": {"email": "a@x.example", \#(trait)}}"#
            )
            #expect(answer.status == 200, "\(answer)")
            #expect(try site.rows("SELECT address FROM suppression") == ["a@x.example"], "\(trait) \(answer)")
            #expect(try site.rows("SELECT email FROM contact") == ["a@x.example"])
        }
    }

    @Test func aTraitThatSaysYesSuppressesNobody() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/identify",
                #"{"userId": "u1", "context": {"groupId": "a1"}, "traits": {"email": "a@x.example", "unsubscribed": false, "newsletter": true}}"#
            )
            #expect(answer.pointers == [], "\(answer)")
            #expect(try site.rows("SELECT address FROM suppression") == [])
        }
    }

    @Test func aTraitThatOnlySoundsLikeAWishIsToldAsUnknown() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/identify",
                #"{"userId": "u1", "context": {"groupId": "a1"}, "traits": {"email": "a@x.example", "tips_opt_out": true}}"#
            )
            #expect("\(answer)".contains("tips_opt_out"), "\(answer)")
        }
    }

    @Test(arguments: [
        "Suppressed", "blacklisted", "DNC", "no_mail", "email_hard_bounce_reason", "hs_email_optout",
        "global_unsubscribe",
        "Do not disturb",
    ])
    func theSameNamesAreKnownOfContacts(name: String) async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/contacts", #"{"account": "a1", "email": "a@x.example", "\#(name)": "yes"}"#)
            #expect(answer.status == 200, "\(answer)")
            #expect(try site.rows("SELECT address FROM suppression") == ["a@x.example"], "\(answer)")
        }
    }

    @Test func aWishThatIsNotUnderstoodIsHeldBackAndTold() async throws {
        try await RunningSite.with { site in
            _ = try await site.post("/v1/accounts", #"{"key": "a1"}"#)
            let answer = try await site.post(
                "/v1/contacts", #"{"account": "a1", "email": "a@x.example", "unsubscribed": "2"}"#)
            #expect(answer.pointers == ["/unsubscribed"], "\(answer)")
            #expect(try site.rows("SELECT reason FROM suppression") == ["a wish that is not understood"])
            _ = try await site.post("/v1/contacts", #"{"account": "a1", "email": "a@x.example", "unsubscribed": "no"}"#)
            #expect(try site.rows("SELECT reason FROM suppression") == [])
        }
    }
}
