import Playbooks

/// The playbooks as running enrollments know them: trigger, steps, variants and signals of their version, with the
/// messages, segments and channels of today.
struct PinnedVersions {
    private let workspace: Workspace

    init(workspace: Workspace) {
        self.workspace = workspace
    }

    /// The playbook of a stored text; nil when it can no longer be read, and its enrollments then stand still.
    func playbook(_ name: String, source: String) -> Playbook? {
        WorkspaceReader.playbook(name, source: source, in: workspace)
    }
}
