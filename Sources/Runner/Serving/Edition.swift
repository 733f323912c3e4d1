package import Playbooks

/// The workspace as `serve` works with it: the files of today, and of what has an error the version before it.
package struct Edition: Sendable {
    package let workspace: Workspace
    package let files: CheckedFiles
    /// What is wrong with the files as they lie there.
    package let complaints: [Diagnostic]
    /// The files and playbook folders of which an older version goes on.
    package let kept: Set<String>
    /// The texts of those as they lie there.
    package let refused: [String: String]
    /// The files and playbook folders that have an error and no better version.
    private let broken: Set<String>

    /// The files at the start; nil when they cannot be used at all.
    package init?(_ files: CheckedFiles) {
        guard let workspace = files.workspace else { return nil }
        self.init(workspace, files, complaints: files.errors, kept: [], lying: [:])
    }

    private init(
        _ workspace: Workspace, _ files: CheckedFiles, complaints: [Diagnostic], kept: Set<String>,
        lying texts: [String: String]
    ) {
        self.workspace = workspace
        self.files = files
        self.complaints = complaints
        self.kept = kept
        refused = texts.filter { path, _ in kept.contains { path == $0 || path.hasPrefix($0 + "/") } }
        broken = Set(files.errors.map { Self.part($0.position.file) })
    }

    /// The edition after the files have changed.
    ///
    /// What has an error stays as it was. Where new and old parts do not fit together, everything stays as it was.
    package func followed(by new: CheckedFiles) -> Edition {
        var files = new
        var complaints = new.errors
        // What cannot be read is not gone: there may be no descriptor left, or no right to look.
        var kept = Set(new.errors.map(\.position.file)).intersection(new.unread)
        if !kept.isEmpty { files = keeping(kept, of: new) }
        if let configuration = new.workspace?.configuration, !isSameDatabase(configuration) {
            let what = "`workspace` and `database` stay as they were until serve is started anew"
            complaints.append(Diagnostic(at: Position(file: "keeptouch.yaml"), what))
            kept.insert("keeptouch.yaml")
            files = keeping(kept, of: new)
        }
        while true {
            let errors = Set(files.errors.map { Self.part($0.position.file) }).subtracting(broken)
            let mendable = errors.subtracting(kept)
            if mendable.isEmpty {
                guard errors.isEmpty, let workspace = files.workspace else {
                    return Edition(
                        self.workspace, self.files, complaints: complaints, kept: kept.union(errors), lying: new.texts)
                }
                return Edition(workspace, files, complaints: complaints, kept: kept, lying: new.texts)
            }
            // An error in a shared file makes others: only what is left without it counts against a playbook.
            let shared = mendable.filter { !$0.hasPrefix("playbooks") }
            kept.formUnion(shared.isEmpty ? mendable : shared)
            files = keeping(kept, of: new)
        }
    }

    private func isSameDatabase(_ other: Configuration) -> Bool {
        other.database == workspace.configuration.database && other.workspace == workspace.configuration.workspace
    }

    /// The new texts, but those of some parts as they were.
    private func keeping(_ parts: Set<String>, of new: CheckedFiles) -> CheckedFiles {
        func isKept(_ path: String) -> Bool { parts.contains { path == $0 || path.hasPrefix($0 + "/") } }
        let texts = new.texts.filter { !isKept($0.key) }.merging(files.texts.filter { isKept($0.key) }) { $1 }
        return CheckedFiles(texts: texts, isComplete: new.isComplete)
    }

    /// What is kept or replaced as a whole: a playbook's folder, or one file.
    private static func part(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "playbooks" ? "\(parts[0])/\(parts[1])" : path
    }
}
