/// The messages whose files one pattern names, such as `tips/*.md`: an account gets the next one that it has not had.
package struct Rotation: Sendable, Hashable {
    private let prefix: String
    private let suffix: String

    /// Nil unless the pattern has one `*`, in the name of the file.
    package init?(_ pattern: String) {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].contains("/") else { return nil }
        (prefix, suffix) = (String(parts[0]), String(parts[1]))
    }

    /// The paths that it names, in the order in which they are sent.
    package func paths(among paths: some Sequence<String>) -> [String] {
        paths.filter { path in
            path.utf8.count >= prefix.utf8.count + suffix.utf8.count && path.hasPrefix(prefix) && path.hasSuffix(suffix)
                && !path.dropFirst(prefix.count).contains("/")
        }.sorted()
    }
}

extension Playbook {
    /// The messages of a path that a step names: itself, or those of the rotation.
    package func messages(at path: String) -> [String] {
        Rotation(path).map { $0.paths(among: messages.keys) } ?? [path]
    }

    /// The messages of each rotation that a step names, by its pattern.
    package var rotations: [String: [String]] {
        var rotations: [String: [String]] = [:]
        for step in programs.joined() {
            guard case .send(let send) = step.action else { continue }
            for path in send.message.values {
                if let rotation = Rotation(path) { rotations[path] = rotation.paths(among: messages.keys) }
            }
        }
        return rotations
    }
}
