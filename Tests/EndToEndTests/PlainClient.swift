import Foundation
import FoundationNetworking
import Testing

/// A browser that follows nowhere and keeps no cookie of its own: other tests share those of the process.
struct PlainClient {
    let site: String
    /// Where its forms say that they come from.
    let origin: String
    /// As a proxy in front is called; nil for `site`.
    var host: String?
    private let session: URLSession

    private final class Stays: NSObject, URLSessionTaskDelegate {
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
        ) { completionHandler(nil) }
    }

    init(port: Int, origin: String? = nil, host: String? = nil) {
        site = "http://127.0.0.1:\(port)"
        (self.origin, self.host) = (origin ?? site, host)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        session = URLSession(configuration: configuration, delegate: Stays(), delegateQueue: nil)
    }

    /// - Parameter form: is posted.
    func ask(
        _ path: String, _ form: [String: String]? = nil, cookie: String = "", origin: String? = nil
    ) async throws -> (HTTPURLResponse, String) {
        var request = URLRequest(url: try #require(URL(string: site + path)))
        if let host { request.setValue(host, forHTTPHeaderField: "Host") }
        request.setValue(cookie, forHTTPHeaderField: "Cookie")
        if let form {
            request.httpMethod = "POST"
            request.setValue(origin ?? self.origin, forHTTPHeaderField: "Origin")
            request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(
                form.map { "\($0.key)=\(DashboardClient.escaped($0.value))" }.joined(separator: "&").utf8)
        }
        let (data, response) = try await session.data(for: request)
        return (try #require(response as? HTTPURLResponse), String(decoding: data, as: UTF8.self))
    }
}
