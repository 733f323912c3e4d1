package import Playbooks

/// What a person has said of an account: that it is to be left alone.
///
/// One may be snoozed and excluded at once; it is left alone until both are over.
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

extension Collection<Exclusion> {
    /// The one that holds longest; of two with one end the one that ends what runs.
    package var longest: Exclusion? {
        func holdsLess(_ left: Exclusion, _ right: Exclusion) -> Bool {
            let ends = [left, right].map { $0.until?.milliseconds ?? .max }
            return ends[0] == ends[1] ? left.kind == .snoozed && right.kind == .excluded : ends[0] < ends[1]
        }
        return self.max(by: holdsLess)
    }

    /// When something that is due at a moment goes on; nil where that holds for good, or nothing is due.
    package func resuming(_ due: Instant?) -> Instant? {
        guard let longest else { return due }
        guard let until = longest.until else { return nil }
        return due.map { Swift.max($0, until) } ?? until
    }
}

extension Account {
    /// Why a playbook leaves the account alone, and for how long; nil where it does not.
    func exclusion(from playbook: Playbook) -> Exclusion? {
        exclusions.isEmpty ? nil : exclusions.filter { $0.concerns(playbook) }.longest
    }

    /// When a playbook last ceased to leave the account alone; nil when it never did.
    func endOfExclusion(from playbook: Playbook) -> Instant? {
        formerExclusions.lazy.filter { $0.concerns(playbook) }.compactMap(\.until).max()
    }
}
