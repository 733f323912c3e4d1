import Basics
import Foundation

/// Where people reach the dashboard: its origin and the path before every page.
struct DashboardAddress: Sendable {
    /// `https://ops.acme.example`, as browsers write it; nil where it is reached on the address on which it listens.
    let origin: String?
    /// `/keeptouch`, or empty.
    let prefix: String
    let isSecure: Bool

    init(_ url: String?) {
        guard let url, let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host else {
            (origin, prefix, isSecure) = (nil, "", false)
            return
        }
        let isSecure = scheme.lowercased() == "https"
        self.isSecure = isSecure
        let port = parts.port.flatMap { $0 == (isSecure ? 443 : 80) ? nil : ":\($0)" } ?? ""
        origin = "\(scheme)://\(host)".lowercased() + port
        prefix = parts.path == "/" ? "" : parts.path
    }

    /// The path, when it is one of this dashboard: a link that somebody was sent leads nowhere else.
    static func own(_ path: String?) -> String? {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\") else { return nil }
        return path
    }

    /// The same, in the order of the names.
    func of(_ path: String, among query: [String: String?]) -> String {
        query.sorted { $0.key < $1.key }.reduce(prefix + path) { text, pair in
            guard let value = pair.value, !value.isEmpty else { return text }
            return text + (text.contains("?") ? "&" : "?")
                + "\(PercentEncoding.component(pair.key))=\(PercentEncoding.component(value))"
        }
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
