package import Decisions
package import Playbooks

/// What a cycle decided: the object that `plan --format json` and `run --format json` print.
package struct CycleReport: Sendable, Encodable {
    package struct OfPlaybook: Sendable, Encodable {
        package var playbook: String
        package var version: String
        package var matched: Int
        /// All nine verdicts, zeros included.
        package var verdicts: [Verdict: Int]
        package var heldBecause: String?
        package var variants: [String: Int]
        package var warnings: [String]
        /// For a held playbook: the verdicts that a release would give.
        package var ifReleased: [Verdict: Int]?
        package var audience: Int
        package var fresh: Int
        /// When its schedule comes round next.
        package var nextAt: Instant?
        /// What steps write of accounts in this cycle, and of how many.
        package var sets: [Tally.SetValue: Int] = [:]
        /// The text messages that this cycle makes.
        package var texts: [Texts] = []

        private struct Writing: Encodable {
            var attribute: String
            var value: String?
            var accounts: Int
        }

        enum CodingKeys: String, CodingKey {
            case playbook, version, matched, verdicts, variants, warnings, audience, fresh, sets, texts
            case heldBecause = "held_because"
            case ifReleased = "if_released"
            case nextAt = "next_at"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(playbook, forKey: .playbook)
            try container.encode(version, forKey: .version)
            try container.encode(matched, forKey: .matched)
            try container.encode(verdicts.byName, forKey: .verdicts)
            try container.encode(heldBecause, forKey: .heldBecause)
            try container.encode(variants, forKey: .variants)
            try container.encode(warnings, forKey: .warnings)
            try container.encodeIfPresent(ifReleased?.byName, forKey: .ifReleased)
            try container.encode(audience, forKey: .audience)
            try container.encode(fresh, forKey: .fresh)
            if !sets.isEmpty {
                let list = sets.sorted { $0.key < $1.key }.map {
                    Writing(attribute: $0.key.attribute, value: $0.key.value, accounts: $0.value)
                }
                try container.encode(list, forKey: .sets)
            }
            if !texts.isEmpty { try container.encode(texts, forKey: .texts) }
            try container.encodeIfPresent(nextAt?.description, forKey: .nextAt)
        }
    }

    /// Which stages of a journey accounts come into.
    package struct OfJourney: Sendable, Encodable {
        package var journey: String
        /// Accounts by stage; empty when none comes into another.
        package var entered: [String: Int]
        package var heldBecause: String?

        enum CodingKeys: String, CodingKey {
            case journey, entered
            case heldBecause = "held_because"
        }
    }

    /// Enrollments of one playbook that a change of its file ends.
    package struct Ending: Sendable, Encodable, Equatable {
        package var playbook: String
        /// `retired` or `deleted`.
        package var reason: String
        package var enrollments: Int
    }

    package var now: Instant
    package var playbooks: [OfPlaybook]
    /// Empty when it was not the turn of the journeys.
    package var journeys: [OfJourney] = []
    package var balanced: Bool
    /// New enrollments, enrollments that moved on, that ended, goals reached, and touches that the cycle makes.
    package var entered = 0
    package var moved = 0
    package var ended = 0
    package var goals = 0
    package var made = 0
    /// Touches made that came too late to be sent.
    package var tooLate = 0
    /// Touches that end without being sent, those that waited and those made for nobody, by how they end.
    package var unsent: [TouchState: Int] = [:]
    /// Enrollments that end because their playbook is retired or its file is gone.
    package var endings: [Ending] = []
    /// The whole ledger by state, after `run`; printed with all twelve, zeros included.
    package var touches: [TouchState: Int]?

    /// Playbooks that are not as they were; told by `plan` only.
    package var changes: [Change] = []
    /// Accounts whose day of leaving has come, which leave with the next `run` and count as customers here; told by `plan` only.
    package var dueDepartures = 0
    /// Why enrollments stand still that nobody has paused, a sentence each.
    package var standingStill: [String] = []
    /// When the first of the schedules comes round next.
    package private(set) var nextAt: Instant?
    /// False when there was nothing to do, and nothing was written.
    package var isNews = true

    /// Counts what a cycle at the same moment did that followed on the sending; the verdicts stay those of the first.
    package mutating func add(_ next: CycleReport) {
        entered += next.entered
        moved += next.moved
        ended += next.ended
        goals += next.goals
        made += next.made
        tooLate += next.tooLate
        unsent.merge(next.unsent, uniquingKeysWith: +)
        endings += next.endings
    }

    mutating func comesRound(_ at: Instant?) {
        guard let at else { return }
        nextAt = nextAt.map { min($0, at) } ?? at
    }

    package init(now: Instant, playbooks: [OfPlaybook], balanced: Bool) {
        self.now = now
        self.playbooks = playbooks
        self.balanced = balanced
    }

    enum CodingKeys: String, CodingKey {
        case now, playbooks, journeys, balanced, entered, moved, ended, goals, made, unsent, endings, touches, changes
        case tooLate = "too_late"
        case standingStill = "standing_still"
        case dueDepartures = "due_departures"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(now.description, forKey: .now)
        try container.encode(playbooks, forKey: .playbooks)
        if !journeys.isEmpty { try container.encode(journeys, forKey: .journeys) }
        try container.encode(balanced, forKey: .balanced)
        try container.encode(entered, forKey: .entered)
        try container.encode(moved, forKey: .moved)
        try container.encode(ended, forKey: .ended)
        try container.encode(goals, forKey: .goals)
        try container.encode(made, forKey: .made)
        try container.encode(tooLate, forKey: .tooLate)
        try container.encode(unsent.values.reduce(0, +), forKey: .unsent)
        if !endings.isEmpty { try container.encode(endings, forKey: .endings) }
        if !standingStill.isEmpty { try container.encode(standingStill, forKey: .standingStill) }
        if dueDepartures > 0 { try container.encode(dueDepartures, forKey: .dueDepartures) }
        if !changes.isEmpty { try container.encode(changes, forKey: .changes) }
        if let touches {
            try container.encode(touches.full.byName, forKey: .touches)
        }
    }
}
