/// At most `count` touches to one person within `window`, all playbooks together, `service` ones apart.
package struct Cap: Sendable, Hashable {
    package var count: Int
    package var window: TimeSpan
    /// What it counts; emails, pushes and text messages where neither a kind nor a channel is given.
    package var kind: Channel.Kind?
    package var channel: String?
    package var category: String?

    package init(
        count: Int, window: TimeSpan, kind: Channel.Kind? = nil, channel: String? = nil, category: String? = nil
    ) {
        self.count = count
        self.window = window
        self.kind = kind
        self.channel = channel
        self.category = category
    }

    /// How far back messages count.
    package var reach: TimeSpan { window.lessSlack }

    /// The kinds that it counts; all of them where a channel is given.
    package var kinds: [Channel.Kind] {
        kind.map { [$0] } ?? (channel == nil ? Channel.Kind.allCases.filter(\.isCapped) : Channel.Kind.allCases)
    }

    /// Whether it counts touches of that sort, and holds them back.
    package func counts(_ kind: Channel.Kind, channel: String, category: String) -> Bool {
        category != "service" && kinds.contains(kind) && self.channel ?? channel == channel
            && self.category ?? category == category
    }

    /// Why a touch waits for it: `cap 2 per 7d (in_app, education)`.
    package var reason: String {
        let parts = [kind?.rawValue, channel, category].compactMap { $0 }
        return "\(Self.mark)\(count) per \(window)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }

    package static func isReason(_ text: String?) -> Bool { text?.hasPrefix(mark) == true }

    private static let mark = "cap "
}
