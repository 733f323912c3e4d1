package import Playbooks

/// The ends of the last attempts of a playbook or a channel, as far as they tell whether something is broken.
package struct Breaker: Sendable {
    /// Whether each of the last attempts failed, and which playbook's it was; the oldest first.
    private var last: [(failed: Bool, playbook: String)] = []

    private static let window = 50
    /// With fewer attempts, or fewer failures, a share says nothing.
    private static let fewest = 10
    private static let fewestFailed = 3

    package init() {}

    package mutating func note(failed: Bool, playbook: String) {
        if last.count == Self.window { last.removeFirst() }
        last.append((failed, playbook))
    }

    /// Why the playbook must be paused, or nil.
    ///
    /// - Parameter most: the largest share that may fail, 0 to 1.
    package func reason(most: Double) -> String? {
        let failed = last.count { $0.failed }
        guard last.count >= Self.fewest, failed >= Self.fewestFailed else { return nil }
        let share = Double(failed) / Double(last.count)
        guard share > most else { return nil }
        return """
            max_failed: \(failed) of its last \(last.count) touches failed (\(Safety.percent(share)), more than \
            \(Safety.percent(most))); keeptouch touches says why
            """
    }

    /// How many playbooks have failed; where it is one, that one is to blame and not its channel.
    package var failing: Int { Set(last.lazy.filter(\.failed).map(\.playbook)).count }
}

extension Safety {
    /// Bounces and complaints among the last touches of a playbook or a channel.
    package struct Harms: Sendable, Equatable {
        /// Touches among which bounces, and touches among which complaints were counted.
        package var bounceable: Int
        package var bounced: Int
        package var complainable: Int
        package var complained: Int

        package init(bounceable: Int, bounced: Int, complainable: Int, complained: Int) {
            self.bounceable = bounceable
            self.bounced = bounced
            self.complainable = complainable
            self.complained = complained
        }
    }

    /// Why a playbook or a channel must be paused for the harm it does, or nil.
    package func pause(_ harms: Harms) -> String? {
        func share(_ count: Int, of all: Int, atLeast fewest: Int) -> Double? {
            count >= fewest && all > 0 ? Double(count) / Double(all) : nil
        }
        if let share = share(harms.bounced, of: harms.bounceable, atLeast: 3), share > rules.maxBounced {
            return """
                max_bounced: \(harms.bounced) of its last \(harms.bounceable) touches bounced (\(Self.percent(share)), \
                more than \(Self.percent(rules.maxBounced)))
                """
        }
        if let share = share(harms.complained, of: harms.complainable, atLeast: 2), share > rules.maxComplained {
            return """
                max_complained: \(harms.complained) of its last \(harms.complainable) touches led to a complaint \
                (\(Self.percent(share)), more than \(Self.percent(rules.maxComplained)))
                """
        }
        return nil
    }

    /// Why a database that wakes up must begin paused, or nil.
    ///
    /// - Parameters:
    ///   - lastAlive: when something last ran on it; nil when nothing ever has.
    ///   - usualGap: how far apart its cycles are as a rule; nil when nobody knows yet.
    ///   - touches: those that have waited to be sent for as long as `asleep`.
    ///   - steps: enrollments that have been due to go on for as long.
    package func asleep(
        lastAlive: Instant?, usualGap: TimeSpan?, touches: Int, steps: Int, now: Instant
    ) -> String? {
        guard let limit = rules.asleep, let lastAlive else { return nil }
        let gap = now - lastAlive
        // Who runs once a day has slept when a day is left out.
        let isLong = gap > max(limit, TimeSpan(milliseconds: 2 * (usualGap?.milliseconds ?? 0)))
        // A step that is due between two runs is nothing unusual.
        let isLongForSteps =
            gap > max(limit, TimeSpan(milliseconds: 2 * (usualGap?.milliseconds ?? TimeSpan.days(1).milliseconds)))
        let overdue = [
            touches > 0 && isLong ? "\(touches) \(touches == 1 ? "touch" : "touches")" : nil,
            steps > 0 && isLongForSteps ? "\(steps) \(steps == 1 ? "step" : "steps")" : nil,
        ].compactMap { $0 }
        guard !overdue.isEmpty else { return nil }
        let hours = gap.milliseconds / 3_600_000
        let areOne = overdue.count == 1 && overdue[0].hasPrefix("1 ")
        return
            "asleep: nothing has run for \(hours) hours, and \(overdue.joined(separator: " and ")) "
            + "\(areOne ? "is" : "are") overdue; they may be out of date (where runs are as far apart as that: "
            + "safety: { asleep: \(hours + 6)h })"
    }
}
