import Foundation
import FoundationNetworking
import Testing

/// Text messages from the file of contacts to the word that ends them.
@Suite struct TextMessageTests {
    private func scratch(_ endpoint: Endpoint) throws -> Scratch {
        let scratch = try Scratch(
            small: "sms", port: endpoint.port, channelLines: ["events: { dialect: plain, key: hush }"])
        try scratch.replace(
            "workspace: small", with: "workspace: small\nsms: { phone: mobile, consent: sms_ok, country: US }",
            in: "keeptouch.yaml")
        try scratch.replace(
            "attributes:", with: "contact_attributes: { mobile: text, sms_ok: boolean }\nattributes:", in: "data.yaml")
        try scratch.replace("{{ recipient.id }}", with: "{{ to.phone }}", in: "channels/carrier.yaml")
        let playbook = "playbooks/hello/playbook.yaml"
        try scratch.replace("when: seats > 1", with: "on: report_made", in: playbook)
        try scratch.replace(
            "  - sms: hello.md",
            with: "  - sms: hello.md\n  - wait_for: replied(sms_1)\n    at_most: 4d\n  - sms: more.md", in: playbook)
        try scratch.write("playbooks/hello/more.md", "Thank you, {{account.name}}.\n")
        try scratch.importAccounts(2)
        try scratch.write(
            "contacts.csv",
            "account,key,role,mobile,sms_ok\na1,owner,owner,(415) 555-0123,yes\na2,owner,owner,+1 415 555 0188,no\n")
        try scratch.keeptouch("import", "contacts", "contacts.csv")
        return scratch
    }

    private func tell(_ text: String, _ id: String, to address: String) async throws -> Int {
        var request = URLRequest(url: try #require(URL(string: "\(address)/hooks/carrier")))
        request.httpMethod = "POST"
        request.httpBody = Data(
            "{\"event\": \"text\", \"from\": \"+14155550123\", \"text\": \"\(text)\", \"id\": \"\(id)\"}".utf8)
        request.setValue("Bearer hush", forHTTPHeaderField: "Authorization")
        let (_, response) = try await URLSession.shared.data(for: request)
        return try #require(response as? HTTPURLResponse).statusCode
    }

    @Test func anAnswerGoesOnAndStopEndsThemForGood() async throws {
        let endpoint = try Endpoint()
        let scratch = try scratch(endpoint)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        for account in ["a1", "a2"] { try scratch.keeptouch("record", account, "report_made") }
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        #expect(try await tell("That helped, thanks", "m1", to: address) == 200)
        #expect(endpoint.waits(forRequests: 2), "\(serving.log)")
        #expect(try await tell("Arrêt", "m2", to: address) == 200)
        let explained = try scratch.keeptouch("explain", "a1").output
        for text in ["replied", "unsubscribed", "+14155550123 (STOP)"] {
            #expect(explained.contains(text), "\(text): \(explained)")
        }
        #expect(serving.end() == 0, "\(serving.log)")
        let requests = try endpoint.stop()
        #expect(requests.count == 2 && requests.allSatisfy { $0.body.contains("+14155550123") }, "\(requests)")
        #expect(requests.first?.body.contains("Reply STOP to opt out.") == true, "\(requests)")
        let refused = try scratch.keeptouch("explain", "a2").output
        #expect(refused.contains("has not agreed to text messages (sms_ok)"), "\(refused)")
        try scratch.keeptouch("record", "a1", "report_made")
        let plan = try scratch.keeptouch("plan", "--who", "unreachable").output
        #expect(plan.contains("is suppressed (STOP)"), "\(plan)")
        // The number goes with its person, and stays suppressed as a hash.
        try scratch.keeptouch("forget", "+14155550123")
        #expect(
            try scratch.query(
                """
                SELECT (SELECT count(*) FROM touch WHERE recipient LIKE '+1415555%'), (SELECT count(*) FROM contact),
                    (SELECT count(*) FROM suppression WHERE address LIKE 'erased:%'),
                    (SELECT count(*) FROM suppression WHERE address LIKE '+%')
                """) == [["0", "1", "2", "0"]])
    }
}
