import Playbooks
import Runner
import Storage

/// How fresh the sources of data are, a line each.
struct SourcesText {
    struct Line {
        var name: String
        var isGood: Bool
        var text: String
    }

    private let loaded: LoadedWorkspace
    private let states: [String: SourceState]
    private let now: Instant

    init(_ loaded: LoadedWorkspace, _ connection: Connection, now: Instant) throws {
        self.loaded = loaded
        states = try SourceRecords(connection).all()
        self.now = now
    }

    var lines: [Line] {
        loaded.workspace.sourcesInOrder.map { source in
            let state = states[source.name]
            return Line(
                name: source.name, isGood: state.map { $0.error == nil && $0.shortOf == nil } ?? false,
                text: text(source, state))
        }
    }

    private func text(_ source: DataSource, _ state: SourceState?) -> String {
        guard let state else { return "was never pulled; serve does it, or keeptouch import \(source.name)" }
        func text(_ moment: Instant) -> String { moment.text(in: loaded.zone) }
        var parts: [String] = []
        if let succeeded = state.succeededAt {
            parts.append(
                "pulled \(text(succeeded)): \(Terminal.count(state.rows, "row")), \(state.changed) new or changed"
                    + (state.rejected > 0 ? ", \(state.rejected) rejected (\(source.name).rejected.csv)" : ""))
        }
        if let usual = state.shortOf {
            parts.append(
                ImportText.shortness(state.rows, of: usual, closesDays: source.closesDays)
                    + "; keeptouch import \(source.name) --complete if that is right")
        }
        if let error = state.error {
            let times = state.failures == 1 ? "" : " for the \(state.failures). time"
            parts.append("failed \(text(state.pulledAt))\(times): \(error)")
        }
        if let since = state.since { parts.append("\(since.column) up to \(since.first)") }
        if let next = source.next(after: state, in: loaded.zone) {
            parts.append(next <= now ? "due now" : "next \(text(next))")
        }
        return parts.joined(separator: "; ")
    }
}
