package import Playbooks
import Storage

/// The playbooks as running enrollments know them: trigger, steps, variants and signals of their version, with the
/// messages, segments and channels of today.
package struct PinnedVersions: Sendable {
    /// The workspace's files by path.
    private let texts: [String: String]
    /// Whether these are all files, so that what is not there has been deleted.
    private let isComplete: Bool

    package init(texts: [String: String], isComplete: Bool = true) {
        self.texts = texts
        self.isComplete = isComplete
    }

    /// The texts of a message and its translations, by path.
    func texts(of message: Message) -> [String: String] {
        let paths = [message.path] + message.locales.values.map(\.path)
        return Dictionary(paths.compactMap { path in texts[path].map { (path, $0) } }) { first, _ in first }
    }

    /// Whether a playbook has been deleted: no file is it, and none that has an error could be.
    package func isGone(_ name: String, from workspace: Workspace) -> Bool {
        guard isComplete, workspace.playbook(name) == nil else { return false }
        let readable = Set(workspace.playbooks.map(\.path))
        return !texts.contains { path, text in
            guard path.hasPrefix("playbooks/"), path.hasSuffix("/playbook.yaml"), !readable.contains(path) else {
                return false
            }
            return path == "playbooks/\(name)/playbook.yaml" || text.contains(name)
        }
    }

    /// The playbook of a stored text; nil when it can no longer be read, and its enrollments then stand still.
    ///
    /// Read with the files of today; where these lack a message, a name or a channel of it, with those that it was first
    /// read with.
    ///
    /// - Parameters:
    ///   - files: what the version was first read with, as it is stored.
    ///   - messages: the texts of messages as they once were, by path, in the place of today's.
    package func playbook(
        _ name: String, source: String, files: String? = nil, messages: [String: String] = [:]
    ) -> Playbook? {
        let folder = folder(of: name)
        var texts = texts.filter { !$0.key.hasPrefix("playbooks/") || $0.key.hasPrefix(folder + "/") }
        texts.merge(messages) { $1 }
        texts[folder + "/playbook.yaml"] = source
        if let playbook = WorkspaceReader.read(texts).workspace?.playbook(name) { return playbook }
        guard let files = VersionFiles(files) else { return nil }
        // A folder that was moved or deleted: its messages lay beside the file.
        let kept = files.texts.map { path, text in
            (
                Message.isFile(path)
                    ? "\(folder)/\(path.split(separator: "/").dropFirst(2).joined(separator: "/"))" : path, text
            )
        }
        let (messages, others) = (kept.filter { Message.isFile($0.0) }, kept.filter { !Message.isFile($0.0) })
        // A translation that was deleted is the default language by now.
        let isGone = { (path: String) in texts[path] == nil && texts[Self.path(ofDefault: path)] == nil }
        let gone = messages.filter { isGone($0.0) }
        let today = Set(texts.values)
        // As much of today as can be read: messages that are gone, names that are gone, messages that have an error.
        texts.merge(gone) { today, _ in today }
        for older in [[], others, messages] {
            texts.merge(older) { $1 }
            if var playbook = WorkspaceReader.read(texts, known: files.known).workspace?.playbook(name) {
                let deleted = gone.filter { isComplete && !today.contains($0.1) }
                    .map { String($0.0.dropFirst(folder.count + 1)) }
                if !deleted.isEmpty { forget(deleted, in: &playbook) }
                return playbook
            }
        }
        return nil
    }

    /// What somebody has deleted is not sent: its touches are held. Where the step has another file today that says much the
    /// same, it was renamed.
    private func forget(_ deleted: [String], in playbook: inout Playbook) {
        func messages(_ playbook: Playbook) -> [String: [String]] {
            Dictionary(
                playbook.programs.joined().compactMap { step in
                    if case .send(let send) = step.action { (step.id, send.message.values.sorted()) } else { nil }
                }, uniquingKeysWith: { $0 + $1 })
        }
        let today = WorkspaceReader.read(texts).workspace?.playbook(playbook.name)
        let (before, now) = (messages(playbook), today.map(messages) ?? [:])
        let known = Set(before.values.joined())
        for path in deleted {
            let step = before.first { $0.value == [path] }?.key
            let other = step.flatMap { now[$0] }.flatMap { $0.count == 1 && !known.contains($0[0]) ? $0[0] : nil }
            let renamed = other.flatMap { today?.messages[$0] }
            playbook.messages[path] = renamed.flatMap { message in
                playbook.messages[path].map(message.saysMuchOf) == true ? message : nil
            }
        }
    }

    /// `lessons.md` for `lessons.de.md`.
    private static func path(ofDefault path: String) -> String {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 2 else { return path }
        parts.remove(at: parts.count - 2)
        return parts.joined(separator: ".")
    }

    /// What a version is read with, to be stored with it.
    func files(of playbook: Playbook, in workspace: Workspace) -> String? {
        VersionFiles(of: playbook, in: workspace, texts: texts).text
    }

    /// The playbooks that somebody walks, by version; one that can no longer be read is left out.
    ///
    /// - Parameter known: those that were read before, with the same files.
    func playbooks(
        _ connection: Connection, _ workspace: Workspace, now: Instant, known: [Int64: Playbook] = [:]
    ) throws -> [Int64: Playbook] {
        var playbooks: [Int64: Playbook] = [:]
        for version in try Registry(connection).runningVersions(now: now) {
            if let read = known[version.versionID] {
                playbooks[version.versionID] = read
                continue
            }
            let current = workspace.playbook(version.playbook)
            playbooks[version.versionID] =
                current?.source == version.source
                ? current : playbook(version.playbook, source: version.source, files: version.files)
        }
        return playbooks
    }

    /// Where the playbook's messages lie today; a folder is named as its playbook unless somebody moved it.
    private func folder(of name: String) -> String {
        let usual = "playbooks/\(name)"
        guard texts[usual + "/playbook.yaml"] == nil else { return usual }
        let other = texts.keys.sorted().first { path in
            path.hasSuffix("/playbook.yaml") && texts[path]?.contains("playbook: \(name)\n") == true
        }
        return other.map { String($0.dropLast("/playbook.yaml".count)) } ?? usual
    }
}

extension Message {
    /// Whether at least half of the lines of the shorter one, the subject among them, stand in both.
    fileprivate func saysMuchOf(_ other: Message) -> Bool {
        let (ours, theirs) = (lines, other.lines)
        return 2 * ours.intersection(theirs).count >= min(ours.count, theirs.count)
    }

    private var lines: Set<Substring> {
        Set([Substring(subject ?? "")] + body.split(whereSeparator: \.isNewline)).filter { !$0.isEmpty }
    }
}

extension Playbook {
    /// A playbook of which nothing is known but its name.
    static func stub(_ name: String) -> Playbook {
        Playbook(name: name, category: "", trigger: .on(event: "", condition: nil), reentry: .never)
    }
}
