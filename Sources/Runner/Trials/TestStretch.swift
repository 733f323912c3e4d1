import Decisions
import Playbooks

/// What happened in one stretch of a test, and whether that is what was expected.
struct TestStretch {
    private let playbook: Playbook
    private let zone: Zone
    private let hasMatched: Bool
    private let verdicts: Set<Verdict>
    private let standing: Standing?
    private let enrollment: Enrollment?
    /// All touches; those of this stretch are `sent`.
    let touches: [Touch]
    private let sent: [Touch]
    private let contacts: Block.Contacts?
    private let clauses: [String]
    private let goal: [String]
    /// How it got past its waits, by step.
    private let waits: [String: PassageResult]
    private let currency: String
    private let value: (Attribute) -> Value

    /// - Parameter known: the touches that were sent in earlier stretches.
    init(_ world: inout World, _ tallies: [Tally], known: Set<Int64>, now: Instant) {
        let (block, context) = world.look(at: now)
        let playbook = world.works[0].playbook
        self.playbook = playbook
        zone = context.zone
        currency = context.currency
        value = { block.value(of: $0, account: 0) }
        let matches = tallies.flatMap(\.playbooks.values).filter { $0.matched > 0 }
        hasMatched = !matches.isEmpty
        verdicts = Set(matches.flatMap { tally in tally.verdicts.filter { $0.value > 0 }.map(\.key) })
        let history = block.histories[0]
        standing = history.standings.max {
            ($0.since, $0.eventID ?? .min) < ($1.since, $1.eventID ?? .min)
        }
        enrollment = history.enrollments.last?.enrollment
        touches = history.enrollments.flatMap(\.touches).map(\.touch)
        sent = touches.filter { touch in touch.state == .sent && touch.id.map { !known.contains($0) } == true }
        contacts = block.block.contacts
        waits = history.enrollments.reduce(into: [:]) { waits, entered in
            for (step, passage) in entered.passages { waits[step] = passage.result }
        }
        let evaluator = Evaluator(context, block.block)
        func explain(_ term: Term?, _ subject: Subject = Subject(account: 0)) -> [String] {
            guard let term else { return [] }
            return evaluator.explanation(of: term, for: subject, audience: playbook.audienceKey).lines
        }
        var trigger: Term?
        if case .when(let condition) = playbook.trigger { trigger = condition }
        let audience = explain(playbook.audience?.term)
        clauses =
            (audience.isEmpty ? [] : ["audience: \(audience[0])"] + audience.dropFirst()) + explain(trigger)
            + Self.schedule(playbook, now, context.zone)
        goal = history.enrollments.last.map { explain(playbook.goal?.condition, $0.subject(of: 0)) } ?? []
    }

    /// When the schedule of a campaign comes round, as seen from a moment.
    private static func schedule(_ playbook: Playbook, _ now: Instant, _ zone: Zone) -> [String] {
        guard case .at(let schedule) = playbook.trigger else { return [] }
        let next = schedule.next(after: now, in: zone).map { "; the next occurrence is \($0.text(in: zone))" } ?? ""
        return ["at \(schedule.text): none up to \(now.text(in: zone)) found it in the audience\(next)"]
    }

    func failures(of expectations: [PlaybookTest.Expectation]) -> [PlaybookTestResult.Failure] {
        expectations.compactMap { expectation in
            instead(of: expectation.kind).map {
                PlaybookTestResult.Failure(expected: expectation.text, position: expectation.position, instead: $0)
            }
        }
    }

    /// What happened instead; nil when it is as expected.
    private func instead(of kind: PlaybookTest.Expectation.Kind) -> [String]? {
        switch kind {
        case .match: hasMatched ? nil : ["it did not match"] + clauses
        case .noMatch: hasMatched ? [verdict] + clauses : nil
        case .verdict(let name):
            Verdict(rawValue: name).map(verdicts.contains) == true ? nil : [verdict] + (hasMatched ? [] : clauses)
        case .sent(let message, let role):
            sent.contains { $0.message == message && (role == nil || self.role(of: $0) == role) } ? nil : unsent
        case .notSent(let message): sent.contains { $0.message == message } ? ["sent: \(list(sent))"] : nil
        case .nothingSent: sent.isEmpty ? nil : ["sent: \(list(sent))"]
        case .active: enrollment?.isActive == true ? nil : [verdict, place]
        case .exit(let reason):
            enrollment?.isActive == false && enrollment?.endReason == reason ? nil : [verdict, place] + goal
        case .goal: enrollment?.goalAt != nil ? nil : [place] + goal
        case .noGoal: enrollment?.goalAt == nil ? nil : ["the goal was reached"] + goal
        case .has(let attribute, let expected):
            value(attribute) == expected
                ? nil
                : [
                    "\(attribute.name) is \(value(attribute).text(as: attribute.type, currency: currency, zone: zone))",
                    place,
                ]
        case .waited(let step, let isMet):
            waits[step] == (isMet ? .met : .timedOut)
                ? nil : [waits[step].map { "\(step) was \($0.rawValue)" } ?? "it has not got past \(step)", place]
        }
    }

    private var verdict: String {
        guard hasMatched || enrollment != nil, let standing else { return "it did not match" }
        return "verdict \(standing.verdict.rawValue): \(standing.reason)"
    }

    private var place: String {
        guard let enrollment else { return "it was never enrolled" }
        if !enrollment.isActive { return "the enrollment ended: \(enrollment.endReason ?? "")" }
        let steps = playbook.steps(of: enrollment.variant)
        let step = steps.indices.contains(enrollment.step) ? steps[enrollment.step].id : "the end"
        return "the enrollment is active, at \(step)"
    }

    private var unsent: [String] {
        let open = touches.filter { $0.state != .sent }.map { touch in
            let when = touch.state == .pending ? " until \(touch.notBefore.text(in: zone))" : ""
            return "\(touch.message) is \(touch.state.rawValue)\(when)" + (touch.reason.map { ": \($0)" } ?? "")
        }
        let clauses = enrollment == nil ? self.clauses : []
        let state = hasMatched || enrollment != nil ? [verdict, place] : [verdict]
        return [sent.isEmpty ? "nothing was sent" : "sent: \(list(sent))"] + state + open + clauses
    }

    private func role(of touch: Touch) -> String? { text("role", touch) }

    /// An attribute of the contact who gets a touch.
    private func text(_ name: String, _ touch: Touch) -> String? {
        guard let contacts, let index = contacts.ids.firstIndex(where: { $0 == touch.contactID }) else { return nil }
        return contacts.text(name, index)
    }

    private func list(_ touches: [Touch]) -> String {
        touches.map { touch in
            let who = role(of: touch) ?? text("key", touch)
            return touch.message + (who.map { " to \($0)" } ?? "")
        }.joined(separator: ", ")
    }
}
