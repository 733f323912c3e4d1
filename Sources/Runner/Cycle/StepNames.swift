import NIOConcurrencyHelpers
package import Playbooks

/// What the steps of running enrollments are called, by the version that each walks.
package final class StepNames: Sendable {
    private let workspace: Workspace
    private let pinned: PinnedVersions
    /// The versions that were read, by their texts; nil for one that can no longer be read.
    private let versions = NIOLockedValueBox<[String: Playbook?]>([:])

    package init(_ workspace: Workspace, pinned: PinnedVersions) {
        self.workspace = workspace
        self.pinned = pinned
    }

    /// A step by its place; nil when the version cannot be read, or the place lies behind its last step.
    package func step(_ playbook: String, _ source: String, _ variant: String?, _ index: Int) -> Step? {
        let steps = version(playbook, source)?.steps(of: variant) ?? []
        return steps.indices.contains(index) ? steps[index] : nil
    }

    package func name(_ playbook: String, _ source: String, _ variant: String?, _ index: Int) -> String? {
        step(playbook, source, variant, index)?.id
    }

    private func version(_ name: String, _ source: String) -> Playbook? {
        if let current = workspace.playbook(name), current.source == source { return current }
        return versions.withLockedValue { versions in
            if let known = versions[source] { return known }
            let version = pinned.playbook(name, source: source)
            versions[source] = .some(version)
            return version
        }
    }
}
