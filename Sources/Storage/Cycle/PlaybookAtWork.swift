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

    package var kinds: Set<Channel.Kind> { playbook.kinds }
}

extension Playbook {
    /// The kinds of the touches that any variant sends.
    var kinds: Set<Channel.Kind> {
        Set(
            programs.joined().compactMap { step in
                if case .send(let send) = step.action { send.kind } else { nil }
            })
    }
}
