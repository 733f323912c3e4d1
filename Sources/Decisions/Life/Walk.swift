package import Playbooks

/// What an enrollment does next at the step at which it stands; pure.
package enum Action: Sendable, Equatable {
    /// Makes the touches of the step.
    case touch(Step.Send)
    /// Stands at the step until a moment at the latest; an open wait is asked about in every cycle.
    case wait(since: Instant, until: Instant, isOpen: Bool)
    /// Goes on at another step, which counts from a moment; `passage` is what the step came to.
    ///
    /// Behind a wait that came too late, touches are left out up to the next wait (`skips`).
    case move(to: Int, at: Instant, passage: PassageResult?, skips: Bool?)
    /// Writes attributes of the account, and goes on from a moment.
    case set([Step.Setting], at: Instant)
    case end(reason: String, at: Instant)
    /// Stands where it is: touches are open, or late data are waited for.
    case stay
}

/// The facts of one enrollment by which its steps decide.
package struct StepQuestions {
    /// Whether the metrics that terms read are fresh.
    package var isFresh: ([Term]) -> Bool
    /// The value of a term as of a moment no later than now.
    package var value: (Term, Instant) -> Value
    /// The clock that `local` means: the first recipient's, else the account's, else the workspace's.
    package var localZone: () -> Zone

    package init(
        isFresh: @escaping ([Term]) -> Bool, value: @escaping (Term, Instant) -> Value,
        localZone: @escaping () -> Zone
    ) {
        self.isFresh = isFresh
        self.value = value
        self.localZone = localZone
    }
}

