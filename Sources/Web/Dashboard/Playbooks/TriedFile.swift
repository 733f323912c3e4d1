import Measure
import Playbooks
import Runner

/// The files of the workspace with the text of one of them changed, in memory.
struct TriedFile: Sendable {
    let checked: CheckedFiles
    /// The playbook that the file is of.
    let name: String
    /// Those about this playbook.
    let complaints: [Diagnostic]
    /// Nil where nothing has changed.
    let diff: String?

    init(_ text: String, at file: String, among files: CheckedFiles) {
        var texts = files.texts
        diff = UnifiedDiff(from: texts[file] ?? "", to: text).text(path: file)
        texts[file] = text
        checked = CheckedFiles(texts: texts)
        let name = file.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        self.name = name
        complaints = checked.diagnostics.filter { $0.position.file.hasPrefix("playbooks/\(name)/") }
    }

    /// Nil where an error stands in the way.
    var usable: (workspace: Workspace, playbook: Playbook)? {
        guard let workspace = checked.workspace, let playbook = workspace.playbook(name),
            !complaints.contains(where: { $0.severity == .error })
        else { return nil }
        return (workspace, playbook)
    }
}
