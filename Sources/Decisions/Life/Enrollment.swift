package import Playbooks

/// One account going through one playbook once.
package struct Enrollment: Sendable, Equatable {
    /// Nil until it is written.
    package var id: Int64?
    package var playbookID: Int64
    package var versionID: Int64
    package var matchKey: String
    package var eventID: Int64?
    package var experimentID: Int64
    package var arm: Arm
    package var variant: String?
    package var enteredAt: Instant
    /// The newest event that was known then; nil where that was not written down.
    package var knownEvent: Int64?
    /// The signals frozen at entry, as JSON.
    package var entry: String
    /// The index of the step that it stands at; one behind the last step is the end.
    package var step = 0
    /// Whether the step has been begun: touches made, or a wait started.
    package var hasBegun = false
    /// From when the step counts, once it has begun: when the step before was done.
    package var beganAt: Instant?
    /// When there is something to do next; nil while touches are open.
    package var dueAt: Instant?
    /// Whether it stands in a wait that every cycle asks about.
    package var isWaiting = false
    package var endedAt: Instant?
    package var endReason: String?
    /// The goal is watched until then, also after the end.
    package var goalUntil: Instant?
    package var goalAt: Instant?
    /// Whether its playbook admits no others to the account.
    package var isExclusive: Bool

    package init(
        id: Int64? = nil, playbookID: Int64, versionID: Int64, matchKey: String, eventID: Int64? = nil,
        experimentID: Int64, arm: Arm, variant: String? = nil, enteredAt: Instant, entry: String = "{}",
        isExclusive: Bool = false
    ) {
        self.id = id
        self.playbookID = playbookID
        self.versionID = versionID
        self.matchKey = matchKey
        self.eventID = eventID
        self.experimentID = experimentID
        self.arm = arm
        self.variant = variant
        self.enteredAt = enteredAt
        self.entry = entry
        self.isExclusive = isExclusive
        dueAt = enteredAt
    }

    package func subject(
        of account: Int, event: TriggeringEvent?, entry: [String: Value] = [:], steps: StepFacts? = StepFacts()
    ) -> Subject {
        Self.subject(
            of: account, event: event, enteredAt: enteredAt, knownEvent: knownEvent, entry: entry, steps: steps)
    }

    /// For whom the conditions of an enrollment are asked: nothing before it counts.
    ///
    /// It begins with the event that triggered it, however late the cycle was that saw it; another one with its entry, but
    /// for events of the two days before that came in afterwards.
    ///
    /// - Parameter knownEvent: the newest event that was known at the entry; nil where that was not written down.
    package static func subject(
        of account: Int, event: TriggeringEvent?, enteredAt: Instant, knownEvent: Int64?, entry: [String: Value],
        steps: StepFacts?
    ) -> Subject {
        if let event {
            return Subject(account: account, from: event, enteredAt: enteredAt, entry: entry, steps: steps)
        }
        let late = knownEvent.map { Subject.LateFacts(behind: $0, after: enteredAt - DataMap.usualLateness) }
        return Subject(account: account, since: enteredAt, late: late, entry: entry, steps: steps)
    }

    /// Why one ended whose event was corrected before anything of it had left: corrected back, the event is answered.
    package static let corrected = "corrected"

    package var isActive: Bool { endedAt == nil }
    package var state: EnrollmentState { isActive ? .active : .ended }

    package mutating func end(_ reason: String, at moment: Instant) {
        (endedAt, endReason) = (moment, reason)
        (dueAt, isWaiting) = (nil, false)
    }
}
