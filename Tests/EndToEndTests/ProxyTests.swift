import Foundation
import FoundationNetworking
import Testing

/// The dashboard behind the proxies of the documentation, under a path of its own.
@Suite struct ProxyTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    enum Proxy: String, CaseIterable, CustomTestStringConvertible {
        case nginx = "/usr/sbin/nginx"
        case caddy = "/usr/bin/caddy"

        var isThere: Bool { FileManager.default.isExecutableFile(atPath: rawValue) }
        var testDescription: String { URL(fileURLWithPath: rawValue).lastPathComponent }
    }

    /// The example of the documentation in a language, before the dashboard on a port.
    private func example(_ language: String, before port: Int) throws -> String {
        let page = try String(contentsOf: Self.root.appendingPathComponent("docs/dashboard.md"), encoding: .utf8)
        let block = try #require(page.components(separatedBy: "```\(language)\n").dropFirst().first)
        let text = try #require(block.components(separatedBy: "```").first)
        #expect(text.contains("127.0.0.1:8081"))
        return text.replacing("127.0.0.1:8081", with: "127.0.0.1:\(port)")
    }

    /// Starts the proxy on a port; TLS, which ends before it here, is all that it lacks.
    private func start(_ proxy: Proxy, on port: Int, before dashboard: Int, in folder: URL) throws -> RunningProgram {
        switch proxy {
        case .nginx:
            let text = """
                daemon off; master_process off; pid \(folder.path)/nginx.pid; error_log \(folder.path)/error.log;
                events { }
                http {
                    access_log off; client_body_temp_path \(folder.path)/body; proxy_temp_path \(folder.path)/proxy;
                    fastcgi_temp_path \(folder.path)/f; uwsgi_temp_path \(folder.path)/u; scgi_temp_path \(folder.path)/s;
                    server { listen 127.0.0.1:\(port); \(try example("nginx", before: dashboard)) }
                }
                """
            try text.write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
            return try RunningProgram(
                ["-c", folder.path + "/nginx.conf", "-p", folder.path], of: proxy.rawValue, in: folder)
        case .caddy:
            let text = try example("caddy", before: dashboard)
                .replacing("ops.acme.example", with: "http://ops.acme.example:\(port)")
            try ("{\n    admin off\n}\n" + text).write(
                to: folder.appendingPathComponent("Caddyfile"), atomically: true, encoding: .utf8)
            return try RunningProgram(
                ["run", "--config", folder.path + "/Caddyfile", "--adapter", "caddyfile"], of: proxy.rawValue,
                in: folder,
                environment: ["HOME": folder.path, "XDG_DATA_HOME": folder.path, "XDG_CONFIG_HOME": folder.path])
        }
    }

    @Test(arguments: Proxy.allCases.filter(\.isThere))
    func signingInAndPausingGoThroughTheProxyOfTheDocumentation(proxy: Proxy) async throws {
        let scratch = try Scratch(small: "email")
        try scratch.write(
            "keeptouch.yaml",
            try scratch.text("keeptouch.yaml") + "dashboard: { url: \"https://ops.acme.example/keeptouch\" }\n")
        try scratch.importAccounts(3)
        let link = try scratch.keeptouch("users", "add", "ada", "--role", "operator").output
        let welcome = try #require(link.firstMatch(of: /https:\/\/ops\.acme\.example(\/keeptouch\/welcome\/\w+)/)).1
        let serving = try Serving(scratch, ["--dashboard", "0"])
        #expect(serving.tells("dashboard port="))
        let dashboard = try #require(serving.log.firstMatch(of: /dashboard port=(\d+)/).flatMap { Int($0.1) })
        let port = try FreePort.find()
        let process = try start(proxy, on: port, before: dashboard, in: scratch.folder)
        // Without its master nginx heeds no request to stop.
        defer {
            process.signal(SIGKILL)
            process.wait()
        }
        let client = PlainClient(port: port, origin: "https://ops.acme.example", host: "ops.acme.example")
        // Nobody says from outside that a proxy listens: it is asked until it does.
        var door: (HTTPURLResponse, String)?
        for _ in 0..<300 where door == nil {
            door = try? await client.ask("/keeptouch/")
            if door == nil { try await Task.sleep(for: .milliseconds(50)) }
        }
        let (closed, _) = try #require(door, "the proxy does not listen")
        #expect(closed.statusCode == 303)
        #expect(closed.value(forHTTPHeaderField: "Location") == "/keeptouch/sign-in")
        let password = "a short sentence of ours"
        let (welcomed, _) = try await client.ask(String(welcome), ["password": password, "again": password])
        #expect(welcomed.statusCode == 303 && welcomed.value(forHTTPHeaderField: "Location") == "/keeptouch/")
        let (signedIn, _) = try await client.ask("/keeptouch/sign-in", ["name": "ada", "password": password])
        #expect(signedIn.statusCode == 303)
        let set = try #require(signedIn.value(forHTTPHeaderField: "Set-Cookie"))
        #expect(set.hasPrefix("__Host-keeptouch=") && set.contains("Secure") && set.contains("Path=/;"))
        let cookie = String(set.prefix { $0 != ";" })
        let (page, text) = try await client.ask("/keeptouch/playbooks/hello", cookie: cookie)
        #expect(page.statusCode == 200)
        // Everything that a page names is under the path, and the proxy has it.
        for match in text.matches(of: /(?:href|src|action)="(\/[^"]*)"/) {
            #expect(match.1.hasPrefix("/keeptouch/"), "\(match.1)")
        }
        let style = try #require(text.firstMatch(of: /href="([^"]*\.css)"/)).1
        #expect(try await client.ask(String(style)).0.statusCode == 200)
        let token = try #require(
            try await client.ask("/keeptouch/pause?scope=playbook:hello", cookie: cookie).1
                .firstMatch(of: /name="token" value="([0-9a-f]+)"/)
        ).1
        let form = ["scope": "playbook:hello", "reason": "a trial", "token": String(token)]
        let foreign = try await client.ask("/keeptouch/pause", form, cookie: cookie, origin: "https://evil.example")
        #expect(foreign.0.statusCode == 403)
        #expect(try scratch.number("SELECT count(*) FROM pause") == 0)
        let paused = try await client.ask("/keeptouch/pause", form, cookie: cookie)
        #expect(paused.0.statusCode == 303, "\(paused.1)")
        #expect(paused.0.value(forHTTPHeaderField: "Location")?.hasPrefix("/keeptouch/playbooks/hello") == true)
        #expect(try scratch.number("SELECT count(*) FROM pause") == 1)
        #expect(serving.end() == 0)
    }
}

/// A port of the loopback on which nobody listens now.
enum FreePort {
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer -> Int? in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0 else {
                    return nil
                }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
        guard let port else { throw HarnessError("no port is free") }
        return port
    }
}
