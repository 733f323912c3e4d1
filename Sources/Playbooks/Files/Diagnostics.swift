/// The complaints gathered while one workspace is read; readers go on after each, so that all are told at once.
final class Diagnostics {
    private(set) var all: [Diagnostic] = []
    private(set) var errorCount = 0

    func error(_ position: Position, _ message: String) {
        add(Diagnostic(at: position, message))
    }

    func warning(_ position: Position, _ message: String) {
        add(Diagnostic(.warning, at: position, message))
    }

    func add(_ diagnostic: Diagnostic) {
        all.append(diagnostic)
        if diagnostic.severity == .error { errorCount += 1 }
    }

    func add(_ diagnostics: [Diagnostic]) {
        diagnostics.forEach(add)
    }

    /// Whether the body, whatever it read, added no error.
    func areClean(after body: () -> Void) -> Bool {
        let before = errorCount
        body()
        return errorCount == before
    }
}
