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

extension Cap {
    /// When all caps together leave a message room, and the last one that it waits for; nil where none is full.
    ///
    /// - Parameters:
    ///   - caps: those that count the message, each with the moments of the messages to the same person that it counts.
    ///   - opening: the first moment of the message's window that is not before another one.
    package static func room(
        under caps: [(cap: Cap, moments: [Instant])], from moment: Instant, opening: (Instant) -> Instant = { $0 }
    ) -> (at: Instant, cap: Cap?) {
        var (at, last) = (moment, nil as Cap?)
        while let full = caps.lazy.compactMap({ cap, moments in cap.full(moments, at: at).map { (cap, $0) } }).first {
            (last, at) = (full.0, opening(full.1))
        }
        return (at, last)
    }

    /// When there is room again, where there is none at a moment.
    private func full(_ moments: [Instant], at moment: Instant) -> Instant? {
        let within = moments.filter { $0 > moment - reach && $0 <= moment }.sorted(by: >)
        guard within.count >= count, !within.isEmpty else { return nil }
        return within[min(max(count, 1), within.count) - 1] + reach
    }
}
