import Decisions
import Playbooks
import Testing

/// One step at a time: where an enrollment stands, what is asked, and what it does next.
@Suite struct WalkTests {
    private static let noon = Instant(milliseconds: 20_000 * 86_400_000 + 43_200_000)
    private static let position = Position(file: "playbook.yaml")

    private static func step(_ action: Step.Action) -> Step { Step(id: "s", action: action, position: position) }

    private static let condition = Term(.attribute(Attribute("seats", .number)), .boolean, text: "seats > 1")
    private static let date = Term(.attribute(Attribute("renewal_at", .date)), .date, text: "renewal_at")

    private func enrollment(begunAt: Instant? = nil, dueAt: Instant? = nil) -> Enrollment {
        var enrollment = Enrollment(
            playbookID: 1, versionID: 1, matchKey: "", experimentID: 1, arm: .treated,
            enteredAt: Self.noon - .days(10))
        enrollment.dueAt = dueAt ?? Self.noon
        enrollment.hasBegun = begunAt != nil
        enrollment.beganAt = begunAt
        return enrollment
    }

    private func next(
        _ action: Step.Action, _ enrollment: Enrollment, isFresh: Bool = true, isSkipping: Bool = false,
        value: @escaping (Term, Instant) -> Value = { _, _ in .missing }
    ) -> Action {
        let questions = StepQuestions(isFresh: { _ in isFresh }, value: value, localZone: { .utc })
        return Walk(now: Self.noon, zone: .utc)
            .next(enrollment, in: [Self.step(action)], isSkipping: isSkipping) { questions }
    }

