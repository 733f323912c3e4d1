import Foundation

/// What the person sees: results on stdout, everything else on stderr, color only on a terminal.
enum Terminal {
    enum Style: String, CaseIterable {
        case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36"
    }

    static let isOutput = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    static let isError = isatty(STDERR_FILENO) == 1

    /// The columns of the terminal, within what reads well; 100 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return min(140, max(60, Int(size.ws_col)))
    }

    static func print(_ text: String = "") {
        guard write(text.harmless(keepsStyles: isOutput) + "\n", to: STDOUT_FILENO) else {
            complain("keeptouch: error: cannot write to stdout: \(String(cString: strerror(errno)))")
            exit(1)
        }
    }

    static func complain(_ text: String) {
        write(text.harmless(keepsStyles: isError) + "\n", to: STDERR_FILENO)
    }

    /// False when the text could not be written, as on a full disk; `errno` says why.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        Array(text.utf8).withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Foundation.write(
                    descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    static func styled(_ text: String, _ style: Style) -> String {
        isOutput ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// `1 error`, `2 errors`.
    static func count(_ number: Int, _ noun: String, _ nouns: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : nouns ?? noun + "s")"
    }

    /// The next command to try.
    static func hint(_ text: String) {
        complain(isError ? "\u{1b}[2m\(text)\u{1b}[0m" : text)
    }
}
