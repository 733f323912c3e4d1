import Playbooks

extension Life {
    /// Matches the account with each playbook whose turn it is, in the order in which they arbitrate.
    func enter(_ account: inout Account, _ tally: inout Tally) {
        for (work, finding) in zip(rules.matching, account.findings) {
            if case .events(let events) = finding { followKeys(events, of: work, &account) }
            let matches = self.matches(finding, of: work, account)
            noteEnd(finding, of: work, &account)
            guard !matches.isEmpty else { continue }
            // In place: a copy of the counts would copy all who entered before.
            decide(matches, of: work, &account, &tally.playbooks[work.id, default: Tally.OfPlaybook()])
        }
    }

    private func decide(
        _ matches: [Match], of work: PlaybookAtWork, _ account: inout Account, _ count: inout Tally.OfPlaybook
    ) {
        // Somebody asked for those by hand, which a cycle has not looked at before.
        if matches.contains(where: { $0.isFresh || $0.isAsked }) {
            count.fresh += 1
            count.freshAccounts.append(account.id)
        }
        for match in matches {
            count.matched += 1
            if match.isLapsed { count.lapsed += 1 }
            decide(match, of: work, &account, &count)
        }
    }

    // MARK: Matches

    private func matches(_ finding: Account.Finding, of work: PlaybookAtWork, _ account: Account) -> [Match] {
        let standings = account.standings.filter { $0.playbookID == work.id }
        switch finding {
        case .nothing, .condition(nil), .condition(false): return waiting(standings, work, account)
        case .condition(true):
            return [standing(standings.first { $0.matchKey.isEmpty }, rearm: work.playbook.rearm)]
                + waiting(standings, work, account)
        case .events(let events): return waiting(standings, work, account) + fresh(events, standings, work, account)
        case .occurrence(let key, let at):
            let known = standings.first { $0.matchKey == key }
            // On local clocks it is looked at more than once.
            if known?.isSettled == true, LocalOccurrence(matchKey: key) != nil {
                return waiting(standings, work, account)
            }
            let match = Match(key: key, at: at, since: known?.since ?? now, standing: known)
            return waiting(standings.filter { $0.matchKey != key }, work, account).map { earlier in
                var earlier = earlier
                earlier.isOvertaken = !earlier.isByHand && hasFollowing(earlier.key, match, work, account)
                return earlier
            } + [match]
        }
    }

    /// A match that stood keeps its row unless it had stopped to hold for as long as `rearm`.
    private func standing(_ known: Standing?, rearm: TimeSpan) -> Match {
        guard let known else { return Match(key: "", at: now, since: now) }
        let stands = known.falseSince.map { now - $0 < rearm.lessSlack } ?? true
        var match = Match(key: "", at: now, since: stands ? known.since : now, standing: stands ? known : nil)
        match.wasFalse = known.falseSince != nil
        return match
    }

    /// Occurrences that were seen before and are not settled, the oldest first.
    private func waiting(_ standings: [Standing], _ work: PlaybookAtWork, _ account: Account) -> [Match] {
        let kept = rules.keptOccurrences[work.id]
        return standings.compactMap { standing in
            guard !standing.isSettled, !standing.matchKey.isEmpty else { return nil }
            var match = Match(
                key: standing.matchKey, event: standing.eventID.flatMap { facts.waitingEvents[$0] },
                at: standing.eventAt ?? standing.since, since: standing.since, standing: standing)
            if standing.verdict == .held, !work.playbook.isTriggeredByEvents, !match.isByHand {
                // A held occurrence of a schedule is found anew, as long as it is not too late for it.
                guard let kept, !kept.contains(match.key) else { return nil }
                match.isLapsed = true
            }
            return match
        }.filter { isStillMeant($0, work, account) }.sorted { ($0.at, $0.key) < ($1.at, $1.key) }
    }

    /// Whether an event that waits is one that the playbook asks for as it reads today; it stops on a definite no. When
    /// its time is over it gets its last verdict in any case.
    private func isStillMeant(_ match: Match, _ work: PlaybookAtWork, _ account: Account) -> Bool {
        guard work.playbook.isTriggeredByEvents, let event = match.event, let asked = work.asksOfEvents,
            now - match.since <= work.playbook.maxAge
        else { return true }
        let subject = Subject(account: account.index, event: event)
        return facts.evaluator.value(asked, of: subject, audience: work.playbook.audienceKey) != .boolean(false)
    }

