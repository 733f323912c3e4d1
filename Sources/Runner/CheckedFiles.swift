import Delivery
package import Foundation
package import Playbooks

/// The files of a workspace as they were read: the workspace they make, their texts, and what is wrong with them.
package struct CheckedFiles: Sendable {
    /// Nil when `keeptouch.yaml` or `data.yaml` cannot be used.
    package var workspace: Workspace?
    /// By path relative to the workspace.
    package var texts: [String: String]
    package var diagnostics: [Diagnostic]
    /// Whether every file could be read, so that what is not there has been deleted.
    package var isComplete: Bool
    /// The files and folders that are there and could not be read.
    package let unread: Set<String>
    /// Whether no file was found at all.
    package let isNowhere: Bool

    package init(texts: [String: String], unreadable: [Diagnostic] = [], isComplete: Bool = true) {
        let (workspace, complaints) = WorkspaceReader.read(texts)
        self.workspace = workspace
        self.texts = texts
        self.isComplete = isComplete
        isNowhere = texts.isEmpty && unreadable.isEmpty
        diagnostics = unreadable
        // Of a file that could not be read, its absence is no news.
        unread = Set(unreadable.map(\.position.file))
        diagnostics += complaints.filter { [unread] in !unread.contains($0.position.file) }
        if let workspace { addRefusals(of: workspace) }
        diagnostics.sort()
    }

    /// What those who render and send refuse, where the readers did not say so already.
    private mutating func addRefusals(of workspace: Workspace) {
        let told = Set(errors.map(\.position.file))
        for channel in workspace.channels.values where !told.contains(channel.position.file) {
            do { _ = try RequestBuilder(channel: channel, credentials: nil) } catch { diagnostics.append(error) }
        }
        for playbook in workspace.playbooks {
            let versions = playbook.messages.values.flatMap { [$0] + $0.locales.values }
            for version in versions where !told.contains(version.path) {
                do { _ = try MessageTemplate(version) } catch {
                    diagnostics.append(error)
                    self.workspace?.playbooks.removeAll { $0.name == playbook.name }
                }
            }
        }
    }

    package static func read(_ folder: URL) -> CheckedFiles {
        let (texts, unreadable) = WorkspaceFiles.read(folder)
        let hasPlaybooks = FileManager.default.fileExists(atPath: folder.appending(path: "playbooks").path)
        return CheckedFiles(
            texts: texts, unreadable: unreadable,
            isComplete: hasPlaybooks && !unreadable.contains { $0.severity == .error })
    }

    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    package var pinned: PinnedVersions { PinnedVersions(texts: texts, isComplete: isComplete) }
}
