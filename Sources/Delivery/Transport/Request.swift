package import Playbooks

/// One HTTP request, ready to leave: what `RequestBuilder` makes and `Transport` sends.
///
/// The URL and the headers may hold secrets, so its description shows neither.
package struct Request: Sendable, CustomStringConvertible {
    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }
    }

    /// What libcurl signs the request with: AWS Signature Version 4.
    struct Signing: Sendable, Hashable {
        var service: String
        var region: String
        var accessKey: String
        var secretKey: String
        var sessionToken: String?

        /// As CURLOPT_AWS_SIGV4 wants it.
        var provider: String { "aws:amz:\(region):\(service)" }
    }

    package var method: String
    package var url: String
    package var headers: [Header]
    package var body: [UInt8]
    /// SHA-256 of the body without its secret, in hexadecimal: equal hashes are equal requests of one touch.
    package var bodyHash: String
    package var idempotencyKey: String
    package var connectTimeout: TimeSpan
    package var totalTimeout: TimeSpan
    /// Whether loopback and private addresses may be used.
    package var allowPrivate: Bool
    /// Whether plain HTTP may be spoken.
    package var allowPlain: Bool
    var signing: Signing?

    package init(
        method: String = "POST", url: String, headers: [Header] = [], body: [UInt8] = [], bodyHash: String = "",
        idempotencyKey: String = "", connectTimeout: TimeSpan = .seconds(5), totalTimeout: TimeSpan = .seconds(30),
        allowPrivate: Bool = false, allowPlain: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.bodyHash = bodyHash
        self.idempotencyKey = idempotencyKey
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.allowPrivate = allowPrivate
        self.allowPlain = allowPlain ?? allowPrivate
    }

    var hasBody: Bool { !body.isEmpty || method == "POST" }

    /// Whether a handle that was made ready for the other needs only this one's headers and body.
    func hasEndpoint(of other: Request) -> Bool {
        url == other.url && method == other.method && body.isEmpty == other.body.isEmpty
            && connectTimeout == other.connectTimeout && totalTimeout == other.totalTimeout
            && allowPrivate == other.allowPrivate && allowPlain == other.allowPlain && signing == other.signing
    }

    /// The request as text for a person; only of one that was made with masked credentials may it be shown.
    package var transcript: String {
        let head = ["\(method) \(url)"] + headers.map { "\($0.name): \($0.value)" }
        let text = String(decoding: body.prefix(4_000), as: UTF8.self)
        let rest = body.count > 4_000 ? "\n... (\(body.count) bytes in all)" : ""
        return head.joined(separator: "\n") + (body.isEmpty ? "" : "\n\n\(text)\(rest)")
    }

    package var description: String { "\(method) *** (\(body.count) bytes, key \(idempotencyKey))" }
}
