import Playbooks

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

    /// The library's playbooks as they are in the simulated workspace: some of them live.
    static var samplePlaybooks: [File] {
        playbooks.map { file in
            let parts = file.path.split(separator: "/")
            guard parts.count == 3, parts[2] == "playbook.yaml", live.contains(String(parts[1])) else { return file }
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            return File(file.path, lines.map { $0 == "state: draft" ? "state: live" : $0 }.joined(separator: "\n"))
        }
    }

    /// What the files of a workspace name in their first line, for editors.
    static var schemas: [File] { JSONSchema.allCases.map { File(".schema/\($0.fileName)", $0.text) } }

    /// A file of the simulated workspace; empty if there is none.
    static func text(_ path: String) -> String { acme.first { $0.path == path }?.text ?? "" }
}
