import Playbooks

/// Hides the secrets that somebody wrote into a file, from everybody: they belong into the environment.
struct SecretMask {
    private let secrets: [Position]

    /// - Parameter diagnostics: those of the files as they are shown, which say where a secret stands.
    init(_ diagnostics: [Diagnostic]) {
        secrets = diagnostics.filter(\.isAboutSecret).map(\.position)
    }

    func masked(_ text: String, of file: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            // The values of a flow mapping behind it are hidden, too: where a secret ends, only its reader knows.
            let columns = secrets.filter { $0.file == file && $0.line == index + 1 }.map(\.column)
            guard let first = columns.min() else { return Self.withoutUser(String(line)) }
            return Self.withoutUser(String(line.prefix(max(0, first - 1)))) + "•••"
        }
        return lines.joined(separator: "\n")
    }

    /// `postgresql://user:password@host` as `postgresql://•••@host`.
    private static func withoutUser(_ line: String) -> String {
        line.replacing(/:\/\/[^\/\s"'@]*:[^\s"'@]*@/, with: "://•••@")
    }
}