/// One step of one enrollment.
package struct Walk {
    private let now: Instant
    /// What a day is.
    private let zone: Zone
    /// When enrollments were last walked on; nil when nobody knows.
    private let lastCycle: Instant?

    package init(now: Instant, zone: Zone, lastCycle: Instant? = nil) {
        self.now = now
        self.zone = zone
        self.lastCycle = lastCycle
    }

    /// What comes next; `.stay` when nothing does.
    ///
    /// - Parameters:
    ///   - isSkipping: whether touches are left out up to the next wait.
    ///   - questions: the facts of the enrollment, for the steps that ask.
    package func next(
        _ enrollment: Enrollment, in steps: [Step], isSkipping: Bool, _ questions: () -> StepQuestions
    ) -> Action {
        let base = enrollment.dueAt ?? now
        guard steps.indices.contains(enrollment.step) else { return .end(reason: "completed", at: base) }
        let on = enrollment.step + 1
        switch steps[enrollment.step].action {
        case .send(let send):
            if enrollment.hasBegun {
                return enrollment.dueAt.map { .move(to: on, at: $0, passage: nil, skips: nil) } ?? .stay
            }
            return isSkipping ? .move(to: on, at: base, passage: .skipped, skips: nil) : .touch(send)
        case .wait(let span):
            let since = enrollment.hasBegun ? enrollment.beganAt ?? base - span : base
            let until = enrollment.hasBegun ? base : base + span
            return isOver(until, span)
                ? .move(to: on, at: min(until, now), passage: nil, skips: false)
                : .wait(since: since, until: until, isOpen: false)
        case .waitFor(let condition, let longest):
            return wait(for: condition, atMost: longest, enrollment, base, questions())
        case .waitTill(.date(let date), let sendsLate):
            return wait(till: date, sendsLate: sendsLate, enrollment, base, questions())
        case .waitTill(.clock(let time, let isLocal), _):
            let isAgain = steps.prefix(enrollment.step).last(where: \.isWait)?.action == steps[enrollment.step].action
            return wait(till: time, in: isLocal ? questions().localZone() : zone, enrollment, base, isAgain: isAgain)
        case .choose(let branches): return choose(branches, enrollment, base, questions())
        case .set(let settings):
            // Holdouts walk on without it: what a playbook writes of an account is a part of what it does.
            guard enrollment.arm == .treated else { return .move(to: on, at: base, passage: nil, skips: nil) }
            return questions().isFresh(settings.compactMap(\.term)) ? .set(settings, at: base) : .stay
        case .goTo(let target): return .move(to: target, at: base, passage: nil, skips: nil)
        case .stop: return .end(reason: "stopped", at: base)
        }
    }

    private func isOver(_ until: Instant, _ span: TimeSpan) -> Bool { until - span + span.lessSlack <= now }

    /// Asked as of the moment at which the wait was over, where that lies behind: whoever looks late finds the same.
    private func wait(
        for condition: Term, atMost longest: TimeSpan, _ enrollment: Enrollment, _ base: Instant,
        _ questions: StepQuestions
    ) -> Action {
        if endsGhost(enrollment, at: [condition]) { return .end(reason: "ghost road ends", at: base) }
        let since = enrollment.hasBegun ? enrollment.beganAt ?? base - longest : base
        let until = enrollment.hasBegun ? base : base + longest
        guard questions.isFresh([condition]) else { return .wait(since: since, until: until, isOpen: true) }
        let asked = min(now, until)
        if questions.value(condition, asked) == .boolean(true) {
            return .move(to: enrollment.step + 1, at: asked, passage: .met, skips: false)
        }
        return isOver(until, longest)
            ? .move(to: enrollment.step + 1, at: asked, passage: .timedOut, skips: false)
            : .wait(since: since, until: until, isOpen: true)
    }

    /// The date is looked at in every cycle, so that one that has moved is followed, later and earlier.
    ///
    /// A date is a whole day: it is past when the step before was done after it, or when it moved to where it was over
    /// before anybody knew. Where it is missing nothing is sent, for nobody knows when it would be right; one that goes missing
    /// during the wait is believed until it was to come, for a feed may lose a column for a night.
    private func wait(
        till date: Term, sendsLate: Bool, _ enrollment: Enrollment, _ base: Instant, _ questions: StepQuestions
    ) -> Action {
        let since = enrollment.hasBegun ? enrollment.beganAt ?? base : base
        guard questions.isFresh([date]) else { return .stay }
        let on = enrollment.step + 1
        guard let (start, end) = zone.span(of: questions.value(date, now)) else {
            if enrollment.hasBegun, let known = enrollment.dueAt {
                return known > now
                    ? .wait(since: since, until: known, isOpen: true)
                    : .move(to: on, at: known, passage: .missing, skips: true)
            }
            return .move(to: on, at: since, passage: .missing, skips: true)
        }
        let hasMoved = enrollment.hasBegun && enrollment.dueAt != start
        if since >= end || hasMoved && end <= now {
            return .move(to: on, at: hasMoved ? now : since, passage: .late, skips: !sendsLate)
        }
        guard start <= now else { return .wait(since: since, until: start, isOpen: true) }
        // What is to be said before a date is too late behind it, where nothing ran in between.
        if let ahead = date.dateAhead, let last = zone.span(of: questions.value(ahead, now)), last.end <= now {
            return .move(to: on, at: max(start, since), passage: .late, skips: !sendsLate)
        }
        return .move(to: on, at: max(start, since), passage: .met, skips: false)
    }

    /// Cycles that only answer events walk nobody on, and come between two others that do.
    private static let slack = TimeSpan.minutes(15)

    /// Until the clock next shows the time; whose clock that is, is asked in every cycle. Where the moment went by while the
    /// enrollment stood still, for a pause, a person or another playbook, it is the next one.
    ///
    /// - Parameter isAgain: whether the wait before was for the same time, so that this one is over a day later.
    private func wait(
        till time: ClockTime, in zone: Zone, _ enrollment: Enrollment, _ base: Instant, isAgain: Bool
    ) -> Action {
        let since = enrollment.hasBegun ? enrollment.beganAt ?? base : base
        let until = time.next(atOrAfter: isAgain ? since + TimeSpan(milliseconds: 1) : since, in: zone)
        let expected = enrollment.hasBegun ? enrollment.dueAt ?? until : until
        if until <= now, let lastCycle, lastCycle < now, lastCycle - expected >= Self.slack {
            return .wait(since: now, until: time.next(atOrAfter: now, in: zone), isOpen: true)
        }
        return until <= now
            ? .move(to: enrollment.step + 1, at: until, passage: nil, skips: false)
            : .wait(since: since, until: until, isOpen: true)
    }

    private func choose(
        _ branches: [Step.Branch], _ enrollment: Enrollment, _ base: Instant, _ questions: StepQuestions
    ) -> Action {
        let conditions = branches.compactMap(\.condition)
        if endsGhost(enrollment, at: conditions) { return .end(reason: "ghost road ends", at: base) }
        // Whoever stands before a choice on late data stays there until they have come.
        guard questions.isFresh(conditions) else { return .stay }
        for (index, branch) in branches.enumerated() {
            guard let condition = branch.condition else {
                return .move(to: branch.next, at: base, passage: .otherwise, skips: nil)
            }
            if questions.value(condition, now) == .boolean(true) {
                return .move(to: branch.next, at: base, passage: .branch(index), skips: nil)
            }
        }
        return .end(reason: "completed", at: base)
    }

    /// A holdout's road ends where the way depends on touches that nobody got.
    private func endsGhost(_ enrollment: Enrollment, at conditions: [Term]) -> Bool {
        enrollment.arm != .treated && conditions.contains(where: \.asksAboutTouches)
    }
}

extension Zone {
    /// When a date begins, and when it is over; nil for what is none.
    func span(of date: Value) -> (start: Instant, end: Instant)? {
        switch date {
        case .date(let day): (start(of: day), start(of: day + 1))
        case .instant(let moment): (moment, moment + TimeSpan(milliseconds: 1))
        default: nil
        }
    }
}

extension Term {
    /// The date that a moment lies before: `renewal_at` of `renewal_at - 10d`; nil of every other.
    fileprivate var dateAhead: Term? {
        switch node {
        case .named(_, let term): term.dateAhead
        case .binary(.minus, let date, _): date.dateAhead ?? date
        default: nil
        }
    }
}

extension ClockTime {
    /// When the clock of a zone next shows the time.
    fileprivate func next(atOrAfter instant: Instant, in zone: Zone) -> Instant {
        let day = zone.day(of: instant)
        let today = zone.instant(of: day, minute: minute)
        return today >= instant ? today : zone.instant(of: day + 1, minute: minute)
    }
}