    @Test func aWaitCountsFromTheStepBeforeAndEndsWhenItIsOver() {
        let wait = Step.Action.wait(.days(4))
        #expect(
            next(wait, enrollment(dueAt: Self.noon - .days(1)))
                == .wait(since: Self.noon - .days(1), until: Self.noon + .days(3), isOpen: false))
        // Whoever comes late goes on from when it was over.
        #expect(
            next(wait, enrollment(dueAt: Self.noon - .days(5)))
                == .move(to: 1, at: Self.noon - .days(1), passage: nil, skips: false))
    }

    @Test func aConditionIsAskedAsOfWhenItsWaitWasOver() {
        let wait = Step.Action.waitFor(Self.condition, atMost: .days(2))
        let over = enrollment(begunAt: Self.noon - .days(3), dueAt: Self.noon - .days(1))
        #expect(
            next(wait, over) { _, moment in .boolean(moment == Self.noon) }
                == .move(to: 1, at: Self.noon - .days(1), passage: .timedOut, skips: false))
        #expect(
            next(wait, over) { _, _ in .boolean(true) }
                == .move(to: 1, at: Self.noon - .days(1), passage: .met, skips: false))
        #expect(
            next(wait, enrollment(), isFresh: false) { _, _ in .boolean(true) }
                == .wait(since: Self.noon, until: Self.noon + .days(2), isOpen: true))
    }

    @Test func aSecondWaitForTheSameHourIsOverADayLater() {
        let wait = Step.Action.waitTill(.clock(ClockTime(minute: 720), isLocal: false), sendsLate: false)
        let send = Step.Action.send(Step.Send(kind: .email, message: ["": "a.md"]))
        func next(after before: [Step.Action]) -> Action {
            var enrollment = enrollment()
            enrollment.step = before.count
            let questions = StepQuestions(isFresh: { _ in true }, value: { _, _ in .missing }, localZone: { .utc })
            return Walk(now: Self.noon, zone: .utc)
                .next(enrollment, in: (before + [wait]).map(Self.step), isSkipping: false) { questions }
        }
        #expect(next(after: [wait, send]) == .wait(since: Self.noon, until: Self.noon + .days(1), isOpen: true))
        // A day after an entry at noon is the next noon.
        #expect(next(after: [send, .wait(.days(1))]) == .move(to: 3, at: Self.noon, passage: nil, skips: false))
        #expect(next(after: [send]) == .move(to: 2, at: Self.noon, passage: nil, skips: false))
    }

    @Test func aDateIsFollowedLaterAndEarlier() {
        let wait = Step.Action.waitTill(.date(Self.date), sendsLate: false)
        func on(_ day: Int, _ enrollment: Enrollment) -> Action {
            next(wait, enrollment) { _, _ in .date(Day(number: day)) }
        }
        let start = Zone.utc.start(of: Day(number: 20_003))
        #expect(on(20_003, enrollment()) == .wait(since: Self.noon, until: start, isOpen: true))
        let begun = enrollment(begunAt: Self.noon - .days(5), dueAt: start)
        // Later, and earlier but still ahead.
        #expect(
            on(20_005, begun)
                == .wait(
                    since: Self.noon - .days(5), until: Zone.utc.start(of: Day(number: 20_005)), isOpen: true))
        #expect(
            on(20_000, begun)
                == .move(to: 1, at: Zone.utc.start(of: Day(number: 20_000)), passage: .met, skips: false))
        // To where it was over before anybody knew.
        #expect(on(19_998, begun) == .move(to: 1, at: Self.noon, passage: .late, skips: true))
        // One that goes missing is believed until it was to come.
        #expect(next(wait, begun) == .wait(since: Self.noon - .days(5), until: start, isOpen: true))
        let over = enrollment(begunAt: Self.noon - .days(5), dueAt: Self.noon - .hours(1))
        #expect(next(wait, over) == .move(to: 1, at: Self.noon - .hours(1), passage: .missing, skips: true))
        #expect(next(wait, enrollment()) == .move(to: 1, at: Self.noon, passage: .missing, skips: true))
    }

    /// Of `renewal_at - 10d`, looked at days after it was due.
    @Test(arguments: [
        (1, PassageResult.met), (0, .met), (-1, .late), (-5, .late),
    ])
    func whatIsMeantForBeforeADateIsLateBehindIt(daysUntilRenewal: Int, passage: PassageResult) {
        let ahead = Term(
            .binary(.minus, Self.date, Term(.literal(.duration(.days(10))), .duration, text: "10d")), .date,
            text: "renewal_at - 10d")
        let renewal = Day(number: 20_000 + daysUntilRenewal)
        for sendsLate in [false, true] {
            for date in [ahead, Term(.named("soon", ahead), .date, text: "soon")] {
                let since = Zone.utc.start(of: renewal - 12)
                let action = next(
                    .waitTill(.date(date), sendsLate: sendsLate), enrollment(begunAt: since, dueAt: since + .days(2))
                ) { term, _ in .date(term == Self.date ? renewal : renewal - 10) }
                #expect(
                    action
                        == .move(
                            to: 1, at: since + .days(2), passage: passage, skips: passage == .late && !sendsLate))
            }
        }
    }

    @Test func aLocalHourIsTheFirstAfterTheStepBefore() {
        let wait = Step.Action.waitTill(.clock(ClockTime(minute: 10 * 60), isLocal: true), sendsLate: false)
        #expect(
            next(wait, enrollment())
                == .wait(since: Self.noon, until: Self.noon + .hours(22), isOpen: true))
        #expect(
            next(wait, enrollment(dueAt: Self.noon - .hours(3)))
                == .move(to: 1, at: Self.noon - .hours(2), passage: nil, skips: false))
    }

    /// A pause, a person or another playbook held it up while the clock struck; a runner that was not there did not.
    @Test func anHourThatWentByWhileItStoodStillIsNotSentAtAnother() {
        let step = Self.step(.waitTill(.clock(ClockTime(minute: 10 * 60), isLocal: true), sendsLate: false))
        let missed = Self.noon - .hours(2)
        func next(lastCycle: Instant?, _ enrollment: Enrollment) -> Action {
            Walk(now: Self.noon, zone: .utc, lastCycle: lastCycle).next(enrollment, in: [step], isSkipping: false) {
                StepQuestions(isFresh: { _ in true }, value: { _, _ in .missing }, localZone: { .utc })
            }
        }
        let waiting = enrollment(begunAt: Self.noon - .hours(8), dueAt: missed)
        let tomorrow = Action.wait(since: Self.noon, until: Self.noon + .hours(22), isOpen: true)
        let onward = Action.move(to: 1, at: missed, passage: nil, skips: false)
        #expect(next(lastCycle: Self.noon - .minutes(5), waiting) == tomorrow)
        #expect(next(lastCycle: Self.noon - .minutes(5), enrollment(dueAt: Self.noon - .hours(3))) == tomorrow)
        // The first cycle since, one that only answered events, and no cycle at all.
        for last in [Self.noon - .hours(24), missed + .minutes(1), nil] as [Instant?] {
            #expect(next(lastCycle: last, waiting) == onward)
        }
    }

    @Test func touchesAreWaitedForAndLeftOutBehindALateWait() {
        let send = Step.Send(kind: .email, message: ["": "m.md"])
        #expect(next(.send(send), enrollment()) == .touch(send))
        var open = enrollment(begunAt: Self.noon)
        open.dueAt = nil
        #expect(next(.send(send), open) == .stay)
        #expect(
            next(.send(send), enrollment(), isSkipping: true)
                == .move(to: 1, at: Self.noon, passage: .skipped, skips: nil))
    }

    @Test func theFirstBranchThatHoldsIsTakenAndLateDataAreWaitedFor() {
        let choose = Step.Action.choose([
            Step.Branch(condition: Self.condition, next: 5), Step.Branch(condition: nil, next: 9),
        ])
        #expect(
            next(choose, enrollment()) { _, _ in .boolean(true) }
                == .move(to: 5, at: Self.noon, passage: .branch(0), skips: nil))
        #expect(next(choose, enrollment()) == .move(to: 9, at: Self.noon, passage: .otherwise, skips: nil))
        #expect(next(choose, enrollment(), isFresh: false) == .stay)
    }

    @Test func aHoldoutsRoadEndsWhereTheWayDependsOnTouches() {
        let clicked = Term(.touch(.clicked(step: "email_1")), .boolean, text: "clicked(email_1)")
        var holdout = enrollment()
        holdout.arm = .holdout
        #expect(
            next(.waitFor(clicked, atMost: .days(2)), holdout) == .end(reason: "ghost road ends", at: Self.noon))
    }

    @Test func behindTheLastStepIsTheEnd() {
        var last = enrollment()
        last.step = 1
        #expect(next(.stop, last) == .end(reason: "completed", at: Self.noon))
        #expect(next(.stop, enrollment()) == .end(reason: "stopped", at: Self.noon))
    }
}