    /// Events that were not looked at before; of several with one `per` value the first.
    ///
    /// An event that another `per` reads is the event that it was.
    private func fresh(
        _ events: [TriggeringEvent], _ standings: [Standing], _ work: PlaybookAtWork, _ account: Account
    ) -> [Match] {
        let entered = account.enrollments.lazy.map(\.enrollment).filter { $0.playbookID == work.id }
        let corrected = Set(entered.filter { $0.endReason == Enrollment.corrected }.compactMap(\.id))
        let standings = standings.filter { $0.enrollmentID.map(corrected.contains) != true }
        var known = Set(standings.lazy.filter { !$0.isSettled }.compactMap(\.eventID))
        known.formUnion(entered.filter { $0.endReason != Enrollment.corrected }.compactMap(\.eventID))
        var matches: [Match] = []
        for event in events.sorted(by: { ($0.id) < ($1.id) }) where !known.contains(event.id) {
            let key = Match.key(of: event, per: work.playbook.per)
            guard !standings.contains(where: { $0.matchKey == key }) else { continue }
            if let index = matches.firstIndex(where: { $0.key == key }) {
                matches[index].at = min(matches[index].at, event.at)
            } else {
                matches.append(Match(key: key, event: event, at: event.at, since: now))
            }
        }
        return matches
    }

    /// A standing match ends only on a definite false, and not while data are late. While a safety rule doubts them, too, whoever
    /// has entered goes on to match: else what is mended would let them in again.
    private func noteEnd(_ finding: Account.Finding, of work: PlaybookAtWork, _ account: inout Account) {
        guard case .condition(false) = finding, !rules.stale.contains(work.id),
            let known = account.standings.first(where: { $0.playbookID == work.id && $0.matchKey.isEmpty }),
            known.enrollmentID == nil || !isHeld(work)
        else { return }
        let since = known.falseSince ?? now
        if now - since >= work.playbook.rearm.lessSlack {
            account.changes.ended.append(work.id)
        } else if known.falseSince == nil {
            account.changes.becameFalse.append(work.id)
        }
    }

    private func isHeld(_ work: PlaybookAtWork) -> Bool {
        if case .all = rules.holds[work.id] { true } else { false }
    }

    // MARK: Verdicts

    private func decide(
        _ match: Match, of work: PlaybookAtWork, _ account: inout Account, _ count: inout Tally.OfPlaybook
    ) {
        overtake(match, work, &account)
        var admission = admission(of: match, to: work, account)
        var decision = admission.decide(match)
        var free = decision.verdict
        if case .all? = rules.holds[work.id], case .at = work.playbook.trigger {
            var released = account
            overtake(match, work, &released, isReleased: true)
            free = self.admission(of: match, to: work, released).decide(match).verdict
        }
        if admission.hasStandIn, free.arm != nil { count.standIns += 1 }
        switch rules.holds[work.id] {
        case .all(let reason)?:
            count.ifReleased[free, default: 0] += 1
            if free.arm != nil { askAlready(match, work, account, &count) }
            admission.hold = reason
            decision = admission.decide(match)
        case .allBut(let last, let reason)? where decision.verdict.arm != nil && lot(of: account, work) > last:
            admission.hold = reason
            decision = admission.decide(match)
        default: break
        }
        count.verdicts[decision.verdict, default: 0] += 1
        if rules.keepsVerdicts {
            account.verdicts.append(
                Account.Given(
                    playbookID: work.id, matchKey: match.key, verdict: decision.verdict, reason: decision.reason,
                    ifReleased: decision.verdict == .held ? free : nil))
        }
        if let arm = decision.verdict.arm {
            if !freezes {
                count.entering.append(lot(of: account, work))
                askAlready(match, work, account, &count)
            }
            claimRecipients(match, of: work, account, isHeldOut: arm != .treated)
            let variant = variant(of: work, account, arm)
            if let variant { count.variants[variant, default: 0] += 1 }
            begin(match, of: work, as: arm, variant, &account)
        }
        guard !rules.stale.contains(work.id) else { return }
        record(decision, match, work, &account, &count)
    }

    func admission(of match: Match, to work: PlaybookAtWork, _ account: Account) -> Admission {
        var past = Admission.Past()
        for enrolled in account.enrollments where enrolled.enrollment.playbookID == work.id {
            let enrollment = enrolled.enrollment
            if enrolled.isOvertaken { continue }
            if enrollment.isActive || enrolled.isNew { past.isInside = true }
            // One that was over before its first step gave the account nothing that it would have to rest from.
            if !enrollment.isActive, enrollment.step == 0, !enrollment.hasBegun { continue }
            if enrollment.endReason == Enrollment.corrected { continue }
            past.enteredAt.append(enrollment.enteredAt)
            if Match.isByHand(key: enrollment.matchKey) {
                past.byHandAt = max(past.byHandAt ?? enrollment.enteredAt, enrollment.enteredAt)
            }
            past.endedAt.append(enrollment.endedAt ?? enrollment.enteredAt)
        }
        let recipients = recipients(of: match, for: work, account)
        var admission = Admission(
            rules: work.admission, now: now, past: past, isReachable: work.reaches.isEmpty || !recipients.isEmpty,
            isTaken: account.isTaken, lots: lots(of: work, account), globalShare: rules.globalHoldout?.share ?? 0)
        let owners = recipients.compactMap { otherOwner(of: $0, match.key, work.id, work.playbook, account) }
        if owners.count == recipients.count { admission.other = owners.first }
        if let late = lateness(of: match, recipients, work) { admission.tooLate = late }
        admission.exclusion = account.exclusion(from: work.playbook)?.sentence(in: rules.zone)
        if work.playbook.exits.contains(.churned), facts.block.text("status", account.index) == "churned" {
            admission.ending = "it has churned, which is an exit of the playbook"
        }
        admission.hasStandIn = recipients.first?.isStandIn ?? false
        if !admission.isReachable {
            admission.whyNobody = facts.whyNobody(
                in: account, for: work.playbook, by: work.reaches, event: match.event)
        }
        return admission
    }

