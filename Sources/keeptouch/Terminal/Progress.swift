import Foundation

/// A line on stderr that says how far a long work is; nothing when stderr is not a terminal.
final class Progress {
    private let noun: String
    private let total: Int?
    private var shown = ContinuousClock.now
    private var isShown = false

    init(_ noun: String, of total: Int? = nil) {
        self.noun = noun
        self.total = total
    }

    func show(_ done: Int) {
        guard Terminal.isError, ContinuousClock.now - shown > .milliseconds(200) else { return }
        shown = ContinuousClock.now
        isShown = true
        let share = total.flatMap { $0 > 0 ? " (\(done * 100 / $0) %)" : nil } ?? ""
        Terminal.write("\r\u{1b}[K\(done) \(noun)\(share)", to: STDERR_FILENO)
    }

    func end() {
        if isShown { Terminal.write("\r\u{1b}[K", to: STDERR_FILENO) }
    }
}
