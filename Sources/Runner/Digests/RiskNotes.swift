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
        return RiskNote(story, risks, workspace: workspace, asOf: context.now, nextStep: nextMessage)
    }

    /// The first message behind where an enrollment stands, and when it can come; a choice may lead past it.
    private func nextMessage(of running: RiskStory.Running) -> (id: String, notBefore: Instant?)? {
        var (index, at) = (running.step, running.dueAt)
        var isBegun = running.hasBegun
        while let step = names.step(running.playbook, running.source, running.variant, index) {
            switch step.action {
            case .send where !isBegun: return (step.id, at)
            // What was begun ends when it is due; what it waits for may come before.
            case .wait(let span) where !isBegun: at = at.map { $0 + span }
            case .waitFor, .waitTill: at = isBegun ? nil : at
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