    func recipients(of match: Match, for work: PlaybookAtWork, _ account: Account) -> [Recipient] {
        guard !work.reaches.isEmpty else { return [] }
        return facts.recipients(
            of: account, for: work.playbook, by: work.reaches, event: match.event)
    }

    /// The account for which a recipient gets this occurrence, where each person gets it once and it is another.
    func otherOwner(
        of recipient: Recipient, _ match: String, _ playbookID: Int64, _ playbook: Playbook, _ account: Account
    ) -> SharedRecipients.Owner? {
        guard playbook.oncePer == .person,
            let owner = facts.persons.owner(of: recipient.address, playbook: playbookID, match: match)
        else { return nil }
        return owner.account == account.key ? nil : owner
    }

    private func claimRecipients(_ match: Match, of work: PlaybookAtWork, _ account: Account, isHeldOut: Bool) {
        guard work.playbook.oncePer == .person else { return }
        for recipient in recipients(of: match, for: work, account) {
            let owner = SharedRecipients.Owner(
                recipient.address, account.key, isHeldOut: isHeldOut, isCertain: isHeldOut)
            facts.persons.take(owner, playbook: work.id, match: match.key)
        }
    }

    /// So many of those who enter are asked whether a goal or an exit holds already.
    private static let mostAsked = 1_000

    /// Counts the goals and exits by which they would leave as soon as they have entered.
    private func askAlready(
        _ match: Match, _ work: PlaybookAtWork, _ account: Account, _ count: inout Tally.OfPlaybook
    ) {
        guard !freezes, count.asked < Self.mostAsked, let version = rules.versions[work.registered.versionID] else {
            return
        }
        count.asked += 1
        for index in version.asked {
            let question = version.questions[index]
            let subject =
                match.event.map { Subject(account: account.index, from: $0, enteredAt: now) }
                ?? Subject(account: account.index, since: now)
            if holds(question, for: subject, work.playbook) {
                count.alreadyTrue[index, default: 0] += 1
            }
        }
    }

    private func holds(_ question: Version.Question, for subject: Subject, _ playbook: Playbook) -> Bool {
        var subject = subject
        if !question.isScoped { subject.widen() }
        return facts.evaluator.value(question.term, of: subject, audience: playbook.audienceKey) == .boolean(true)
    }

    func lot(of account: Account, _ work: PlaybookAtWork) -> Hold.Lot {
        Hold.Lot(
            number: Draw.number(salt: work.playbook.name + "/canary", key: account.key), accountID: account.id)
    }

    // MARK: Enrolling

    private func begin(
        _ match: Match, of work: PlaybookAtWork, as arm: Arm, _ variant: String?, _ account: inout Account
    ) {
        // Nobody asks a plan that only counts for what is frozen, unless a step does.
        let isEntryNeeded = freezes || rules.versions[work.registered.versionID]?.asksEntry != false
        let entry = isEntryNeeded ? entry(of: work.playbook, account, match.event).json : "{}"
        var enrollment = Enrollment(
            playbookID: work.id, versionID: work.registered.versionID, matchKey: match.key, eventID: match.event?.id,
            experimentID: work.registered.experimentID, arm: arm, variant: variant,
            enteredAt: entryMoment(of: work, account), entry: entry,
            isExclusive: work.playbook.exclusive)
        enrollment.goalUntil = work.playbook.goalWindow.map { now + $0 }
        enrollment.knownEvent = rules.newestEvent
        var enrolled = Account.Enrolled(enrollment, stored: nil, event: match.event)
        if let version = rules.versions[work.registered.versionID] { endIfOver(&enrolled, version, account) }
        account.enrollments.append(enrolled)
        let experiment = arm == .globalHoldout ? rules.globalHoldout?.experimentID : work.registered.experimentID
        if let experiment, account.assignments[experiment] == nil {
            let stratum = arm == .globalHoldout ? nil : stratum(of: work.playbook, account)
            if let stratum { facts.seats.take(account.id, stratum, of: experiment) }
            let assignment = Account.Assignment(
                arm: arm, variant: arm == .globalHoldout ? nil : variant, stratum: stratum)
            account.assignments[experiment] = assignment
            account.changes.assignments[experiment] = assignment
        }
    }

