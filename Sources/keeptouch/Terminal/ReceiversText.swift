import Playbooks
import Storage

/// How far behind the receivers of changes are, a line each.
struct ReceiversText {
    struct Line {
        var name: String
        var isGood: Bool
        var text: String
    }

    let lines: [Line]

    init(_ loaded: LoadedWorkspace, _ connection: Connection) throws {
        let records = ReceiverRecords(connection)
        let states = try records.all()
        lines = try loaded.workspace.configuration.receivers.map { receiver in
            guard let state = states[receiver.name] else {
                return Line(
                    name: receiver.name, isGood: true,
                    text: "has got nothing yet; serve and run begin with the next change")
            }
            let (count, oldest) = try records.backlog(of: state, kinds: receiver.kinds)
            var parts = [count == 0 ? "has got everything" : "\(Terminal.count(count, "change")) behind"]
            if count > 0, let oldest { parts[0] += ", since \(oldest.text(in: loaded.zone))" }
            if let taken = state.takenAt { parts.append("took the last \(taken.text(in: loaded.zone))") }
            if let error = state.error {
                parts.append("failed \(state.attempts == 1 ? "once" : "\(state.attempts) times"): \(error)")
            }
            if let retry = state.retryAt { parts.append("is tried again at \(retry.text(in: loaded.zone))") }
            if state.lost > 0 { parts.append("\(Terminal.count(state.lost, "change")) became too old for it") }
            return Line(
                name: receiver.name, isGood: state.error == nil && state.lost == 0,
                text: parts.joined(separator: "; "))
        }
    }
}
