import Basics
import Crypto

/// A link whose clicks are seen: where it leads, and the name under which that is written down.
package struct TrackedLink: Sendable, Hashable {
    /// 16 hexadecimal digits of the address's SHA-256.
    package var id: String
    package var url: String

    package init(url: String) {
        id = Hexadecimal.text(Array(SHA256.hash(data: Array(url.utf8)).prefix(8)))
        self.url = url
    }
}

/// Leads the links of a message over the workspace's own address.
///
/// A pure function of the message and the touch: what is rendered again is the same. Links that begin with the workspace's
/// own address, unsubscribing above all, stay as they are; so does the plain text of an email, whose links are there to be read.
package struct LinkTracking: Sendable {
    private let base: String
    private let clicks: SignedToken
    private let opens: SignedToken

    package init(baseURL: String, secret: [UInt8]) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        clicks = SignedToken(.click, secret: secret)
        opens = SignedToken(.open, secret: secret)
    }

    package func url(of link: TrackedLink, touch: Int64) -> String {
        "\(base)/c/\(clicks.text(of: ["\(touch)", link.id]))"
    }

    /// The HTML with its links led over us, and where each of them leads.
    package func links(in html: String, touch: Int64) -> (html: String, links: [TrackedLink]) {
        var links: [TrackedLink] = []
        let html = HTMLLinks.rewritten(html) { led($0, touch, &links) }
        return (html, links)
    }

    /// The same of a text message.
    package func links(inText text: String, touch: Int64) -> (text: String, links: [TrackedLink]) {
        var links: [TrackedLink] = []
        let text = TextLinks.rewritten(text) { led($0, touch, &links) }
        return (text, links)
    }

    private func led(_ url: String, _ touch: Int64, _ links: inout [TrackedLink]) -> String? {
        guard Self.isWeb(url), !url.hasPrefix(base + "/") else { return nil }
        let link = TrackedLink(url: url)
        if !links.contains(link) { links.append(link) }
        return self.url(of: link, touch: touch)
    }

    /// The document with a picture that tells when it is shown.
    package func picture(in html: String, touch: Int64) -> String {
        let picture = "<img src=\"\(base)/o/\(opens.text(of: ["\(touch)"])).gif\" alt=\"\" width=\"1\" height=\"1\">\n"
        var bytes = Array(html.utf8)
        bytes.insert(contentsOf: picture.utf8, at: bytes.lastIndex(of: Self.end) ?? bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let end = Array("</body>".utf8)

    /// Whether a browser may be sent there.
    package static func isWeb(_ url: String) -> Bool {
        let start = url.prefix(8).lowercased()
        guard start.hasPrefix("https://") || start.hasPrefix("http://") else { return false }
        return url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

extension [UInt8] {
    /// Where some bytes stand last.
    fileprivate func lastIndex(of wanted: [UInt8]) -> Int? {
        var index = count - wanted.count
        while index >= 0 {
            if self[index..<index + wanted.count].elementsEqual(wanted) { return index }
            index -= 1
        }
        return nil
    }
}
