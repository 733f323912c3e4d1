import Runner
import Storage

/// What has become of the playbooks since they last ran, as a person reads it.
struct ChangesText {
    let changes: [CycleReport.Change]

    func show() {
        for change in changes { Terminal.print(([change.sentence] + pinned(change)).joined(separator: "\n  ")) }
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
