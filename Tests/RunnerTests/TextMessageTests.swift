import Basics
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// Steps of the kind `sms`: whom they reach, and whom they do not.
@Suite struct TextMessageTests {
    private static let configuration = """
        workspace: test
        timezone: UTC
        sender: { name: Test, email: success@test.example, postal_address: "1 Main St" }
        base_url: https://touch.test.example
        evaluate: daily at 06:00
        safety: { max_share: 100%, first_run: go, canary: off, max_failed: 100% }
        channels: { email: mail, in_app: app, sms: texts }
        categories: { education: Tips }
        sms: { phone: mobile, consent: sms_ok, price: 0.01 }
        """

    private static let message = "Hi {{contact.first_name}}, your account {{account.key}} is quiet.\n"

    private func test(
        _ endpoint: Endpoint? = nil, playbooks: [String: String]? = nil, configuration more: String = "",
        accounts: Int = 1, files: [String: String] = [:]
    ) throws -> TestWorkspace {
        let channel = TestWorkspace.channel("texts", "sms", url: endpoint?.url ?? "http://127.0.0.1:1/send")
            .replacing("to: \"{{ to.email }}\"", with: "to: \"{{ to.phone }}\"")
        let test = try TestWorkspace(
            playbooks: playbooks ?? ["nudge": TestWorkspace.playbook("nudge", steps: ["sms: hello.md"])],
            configuration: Self.configuration + "\n" + more, message: Self.message,
            files: [
                "channels/texts.yaml": channel,
                "data.yaml": TestWorkspace.dataMap + "\ncontact_attributes: { mobile: text, sms_ok: boolean }\n",
            ].merging(files) { $1 })
        try test.addAccounts(accounts)
        try test.script(
            """
            UPDATE contact SET phone = '+1415555012' || account_id, c_mobile = '+1415555012' || account_id, c_sms_ok = 1
            """)
        return test
    }

    private let touches = "SELECT account_id, recipient, state, reason FROM touch ORDER BY account_id, id"

    @Test func aTextMessageGoesToTheNumber() async throws {
        let endpoint = try Endpoint()
        let test = try test(endpoint)
        try test.run(noon(20_000))
        #expect(try test.rows(touches) == ["1|+14155550121|pending|-"])
        try await test.drain(noon(20_000))
        #expect(try test.states == ["sent": 1])
        let body = try #require(endpoint.received.first.flatMap { JSON(parsing: Array($0.body.utf8)) })
        #expect(body["to"] == .text("+14155550121"))
        #expect(body["text"] == .text("Hi Ada, your account a1 is quiet.\nReply STOP to opt out."))
        #expect(body["subject"] == nil)
    }

