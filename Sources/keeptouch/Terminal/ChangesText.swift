import Runner
import Storage

/// What has become of the playbooks since they last ran, as a person reads it.
struct ChangesText {
    let changes: [CycleReport.Change]

    func show() {
        for change in changes { Terminal.print(([headline(change)] + pinned(change)).joined(separator: "\n  ")) }
    }

    private func headline(_ change: CycleReport.Change) -> String {
        let running = Terminal.count(change.running, "running enrollment")
        switch change.change {
        case .retired: return "\(change.playbook) is retired: its \(running) \(change.running == 1 ? "ends" : "end")"
        case .deleted:
            return "\(change.playbook) has no file any more: its \(running) \(change.running == 1 ? "ends" : "end")"
        case .draft: return "\(change.playbook) is a draft now: nobody enters"
        case .broken: return "\(change.playbook) has an error in its files (keeptouch check): nobody enters"
        case .edited:
            let versions = "\(change.playbook) has changed (\(change.from) → \(change.to ?? ""))"
            guard let enter = change.enter, let leave = change.leave else {
                return "\(versions); the version before cannot be read with the files of today"
            }
            let (more, less) =
                change.isOfMatches ? ("enter", "no longer match") : ("in the audience", "no longer in it")
            var parts = ["+\(enter.count) \(more)\(keys(enter))", "-\(leave.count) \(less)\(keys(leave))"]
            if let count = change.otherVariants, count > 0 {
                parts.append("\(Terminal.count(count, "account")) would get another variant")
            }
            return "\(versions): \(parts.joined(separator: ", "))"
        }
    }

    private func keys(_ accounts: CycleReport.Change.Accounts) -> String {
        guard !accounts.keys.isEmpty else { return "" }
        let rest = accounts.count > accounts.keys.count ? ", ..." : ""
        return " (\(accounts.keys.joined(separator: ", "))\(rest))"
    }

    /// Which versions running enrollments keep; nothing where they end.
    private func pinned(_ change: CycleReport.Change) -> [String] {
        guard change.change != .retired, change.change != .deleted else { return [] }
        return change.pinned.map { version in
            let (one, many) = version.isReadable ? ("stays", "stay") : ("stands still", "stand still")
            let text = Terminal.count(version.running, "running enrollment") + " " + (version.running == 1 ? one : many)
            return version.isReadable
                ? "\(text) on version \(version.version)"
                : "\(text): version \(version.version) cannot be read with the files of today (keeptouch check)"
        }
    }
}
