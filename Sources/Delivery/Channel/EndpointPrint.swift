import Basics
import Crypto
import Foundation
import Playbooks

/// Which endpoint a request goes to, as a keyed digest: where it differs, another endpoint or another account answers,
/// which knows nothing of an earlier attempt.
///
/// It covers the method, the URL, the credentials, the channel's own headers and variables, and how the idempotency key
/// is sent. The key is the workspace's secret, so that nobody can try out credentials on it.
package struct EndpointPrint: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: 32 bytes.
    package init(of builder: RequestBuilder, secret: [UInt8]) {
        let channel = builder.channel
        let idempotency: [String] =
            switch channel.idempotency {
            case .none: ["none"]
            case .header(let name, _): ["header", name.lowercased()]
            case .body(let pointer, _): ["body", pointer]
            }
        let vars = channel.vars.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        let fields = channel.headers.flatMap { [$0.key.lowercased(), "\($0.value)"] }
        let parts = [channel.method] + idempotency + vars + fields + builder.identity
        key = SymmetricKey(data: Self.code(parts, SymmetricKey(data: secret)))
    }

    /// 32 hexadecimal digits.
    package func text(of request: Request) -> String {
        Hexadecimal.text(Array(Self.code([request.method, request.url], key).prefix(16)))
    }

    private static func code(_ parts: [String], _ key: SymmetricKey) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("keeptouch endpoint".utf8))
        // Each part with its length, so that no two lists of parts are one text.
        for part in parts { code.update(data: Array("\n\(part.utf8.count):\(part)".utf8)) }
        return Array(code.finalize())
    }
}
