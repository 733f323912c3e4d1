package import Playbooks

/// A playbook version's first large batch goes out in three parts, so that what is wrong with it meets few.
package struct Canary: Sendable, Equatable {
    /// How far a version has come.
    package enum Stage: Int64, Sendable {
        case few = 1
        case tenth, all
    }

    package var stage: Stage
    /// When its present part went out.
    package var since: Instant

    package init(stage: Stage, since: Instant) {
        self.stage = stage
        self.since = since
    }

    /// Batches up to this size go out at once.
    package static let small = 100
    package static let few = 10
    package static let wait = TimeSpan.minutes(30)

    /// What of a batch may enter now.
    package struct Admission: Sendable, Equatable {
        package var most: Int
        /// To be kept; nil when nothing is under way.
        package var canary: Canary?

        package init(most: Int, canary: Canary?) {
            self.most = most
            self.canary = canary
        }
    }

    /// - Parameters:
    ///   - canary: how far the version has come; nil when it had no large batch yet.
    ///   - entering: how many would enter now.
    package static func admit(_ canary: Canary?, entering: Int, now: Instant) -> Admission {
        guard let canary else {
            return entering > small
                ? Admission(most: few, canary: Canary(stage: .few, since: now))
                : Admission(most: entering, canary: nil)
        }
        guard canary.stage != .all else { return Admission(most: entering, canary: canary) }
        guard now - canary.since >= wait else { return Admission(most: 0, canary: canary) }
        if canary.stage == .few, entering > small {
            return Admission(most: max(few, entering / 10), canary: Canary(stage: .tenth, since: now))
        }
        return Admission(most: entering, canary: Canary(stage: .all, since: now))
    }

    /// When more may enter.
    package var nextAt: Instant { since + Self.wait }
}
