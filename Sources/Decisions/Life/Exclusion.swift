package import Playbooks

/// What a person has said of an account: that it is to be left alone.
package struct Exclusion: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// What runs stands still, and goes on afterwards.
        case snoozed
        /// What runs has ended, and nothing begins.
        case excluded
    }

    package var kind: Kind
    /// Nil for all playbooks.
    package var playbook: String?
    /// Nil for good.
    package var until: Instant?
    package var reason: String

    package init(_ kind: Kind, playbook: String? = nil, until: Instant? = nil, reason: String) {
        self.kind = kind
        self.playbook = playbook
        self.until = until
        self.reason = reason
    }

    package func holds(at now: Instant) -> Bool { until.map { $0 > now } ?? true }

    /// Messages of the category `service` go on: a bill that was not paid, a confirmation.
    package func concerns(_ playbook: Playbook) -> Bool {
        !playbook.isService && (self.playbook.map { $0 == playbook.name } ?? true)
    }

    /// `snoozed until 2026-04-14 09:00 UTC: on holiday`.
    package func sentence(in zone: Zone) -> String {
        Self.mark(kind) + (until.map { " until \($0.text(in: zone)) \(zone.name)" } ?? "") + ": \(reason)"
    }

    /// How the reasons of touches begin that wait for the end.
    package static func mark(_ kind: Kind) -> String { "\(kind.rawValue) by hand" }
}

extension Account {
    /// Why a playbook leaves the account alone, or nil.
    func exclusion(from playbook: Playbook) -> Exclusion? { exclusions.first { $0.concerns(playbook) } }

    /// When a playbook last ceased to leave the account alone; nil when it never did.
    func endOfExclusion(from playbook: Playbook) -> Instant? {
        formerExclusions.lazy.filter { $0.concerns(playbook) }.compactMap(\.until).max()
    }
}
