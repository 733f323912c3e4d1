package import Decisions
package import Playbooks

/// What one account of a trial has had to do with playbooks.
package struct PlaybookHistory: Sendable {
    /// One enrollment with all that came of it.
    package struct EnrollmentHistory: Sendable {
        package var enrollment: Enrollment
        package var touches: [Sent] = []
        /// How it got past waits and choices, by step.
        package var passages: [String: StepFacts.Passage] = [:]
        var event: TriggeringEvent?
        /// The signals frozen at entry.
        var entry: [String: Value]
        var reachedAlso: Set<String> = []
    }

    /// A touch that was made, and what became of it.
    package struct Sent: Sendable {
        package var touch: Touch
        package var settledAt: Instant?
        var claimedAt: Instant?
        var repliedAt: Instant?
    }

    /// A verdict that was other than the one that stood.
    package struct Decision: Sendable {
        package var at: Instant
        package var standing: Standing
    }

    package var enrollments: [EnrollmentHistory] = []
    package var standings: [Standing] = []
    package var decisions: [Decision] = []
    package var stageEntries: [StageEntry] = []
    var assignments: [Int64: Account.Assignment] = [:]

    /// Ids in the order in which things come to be.
    struct IDs {
        private var last: Int64 = 0

        mutating func next() -> Int64 {
            last += 1
            return last
        }
    }

    var isEmpty: Bool { enrollments.isEmpty && standings.isEmpty }

    /// When there is something to do with an account; worked out whenever its history changes, and asked at every moment.
    struct NextMoments {
        /// Its goals are watched until then; always while an enrollment goes on.
        var watchedUntil = Instant(milliseconds: .min)
        /// When the first enrollment is due.
        var due = never
        /// When the first touch may go out.
        var touch = never
        var hasOpenTouches = false
        /// Whether an occurrence waits for another verdict, and whether anything stands.
        var hasWaiting = false
        var hasStandings = false
        var changedAt = Instant(milliseconds: .min)

        static let never = Instant(milliseconds: .max)

    }

    /// The first moment behind `now` at which an enrollment is due or a touch may go out.
    func next(after now: Instant) -> Instant {
        var next = NextMoments.never
        func take(_ moment: Instant?) {
            if let moment, moment > now { next = min(next, moment) }
        }
        for entered in enrollments where entered.enrollment.isActive {
            take(entered.enrollment.dueAt)
            for sent in entered.touches where sent.touch.state == .pending { take(sent.touch.notBefore) }
        }
        return next
    }

    /// - Parameter now: when the history has changed.
    func nextMoments(changedAt now: Instant) -> NextMoments {
        var nextMoments = NextMoments()
        nextMoments.changedAt = now
        for entered in enrollments {
            let enrollment = entered.enrollment
            if enrollment.isActive {
                nextMoments.watchedUntil = NextMoments.never
                nextMoments.due = min(nextMoments.due, enrollment.dueAt ?? NextMoments.never)
            } else if let until = enrollment.goalUntil {
                nextMoments.watchedUntil = max(nextMoments.watchedUntil, until)
            }
            for sent in entered.touches where sent.settledAt == nil {
                nextMoments.hasOpenTouches = true
                if sent.touch.state == .pending { nextMoments.touch = min(nextMoments.touch, sent.touch.notBefore) }
            }
        }
        nextMoments.hasStandings = !standings.isEmpty
        nextMoments.hasWaiting = standings.contains { !$0.isSettled && !$0.matchKey.isEmpty }
        return nextMoments
    }

    /// Whether an exclusive playbook has the account.
    var isTaken: Bool { enrollments.contains { $0.enrollment.isActive && $0.enrollment.isExclusive } }

    // MARK: What a day changes

    /// Lets the messages of steps be answered, as far as they have been sent.
    mutating func reply(to steps: [String], at moment: Instant) {
        for entered in enrollments.indices {
            for index in enrollments[entered].touches.indices {
                let touch = enrollments[entered].touches[index].touch
                guard touch.state == .sent, steps.contains(touch.step) else { continue }
                enrollments[entered].touches[index].repliedAt =
                    enrollments[entered].touches[index].repliedAt ?? moment
            }
        }
    }

    /// Takes up stages, or the right dates of those that are known.
    mutating func enter(_ entries: [StageEntry]) {
        stageEntries.removeAll { known in
            entries.contains { $0.journey == known.journey && $0.stage == known.stage }
        }
        stageEntries += entries
    }

    /// Takes over what the account's day has decided.
    mutating func take(_ account: Account, at now: Instant, _ ids: inout IDs) {
        if let move = account.stageMove { enter(move.entries) }
        for (experiment, assignment) in account.changes.assignments where assignments[experiment] == nil {
            assignments[experiment] = assignment
        }
        var begun: [Standing.Key: Int64] = [:]
        for (index, enrolled) in account.enrollments.enumerated() where enrolled.isChanged {
            if enrolled.isNew {
                var enrollment = enrolled.enrollment
                let id = ids.next()
                enrollment.id = id
                begun[Standing.Key(playbook: enrollment.playbookID, match: enrollment.matchKey)] = id
                enrollments.append(
                    EnrollmentHistory(
                        enrollment: enrollment, event: enrolled.event, entry: Frozen.values(of: enrollment.entry)))
            } else {
                enrollments[index].enrollment = enrolled.enrollment
            }
            enrollments[index].take(enrolled, at: now, &ids)
        }
        decisions += account.changes.decisions.map { Decision(at: now, standing: $0) }
        for standing in account.changes.standings {
            var standing = standing
            standing.enrollmentID = begun[standing.key] ?? standing.enrollmentID
            standing.falseSince = nil
            if let known = standings.firstIndex(where: { $0.key == standing.key }) {
                standing.eventID = standings[known].eventID
                standing.eventAt = standings[known].eventAt
                standings[known] = standing
            } else {
                standings.append(standing)
            }
        }
        for playbook in account.changes.becameFalse {
            for index in standings.indices where standings[index].key == Standing.Key(playbook: playbook, match: "") {
                standings[index].falseSince = standings[index].falseSince ?? now
            }
        }
        standings.removeAll { $0.matchKey.isEmpty && account.changes.ended.contains($0.playbookID) }
    }
}

