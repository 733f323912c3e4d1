import Basics
import Foundation

/// Where people reach the dashboard: its origin and the path before every page.
struct DashboardAddress: Sendable {
    /// `https://ops.acme.example`; nil where it is reached on the address on which it listens.
    let origin: String?
    /// `/keeptouch`, or empty.
    let prefix: String
    let isSecure: Bool

    init(_ url: String?) {
        guard let url, let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host else {
            (origin, prefix, isSecure) = (nil, "", false)
            return
        }
        origin = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
        prefix = parts.path == "/" ? "" : parts.path
        isSecure = scheme == "https"
    }

    /// The address of a page, with what it is asked for; a value that is nil or empty is left out.
    func of(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) -> String {
        var text = prefix + path
        var mark: Character = path.contains("?") ? "&" : "?"
        for (name, value) in query {
            guard let value, !value.isEmpty else { continue }
            text.append(mark)
            text += "\(PercentEncoding.component(name))=\(PercentEncoding.component(value))"
            mark = "&"
        }
        return text
    }

    /// One part of a path, such as the key of an account.
    static func part(_ text: String) -> String { PercentEncoding.component(text) }
}
