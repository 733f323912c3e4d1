import Foundation
import FoundationNetworking
import Testing

/// The dashboard in real Chromium, beside a real `serve`.
@Suite struct DashboardTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".build/peers/bin/python")
    private static let axe = root.appendingPathComponent(".build/peers/axe.min.js")

    private static var isPossible: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver", python.path].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        } && FileManager.default.fileExists(atPath: axe.path)
    }

    @Test(.enabled(if: isPossible, ".ci/setup test installs chromium-driver, selenium and axe"))
    func aDayOfAnOperationsPersonGoesAsItShould() throws {
        let scratch = try Scratch(small: "email")
        try scratch.replace("first_run: go", with: "first_run: ask", in: "keeptouch.yaml")
        try scratch.replace("timezone: UTC", with: "timezone: UTC\nevaluate: \"* * * * *\"", in: "keeptouch.yaml")
        try scratch.replace(
            "  - email: hello.md\n", with: "  - email: hello.md\n  - wait: 3d\n  - email: hello.md\n",
            in: "playbooks/hello/playbook.yaml")
        // Without a key a request that went unanswered may have arrived.
        try scratch.importAccounts(20)
        try scratch.write(
            "more.csv", "key,name,seats,contact_email\nb1,Late One,5,owner@b1.example\n")
        let (code, said) = try browse(
            "Tests/EndToEndTests/Peers/dashboard.py", [Program.path, scratch.folder.path, Self.axe.path])
        #expect(code == 0, "\(said)")
    }

    /// Runs a script that drives Chromium.
    ///
    /// - Returns: its exit code, and what it said.
    private func browse(_ script: String, _ arguments: [String]) throws -> (code: Int32, said: String) {
        let path = Self.root.appendingPathComponent(script).path
        let outcome = try RunningProgram([path] + arguments, of: Self.python.path, in: Self.root).wait()
        return (outcome.code, outcome.output + outcome.complaints)
    }

    @Test(.enabled(if: isPossible, ".ci/setup test installs chromium-driver, selenium and axe"))
    func theMainPathGoesByKeyboardAlone() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.replace("first_run: go", with: "first_run: ask", in: "keeptouch.yaml")
        try scratch.replace("timezone: UTC", with: "timezone: UTC\nevaluate: \"* * * * *\"", in: "keeptouch.yaml")
        try scratch.importAccounts(3)
        let (code, said) = try browse("Tests/EndToEndTests/Peers/keyboard.py", [Program.path, scratch.folder.path])
        #expect(code == 0, "\(said)")
    }

    @Test(.enabled(if: isPossible, ".ci/setup test installs chromium-driver, selenium and axe"))
    func anOpenPageSaysWhenNobodyAnswersIt() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        let (code, said) = try browse("Tests/EndToEndTests/Peers/gone.py", [Program.path, scratch.folder.path])
        #expect(code == 0, "\(said)")
    }

    @Test(.enabled(if: isPossible, ".ci/setup test installs chromium-driver, selenium and axe"))
    func picturesOfPagesAreDrawnInEverySize() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("run").code == 0)
        let folder = scratch.folder.appendingPathComponent("pictures")
        let pages = ["overview", "flow", "flow-30-days", "attrition", "touch"]
        let (code, said) = try browse(
            "Tests/screenshots.py", [Program.path, scratch.folder.path, folder.path] + pages)
        #expect(code == 0 && said.contains("5 pages, 21 pictures"), "\(said)")
        let index = try String(contentsOf: folder.appendingPathComponent("index.html"), encoding: .utf8)
        for page in pages {
            for size in ["wide", "phone"] {
                for mode in ["light", "dark"] {
                    let name = "\(page)-\(size)-\(mode).png"
                    #expect(index.contains("src=\"\(name)\""))
                    let data = try Data(contentsOf: folder.appendingPathComponent(name))
                    #expect(data.starts(with: [0x89, 0x50, 0x4e, 0x47]) && data.count > 5_000, "\(name)")
                }
            }
        }
    }

    @Test func aProxyThatIsBelievedSaysWhoItIs() async throws {
        let scratch = try Scratch(small: "email")
        try scratch.write(
            "keeptouch.yaml",
            try scratch.text("keeptouch.yaml")
                + "dashboard: { sign_in: header, header: X-User, proxies: [127.0.0.1], url: \"https://ops.example/kt\" }\n"
        )
        try scratch.importAccounts(3)
        #expect(try scratch.keeptouch("users", "add", "ada", "--role", "operator").output == "ada is operator.\n")
        let serving = try Serving(scratch, ["--dashboard", "0", "--port", "0"])
        #expect(serving.tells("dashboard port="))
        let port = try #require(serving.log.firstMatch(of: /dashboard port=(\d+)/)?.1)
        func get(_ path: String, as name: String?) async throws -> (Int, String) {
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            if let name { request.setValue(name, forHTTPHeaderField: "X-User") }
            let (data, response) = try await URLSession.shared.data(for: request)
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
        }
        let known = try await get("/kt/", as: "ada")
        #expect(known.0 == 200 && known.1.contains("Overview"))
        // Links and files have the prefix, whether the proxy leaves it in the request or not.
        #expect(known.1.contains("href=\"/kt/playbooks\""))
        #expect(try await get("/playbooks", as: "ada").0 == 200)
        #expect(try await get("/", as: "ben").0 == 403)
        #expect(try await get("/", as: nil).0 == 403)
        #expect(try await get("/people", as: "ada").0 == 403)
        // The port that customers reach has no page of it.
        let other = try await get("/playbooks", as: "ada")
        #expect(other.0 == 200)
        let site = try serving.address()
        let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: site + "/playbooks")))
        #expect((response as? HTTPURLResponse)?.statusCode == 404)
        #expect(serving.end() == 0)
    }

    @Test func whatWouldTravelInTheOpenIsRefused() throws {
        let scratch = try Scratch(small: "email")
        let refused = try scratch.keeptouch("dashboard", "--host", "0.0.0.0", "--port", "0")
        #expect(refused.code == 1)
        #expect(refused.complaints.contains("put a proxy with TLS before it"), "\(refused)")
    }
}
