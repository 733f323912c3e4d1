import Decisions
import Playbooks
import Testing

/// The verdicts as a table: what stands in the way, what is decided, and whether a later cycle may decide otherwise.
@Suite struct AdmissionTests {
    private static let now = Instant(milliseconds: 1_728_000_000_000)

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        var verdict: Verdict
        var isSettled: Bool
        var reason: String
        var change: @Sendable (inout Admission, inout Match) -> Void

        init(
            _ description: String, _ verdict: Verdict, settled: Bool, _ reason: String,
            _ change: @escaping @Sendable (inout Admission, inout Match) -> Void = { _, _ in }
        ) {
            testDescription = description
            self.verdict = verdict
            isSettled = settled
            self.reason = reason
            self.change = change
        }
    }

    private static func event(
        _ reentry: Playbook.Reentry = .always, category: String = "education"
    ) -> Admission {
        Admission(
            rules: Admission.Rules(
                Playbook(
                    name: "p", category: category, trigger: .on(event: "signed", condition: nil), reentry: reentry)),
            now: now)
    }

    /// First seen so long ago, and in the way of the obstacle since.
    private static func waited(_ span: TimeSpan, _ match: inout Match, verdict: Verdict = .already) {
        match.since = now - span
        match.at = match.since
        match.standing = Standing(
            playbookID: 1, matchKey: match.key, since: match.since, verdict: verdict, reason: "", isSettled: false)
    }

    static let ofEvents = [
        Row("nothing", .enrolled, settled: true, "all rules passed"),
        Row("an exit that holds already", .blocked, settled: false, "it has churned") { admission, _ in
            admission.ending = "it has churned"
        },
        Row("an hour that is over on its clock", .tooOld, settled: true, "missed: long ago") { admission, _ in
            admission.tooLate = "missed: long ago"
        },
        Row(
            "an hour that is over on the clock of nobody", .unreachable, settled: true,
            "no active contact for \"to: owner\" that may be written to; dropped, missed: long ago"
        ) { admission, _ in
            admission.isReachable = false
            admission.tooLate = "missed: long ago"
        },
        Row("a safety rule", .held, settled: false, "looks wrong") { admission, _ in admission.hold = "looks wrong" },
        Row("the enrollment of the match, also while nobody enters", .already, settled: true, "enrolled for this match")
        {
            admission, match in
            admission.hold = "a person holds it"
            waited(.hours(1), &match)
            match.standing?.enrollmentID = 7
        },
        Row("an active enrollment", .already, settled: false, "in this playbook now") { admission, _ in
            admission.past.isInside = true
        },
        Row(
            "an active enrollment for too long", .already, settled: true,
            "in this playbook now; dropped after max_age 2d"
        ) { admission, match in
            admission.past.isInside = true
            waited(.hours(49), &match)
        },
        Row("an event that came too late", .tooOld, settled: true, "older than max_age 2d") { _, match in
            match.at = now - .hours(49)
        },
        Row("an obstacle that went too late", .tooOld, settled: true, "older than max_age 2d") { _, match in
            waited(.hours(49), &match)
        },
        Row(
            "nobody to write to", .unreachable, settled: false,
            "no active contact for \"to: owner\" that may be written to"
        ) { admission, _ in admission.isReachable = false },
        Row("an exclusive playbook", .blocked, settled: false, "an exclusive playbook has the account") {
            admission, _ in admission.isTaken = true
        },
        Row("a person", .blocked, settled: false, "snoozed by hand") { admission, _ in
            admission.exclusion = "snoozed by hand"
            admission.isTaken = true
        },
        Row("the global holdout", .globalHoldout, settled: true, "drawn into the global holdout of 5 %") {
            admission, _ in
            admission.lots.isGlobalHoldout = true
            admission.globalShare = 0.05
        },
        Row("the holdout", .holdout, settled: true, "drawn into the holdout of 10 %") { admission, _ in
            admission.lots.isHoldout = true
        },
    ]

    @Test(arguments: ofEvents) func anEventIsDecidedByTheFirstThingInItsWay(row: Row) {
        var admission = Self.event()
        var match = Match(key: "1", at: Self.now, since: Self.now)
        row.change(&admission, &match)
        #expect(admission.decide(match) == Admission.Decision(row.verdict, row.reason, isSettled: row.isSettled))
    }

    @Test func aMatchOfAConditionIsDecidedAnewAsLongAsItStands() {
        var admission = Admission(
            rules: Admission.Rules(
                Playbook(name: "p", category: "education", trigger: .when(.always), reentry: .never)),
            now: Self.now)
        var match = Match(key: "", at: Self.now, since: Self.now)
        Self.waited(.days(40), &match, verdict: .unreachable)
        admission.isReachable = false
        #expect(admission.decide(match).isSettled == false)
        admission.isReachable = true
        #expect(admission.decide(match).verdict == .enrolled)
    }

    @Test func whatIsAskedForByHandIsAnOccurrenceOfAConditionToo() {
        var admission = Admission(
            rules: Admission.Rules(
                Playbook(name: "p", category: "education", trigger: .when(.always), reentry: .never)),
            now: Self.now)
        var match = Match(key: "hand:1", at: Self.now, since: Self.now)
        #expect(admission.decide(match) == Admission.Decision(.enrolled, "all rules passed", isSettled: true))
        admission.past.isInside = true
        #expect(admission.decide(match).isSettled == false)
        Self.waited(.hours(49), &match)
        #expect(admission.decide(match).isSettled)
        admission.past.isInside = false
        #expect(admission.decide(match).verdict == .tooOld)
    }

    @Test func anOccurrenceOfACampaignIsNotForWhoWasJustEnrolledByHand() {
        let friday = Schedule.parse("weekly on fri at 12:00")
        guard case .success(let schedule) = friday else { return #expect(Bool(false), "\(friday)") }
        var admission = Admission(
            rules: Admission.Rules(
                Playbook(name: "p", category: "education", trigger: .at(schedule), reentry: .always)),
            now: Self.now)
        var match = Match(key: "2024-10-04T12:00:00Z", at: Self.now, since: Self.now)
        admission.past.byHandAt = Self.now - .hours(23)
        #expect(
            admission.decide(match)
                == Admission.Decision(.already, "enrolled by hand less than 1d ago", isSettled: true))
        admission.past.byHandAt = Self.now - .hours(24)
        #expect(admission.decide(match).verdict == .enrolled)
        admission.past.byHandAt = Self.now
        match = Match(key: "hand:2", at: Self.now, since: Self.now)
        #expect(admission.decide(match).verdict == .enrolled)
    }

    @Test func anOccurrenceThatTheNextOneOvertakesIsDropped() {
        var admission = Self.event()
        admission.past.isInside = true
        var match = Match(key: "1", at: Self.now, since: Self.now)
        match.isOvertaken = true
        #expect(
            admission.decide(match)
                == Admission.Decision(
                    .already, "in this playbook now; dropped, for the next occurrence has come", isSettled: true))
        // What was in the way is not any more; it is why nothing was sent in time.
        admission.past.isInside = false
        match.standing = Standing(
            playbookID: 1, matchKey: "1", since: Self.now, verdict: .blocked, reason: "snoozed by hand: on holiday",
            isSettled: false)
        #expect(
            admission.decide(match)
                == Admission.Decision(
                    .tooOld, "the next occurrence has come; it had waited: snoozed by hand: on holiday",
                    isSettled: true))
    }

    @Test(
        arguments: [
            (Playbook.Reentry.never, 0, Verdict.cooling, true), (.always, 0, .enrolled, true),
            (.after(.days(90), fromEnd: false), 89, .cooling, false),
            (.after(.days(90), fromEnd: false), 90, .enrolled, true),
            (.after(.days(90), fromEnd: true), 98, .cooling, false),
            (.after(.days(90), fromEnd: true), 99, .enrolled, true),
        ] as [(Playbook.Reentry, Int64, Verdict, Bool)])
    func reentryCountsFromTheBeginningOrTheEnd(
        reentry: Playbook.Reentry, days: Int64, verdict: Verdict, isSettled: Bool
    ) {
        var admission = Self.event(reentry)
        // It began so many days ago, and ended nine days later.
        admission.past.enteredAt = [Self.now - .days(days)]
        admission.past.endedAt = [Self.now - .days(days - 9)]
        let decision = admission.decide(Match(key: "1", at: Self.now, since: Self.now))
        #expect(decision.verdict == verdict && decision.isSettled == isSettled)
    }

    @Test func serviceAsksNeitherHoldoutsNorExclusivePlaybooks() {
        var admission = Self.event(category: "service")
        admission.isTaken = true
        admission.lots = Admission.Lots(isGlobalHoldout: true, isHoldout: true)
        #expect(admission.decide(Match(key: "1", at: Self.now, since: Self.now)).verdict == .enrolled)
    }
}
