import Basics
package import Playbooks

/// Writes the parameters of web analytics into the links of a message.
///
/// Links over the workspace's own address stay as they are, unsubscribing above all; so do addresses of mail and telephone, and
/// what a link says itself. The plain text of an email stays as it is: its links are there to be read.
package struct LinkTags: Sendable {
    private let base: String?
    private let parameters: [(name: String, value: String)]

    /// - Parameter baseURL: of the workspace.
    package init(_ utm: UTM, baseURL: String?) {
        base = baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        parameters = utm.parameters
    }

    package func tagged(html: String) -> String {
        HTMLLinks.rewritten(html) { tagged($0) }
    }

    /// The text of a text message.
    package func tagged(text: String) -> String {
        TextLinks.rewritten(text) { tagged($0) }
    }

    /// The address with its tags; nil where it stays as it is.
    package func tagged(_ url: String) -> String? {
        guard LinkTracking.isWeb(url) else { return nil }
        if let base, url == base || url.hasPrefix(base + "/") { return nil }
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let address = parts[0]
        let query =
            address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first ?? ""
        let own = Set(query.split(separator: "&").map { $0.prefix { $0 != "=" } })
        let added = parameters.filter { !own.contains(Substring($0.name)) }
            .map { "\($0.name)=\(PercentEncoding.component($0.value))" }
        guard !added.isEmpty else { return nil }
        let joint = !address.contains("?") ? "?" : query.isEmpty || query.hasSuffix("&") ? "" : "&"
        return "\(address)\(joint)\(added.joined(separator: "&"))" + (parts.count > 1 ? "#\(parts[1])" : "")
    }
}
