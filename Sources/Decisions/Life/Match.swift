package import Playbooks

/// An account that matches a playbook's trigger and audience: once for `when`, once an occurrence for `on` and `at`.
package struct Match: Sendable, Equatable {
    /// "" for `when`, the event's id or `per` value for `on`, the occurrence for `at`.
    package var key: String
    package var event: TriggeringEvent?
    /// When what matches happened: the event, the occurrence, or this cycle.
    package var at: Instant
    /// When it was first seen.
    package var since: Instant
    /// The standing row, where the match stood before and still does.
    package var standing: Standing?
    /// Whether the condition had been false meanwhile.
    package var wasFalse = false
    /// Whether a newer occurrence of the same schedule has come.
    package var isOvertaken = false
    /// Whether it was held until its time was over.
    package var isLapsed = false

    package init(
        key: String, event: TriggeringEvent? = nil, at: Instant, since: Instant, standing: Standing? = nil
    ) {
        self.key = key
        self.event = event
        self.at = at
        self.since = since
        self.standing = standing
    }

    /// The occurrence that an event is: the value of the property `per`, else the event itself.
    package static func key(of event: TriggeringEvent, per: String?) -> String {
        per.flatMap { event.keys[$0] }.map { "per:" + $0 } ?? "\(event.id)"
    }

    /// How the keys of enrollments by hand begin.
    package static let handPrefix = "hand:"

    /// Whether a person has asked for it.
    package var isByHand: Bool { Self.isByHand(key: key) }
    package static func isByHand(key: String) -> Bool { key.hasPrefix(handPrefix) }

    /// Whether it was asked for by hand and no cycle has decided about it yet.
    package var isAsked: Bool { isByHand && standing?.reason == Self.asked }
    package static let asked = "enrolled by hand; the next cycle decides"

    /// Whether the account has not matched before.
    package var isFresh: Bool { standing == nil }
}

/// Which part of a playbook's matches may enter in a cycle.
package enum Hold: Sendable, Equatable {
    /// Nobody, for a reason that people read.
    case all(String)
    /// All but those whose lot is at most this: the first part of a large batch.
    case allBut(lot: Lot, reason: String)

    /// An account's place in a canary.
    package struct Lot: Sendable, Comparable {
        package var number: Double
        package var accountID: Int64

        package init(number: Double, accountID: Int64) {
            self.number = number
            self.accountID = accountID
        }

        package static func < (left: Lot, right: Lot) -> Bool {
            (left.number, left.accountID) < (right.number, right.accountID)
        }
    }
}
