import Foundation
import FoundationNetworking
import Testing

/// The world around the program, played by `Peers/story.py`.
private final class World {
    private let process = Process()
    private let input = Foundation.Pipe()
    private let output = Foundation.Pipe()
    private var rest = Data()

    /// By its own path: what it links to knows nothing of the packages.
    static let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".build/peers/bin/python")

    init() throws {
        process.executableURL = Self.python
        process.arguments = [
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Peers/story.py").path
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        // Another child may have inherited the pipe, and what tells of its end: nobody waits for that.
        process.terminate()
    }

    func line() throws -> [String: Any] {
        while true {
            if let end = rest.firstIndex(of: 0x0a) {
                let line = rest[..<end]
                rest = Data(rest[(end + 1)...])
                return try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
            }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw HarnessError("the world has ended") }
            rest += data
        }
    }

    func ask(_ order: [String: Any]) throws -> Any? {
        let text = try JSONSerialization.data(withJSONObject: order)
        try input.fileHandleForWriting.write(contentsOf: text + Data([0x0a]))
        return try line()["answer"]
    }
}

/// From a product's first call to a customer's last click.
@Suite struct StoryTests {
    private func workspace(_ place: [String: Any]) throws -> Scratch {
        func text(_ name: String) throws -> String { try #require(place[name] as? String) }
        let scratch = try Scratch(small: "email")
        try scratch.replace(
            "channels: { email: carrier }", with: "channels: { email: amazon_ses }", in: "keeptouch.yaml")
        try scratch.write(
            "channels/amazon_ses.yaml",
            """
            channel: amazon_ses
            allow_private: true
            request: { url: "\(text("url"))/v2/email/outbound-emails" }
            events: { dialect: amazon_ses, certificate: \(text("name")), topic: "\(text("topic"))" }

            """)
        try scratch.write(text("name"), text("certificate"))
        try scratch.replace(
            "when: seats > 1", with: "on: report_made\nif: event.score > 3", in: "playbooks/hello/playbook.yaml")
        return scratch
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: World.python.path), ".ci/setup test installs the peers"),
        .timeLimit(.minutes(15)))
    func aReportIsFollowedByAMailItsDeliveryAndAnUnsubscription() async throws {
        let world = try World()
        let place = try world.line()
        let scratch = try workspace(place)
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 0, "\(checked)")
        let made = try scratch.keeptouch("keys", "create", "product")
        let serving = try Serving(
            scratch, ["--port", "0"],
            environment: [
                "AWS_ACCESS_KEY_ID": try #require(place["access"] as? String),
                "AWS_SECRET_ACCESS_KEY": try #require(place["secret"] as? String),
            ])
        #expect(serving.tells(" ready"), "\(serving.log)")
        let address = try serving.address()

        let failures = try world.ask([
            "do": "feed", "address": address, "key": made.output.trimmingCharacters(in: .whitespacesAndNewlines),
        ])
        #expect(failures as? [String] == [])
        #expect(serving.tells("touches sent=1"), "\(serving.log)")
        let messages = try #require(try world.ask(["do": "messages"]) as? [[String: String]])
        #expect(messages.count == 1)
        #expect(messages.first?["subject"] == "Hello Northwind", "\(messages)")

        let id = try #require(scratch.query("SELECT provider_id FROM touch WHERE state = 'sent'").first?.first)
        let notice: [String: Any] = [
            "do": "deliver", "address": "\(address)/hooks/amazon_ses", "id": id,
            "tags": ["touch_id": "t1", "playbook": "hello", "workspace": "small"],
        ]
        #expect(try world.ask(notice.merging(["forged": true]) { $1 }) as? Int == 401)
        #expect(try world.ask(notice) as? Int == 200)

        let body = messages.first?["body"] ?? ""
        let link = try #require(
            body.firstMatch(of: #/https://touch\.example\.com(/u/[A-Za-z0-9_.-]+)/#)?.1, "\(messages)")
        var request = URLRequest(url: try #require(URL(string: address + link)))
        request.httpMethod = "POST"
        request.httpBody = Data("List-Unsubscribe=One-Click".utf8)
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let (_, answer) = try await URLSession.shared.data(for: request)
        #expect((answer as? HTTPURLResponse)?.statusCode == 200)
        #expect(serving.end() == 0, "\(serving.log)")

        let explained = try scratch.keeptouch("explain", "a1").output
        for text in ["report_made", "enrolled", "touch 1 email_1 to ann@a1.example: sent", "delivered", "unsubscribed"]
        {
            #expect(explained.contains(text), "\(text) is not in: \(explained)")
        }
        #expect(try scratch.query("SELECT kind FROM outcome ORDER BY kind") == [["delivered"], ["unsubscribed"]])
        #expect(try scratch.query("SELECT address, category FROM suppression") == [["ann@a1.example", "education"]])
    }
}
