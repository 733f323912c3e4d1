extension WorkspaceReader {
    /// Warns of campaigns of which two messages would leave close together, since the window opens just before the next
    /// occurrence: each is an occurrence of its own, and neither gives way.
    func checkCampaigns(_ workspace: Workspace) {
        for playbook in workspace.playbooks where playbook.state != .retired {
            for steps in playbook.programs {
                guard let meeting = workspace.meeting(of: playbook, steps) else { continue }
                let root = YAMLFile.read(playbook.source, file: playbook.path).root
                let place = root?.entries?.first { $0.key == "at" }?.value.position
                diagnostics.warning(
                    place ?? Position(file: playbook.path),
                    "two messages would leave within \(meeting.gap): that of \(Zone.utc.day(of: meeting.earlier).weekday.shortName) "
                        + "\(meeting.earlier.clock) waits for its window, which opens on \(Zone.utc.day(of: meeting.opening).weekday.shortName) "
                        + "\(meeting.opening.clock), and the next comes at \(meeting.next.clock); leave such days out of \"at\", "
                        + "or let a cap of one message keep them apart")
                break
            }
        }
    }
}

/// Two occurrences of a campaign whose messages would leave close together, by the clock of whoever gets them.
private struct Meeting {
    var earlier: Instant
    var opening: Instant
    var next: Instant

    var gap: TimeSpan { .minutes((next - opening).milliseconds / 60_000) }
}

extension Workspace {
    /// The first occurrence of a year whose first message waits for its window until the next one is nearer; nil where none
    /// does, or a cap keeps them apart.
    fileprivate func meeting(of playbook: Playbook, _ steps: [Step]) -> Meeting? {
        guard case .at(let schedule) = playbook.trigger, case .send(let send)? = steps.first?.action,
            let window = send.window ?? (send.kind.isCapped ? configuration.sendWindow : nil)
        else { return nil }
        let channel = send.channel ?? configuration.channels[send.kind] ?? ""
        // Any year that begins on a Monday serves: only weekdays and hours are asked.
        let start = Zone.utc.start(of: Day(number: 19_723))
        let occurrences = schedule.occurrences(after: start, through: start + .days(366), in: .utc).prefix(400)
        let pairs = zip(Array(occurrences), Array(occurrences).dropFirst())
        let met = pairs.lazy.compactMap { earlier, next -> Meeting? in
            let opening = window.next(atOrAfter: earlier, in: .utc)
            guard opening > earlier, opening < next, next - opening < opening - earlier else { return nil }
            return window.next(atOrAfter: next, in: .utc) == next
                ? Meeting(earlier: earlier, opening: opening, next: next) : nil
        }.first
        guard let met else { return nil }
        let isKeptApart = configuration.caps.contains { cap in
            cap.count == 1 && cap.reach > met.gap
                && cap.counts(send.kind, channel: channel, category: playbook.category)
        }
        return isKeptApart ? nil : met
    }
}

extension Instant {
    /// `09:30`
    fileprivate var clock: String { String(text(in: .utc).suffix(5)) }
}
