import Foundation
import FoundationNetworking
import Testing

/// The dashboard of a `serve`, to which a proxy on this machine says who somebody is.
final class DashboardClient: Sendable {
    /// What the workspace needs so that names in a header are believed; everybody whom `users` does not know is a viewer.
    static let configuration =
        "dashboard: { sign_in: header, header: X-User, proxies: [127.0.0.1], role: viewer }\n"

    struct Answer {
        var code: Int
        var text: String
        var mark: String?
    }

    let serving: Serving
    let port: Int

    /// - Parameter command: `serve`, or `dashboard`, which does nothing else.
    init(_ scratch: Scratch, command: String = "serve", environment: [String: String] = [:]) throws {
        serving = try Serving(
            scratch, command: command, command == "serve" ? ["--dashboard", "0"] : ["--port", "0"],
            environment: environment)
        guard serving.tells("dashboard port="), let found = serving.log.firstMatch(of: /dashboard port=(\d+)/),
            let port = Int(found.1)
        else { throw HarnessError("serve does not say where the dashboard is: \(serving.log)") }
        self.port = port
    }

    func get(_ path: String, as name: String = "ada", part: String? = nil) async throws -> Answer {
        var request = try request(path, as: name)
        if let part {
            request.setValue("1", forHTTPHeaderField: "Keeptouch-Part")
            if !part.isEmpty { request.setValue(part, forHTTPHeaderField: "If-None-Match") }
        }
        return try await answer(request)
    }

    /// Sends a form with the token of a page of the same person, and follows to the page that it leads to.
    func post(_ path: String, _ fields: [String: String], as name: String = "ada") async throws -> Answer {
        let page = try await get("/accounts?where=seats+%3E+100000", as: name).text
        let token = page.firstMatch(of: /name="token" value="([0-9a-f]+)"/).map { String($0.1) } ?? ""
        return try await send(path, fields.merging(["token": token]) { $1 }, as: name)
    }

    /// Sends a form as it is.
    ///
    /// - Parameter page: the one on which the form stands.
    func send(
        _ path: String, _ fields: [String: String], as name: String = "ada", from page: String? = nil,
        origin: String? = nil
    ) async throws -> Answer {
        var request = try request(path, as: name)
        if let page { request.setValue("http://127.0.0.1:\(port)\(page)", forHTTPHeaderField: "Referer") }
        // As browsers do; nobody says it where it is empty.
        let site = origin ?? "http://127.0.0.1:\(port)"
        if !site.isEmpty { request.setValue(site, forHTTPHeaderField: "Origin") }
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let pairs = fields.map { "\($0.key)=\(Self.escaped($0.value))" }
        request.httpBody = Data(pairs.joined(separator: "&").utf8)
        return try await answer(request)
    }

    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private func request(_ path: String, as name: String) throws -> URLRequest {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else {
            throw HarnessError("no address: \(path)")
        }
        var request = URLRequest(url: url)
        request.setValue(name, forHTTPHeaderField: "X-User")
        return request
    }

    private func answer(_ request: URLRequest) async throws -> Answer {
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = response as? HTTPURLResponse
        return Answer(
            code: http?.statusCode ?? 0, text: String(decoding: data, as: UTF8.self),
            mark: http?.value(forHTTPHeaderField: "ETag"))
    }
}

extension Scratch {
    /// A small workspace whose pages may be looked at.
    convenience init(withDashboardSendingTo endpoint: Endpoint) throws {
        try self.init(small: "email", port: endpoint.port)
        try write("keeptouch.yaml", try text("keeptouch.yaml") + DashboardClient.configuration)
    }

    /// People who sign in, with their roles.
    func addUsers(_ roles: KeyValuePairs<String, String>) throws {
        for (name, role) in roles { #expect(try keeptouch("users", "add", name, "--role", role).code == 0) }
    }
}
