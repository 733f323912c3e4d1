import Basics
import Playbooks

/// A command as one pastes it into a shell: whatever its words hold, the shell runs nothing else.
struct CommandLine {
    let text: String

    init(_ words: [String]) {
        text = words.map(Self.quoted).joined(separator: " ")
    }

    /// What has no meaning to a shell stays as it is; control characters, which a terminal obeys, are left out.
    private static func quoted(_ word: String) -> String {
        let word = String(word.unicodeScalars.filter { $0.properties.generalCategory != .control })
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_.:/@,+".contains($0) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

extension HTML {
    /// The command that does the same, by its words behind the program's name.
    mutating func command(_ words: [String]) {
        let command = CommandLine(["keeptouch"] + words).text
        add("p", ["class": "small soft under"]) { html in
            html.text("The same on the command line: ")
            html.add("code", text: command)
            html.text(" ")
            html.add("button", ["type": "button", "data-copy": command, "hidden": ""], text: "Copy")
        }
    }
}
