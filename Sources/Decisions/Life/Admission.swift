package import Playbooks

/// The rules by which a match enters a playbook, as the account stands at this point of its day.
///
/// Everything is a value, so that a verdict can be tested as a row of a table.
package struct Admission: Sendable {
    /// What the account has had of the playbook before.
    package struct Past: Sendable, Equatable {
        /// Whether an enrollment of the account in the playbook is active, or began in this cycle.
        package var isInside: Bool
        /// The moments from which `reentry` counts, one for each earlier enrollment.
        package var enteredAt: [Instant]
        package var endedAt: [Instant]
        /// When somebody last enrolled it by hand.
        package var byHandAt: Instant?

        package init(
            isInside: Bool = false, enteredAt: [Instant] = [], endedAt: [Instant] = [], byHandAt: Instant? = nil
        ) {
            self.byHandAt = byHandAt
            self.isInside = isInside
            self.enteredAt = enteredAt
            self.endedAt = endedAt
        }
    }

    package struct Lots: Sendable, Equatable {
        /// The arm drawn earlier for the experiment, which stays.
        package var isGlobalHoldout: Bool
        package var isHoldout: Bool

        package init(isGlobalHoldout: Bool = false, isHoldout: Bool = false) {
            self.isGlobalHoldout = isGlobalHoldout
            self.isHoldout = isHoldout
        }
    }

    /// A verdict with its reason; where it is settled, no later cycle changes it.
    package struct Decision: Sendable, Equatable {
        package var verdict: Verdict
        package var reason: String
        package var isSettled: Bool

        package init(_ verdict: Verdict, _ reason: String, isSettled: Bool) {
            self.verdict = verdict
            self.reason = reason
            self.isSettled = isSettled
        }
    }

    /// What a playbook says of who may enter.
    package struct Rules: Sendable {
        package var reentry: Playbook.Reentry
        package var maxAge: TimeSpan
        package var holdout: Double
        package var isService: Bool
        /// Whether an event or a schedule begins it, so that each match is an occurrence.
        package var isOccurrence: Bool
        package var isEvent: Bool
        package var recipients: [Playbook.Recipients]

        package init(_ playbook: Playbook) {
            reentry = playbook.reentry
            maxAge = playbook.maxAge
            holdout = playbook.holdout
            isService = playbook.isService
            recipients = playbook.recipients
            isEvent = playbook.isTriggeredByEvents
            if case .when = playbook.trigger { isOccurrence = false } else { isOccurrence = true }
        }
    }

    package var rules: Rules
    package var now: Instant
    /// Why nobody enters, or nil.
    package var hold: String?
    package var past: Past
    package var isReachable: Bool
    /// Why an occurrence has passed on the account's clock, or nil.
    package var tooLate: String?
    /// Another account for which all recipients get this occurrence, by one of them.
    package var other: SharedRecipients.Owner?
    /// Why it is not.
    package var whyNobody: String?
    /// Whether a contact without a role of `to:` stands in.
    package var hasStandIn = false
    /// Why a person wants the account to be left alone, or nil.
    package var exclusion: String?
    /// Why it would leave as soon as it has entered, or nil.
    package var ending: String?
    /// Whether an exclusive playbook has the account.
    package var isTaken: Bool
    package var lots: Lots
    /// The shares of the global holdout, for the reason.
    package var globalShare: Double

    package init(
        rules: Rules, now: Instant, hold: String? = nil, past: Past = Past(), isReachable: Bool = true,
        isTaken: Bool = false, lots: Lots = Lots(), globalShare: Double = 0
    ) {
        self.rules = rules
        self.now = now
        self.hold = hold
        self.past = past
        self.isReachable = isReachable
        self.isTaken = isTaken
        self.lots = lots
        self.globalShare = globalShare
    }

    /// The first verdict that applies, in the order of `Verdict`.
    package func decide(_ match: Match) -> Decision {
        if match.isLapsed {
            let reason = match.standing?.reason.split(separator: ";").first.map { ": \($0)" } ?? ""
            return Decision(.tooOld, "held until its time was over\(reason)", isSettled: true)
        }
        // Who has entered by this match is not held: there is nothing left to hold.
        if match.standing?.enrollmentID != nil {
            return Decision(.already, "enrolled for this match", isSettled: isOccurrence(match))
        }
        if let hold { return Decision(.held, hold, isSettled: false) }
        if past.isInside { return waiting(.already, "in this playbook now", match) }
        if rules.isOccurrence, !rules.isEvent, !match.isByHand, let byHandAt = past.byHandAt,
            now - byHandAt < Self.restAfterHand
        {
            return Decision(.already, "enrolled by hand less than \(Self.restAfterHand) ago", isSettled: true)
        }
        if let other {
            // Until it has left for that account, this one may still have to stand in.
            return Decision(
                .already, "\(other.sentence); once_per: person",
                isSettled: other.isCertain || match.isOvertaken || isOver(match))
        }
        if let reason = cooling {
            return rules.reentry == .never
                ? Decision(.cooling, reason, isSettled: isOccurrence(match)) : waiting(.cooling, reason, match)
        }
        if rules.isEvent, match.since - match.at > rules.maxAge {
            return Decision(.tooOld, "older than max_age \(rules.maxAge)", isSettled: true)
        }
        if !isReachable {
            let why = whyNobody.map { ": \($0)" } ?? ""
            let who = Playbook.Recipients.text(of: rules.recipients)
            let reason = "no active contact for \"to: \(who)\" that may be written to\(why)"
            if let tooLate { return Decision(.unreachable, "\(reason); dropped, \(tooLate)", isSettled: true) }
            return waiting(.unreachable, reason, match)
        }
        if let tooLate { return Decision(.tooOld, tooLate, isSettled: true) }
        if let exclusion { return waiting(.blocked, exclusion, match) }
        if let ending { return waiting(.blocked, ending, match) }
        if isTaken, !rules.isService {
            return waiting(.blocked, "an exclusive playbook has the account", match)
        }
        // Nothing is in the way any more, but the next one gets it, or it has waited for too long.
        if match.isOvertaken {
            let waited = match.standing.flatMap { $0.verdict == .held ? nil : "; it had waited: \($0.reason)" } ?? ""
            return Decision(.tooOld, "the next occurrence has come\(waited)", isSettled: true)
        }
        if let standing = match.standing, isOccurrence(match),
            standing.verdict != .held || rules.isEvent || match.isByHand, isOver(match)
        {
            return Decision(.tooOld, "older than max_age \(rules.maxAge)", isSettled: true)
        }
        if !rules.isService {
            if lots.isGlobalHoldout {
                return Decision(
                    .globalHoldout, "drawn into the global holdout of \(Self.percent(globalShare))", isSettled: true)
            }
            if lots.isHoldout {
                return Decision(
                    .holdout, "drawn into the holdout of \(Self.percent(rules.holdout))", isSettled: true)
            }
        }
        return Decision(.enrolled, "all rules passed", isSettled: true)
    }

    /// Whom somebody enrolled in a campaign just before its hour has had that occurrence.
    private static let restAfterHand = TimeSpan.days(1)

    /// A `when` match is decided anew as long as it stands; an occurrence for as long as `max_age` gives it, and then it
    /// is dropped for good.
    private func waiting(_ verdict: Verdict, _ reason: String, _ match: Match) -> Decision {
        guard isOccurrence(match) else { return Decision(verdict, reason, isSettled: false) }
        if match.isOvertaken {
            return Decision(verdict, "\(reason); dropped, for the next occurrence has come", isSettled: true)
        }
        guard isOver(match) else { return Decision(verdict, reason, isSettled: false) }
        return Decision(verdict, "\(reason); dropped after max_age \(rules.maxAge)", isSettled: true)
    }

    /// Whether the match is one occurrence, and not a condition that goes on.
    private func isOccurrence(_ match: Match) -> Bool { rules.isOccurrence || match.isByHand }

    private func isOver(_ match: Match) -> Bool { now - match.since > rules.maxAge }

    /// Why the account may not enter again yet.
    private var cooling: String? {
        switch rules.reentry {
        case .always: return nil
        case .never: return past.enteredAt.isEmpty ? nil : "enrolled before; reentry: never"
        case .after(let span, let fromEnd):
            let moments = fromEnd ? past.endedAt : past.enteredAt
            guard moments.contains(where: { $0 > now - span.lessSlack }) else { return nil }
            return "enrolled less than \(span) ago\(fromEnd ? " (from the last end)" : "")"
        }
    }

    private static func percent(_ share: Double) -> String {
        Value.number((share * 10_000).rounded() / 100).text(as: .number, currency: "", zone: .utc) + " %"
    }
}
