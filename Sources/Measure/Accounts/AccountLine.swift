package import Basics
package import Playbooks
package import Storage

/// An account of a list, as text in columns and as JSON.
package struct AccountLine: Sendable {
    private let item: AccountList.Item
    private let hasHealth: Bool

    /// - Parameter hasHealth: whether the workspace has a health score.
    package init(_ item: AccountList.Item, hasHealth: Bool) {
        self.item = item
        self.hasHealth = hasHealth
    }

    package static func titles(hasHealth: Bool) -> [String] {
        ["account", "name", "status", "mrr", "stage"] + (hasHealth ? ["health"] : []) + ["since", "reason", "next"]
    }

    /// The account, one text for each title.
    ///
    /// - Parameter moment: writes a moment.
    package func cells(_ moment: (Instant) -> String) -> [String] {
        [
            item.key, item.name ?? "", item.status, item.mrr.map(JSON.text(of:)) ?? "", item.stage ?? "",
        ] + (hasHealth ? [item.health.map(JSON.text(of:)) ?? ""] : []) + [
            since.map(moment) ?? "", item.reasons.map(\.text).joined(separator: "; "),
            item.nextAt.map(moment) ?? "",
        ]
    }

    /// Since when the first of its reasons holds that has a moment.
    private var since: Instant? { item.reasons.compactMap(\.since).min() }

    package var json: JSON {
        var members = [
            JSON.Member("account", .text(item.key)), JSON.Member("name", Self.text(item.name)),
            JSON.Member("status", .text(item.status)), JSON.Member("mrr", item.mrr.map { .number($0) } ?? .null),
            JSON.Member("journey", Self.text(item.journey)), JSON.Member("stage", Self.text(item.stage)),
            JSON.Member("stage_since", Self.moment(item.stageSince)),
            JSON.Member(
                "risks",
                .list(
                    item.risks.map { risk in
                        .object([
                            JSON.Member("reason", .text(risk.reason)), JSON.Member("playbook", .text(risk.playbook)),
                            JSON.Member("since", Self.moment(risk.since)),
                        ])
                    })),
            JSON.Member(
                "reasons",
                .list(
                    item.reasons.map { reason in
                        .object([
                            JSON.Member("text", .text(reason.text)), JSON.Member("since", Self.moment(reason.since)),
                        ])
                    })),
            JSON.Member("next", Self.moment(item.nextAt)),
        ]
        if hasHealth { members.append(JSON.Member("health", item.health.map { .number($0) } ?? .null)) }
        return .object(members)
    }

    private static func text(_ text: String?) -> JSON { text.map { .text($0) } ?? .null }
    private static func moment(_ moment: Instant?) -> JSON { moment.map { .text("\($0)") } ?? .null }
}
