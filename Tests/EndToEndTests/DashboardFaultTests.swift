import Foundation
import Testing

/// Whatever happens around the dashboard, its pages come, and say what still works.
@Suite struct DashboardFaultTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.addUsers(["ada": "admin"])
        try scratch.importAccounts(3)
    }

    private static let pages = ["/", "/playbooks", "/playbooks/hello", "/accounts/a1", "/touches", "/feeds", "/audit"]

    @Test func pagesComeWhileSomebodyElseHoldsTheDatabase() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        let other = try Database(path: scratch.database)
        try other.execute("BEGIN IMMEDIATE; UPDATE account SET name = 'Another' WHERE key = 'a1'")
        for path in Self.pages {
            let page = try await client.get(path)
            #expect(page.code == 200, "\(path)")
            #expect(!page.text.contains("Another"), "\(path) shows what is not committed")
        }
        try other.execute("COMMIT")
        #expect(try await client.get("/accounts/a1").text.contains("Another"))
        #expect(client.serving.end() == 0)
    }

    @Test func aDatabaseOfANewerProgramIsSaidAtTheStartAndLeftAlone() throws {
        try scratch.execute("PRAGMA user_version = 999")
        let outcome = try scratch.keeptouch("dashboard", "--port", "0")
        #expect(outcome.code != 0)
        #expect("\(outcome)".contains("newer keeptouch") && "\(outcome)".contains("nothing was changed"), "\(outcome)")
        #expect(try scratch.number("PRAGMA user_version") == 999)
    }

    @Test func aSimulationSaysSoOnEveryPageAndThatTheNextRunGoesOn() async throws {
        try scratch.execute("INSERT INTO meta (key, value) VALUES ('simulation', '1')")
        #expect(try scratch.keeptouch("run", "--now", "2026-03-02T10:00:00Z").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        for path in Self.pages {
            let text = try await client.get(path).text
            #expect(text.contains("simulation, at") && text.contains("2026-03-02"), "\(path)")
        }
        _ = try await client.post("/pause", ["scope": "playbook:hello"])
        #expect(try await client.get("/resume?scope=playbook:hello").text.contains("which is the next run"))
        #expect(client.serving.end() == 0)
    }

    @Test func aPlaybookThatWasRenamedHasItsPagesUnderBothNames() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        let client = try DashboardClient(scratch)
        #expect(client.serving.tells("ready"))
        try FileManager.default.moveItem(
            at: scratch.folder.appendingPathComponent("playbooks/hello"),
            to: scratch.folder.appendingPathComponent("playbooks/welcome"))
        try scratch.replace("playbook: hello", with: "playbook: welcome", in: "playbooks/welcome/playbook.yaml")
        #expect(client.serving.tells("files changed"))
        // The two changes of files may be seen one after the other.
        var page = try await client.get("/playbooks/welcome")
        for _ in 0..<400 where page.code != 200 {
            try await Task.sleep(for: .milliseconds(50))
            page = try await client.get("/playbooks/welcome")
        }
        #expect(page.code == 200, "\(page.text.suffix(300))")
        let former = try await client.get("/playbooks/hello")
        #expect(former.code == 200 && former.text.contains("Its files are gone"), "\(former.text.suffix(300))")
        #expect(try await client.get("/touches?playbook=hello").code == 200)
        #expect(client.serving.end() == 0)
    }

    @Test func anErasedAccountSaysSinceWhen() async throws {
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.keeptouch("forget", "--account", "a2").code == 0)
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(try await client.get("/accounts/a2").text.contains("it may have been erased"))
        let page = try await client.get("/accounts/erased-2")
        #expect(page.code == 200 && page.text.contains("Erased on"), "\(page.text.suffix(600))")
        #expect(!page.text.contains("Suppress…") && !page.text.contains("Account 2"))
    }

    @Test func silentAndGarbledClientsHoldUpNobody() async throws {
        let client = try DashboardClient(scratch, command: "dashboard")
        let crowd = try (0..<300).map { number in
            let garbled = "GET / HTTP/9.9\u{0}\r\n\r\n"
            return try RawClient(port: client.port, saying: number.isMultiple(of: 3) ? garbled : "GET / HT")
        }
        for path in Self.pages { #expect(try await client.get(path).code == 200, "\(path)") }
        withExtendedLifetime(crowd) {}
        #expect(client.serving.end() == 0)
    }
}

/// A connection on which somebody has said something and then nothing more.
private final class RawClient: Sendable {
    private let handle: Int32

    init(port: Int, saying text: String) throws {
        handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let answer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard answer == 0 else { throw HarnessError("no connection to port \(port)") }
        _ = text.withCString { write(handle, $0, strlen($0)) }
    }

    deinit { close(handle) }
}
