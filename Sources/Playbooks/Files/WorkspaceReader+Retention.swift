extension WorkspaceReader {
    /// Events that tell of an account's life are kept for ever.
    private static let lasting = ["churned", "reactivated", "cancel_requested", "cancel_withdrawn"]

    /// Whether conditions look further back than events are kept: `not ever(x)` would become true by forgetting.
    func checkRetention(_ workspace: Workspace) {
        guard let kept = workspace.configuration.retention.events else { return }
        for playbook in workspace.playbooks where playbook.state != .retired {
            let far = playbook.terms.flatMap(\.eventSignals).first { signal in
                !Self.lasting.contains(signal.event)
                    && (signal.function == .ever || signal.window.map { $0 > kept } ?? false)
            }
            guard let far else { continue }
            diagnostics.warning(
                Position(file: playbook.path),
                "\(far.function)(\(far.event)\(far.window.map { ", \($0)" } ?? "")) looks further back than events are "
                    + "kept (retention: { events: \(kept) }), and forgets what happened before")
        }
    }
}

extension Term {
    /// All that it asks of events.
    fileprivate var eventSignals: [EventSignal] {
        var signals = parts.flatMap(\.eventSignals)
        if case .event(let signal) = node { signals.append(signal) }
        return signals
    }
}
