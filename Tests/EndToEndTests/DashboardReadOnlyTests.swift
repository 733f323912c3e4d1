import Foundation
import FoundationNetworking
import Testing

/// Pages of a database that nobody may write, and those of addresses to which nobody may write.
@Suite struct DashboardReadOnlyTests {
    private let endpoint: Endpoint
    private let scratch: Scratch

    init() throws {
        endpoint = try Endpoint()
        scratch = try Scratch(withDashboardSendingTo: endpoint)
        try scratch.importAccounts(3)
        try scratch.addUsers(["ada": "operator", "vera": "viewer"])
        _ = try scratch.keeptouch("run")
    }

    /// Makes the folder such that nothing in it can be changed; root may write what permissions forbid.
    private static func lock(_ folder: URL, _ isLocked: Bool) -> Bool {
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: geteuid() == 0 ? "/usr/bin/chattr" : "/bin/chmod")
        let flag = geteuid() == 0 ? (isLocked ? "+i" : "-i") : (isLocked ? "a-w" : "u+w")
        tool.arguments = ["-R", flag, folder.path]
        tool.standardError = FileHandle.nullDevice
        guard (try? tool.run()) != nil else { return false }
        tool.waitUntilExit()
        return tool.terminationStatus == 0
    }

    @Test func aDatabaseThatMayOnlyBeReadHasItsPagesAndSaysSo() async throws {
        guard Self.lock(scratch.folder, true) else { return }
        defer { _ = Self.lock(scratch.folder, false) }
        let status = try scratch.keeptouch("status")
        #expect(status.code == 0, "\(status)")
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(client.serving.log.contains("the database may only be read"))
        for path in [
            "/", "/playbooks", "/playbooks/hello", "/accounts", "/accounts/a1", "/touches", "/channels", "/audit",
        ] {
            let page = try await client.get(path)
            #expect(page.code == 200 && page.text.contains("The database may only be read"), "\(path): \(page.text)")
        }
        let answer = try await client.post("/pause", ["scope": "all", "reason": "a trial"])
        #expect(answer.text.contains("Nothing was changed: The database may only be read"), "\(answer.text)")
        #expect(try await client.post("/pause", ["scope": "all"], as: "vera").code == 403)
        #expect(client.serving.end() == 0)
        _ = Self.lock(scratch.folder, false)
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
    }

    /// Sessions need a place, and there is none in the database.
    @Test func whoeverHasAPasswordComesIntoADatabaseThatMayOnlyBeRead() async throws {
        func ask(
            _ client: DashboardClient, _ path: String, _ form: [String: String]? = nil, cookie: String = ""
        ) async throws -> (code: Int, text: String, cookie: String) {
            let (http, text) = try await PlainClient(port: client.port).ask(path, form, cookie: cookie)
            let set = (http.value(forHTTPHeaderField: "Set-Cookie") ?? "").prefix { $0 != ";" }
            return (http.statusCode, text, String(set))
        }
        func link(to name: String) throws -> String {
            let told = try scratch.keeptouch("users", "link", name).output
            return String(try #require(told.firstMatch(of: /(\/welcome\/\w+)/)).1)
        }
        try scratch.write(
            "keeptouch.yaml",
            try scratch.text("keeptouch.yaml").replacing(DashboardClient.configuration, with: ""))
        let password = "a short sentence of ours"
        let passwords = ["password": password, "again": password]
        let before = try DashboardClient(scratch, command: "dashboard")
        #expect(try await ask(before, link(to: "ada"), passwords).code == 303)
        #expect(before.serving.end() == 0)
        let unused = try link(to: "vera")
        guard Self.lock(scratch.folder, true) else { return }
        defer { _ = Self.lock(scratch.folder, false) }
        let client = try DashboardClient(scratch, command: "dashboard")
        let door = try await ask(client, "/sign-in").text
        #expect(door.contains("The database may only be read") && door.contains("until the dashboard ends"), "\(door)")
        let wrong = try await ask(client, "/sign-in", ["name": "ada", "password": "wrong"])
        #expect(wrong.code == 401 && client.serving.tells("sign in refused"), "\(wrong)")
        let signedIn = try await ask(client, "/sign-in", ["name": "ada", "password": password])
        #expect(signedIn.code == 303 && signedIn.cookie.hasPrefix("keeptouch="), "\(signedIn)")
        let page = try await ask(client, "/accounts/a1", cookie: signedIn.cookie)
        #expect(page.code == 200 && page.text.contains("Account 1"), "\(page.text)")
        #expect(try await ask(client, "/accounts/a1").code == 303)
        let refused = try await ask(client, unused, passwords)
        #expect(refused.code == 503 && refused.text.contains("may only be read"), "\(refused.text)")
        #expect(try await ask(client, "/sign-out", [:], cookie: signedIn.cookie).code == 303)
        #expect(try await ask(client, "/accounts/a1", cookie: signedIn.cookie).code == 303)
        #expect(client.serving.end() == 0)
    }

    @Test func theAddressesThatMayNotBeWrittenToAreListed() async throws {
        for number in 1...60 {
            try scratch.execute(
                "INSERT INTO suppression (address, category, reason, at) VALUES ('p\(number)@x.example', '', 'complaint', 1790000000000)"
            )
        }
        #expect(try scratch.keeptouch("suppress", "owner@a1.example", "--category", "education").code == 0)
        _ = try scratch.keeptouch("doctor", "--recount")
        let client = try DashboardClient(scratch, command: "dashboard")
        #expect(try await client.get("/").text.contains("<a href=\"/suppressions\">61</a>"))
        let first = try await client.get("/suppressions").text
        #expect(
            first.contains("owner@a1.example") && first.contains("1 to 50") && first.contains("from=50"), "\(first)")
        #expect(try await client.get("/suppressions?from=50").text.contains("51 to 61"))
        #expect(try await client.get("/suppressions?category=education").text.contains("1 to 1"))
        #expect(try await client.get("/suppressions?category=everything&address=P6").text.contains("1 to 2"))
        #expect(try await client.get("/suppressions?category=educaton").text.contains("Did you mean"))
        #expect(try await !client.get("/suppressions", as: "vera").text.contains("owner@"))
        #expect(try await client.get("/suppressions.csv", as: "vera").code == 403)
        #expect(try await client.get("/suppressions.csv").text.split(separator: "\r\n").count == 62)
        let lifted = try await client.post(
            "/suppressions/lift", ["address": "owner@a1.example", "category": "education"])
        #expect(lifted.text.contains("owner@a1.example may be written to again"), "\(lifted.text)")
        #expect(try await client.get("/audit").text.contains("unsuppress"))
    }
}
