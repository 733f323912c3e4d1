import Decisions
import Playbooks
import Storage

extension Planning {
    /// What has become of the playbooks since a cycle last saw them.
    ///
    /// - Parameter seen: the playbooks as they were before those of the files were registered.
    func changes(since seen: [Registry.LastSeen]) throws -> [CycleReport.Change] {
        var comparison: VersionChange?
        var changes: [CycleReport.Change] = []
        for before in seen where only.isEmpty || only.contains(before.name) {
            let now = workspace.playbook(before.name)
            guard let kind = kind(before, now) else { continue }
            var change = CycleReport.Change(playbook: before.name, change: kind, from: Self.short(before.hash))
            for version in try Registry(connection).pinned(to: before.id) {
                change.running += version.running
                let isCurrent = now?.source == version.source
                change.pinned.append(
                    CycleReport.Change.Pinned(
                        version: Self.short(version.hash), running: version.running,
                        isReadable: isCurrent || pinned.playbook(before.name, source: version.source) != nil))
            }
            if kind == .edited, let now {
                change.to = Self.short(Registry.hash(now.source))
                if let old = pinned.playbook(before.name, source: before.source) {
                    let compare = try comparison ?? newComparison()
                    comparison = compare
                    let found = try compare.compare(old, with: now, of: before.id)
                    (change.enter, change.leave, change.otherVariants) = found
                }
            }
            // Of a playbook that had ended before, there is nothing to say.
            if before.wasLive || change.running > 0 { changes.append(change) }
        }
        return changes
    }

    private func newComparison() throws -> VersionChange {
        VersionChange(connection, ConditionSQL(try EvaluationContext(connection, workspace: workspace, now: now)))
    }

    private func kind(_ before: Registry.LastSeen, _ now: Playbook?) -> CycleReport.Change.Kind? {
        guard let now else {
            return pinned.isGone(before.name, from: workspace) ? .deleted : .broken
        }
        guard Registry.hash(now.source) != before.hash else { return nil }
        return switch now.state {
        case .live: before.wasLive ? .edited : nil
        case .retired: .retired
        case .draft: before.wasLive ? .draft : nil
        }
    }

    private static func short(_ hash: String) -> String { String(hash.prefix(8)) }
}