    @Test func whoCannotGetAnyIsUnreachableAndTheReasonSaysWhy() throws {
        let test = try test(accounts: 5)
        try test.script(
            """
            UPDATE contact SET c_sms_ok = 0 WHERE account_id = 1;
            UPDATE contact SET c_sms_ok = NULL WHERE account_id = 2;
            UPDATE contact SET phone = NULL WHERE account_id = 3;
            INSERT INTO suppression (address, category, reason, at) VALUES ('+14155550124', '', 'STOP', 0),
                ('a5@example.com', 'education', 'unsubscribed', 0)
            """)
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, verdict, reason FROM standing ORDER BY account_id") == [
                "1|unreachable|no active contact for \"to: owner\" that may be written to: its only contact has not agreed to text messages (sms_ok)",
                "2|unreachable|no active contact for \"to: owner\" that may be written to: its only contact has not agreed to text messages (sms_ok)",
                "3|unreachable|no active contact for \"to: owner\" that may be written to: its only contact has no telephone number that is known "
                    + "for certain (mobile)",
                "4|unreachable|no active contact for \"to: owner\" that may be written to: its only contact is suppressed (STOP)",
                // Who has left a category has left it, by whatever it comes.
                "5|unreachable|no active contact for \"to: owner\" that may be written to: its only contact unsubscribed from education",
            ])
    }

    @Test func stopHoldsForServiceTooAndAnAddressThatBouncesForNeither() throws {
        let test = try test(
            playbooks: ["bill": TestWorkspace.playbook("bill", category: "service", steps: ["sms: hello.md"])],
            accounts: 3)
        try test.script(
            """
            INSERT INTO suppression (address, category, reason, at) VALUES ('+14155550121', '', 'STOP', 0),
                ('a2@example.com', '', 'hard bounce', 0), ('a3@example.com', '', 'unsubscribed', 0)
            """)
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, verdict FROM standing ORDER BY account_id")
                == ["1|unreachable", "2|enrolled", "3|enrolled"])
    }

    @Test func whatIsWithdrawnBeforeItLeavesIsNotSent() async throws {
        let endpoint = try Endpoint()
        let test = try test(endpoint, accounts: 4)
        try test.run(noon(20_000))
        try test.script(
            """
            UPDATE contact SET c_sms_ok = 0 WHERE account_id = 1;
            UPDATE contact SET phone = '+14155550199' WHERE account_id = 2;
            INSERT INTO suppression (address, category, reason, at) VALUES ('+14155550123', '', 'STOP', 0)
            """)
        try await test.drain(noon(20_000))
        #expect(
            try test.rows(touches) == [
                "1|+14155550121|suppressed|no contact that may be written to: its only contact has not agreed to text "
                    + "messages (sms_ok)", "2|+14155550199|sent|-",
                "3|+14155550123|suppressed|the address is suppressed", "4|+14155550124|sent|-",
            ])
        #expect(endpoint.received.count == 2)
    }

    @Test func aStopOfTheNumberSaysNothingOfEmails() async throws {
        let endpoint = try Endpoint()
        let test = try test(
            endpoint, playbooks: ["mail": TestWorkspace.playbook("mail", steps: ["email: mail.md"])],
            files: [
                "playbooks/mail/mail.md": "---\nsubject: Hi\n---\nHi\n",
                "channels/mail.yaml": TestWorkspace.channel("mail", "email", url: endpoint.url),
            ])
        try test.script(
            "INSERT INTO suppression (address, category, reason, at) VALUES ('+14155550121', '', 'STOP', 0)")
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(try test.rows(touches) == ["1|a1@example.com|sent|-"])
    }

    @Test func capsAndWindowsHoldThemBack() async throws {
        let endpoint = try Endpoint()
        let test = try test(
            endpoint,
            playbooks: [
                "a": TestWorkspace.playbook("a", more: ["priority: 90"], steps: ["sms: hello.md"]),
                "b": TestWorkspace.playbook("b", more: ["priority: 10"], steps: ["sms: hello.md"]),
            ], configuration: "caps: [ 1 per 1d ]\nsend_window: { hours: \"13:00-17:00\" }")
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        #expect(try test.states == ["pending": 2])
        try await test.drain(noon(20_000, hours: 2))
        #expect(
            try test.rows("SELECT state, reason FROM touch ORDER BY priority DESC") == [
                "sent|-", "pending|cap 1 per 1d",
            ])
    }

    @Test func aPersonOfTwoAccountsGetsACampaignOnce() throws {
        let test = try test(
            playbooks: ["news": TestWorkspace.playbook("news", "at: daily at 12:00", steps: ["sms: hello.md"])],
            accounts: 2)
        try test.script("UPDATE contact SET phone = '+14155550121', email = NULL, address = NULL")
        try test.run(noon(20_000))
        try test.run(noon(20_001))
        #expect(try test.rows("SELECT DISTINCT account_id, recipient FROM touch") == ["1|+14155550121"])
    }

    @Test func aPlaybookOfTwoKindsReachesByEither() throws {
        let test = try test(
            playbooks: ["both": TestWorkspace.playbook("both", steps: ["sms: hello.md", "email: mail.md"])],
            accounts: 3,
            files: ["playbooks/both/mail.md": "---\nsubject: Hi\n---\nHi\n"])
        try test.script(
            """
            UPDATE contact SET c_sms_ok = 0 WHERE account_id = 1;
            UPDATE contact SET email = NULL, address = NULL WHERE account_id = 2;
            UPDATE contact SET phone = NULL, email = NULL, address = NULL WHERE account_id = 3
            """)
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT account_id, verdict, reason FROM standing WHERE verdict = 'unreachable'") == [
                "3|unreachable|no active contact for \"to: owner\" that may be written to: its only contact has no address, and has no telephone "
                    + "number that is known for certain (mobile)"
            ])
        #expect(
            try test.rows(
                "SELECT account_id, kind, recipient, state FROM touch WHERE step = 'sms_1' ORDER BY account_id")
                == ["1|sms|nobody|suppressed", "2|sms|+14155550122|pending"])
    }

    @Test func thePlanSaysWhatTextMessagesComeTo() throws {
        let test = try test(
            accounts: 3, files: ["playbooks/nudge/hello.de.md": "Hallo {{contact.first_name}} ☺, es ist ruhig.\n"])
        try test.script("UPDATE contact SET locale = 'de-AT' WHERE account_id = 2")
        let plan = try test.cycle.plan(now: noon(20_000))
        let texts = try #require(plan.playbooks.first?.texts)
        #expect(
            texts.map { "\($0.message) \($0.touches) \($0.length) \($0.cost?.description ?? "-")" } == [
                "playbooks/nudge/hello.de.md 1 UCS-2, 45 characters, 1 segment 0.0100 USD",
                "playbooks/nudge/hello.md 2 GSM-7, 51 characters, 1 segment 0.0200 USD",
            ])
    }
}
