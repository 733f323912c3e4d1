/// The parameters by which web analytics know where a visitor comes from; nil for what goes without saying.
package struct UTM: Sendable, Hashable {
    package enum Parameter: String, Sendable, CaseIterable {
        case source, medium, campaign, content, term
    }

    /// What a workspace, a playbook or a step says of them.
    package enum Rule: Sendable, Hashable {
        case off
        /// With the values that it names itself.
        case on([Parameter: String])
    }

    package var values: [Parameter: String]

    /// Nil where links stay as they are.
    ///
    /// What is said last counts: a step's word before the playbook's, and that before the workspace's.
    package init?(
        workspace: String, playbook: Playbook, step: String, kind: Channel.Kind, workspaceRule: Rule?
    ) {
        let send = playbook.programs.joined().lazy.compactMap { item -> Step.Send? in
            if item.id == step, case .send(let send) = item.action { send } else { nil }
        }.first
        var values: [Parameter: String] = [
            .source: workspace, .medium: kind.rawValue, .campaign: playbook.name, .content: step,
        ]
        var isOn = false
        for rule in [workspaceRule, playbook.utm, send?.utm] {
            switch rule {
            case .off: isOn = false
            case .on(let own):
                isOn = true
                values.merge(own) { $1 }
            case nil: break
            }
        }
        guard isOn else { return nil }
        self.values = values.filter { !$0.value.isEmpty }
    }

    /// `utm_source=acme&...`, in an order that is always the same.
    package var parameters: [(name: String, value: String)] {
        Parameter.allCases.compactMap { parameter in
            values[parameter].map { ("utm_\(parameter.rawValue)", $0) }
        }
    }
}
