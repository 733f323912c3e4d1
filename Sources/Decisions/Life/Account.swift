package import Playbooks

/// One account on its day: what the database knows of it and the playbooks, and what this cycle makes of them.
package struct Account: Sendable {
    /// One of its enrollments, with the touches that wait.
    package struct Enrolled: Sendable {
        package var enrollment: Enrollment
        /// As it is stored; nil for one that begins in this cycle.
        package let stored: Enrollment?
        /// Touches that wait and were never tried in a way that may have arrived, as they are by now.
        package var waiting: [Touch]
        package let storedWaiting: [Touch]
        /// How many touches are open beside those: under way, unknown, ambiguous.
        package var otherOpenTouches: Int
        /// Its row among those of its version in the block's facts.
        package var row: Int?
        package var event: TriggeringEvent?

        // What the cycle adds.
        package var made: [Touch] = []
        package var passages: [(step: String, result: PassageResult)] = []
        /// Attributes of the account that its steps have changed.
        package var written: [AttributeChange] = []
        package var reachedGoal: Instant?
        package var reachedAlso: [(name: String, at: Instant)] = []
        /// Whether it left in this cycle, so that its open touches are cancelled.
        package var hasLeft = false
        /// Whether a newer occurrence of its campaign takes its place in this cycle.
        package var isOvertaken = false

        package init(
            _ enrollment: Enrollment, stored: Enrollment?, waiting: [Touch] = [], otherOpenTouches: Int = 0,
            row: Int? = nil, event: TriggeringEvent? = nil
        ) {
            self.enrollment = enrollment
            self.stored = stored
            self.waiting = waiting
            storedWaiting = waiting
            self.otherOpenTouches = otherOpenTouches
            self.row = row
            self.event = event
        }

        package var isNew: Bool { stored == nil }

        /// Whether it began with an earlier occurrence, and its first touches wait, all of them.
        func isOvertaken(by key: String) -> Bool {
            enrollment.isActive && !isNew && enrollment.matchKey != key && !Match.isByHand(key: enrollment.matchKey)
                && enrollment.step == 0 && otherOpenTouches == 0 && !waiting.isEmpty
                && waiting.allSatisfy { !$0.state.isSettled && !$0.isAmbiguous }
        }
    }

    /// What a playbook finds of the account in this cycle, in the order of `CycleRules.matching`.
    package enum Finding: Sendable {
        /// It is not looked at, or nothing is found.
        case nothing
        /// A `when` condition: true, false, or missing.
        case condition(Bool?)
        case events([TriggeringEvent])
        /// An occurrence of a schedule, when the audience holds.
        case occurrence(key: String, at: Instant)
    }

    package struct Assignment: Sendable, Equatable {
        package var arm: Arm
        package var variant: String?
        /// Within which it was drawn; nil where the experiment has no strata.
        package var stratum: String?

        package init(arm: Arm, variant: String?, stratum: String? = nil) {
            (self.arm, self.variant, self.stratum) = (arm, variant, stratum)
        }
    }

    /// Its index in the block.
    package var index: Int
    package var id: Int64
    package var key: String
    package var zone: String?
    package var enrollments: [Enrolled] = []
    package var standings: [Standing] = []
    /// By the experiment's id.
    package var assignments: [Int64: Assignment] = [:]
    package var findings: [Finding] = []
    /// What people have said of it that holds now.
    package var exclusions: [Exclusion] = []
    /// What they have said of it that is over.
    package var formerExclusions: [Exclusion] = []
    /// The messages that the account has had from a playbook with a rotation, by the playbook's id.
    package var hadMessages: [Int64: HadMessages] = [:]
    /// Secondary goals reached before, by enrollment.
    package var reachedAlso: [Int64: Set<String>] = [:]

    // What the cycle decides.
    package var stageMove: StageMove?
    package var changes = Changes()
    /// What steps of any playbook have written to it in this cycle, by the attribute's name: later steps read it.
    package var given: [String: Value] = [:]
    /// All verdicts, where the rules keep them.
    package var verdicts: [Given] = []

    /// A verdict of this cycle.
    package struct Given: Sendable {
        package var playbookID: Int64
        package var matchKey: String
        package var verdict: Verdict
        package var reason: String
        /// For one that is held: what a release would give.
        package var ifReleased: Verdict?
    }

    package init(index: Int, id: Int64, key: String, zone: String? = nil) {
        self.index = index
        self.id = id
        self.key = key
        self.zone = zone
    }

    /// Whether an exclusive playbook has it.
    package var isTaken: Bool { enrollments.contains { $0.enrollment.isActive && $0.enrollment.isExclusive } }

    /// Whether anything must be written.
    package var isChanged: Bool { stageMove != nil || changes.isPresent || enrollments.contains(where: \.isChanged) }
}

extension Account.Enrolled {
    package var isChanged: Bool {
        isNew || enrollment != stored || waiting != storedWaiting || !made.isEmpty || !passages.isEmpty
            || reachedGoal != nil || !reachedAlso.isEmpty
    }
}

/// What a cycle changes in the standing matches of one account.
package struct Changes: Sendable {
    /// Rows to be written; the enrollment that begins with one is that of the same playbook and key.
    package var standings: [Standing] = []
    /// Matches of `when` playbooks that have ended, and those that have stopped to hold, by playbook.
    package var ended: [Int64] = []
    package var becameFalse: [Int64] = []
    /// Verdicts that are other than those that stood.
    package var decisions: [Standing] = []
    /// Arms drawn, by experiment.
    package var assignments: [Int64: Account.Assignment] = [:]
    /// Occurrences that have another key now.
    package var renamed: [(playbookID: Int64, key: String, other: String)] = []

    package init() {}

    package var isPresent: Bool {
        !standings.isEmpty || !ended.isEmpty || !becameFalse.isEmpty || !decisions.isEmpty || !assignments.isEmpty
            || !renamed.isEmpty
    }
}

extension Account {
    /// How many touches that waited end without being sent, by how they end.
    package var endedTouches: [TouchState: Int] {
        var counts: [TouchState: Int] = [:]
        for enrolled in enrollments {
            if enrolled.hasLeft {
                let left = enrolled.waiting.count { !$0.isAmbiguous }
                if left > 0 { counts[.cancelled, default: 0] += left }
            } else {
                for touch in enrolled.waiting where touch.state.isSettled { counts[touch.state, default: 0] += 1 }
            }
        }
        return counts
    }
}
