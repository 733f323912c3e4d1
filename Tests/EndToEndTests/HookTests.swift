import Foundation
import FoundationNetworking
import Testing

/// `serve` with a provider that reports back.
@Suite struct HookTests {
    private func post(_ body: String, to url: String, authorization: String) async throws -> Int {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.setValue(authorization, forHTTPHeaderField: "Authorization")
        let (_, response) = try await URLSession.shared.data(for: request)
        return try #require(response as? HTTPURLResponse).statusCode
    }

    @Test func aClickIsAnsweredAndExplained() async throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(
            small: "email", port: endpoint.port, channelLines: ["events: { dialect: plain, key: hush }"])
        let playbook = "playbooks/hello/playbook.yaml"
        try scratch.replace("when: seats > 1", with: "on: report_made", in: playbook)
        try scratch.replace(
            "  - email: hello.md",
            with: "  - email: hello.md\n  - wait_for: clicked(email_1)\n    at_most: 4d\n  - email: more.md",
            in: playbook)
        try scratch.write("playbooks/hello/more.md", "---\nsubject: More\n---\nMore for {{account.name}}.\n")
        try scratch.importAccounts(2)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()
        try scratch.keeptouch("record", "a1", "report_made")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        func tell(_ event: String, _ touch: Int) async throws -> Int {
            try await post(
                "{\"event\": \"\(event)\", \"touch_id\": \"t\(touch)\", \"id\": \"\(event)-\(touch)\"}",
                to: "\(address)/hooks/carrier", authorization: "Bearer hush")
        }
        #expect(try await tell("delivered", 1) == 200)
        #expect(try await tell("clicked", 1) == 200)
        #expect(endpoint.waits(forRequests: 2), "\(serving.log)")
        #expect(try await tell("complained", 2) == 200)
        let explained = try scratch.keeptouch("explain", "a1").output
        for text in ["delivered", "clicked", "complained", "owner@a1.example (complaint)"] {
            #expect(explained.contains(text), "\(text): \(explained)")
        }
        let touches = try scratch.keeptouch("touches").output
        #expect(touches.contains("delivered, clicked"), "\(touches)")
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(try scratch.states() == ["sent": 2])
    }
}
