package import Playbooks

extension Playbook.Exit {
    /// What an exit asks.
    package enum Question: Sendable {
        case goal
        /// `isScoped`: nothing before the enrollment counts; else it is asked of the account as it stands.
        case condition(Term, reason: String, isScoped: Bool)
    }

    /// Nil when the playbook gives it nothing to ask. Missing is no reason to leave: only a definite answer is.
    package func question(in playbook: Playbook) -> Question? {
        switch self {
        case .goal: playbook.goal == nil ? nil : .goal
        case .leftAudience:
            playbook.audience.map { .condition($0.term.negated, reason: "left_audience", isScoped: false) }
        case .churned: .condition(.hasChurned, reason: "churned", isScoped: false)
        case .noMatch:
            switch playbook.trigger {
            case .when(let trigger), .on(_, let trigger?):
                .condition(trigger.negated, reason: "no_match", isScoped: false)
            case .on, .at: nil
            }
        case .condition(let condition): .condition(condition, reason: condition.text, isScoped: true)
        }
    }
}

extension Term {
    package var negated: Term { Term(.not(self), .boolean, text: "not (\(text))") }

    /// Both conditions; the second alone without a first.
    package static func both(_ audience: Term?, _ condition: Term) -> Term {
        guard let audience else { return condition }
        return Term(.binary(.and, audience, condition), .boolean, text: "(\(audience.text)) and (\(condition.text))")
    }

    package static let always = Term(.literal(.boolean(true)), .boolean, text: "true")

    fileprivate static let hasChurned = Term(
        .binary(
            .equal, Term(.attribute(Attribute("status", .text)), .text, text: "status"),
            Term(.literal(.text("churned")), .text, text: "\"churned\"")), .boolean, text: "status == \"churned\"")
}