    /// Now; a little later where the account has entered at this very moment in an earlier cycle, for the moment tells its
    /// entries apart.
    private func entryMoment(of work: PlaybookAtWork, _ account: Account) -> Instant {
        let last = account.enrollments.lazy.filter { $0.enrollment.playbookID == work.id }.map(\.enrollment.enteredAt)
            .max()
        return last.map { max(now, $0 + TimeSpan(milliseconds: 1)) } ?? now
    }

    /// Ends an enrollment that is over before its first step: between the event and the cycle that sees it, a nightly
    /// file may tell both of the bill that was not paid and of its payment.
    private func endIfOver(_ enrolled: inout Account.Enrolled, _ version: Version, _ account: Account) {
        guard let event = enrolled.event else { return }
        let subject = enrolled.enrollment.subject(
            of: account.index, event: event, entry: Frozen.values(of: enrolled.enrollment.entry))
        func holds(_ question: Version.Question) -> Bool {
            question.isFresh && self.holds(question, for: subject, version.playbook)
        }
        if let goal = version.goal.map({ version.questions[$0] }), holds(goal) {
            enrolled.reachedGoal = firstMoment(
                goal, enrolled.enrollment, subject, version.playbook.audienceKey, until: now)
            enrolled.enrollment.goalAt = enrolled.reachedGoal
        }
        for exit in version.exits {
            switch exit {
            case .goal where enrolled.reachedGoal != nil: enrolled.enrollment.end("goal", at: now)
            case .question(let index) where holds(version.questions[index]):
                enrolled.enrollment.end(version.questions[index].reason, at: now)
            default: continue
            }
            return
        }
    }

    /// The playbook's signals as they are frozen at entry.
    private func entry(of playbook: Playbook, _ account: Account, _ event: TriggeringEvent?) -> Frozen {
        var subject = Subject(account: account.index, event: event)
        subject.given = account.given
        return Frozen(
            playbook.signals.map { signal in
                Frozen.Member(
                    signal.name, signal.term.type,
                    facts.evaluator.value(signal.term, of: subject, audience: playbook.audienceKey))
            })
    }

    /// The touches of one step as the account would get them if it stood there now.
    package func draft(
        _ version: Version, step index: Int, variant: String?, _ account: inout Account, _ event: TriggeringEvent?
    ) -> [Touch] {
        var enrollment = Enrollment(
            playbookID: version.playbookID, versionID: version.id, matchKey: "", eventID: event?.id, experimentID: 0,
            arm: .treated, variant: variant, enteredAt: now, entry: entry(of: version.playbook, account, event).json)
        enrollment.step = index
        account.enrollments.append(Account.Enrolled(enrollment, stored: nil, event: event))
        let steps = version.playbook.steps(of: variant)
        guard steps.indices.contains(index), case .send(let send) = steps[index].action else { return [] }
        return touches(of: send, step: steps[index], account, account.enrollments.count - 1, version)
    }

    private func record(
        _ decision: Admission.Decision, _ match: Match, _ work: PlaybookAtWork, _ account: inout Account,
        _ count: inout Tally.OfPlaybook
    ) {
        let standing = Standing(
            playbookID: work.id, matchKey: match.key, eventID: match.event?.id ?? match.standing?.eventID,
            since: match.since, verdict: decision.verdict, reason: decision.reason,
            enrollmentID: match.standing?.enrollmentID, isSettled: decision.isSettled, eventAt: match.event?.at)
        let isNews = match.standing?.verdict != decision.verdict || match.isAsked
        let isDropped = decision.isSettled && match.standing?.isSettled == false && decision.verdict.arm == nil
        // What was said before, and is certain now, is no decision of its own.
        if isNews || isDropped && match.standing?.reason != decision.reason {
            account.changes.decisions.append(standing)
            count.isNews = true
        }
        // A release may let a first part go: what holds the others is the canary then.
        let isHeldOtherwise = decision.verdict == .held && rule(match.standing?.reason) != rule(decision.reason)
        if isNews || isDropped || match.wasFalse || isHeldOtherwise {
            account.changes.standings.append(standing)
            count.isNews = true
        }
    }

    /// The safety rule that a reason begins with; the numbers behind it change from day to day.
    private func rule(_ reason: String?) -> Substring? { reason?.prefix { $0 != ":" } }
}
