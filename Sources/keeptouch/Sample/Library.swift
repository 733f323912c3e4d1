/// The workspace files that the program carries inside: the library of playbooks, and the simulated workspace.
enum Library {
    struct File: Sendable {
        /// Relative to the workspace.
        var path: String
        var text: String

        init(_ path: String, _ text: String) {
            self.path = path
            self.text = text
        }
    }

    /// The library's playbooks with `state: live`.
    static var livePlaybooks: [File] {
        playbooks.map { file in
            guard file.path.hasSuffix("/playbook.yaml") else { return file }
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            return File(file.path, lines.map { $0 == "state: draft" ? "state: live" : $0 }.joined(separator: "\n"))
        }
    }
}
