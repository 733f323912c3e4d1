import Foundation
import Testing

/// The client that Segment publishes for Python feeds `serve`, and a playbook answers.
@Suite struct SegmentClientTests {
    /// By its own path: what it links to knows nothing of the packages.
    private static let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".build/peers/bin/python")

    private static let script = """
        import sys
        from segment.analytics.client import Client

        failures = []
        client = Client(sys.argv[1], host=sys.argv[2], gzip=sys.argv[3] == "gzip", upload_size=20,
            on_error=lambda error, items: failures.append(error))
        for number in range(1, 41):
            user, account = f"u{number}", f"a{number}"
            client.identify(user, {"email": f"{user}@{account}.example", "name": f"User {number}", "role": "owner"})
            client.group(user, account, {"name": f"Account {number}", "seats": number})
            client.track(user, "Report Made", {"score": 5 if number % 2 else 1})
            client.page(user, "Docs", "Home")
            client.track(user, "Nobody Declared This")
        client.shutdown()
        sys.exit(f"failed: {failures}" if failures else 0)
        """

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python.path),
            ".ci/setup test installs segment-analytics-python"),
        arguments: ["plain", "gzip"])
    func whatTheClientSendsLeadsToMessagesWithinSeconds(encoding: String) throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace(
            "when: seats > 1", with: "on: report_made\nif: event.score > 3", in: "playbooks/hello/playbook.yaml")
        let made = try scratch.keeptouch("keys", "create", "backend")
        #expect(made.code == 0, "\(made)")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let serving = try Serving(scratch, ["--port", "0"])
        let address = "http://127.0.0.1:\(try #require(serving.port))"
        #expect(serving.tells(" ready"), "\(serving.log)")

        try scratch.write("send.py", Self.script)
        let client = try RunningProgram(
            [scratch.folder.appendingPathComponent("send.py").path, key, address, encoding], of: Self.python.path,
            in: scratch.folder)
        #expect(client.wait().code == 0, "\(serving.log)")
        #expect(endpoint.waits(forRequests: 20), "\(serving.log)")
        #expect(serving.end() == 0, "\(serving.log)")

        #expect(try scratch.states() == ["sent": 20])
        #expect(try scratch.number("SELECT count(*) FROM account") == 40)
        #expect(
            try scratch.number("SELECT count(*) FROM contact WHERE address LIKE 'u%@a%.example' AND role = 'owner'")
                == 40)
        #expect(try scratch.number("SELECT count(*) FROM waiting_row") == 0)
        #expect(try Set(endpoint.stop().map(\.touch)).count == 20)
    }
}
