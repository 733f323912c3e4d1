import Playbooks
import Storage

/// The library's playbooks that a guessed data map can serve, as drafts, and why the others are left out.
struct FittingPlaybooks {
    /// The data map with what the drafts need beside the data: segments and reasons.
    private(set) var dataMap = ""
    private(set) var files: [Library.File] = []
    private(set) var fitting: [String] = []
    private(set) var leftOut: [(playbook: String, reason: String)] = []

    init() {}

    /// - Parameter configuration: the text of `keeptouch.yaml`.
    init(_ guess: DataMapGuess, configuration: String) {
        dataMap = guess.yaml + Self.additions(guess)
        var base = ["keeptouch.yaml": configuration, "data.yaml": dataMap]
        for kind in ["", "-in-app"] {
            base["channels/sink\(kind).yaml"] = NewWorkspace.channel(
                name: "sink\(kind)", kind: kind.isEmpty ? "email" : "in_app")
        }
        let folders = Dictionary(grouping: Library.playbooks) { String($0.path.split(separator: "/")[1]) }
        // The library asks about logins; where usage is called otherwise, the drafts ask about that.
        let usage = guess.metrics.contains("logins") ? nil : guess.metrics.first
        let forms = folders.mapValues { files in
            let all = files.map { Self.renamed($0, usage) }
            return [all, all.map { Self.without(["also"], $0) }, all.map { Self.without(["also", "tests"], $0) }]
        }
        // Each is tried in full, then without what is not needed; one that goes may take another with it that names it.
        var tried = forms.mapValues { _ in 0 }
        var reasons: [String: String] = [:]
        // Its conditions can be read without stages, and never hold.
        for (name, files) in folders where files.contains(where: { $0.text.contains("weak_point()") }) {
            tried[name] = nil
            reasons[name] = "it needs a journey"
        }
        while true {
            var texts = base
            for (name, form) in tried { for file in forms[name]?[form] ?? [] { texts[file.path] = file.text } }
            let errors = Self.errors(texts).filter { $0.position.file.hasPrefix("playbooks/") }
            let broken = Dictionary(grouping: errors) { error in
                tried.keys.first { error.position.file.hasPrefix("playbooks/\($0)/") } ?? ""
            }
            if broken[""] != nil || broken.isEmpty { break }
            for (name, errors) in broken {
                reasons[name] = errors[0].message
                let next = (tried[name] ?? 0) + 1
                tried[name] = next < forms[name]?.count ?? 0 ? next : nil
            }
        }
        fitting = tried.keys.sorted()
        files = fitting.flatMap { name in forms[name]?[tried[name] ?? 0] ?? [] }
        leftOut = folders.keys.sorted().filter { tried[$0] == nil }.map {
            ($0, Self.need(reasons[$0] ?? "it does not fit"))
        }
    }

    /// `unknown metric "reports"; known: ...` as what a playbook needs.
    private static func need(_ message: String) -> String {
        let first = String(message.split(separator: ";")[0])
        return first.hasPrefix("unknown ") ? "it needs the " + first.dropFirst("unknown ".count) : first
    }

    private static func errors(_ texts: [String: String]) -> [Diagnostic] {
        WorkspaceReader.read(texts).diagnostics.filter { $0.severity == .error }
    }

    /// Segments and reasons that the library's playbooks name.
    private static func additions(_ guess: DataMapGuess) -> String {
        // Who says nothing of itself is a customer.
        let own = guess.tests.map { " and (\($0) is missing or not \($0))" }.joined()
        let small = (guess.smallAmount.map { "mrr < \($0) and status == \"active\"" } ?? "status == \"active\"") + own
        let remark = guess.smallAmount == nil ? "" : "   # most accounts pay less; set the amount that is right for you"
        let library = Library.text("data.yaml").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let reasons = library.drop { $0 != "reasons:" }.dropFirst().prefix { $0.hasPrefix("  ") }
            .map { $0.replacing(", notify: sink-team", with: "") }
        return "reasons:\n" + reasons.joined(separator: "\n") + "\nsegments:\n  tech_touch: \(small)\(remark)\n"
    }

    private static func renamed(_ file: Library.File, _ usage: String?) -> Library.File {
        guard let usage, file.path.hasSuffix("playbook.yaml") else { return file }
        var text = ""
        var word = ""
        for character in file.text + "\n" {
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
            } else {
                text += (word == "logins" ? usage : word) + String(character)
                word = ""
            }
        }
        return Library.File(file.path, String(text.dropLast()))
    }

    /// Without the blocks of these keys.
    private static func without(_ keys: [String], _ file: Library.File) -> Library.File {
        guard file.path.hasSuffix("playbook.yaml") else { return file }
        var isInside = false
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if let first = line.first, first != " ", first != "-" {
                isInside = keys.contains { line.hasPrefix($0 + ":") }
            }
            return !isInside
        }
        return Library.File(file.path, lines.joined(separator: "\n") + (lines.last == "" ? "" : "\n"))
    }
}
