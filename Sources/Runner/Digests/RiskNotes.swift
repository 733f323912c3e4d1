package import Decisions
package import Measure
package import Playbooks
package import Storage

/// Writes risk notes of accounts.
package struct RiskNotes {
    private let workspace: Workspace
    private let context: EvaluationContext
    private let names: StepNames
    private let connection: Connection
    private let answers: [String]

    package init(
        _ connection: Connection, _ context: EvaluationContext, workspace: Workspace, names: StepNames
    ) {
        self.connection = connection
        self.context = context
        self.workspace = workspace
        self.names = names
        answers = Set(
            workspace.playbooks.flatMap { $0.messages.values.compactMap { $0.ask?.event } }
        ).sorted()
    }

    package func note(of account: Int64) throws -> RiskNote {
        let story = try RiskStory(connection, context, account: account, answers: answers, stepName: names.name)
        let facts = try AccountFacts(connection, context, account: account)
        let risks = try story.item.risks.map { risk in
            RiskNote.Risk(
                risk: risk, reason: workspace.dataMap.reasons.first { $0.name == risk.reason } ?? Reason(risk.reason),
                clause: try clause(risk, facts))
        }
        let exclusions = try ExclusionRecords(connection).all(of: account, at: context.now)
        return try RiskNote(story, risks, workspace: workspace, asOf: context.now) { running in
            try nextStep(of: running, facts, exclusions)
        }
    }

    private func nextStep(
        of running: RiskStory.Running, _ facts: AccountFacts, _ exclusions: [Exclusion]
    ) throws -> RiskNote.NextStep? {
        guard let next = nextMessage(of: running) else { return nil }
        guard let playbook = workspace.playbook(running.playbook) else {
            return .message(id: next.step.id, notBefore: next.notBefore)
        }
        if case .send(let send) = next.step.action, let reach = send.kind.reach,
            let why = try facts.whyNobody(for: playbook, by: reach)
        {
            return .nothing(because: why)
        }
        let concerning = exclusions.filter { $0.concerns(playbook) }
        if let longest = concerning.longest, longest.until == nil {
            return .nothing(because: longest.sentence(in: context.zone))
        }
        return .message(id: next.step.id, notBefore: concerning.resuming(next.notBefore))
    }

    /// The first message behind where an enrollment stands, and when it can come; a choice may lead past it.
    private func nextMessage(of running: RiskStory.Running) -> (step: Step, notBefore: Instant?)? {
        var (index, at) = (running.step, running.dueAt)
        var isBegun = running.hasBegun
        while let step = names.step(running.playbook, running.source, running.variant, index) {
            switch step.action {
            case .send where !isBegun: return (step, at)
            // What was begun ends when it is due; what it waits for may come before.
            case .wait(let span) where !isBegun: at = at.map { $0 + span }
            case .waitFor: at = isBegun ? nil : at
            default: break
            }
            isBegun = false
            index += 1
        }
        return nil
    }

    private func clause(_ risk: AccountList.AtRisk, _ facts: AccountFacts) throws -> String {
        guard let playbook = workspace.playbook(risk.playbook), case .when(let condition) = playbook.trigger else {
            return ""
        }
        let explanation = try facts.explain(condition, audience: playbook.audienceKey)
        return explanation?.evidence.joined(separator: ", ") ?? ""
    }
}
