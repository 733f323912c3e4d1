package import Playbooks

/// A playbook of the files together with what the database knows of it: what matching and verdicts need.
package struct PlaybookAtWork: Sendable {
    package var playbook: Playbook
    package var registered: RegisteredPlaybook
    /// Channel names by kind, the workspace's defaults.
    package var channels: [Channel.Kind: String]

    package init(playbook: Playbook, registered: RegisteredPlaybook, channels: [Channel.Kind: String]) {
        self.playbook = playbook
        self.registered = registered
        self.channels = channels
    }

    package var id: SQLValue { .integer(registered.id) }

    /// The kinds of the touches that any variant sends.
    package var kinds: Set<Channel.Kind> {
        let steps = playbook.steps + playbook.variants.flatMap { $0.steps ?? [] }
        return Set(
            steps.compactMap { step in
                if case .send(let send) = step.action { send.kind } else { nil }
            })
    }
}
