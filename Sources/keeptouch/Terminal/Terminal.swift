import Foundation

/// What the person sees: results on stdout, everything else on stderr, color only on a terminal.
enum Terminal {
    enum Style: String {
        case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36"
    }

    static let isOutput = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    static let isError = isatty(STDERR_FILENO) == 1

    static func print(_ text: String = "") {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static func styled(_ text: String, _ style: Style) -> String {
        isOutput ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The next command to try.
    static func hint(_ text: String) {
        complain(isError ? "\u{1b}[2m\(text)\u{1b}[0m" : text)
    }
}