extension Standing {
    struct Key: Hashable {
        var playbook: Int64
        var match: String
    }

    var key: Key { Key(playbook: playbookID, match: matchKey) }

    /// Whether the match stands and puts the account at risk, if its playbook says so.
    func stands(among enrollments: [PlaybookHistory.EnrollmentHistory]) -> Bool {
        if matchKey.isEmpty { return falseSince == nil }
        guard eventID != nil else { return false }
        return !isSettled || enrollments.contains { $0.enrollment.id == enrollmentID && $0.enrollment.isActive }
    }
}

extension PlaybookHistory.EnrollmentHistory {
    func isWatched(since moment: Instant) -> Bool {
        enrollment.isActive || enrollment.goalUntil.map { $0 >= moment } == true
    }

    /// For whom conditions are asked of it.
    func subject(of account: Int, withSteps asksSteps: Bool = true) -> Subject {
        enrollment.subject(of: account, event: event, entry: entry, steps: asksSteps ? steps : StepFacts())
    }

    /// What conditions see of its touches and waits.
    private var steps: StepFacts {
        var steps = StepFacts()
        steps.touches = touches.map {
            StepFacts.Touch(
                step: $0.touch.step, state: $0.touch.state, settledAt: $0.settledAt,
                outcomes: $0.repliedAt.map { ["replied": $0] } ?? [:])
        }
        steps.passages = passages
        return steps
    }

    fileprivate mutating func take(_ enrolled: Account.Enrolled, at now: Instant, _ ids: inout PlaybookHistory.IDs) {
        for passage in enrolled.passages where passages[passage.step] == nil {
            passages[passage.step] = StepFacts.Passage(result: passage.result, at: now)
        }
        for goal in enrolled.reachedAlso { reachedAlso.insert(goal.name) }
        for touch in enrolled.made {
            let isKnown = touches.contains { $0.touch.step == touch.step && $0.touch.recipient == touch.recipient }
            guard !isKnown else { continue }
            var touch = touch
            touch.id = ids.next()
            touches.append(PlaybookHistory.Sent(touch: touch, settledAt: touch.state.isSettled ? now : nil))
        }
        if enrolled.hasLeft {
            for index in touches.indices where touches[index].settledAt == nil {
                touches[index].end(
                    .cancelled, "the enrollment ended: \(enrolled.enrollment.endReason ?? "")", at: now)
            }
        } else {
            for (touch, stored) in zip(enrolled.waiting, enrolled.storedWaiting) where touch != stored {
                change(touch, at: now)
            }
        }
    }

    /// Changes a touch that waits; one whose new recipient has the step's touch already ends.
    private mutating func change(_ touch: Touch, at now: Instant) {
        guard let place = touches.firstIndex(where: { $0.touch.id == touch.id }) else { return }
        let isTaken = touches.contains {
            $0.touch.id != touch.id && $0.touch.step == touch.step && $0.touch.recipient == touch.recipient
        }
        var touch = touch
        if isTaken {
            (touch.contactID, touch.recipient) = (touches[place].touch.contactID, touches[place].touch.recipient)
            (touch.state, touch.reason) = (.suppressed, Touch.isTaken)
        }
        touches[place].touch = touch
        touches[place].settledAt = touch.state.isSettled ? now : nil
    }
}

extension PlaybookHistory.Sent {
    mutating func end(_ state: TouchState, _ reason: String?, at now: Instant) {
        (touch.state, touch.reason, settledAt) = (state, reason, now)
    }
}
