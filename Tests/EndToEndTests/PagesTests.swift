import Foundation
import FoundationNetworking
import Testing

/// The pages that the links of really sent messages lead to.
@Suite struct PagesTests {
    private func send(
        _ method: String, _ url: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    /// Two playbooks by email, `hello` (education) and `bill` (service), on an event.
    private func workspace(_ sink: Endpoint) throws -> Scratch {
        let scratch = try Scratch(small: "email", port: sink.port)
        try scratch.replace(
            "text: \"{{ text }}\"", with: "text: \"{{ text }}\"\n    headers: \"{{ headers }}\"",
            in: "channels/carrier.yaml")
        for (name, category) in [("hello", "education"), ("bill", "service")] {
            try scratch.write(
                "playbooks/\(name)/playbook.yaml",
                """
                playbook: \(name)
                state: live
                category: \(category)
                on: report_made
                to: [owner]
                \(category == "service" ? "" : "holdout: 0%")
                steps:
                  - email: hello.md

                """)
            try scratch.write("playbooks/\(name)/hello.md", "---\nsubject: \(name)\n---\nNews.\n")
        }
        return scratch
    }

    @Test func oneClickOnAMailThatWasSentEndsTheCategoryAndNoMore() async throws {
        let sink = try Endpoint()
        let scratch = try workspace(sink)
        try scratch.importAccounts(1)
        let serving = try Serving(scratch, ["--port", "0"])
        let port = try #require(serving.port)
        #expect(serving.tells(" ready"))
        try scratch.keeptouch("record", "a1", "report_made", "score=1")
        try #require(sink.waits(forRequests: 2))

        // What a mail program does: the link of the header, posted to, while all is paused.
        try scratch.keeptouch("pause", "all")
        let headers = sink.bodies().compactMap { body in
            body.firstMatch(of: #/"List-Unsubscribe":"<(.*?)>"/#).map { String($0.1) }
        }
        let header = try #require(headers.first)
        let link = header.replacing("https://touch.example.com", with: "http://127.0.0.1:\(port)")
        #expect(sink.bodies().contains { $0.contains("\"List-Unsubscribe-Post\":\"List-Unsubscribe=One-Click\"") })
        let look = try await send("GET", link)
        #expect(look.status == 200 && look.text.contains("Unsubscribe from “Tips”"))
        #expect(try scratch.number("SELECT count(*) FROM suppression") == 0)
        let answer = try await send(
            "POST", link, body: "List-Unsubscribe=One-Click",
            headers: ["Content-Type": "application/x-www-form-urlencoded"])
        #expect(answer.status == 200 && answer.text.contains("You are unsubscribed from “Tips”."))
        #expect(
            try scratch.query(
                "SELECT o.kind, p.name FROM outcome AS o JOIN touch AS t ON t.id = o.touch_id "
                    + "JOIN playbook AS p ON p.id = t.playbook_id") == [["unsubscribed", "hello"]])

        // From now on only what concerns the account itself arrives.
        try scratch.keeptouch("resume", "all")
        // Who is still on the way through a playbook does not begin it again.
        #expect(serving.tells(" ended=2 "))
        try scratch.keeptouch("record", "a1", "report_made", "score=2")
        try #require(sink.waits(forRequests: 3))
        #expect(serving.end() == 0)
        let subjects = try sink.stop().map { $0.body.contains("\"subject\":\"bill\"") ? "bill" : "hello" }
        #expect(subjects.sorted() == ["bill", "bill", "hello"])
        #expect(
            try scratch.query("SELECT verdict, count(*) FROM standing GROUP BY 1 ORDER BY 1")
                == [["enrolled", "3"], ["unreachable", "1"]])
    }

    @Test func anAnswerInAMailSetsOffAnotherPlaybook() async throws {
        let sink = try Endpoint()
        let scratch = try workspace(sink)
        try scratch.replace(
            "properties: { score: number }",
            with: "properties: { score: number } }\n  nps: { properties: { score: number }", in: "data.yaml")
        try scratch.write(
            "playbooks/hello/hello.md",
            "---\nsubject: hello\nask: { event: nps, property: score, answers: 0..10 }\n---\n{{ask}}\n")
        try scratch.replace("on: report_made", with: "on: nps\nif: event.score < 7", in: "playbooks/bill/playbook.yaml")
        try scratch.write(
            "playbooks/bill/hello.md",
            "---\nsubject: bill\n---\nSorry for the {{event.score}}, {{contact.first_name}}.\n")
        try scratch.importAccounts(1)
        let serving = try Serving(scratch, ["--port", "0"])
        let port = try #require(serving.port)
        #expect(serving.tells(" ready"))
        try scratch.keeptouch("record", "a1", "report_made", "score=1")
        try #require(sink.waits(forRequests: 1))
        let mail = try #require(sink.bodies().first)
        let match = mail.firstMatch(of: #/\ 3\ \((https:[^)]*\/a\/[^)]*)\)/#).map { String($0.1) }
        let link = try #require(match).replacing("https://touch.example.com", with: "http://127.0.0.1:\(port)")
        #expect(try await send("GET", link).text.contains("<strong>3</strong>"))
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        #expect(try await send("POST", link, body: "action=answer", headers: form).status == 200)
        try #require(sink.waits(forRequests: 2))
        #expect(serving.end() == 0)
        #expect(try sink.stop().last?.body.contains("Sorry for the 3, Ann.") == true)
    }
}
