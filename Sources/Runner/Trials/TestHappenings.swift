import Decisions
import Playbooks
import Storage

/// What happened in one stretch of a test, and whether that is what was expected.
struct TestHappenings {
    private let playbook: Playbook
    private let zone: Zone
    private let hasMatched: Bool
    private let verdicts: Set<Verdict>
    private let verdict: (verdict: Verdict, reason: String)?
    private let enrollment: TrialAccount.Enrollment?
    /// All touches; those of this stretch are `sent`.
    let touches: [TrialAccount.Touch]
    private let sent: [TrialAccount.Touch]
    private let now: Instant
    private let clauses: [String]
    private let goal: [String]
    /// How it got past its waits, by step.
    private let waits: [String: PassageResult]

    /// - Parameter known: the touches that were sent in earlier stretches.
    init(
        _ connection: Connection, _ workspace: Workspace, _ reports: [CycleReport], known: Set<Int64>, start: Instant,
        now: Instant
    ) throws {
        guard let playbook = workspace.playbooks.first else { throw StorageError("the test has no playbook") }
        self.playbook = playbook
        self.now = now
        zone = workspace.configuration.zone
        let matches = reports.flatMap(\.playbooks).filter { $0.matched > 0 }
        hasMatched = !matches.isEmpty
        verdicts = Set(matches.flatMap { item in item.verdicts.filter { $0.value > 0 }.map(\.key) })
        let account = try TrialAccount(connection)
        verdict = try account.verdict()
        enrollment = try account.enrollment()
        touches = try account.touches()
        let steps = playbook.programs.joined().map(\.id)
        waits = try Dictionary(
            Set(steps).compactMap { step in try account.result(ofWait: step).map { (step, $0) } }
        ) { first, _ in first }
        sent = touches.filter { $0.state == .sent && !known.contains($0.id) }
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: .neutral)
        let facts = try AccountFacts(connection, context, account: account.id)
        func explain(_ term: Term?, enrollment: Int64? = nil) throws -> [String] {
            guard let term else { return [] }
            return try facts.explain(term, enrollment: enrollment, audience: playbook.audienceKey)?.lines ?? []
        }
        var trigger: Term?
        if case .when(let condition) = playbook.trigger { trigger = condition }
        let audience = try explain(playbook.audience?.term)
        clauses =
            (audience.isEmpty ? [] : ["audience: \(audience[0])"] + audience.dropFirst()) + (try explain(trigger))
        goal =
            try enrollment.map { try explain(playbook.goal?.condition, enrollment: $0.id) } ?? []
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
        case .noMatch: hasMatched ? [standing] + clauses : nil
        case .verdict(let name):
            Verdict(rawValue: name).map(verdicts.contains) == true ? nil : [standing] + (hasMatched ? [] : clauses)
        case .sent(let message, let role):
            sent.contains { $0.message == message && (role == nil || $0.role == role) } ? nil : unsent
        case .notSent(let message): sent.contains { $0.message == message } ? ["sent: \(list(sent))"] : nil
        case .nothingSent: sent.isEmpty ? nil : ["sent: \(list(sent))"]
        case .active: enrollment?.isActive == true ? nil : [standing, place]
        case .exit(let reason):
            enrollment?.isActive == false && enrollment?.endReason == reason ? nil : [standing, place] + goal
        case .goal: enrollment?.goalAt != nil ? nil : [place] + goal
        case .noGoal: enrollment?.goalAt == nil ? nil : ["the goal was reached"] + goal
        case .waited(let step, let isMet):
            waits[step] == (isMet ? .met : .timedOut)
                ? nil : [waits[step].map { "\(step) was \($0.rawValue)" } ?? "it has not got past \(step)", place]
        }
    }

    private var standing: String {
        guard hasMatched || enrollment != nil, let verdict else { return "it did not match" }
        return "verdict \(verdict.verdict.rawValue): \(verdict.reason)"
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
        let state = hasMatched || enrollment != nil ? [standing, place] : [standing]
        return [sent.isEmpty ? "nothing was sent" : "sent: \(list(sent))"] + state + open + clauses
    }

    private func list(_ touches: [TrialAccount.Touch]) -> String {
        touches.map { touch in
            let who = touch.role ?? touch.contact
            return touch.message + (who.map { " to \($0)" } ?? "")
        }.joined(separator: ", ")
    }
}
