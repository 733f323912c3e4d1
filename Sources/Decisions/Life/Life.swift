import Playbooks

/// The day of one account in one cycle, in the order of its life.
///
/// It comes into its stages before (`StageMove`); then goals are reached and exits taken; what is due is walked as far as
/// it goes, so that who is through is through; then it matches playbooks in the order in which they arbitrate, each seeing
/// what the ones before did to it; last come the first steps of what begins.
package struct Life {
    let facts: Facts
    var rules: CycleRules { facts.rules }
    /// Whether the variables of messages are worked out; a plan that only counts can do without.
    let freezes: Bool

    package init(_ facts: Facts, freezes: Bool) {
        self.facts = facts
        self.freezes = freezes
    }

    var now: Instant { rules.now }

    package func live(_ account: inout Account, _ tally: inout Tally) {
        reachGoals(&account)
        leave(&account)
        walkDue(&account)
        tendWaiting(&account)
        enter(&account, &tally)
        takeFirstSteps(&account)
        tally.count(account)
    }

    /// The part of a day that is gone through once more before touches are claimed: who has left gets none, and the others
    /// hear what is true now.
    package func prepareToSend(_ account: inout Account) {
        reachGoals(&account)
        leave(&account)
        tendWaiting(&account, isLeaving: true)
    }

    // MARK: Goals and exits

    private func reachGoals(_ account: inout Account) {
        for index in account.enrollments.indices {
            let enrollment = account.enrollments[index].enrollment
            guard let version = rules.versions[enrollment.versionID], let until = enrollment.goalUntil else { continue }
            if enrollment.goalAt == nil, let goal = version.goal {
                account.enrollments[index].reachedGoal = moment(of: goal, account.enrollments[index], version, until)
                account.enrollments[index].enrollment.goalAt = account.enrollments[index].reachedGoal
            }
            let known = enrollment.id.flatMap { account.reachedAlso[$0] } ?? []
            for goal in version.also where !known.contains(goal.name) {
                guard let at = moment(of: goal.question, account.enrollments[index], version, until) else { continue }
                account.enrollments[index].reachedAlso.append((goal.name, at))
            }
        }
    }

    /// When a goal was reached that counts by when it happened, whenever it was learned; nil when it was not.
    private func moment(
        of question: Int, _ enrolled: Account.Enrolled, _ version: Version, _ until: Instant
    ) -> Instant? {
        let asked = version.questions[question]
        guard let row = enrolled.row, let subject = facts.subject(of: version, row: row), now - until <= asked.lateness
        else { return nil }
        let audience = version.playbook.audienceKey
        let last = min(now, until)
        let isReached: Bool
        if last == now {
            guard asked.isFresh else { return nil }
            isReached = facts.answer(question, of: version, row: row) == true
        } else {
            guard areComplete(asked.term.reads.metrics, until: last) else { return nil }
            isReached = facts.value(asked.term, of: subject, audience: audience, asOf: last) == .boolean(true)
        }
        if isReached { return firstMoment(asked, enrolled.enrollment, subject, audience, until: last) }
        // Where nobody looked for more than a day, it may have held meanwhile.
        guard let before = rules.lastCycle, last - before > .hours(25) else { return nil }
        return facts.days(after: max(before, enrolled.enrollment.enteredAt), until: last).suffix(100).first {
            facts.value(asked.term, of: subject, audience: audience, asOf: $0) == .boolean(true)
        }
    }

    /// The first moment at which a goal was reached; the entry, where that was before it.
    func firstMoment(
        _ question: Version.Question, _ enrollment: Enrollment, _ subject: Subject, _ audience: String, until: Instant
    ) -> Instant {
        let since = subject.late?.after ?? enrollment.enteredAt
        return max(
            enrollment.enteredAt,
            facts.firstMoment(question.term, of: subject, audience: audience, after: since, until: until))
    }

    /// Whether the metrics have all the days that counted at a moment.
    private func areComplete(_ metrics: Set<String>, until moment: Instant) -> Bool {
        let yesterday = rules.zone.day(of: moment) - 1
        return metrics.allSatisfy { (rules.context.lastCompleteDay[$0] ?? yesterday) >= yesterday }
    }

    /// The first exit in the order of the file gives the reason; one that reads late data waits, and so do the messages.
    private func leave(_ account: inout Account) {
        for index in account.enrollments.indices where account.enrollments[index].enrollment.isActive {
            let enrolled = account.enrollments[index]
            guard let version = rules.versions[enrolled.enrollment.versionID] else { continue }
            guard let reason = version.ending ?? correction(enrolled, version) ?? self.reason(enrolled, version) else {
                continue
            }
            account.enrollments[index].enrollment.end(reason, at: now)
            account.enrollments[index].hasLeft = true
        }
    }

    /// The reason to leave where the event that it began with was corrected, and would begin nothing as it reads now.
    private func correction(_ enrolled: Account.Enrolled, _ version: Version) -> String? {
        guard enrolled.event != nil, let row = enrolled.row, let meant = version.meant,
            facts.answer(meant, of: version, row: row) == false
        else { return nil }
        return isUntold(enrolled) ? Enrollment.corrected : version.questions[meant].reason
    }

    private func reason(_ enrolled: Account.Enrolled, _ version: Version) -> String? {
        for exit in version.exits {
            switch exit {
            case .goal:
                if enrolled.reachedGoal != nil { return "goal" }
            case .question(let index):
                let question = version.questions[index]
                if question.isFresh, let row = enrolled.row,
                    facts.answer(index, of: version, row: row) == true
                {
                    return question.reason
                }
            }
        }
        return nil
    }

    // MARK: Walking

    /// Exclusive playbooks first, so that the others are free as soon as they are through.
    private func walkDue(_ account: inout Account) {
        let order = account.enrollments.indices.sorted {
            let (left, right) = (account.enrollments[$0].enrollment, account.enrollments[$1].enrollment)
            return (left.isExclusive ? 0 : 1, $0) < (right.isExclusive ? 0 : 1, $1)
        }
        for index in order {
            let enrollment = account.enrollments[index].enrollment
            // Whether the last minute of a wait matters, the step knows.
            guard enrollment.isActive,
                enrollment.isWaiting || enrollment.dueAt.map({ $0 - .minutes(1) <= now }) == true,
                let version = rules.versions[enrollment.versionID], !version.isPaused,
                account.exclusion(from: version.playbook) == nil,
                enrollment.isExclusive || version.playbook.isService || !account.isTaken
            else { continue }
            walk(&account, index, version)
        }
    }

    private func takeFirstSteps(_ account: inout Account) {
        for index in account.enrollments.indices
        where account.enrollments[index].isNew && account.enrollments[index].enrollment.isActive {
            guard let version = rules.versions[account.enrollments[index].enrollment.versionID] else { continue }
            walk(&account, index, version)
        }
    }

    /// Takes one step after the other until it has to wait.
    func walk(_ account: inout Account, _ index: Int, _ version: Version) {
        let steps = version.playbook.steps(of: account.enrollments[index].enrollment.variant)
        var isSkipping = false
        // Until when touches might have left that came too late; what was due together with them is late, too.
        var over: Instant?
        // Steps only ever lead forward.
        for _ in 0...steps.count {
            if let moment = over, steps.indices.contains(account.enrollments[index].enrollment.step),
                steps[account.enrollments[index].enrollment.step].isWait
            {
                // A step is done when its touches are over, whenever somebody looks.
                account.enrollments[index].enrollment.dueAt = moment
                over = nil
            }
            let enrollment = account.enrollments[index].enrollment
            let action = Walk(now: now, zone: rules.zone, lastCycle: rules.lastCycle).next(
                enrollment, in: steps, isSkipping: isSkipping
            ) {
                questions(account, index, version)
            }
            switch action {
            case .stay: return
            case .wait(let since, let until, let isOpen):
                account.enrollments[index].enrollment.hasBegun = true
                account.enrollments[index].enrollment.beganAt = since
                account.enrollments[index].enrollment.dueAt = until
                account.enrollments[index].enrollment.isWaiting = isOpen
                return
            case .end(let reason, let at):
                // Not before what came of it: touches that were too late have ended now.
                let hasJustSettled = account.enrollments[index].made.contains { $0.state == .expired }
                account.enrollments[index].enrollment.end(
                    reason, at: hasJustSettled ? now : max(min(at, now), min(rules.lastCycle ?? at, now)))
                return
            case .move(let target, let at, let passage, let skips):
                if let passage { account.enrollments[index].passages.append((steps[enrollment.step].id, passage)) }
                if let skips { isSkipping = skips }
                advance(&account.enrollments[index].enrollment, to: target, at: at)
            case .set(let settings, let at):
                let step = steps[enrollment.step].id
                let isWritten = write(settings, step: step, &account, index, version)
                account.enrollments[index].passages.append((step, isWritten ? .set : .missing))
                advance(&account.enrollments[index].enrollment, to: enrollment.step + 1, at: at)
            case .touch(let send):
                // Who should have left by data that are not there yet gets nothing before they are.
                guard version.unansweredExit == nil else { return }
                let touches = self.touches(of: send, step: steps[enrollment.step], account, index, version)
                account.enrollments[index].made += touches
                over = touches.lazy.filter { $0.state == .expired }.map(\.expiresAt).max() ?? over
                // Where nobody could be written to, the step is over at once.
                guard touches.contains(where: { !$0.state.isSettled }) else {
                    advance(
                        &account.enrollments[index].enrollment, to: enrollment.step + 1, at: enrollment.dueAt ?? now)
                    continue
                }
                account.enrollments[index].enrollment.hasBegun = true
                account.enrollments[index].enrollment.beganAt = enrollment.dueAt ?? now
                account.enrollments[index].enrollment.dueAt = nil
                account.enrollments[index].enrollment.isWaiting = false
                return
            }
        }
    }

    private func advance(_ enrollment: inout Enrollment, to step: Int, at moment: Instant) {
        enrollment.step = step
        enrollment.hasBegun = false
        enrollment.beganAt = nil
        enrollment.isWaiting = false
        enrollment.dueAt = moment
    }

    func questions(_ account: Account, _ index: Int, _ version: Version) -> StepQuestions {
        let playbook = version.playbook
        return StepQuestions(
            isFresh: { rules.context.staleness(of: $0) == nil },
            value: { term, moment in
                facts.value(
                    term, of: subject(account, index, version), audience: playbook.audienceKey, asOf: moment)
            },
            localZone: {
                let recipients = facts.recipients(
                    of: account, for: playbook, by: playbook.reaches.isEmpty ? [.address] : playbook.reaches,
                    event: account.enrollments[index].event)
                return (recipients.first?.zone ?? account.zone).flatMap { Zone($0) } ?? rules.zone
            })
    }

    /// The enrollment as conditions see it, with what it came to in this cycle.
    func subject(_ account: Account, _ index: Int, _ version: Version) -> Subject {
        let enrolled = account.enrollments[index]
        var subject =
            enrolled.row.flatMap { facts.subject(of: version, row: $0) }
            ?? enrolled.enrollment.subject(
                of: account.index, event: enrolled.event, entry: Frozen.values(of: enrolled.enrollment.entry))
        subject.given = account.given
        for passage in enrolled.passages {
            subject.steps?.passages[passage.step] = StepFacts.Passage(result: passage.result, at: now)
        }
        return subject
    }
}
