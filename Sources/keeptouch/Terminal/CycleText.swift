import Decisions
import Playbooks
import Runner

/// A cycle's report as a person reads it.
struct CycleText {
    let report: CycleReport
    let hasRun: Bool
    /// Why everything is paused; nil when it is not.
    let pause: String?
    /// Whether files have errors, and so may be why a playbook is not in it.
    let hasErrors: Bool
    /// How many playbooks people have paused one by one.
    let pausedPlaybooks: Int

    func show(_ output: FormatOption) throws {
        var table = Table(
            [("playbook", .left), ("audience", .right), ("matched", .right)]
                + Verdict.allCases.map { ($0.rawValue, .right) })
        for item in report.playbooks {
            table.rows.append(
                [item.playbook, "\(item.audience)", "\(item.matched)"]
                    + Verdict.allCases.map { verdict in
                        let count = item.verdicts[verdict] ?? 0
                        return count == 0 && output.format == .table ? "." : "\(count)"
                    })
        }
        guard output.format == .table else { return try output.show(table) }
        Terminal.print("\(hasRun ? "Cycle" : "Plan") at \(report.now)")
        if let pause {
            Terminal.print(Terminal.styled("everything is paused: \(pause)", .yellow))
            Terminal.print("  keeptouch status says what lets it go on")
        } else if report.playbooks.isEmpty, hasErrors {
            Terminal.print(
                "No playbook runs: those with an error wait until it is mended; see them with: keeptouch check")
        } else if report.playbooks.isEmpty, pausedPlaybooks > 0 {
            Terminal.print(
                "No playbook runs: \(Terminal.count(pausedPlaybooks, "live playbook")) paused; keeptouch status says by whom"
            )
        } else if report.playbooks.isEmpty {
            Terminal.print("No playbook is live. Set `state: live` in a playbook.yaml, then look with: keeptouch plan")
        }
        if !report.playbooks.isEmpty { Terminal.print(table.text) }
        if case let due = report.dueDepartures, due > 0 {
            Terminal.print(
                "\(Terminal.count(due, "account")) whose day of leaving has come \(due == 1 ? "leaves" : "leave") with the next run, and "
                    + "\(due == 1 ? "counts as a customer" : "count as customers") here.")
        }
        if report.playbooks.contains(where: { $0.matched > $0.audience }) {
            Terminal.print(
                "An account counts once in the audience, and in matched as often as it has events or occurrences to answer."
            )
        }
        if report.playbooks.contains(where: { $0.matched > 0 && $0.heldBecause == nil }) {
            Terminal.hint(
                hasRun
                    ? "who they are: keeptouch accounts --playbook PLAYBOOK --verdict VERDICT"
                    : "who they are: keeptouch plan --who [VERDICT]")
        }
        for item in report.playbooks {
            if let reason = item.heldBecause {
                Terminal.print(Terminal.styled("\(item.playbook) is held: \(reason)", .yellow))
                if let released = item.ifReleased {
                    let counts = Verdict.allCases.compactMap { verdict in
                        released[verdict].flatMap { $0 > 0 ? "\($0) \(verdict.rawValue)" : nil }
                    }
                    if !counts.isEmpty {
                        Terminal.print("  a release would give: \(counts.joined(separator: ", "))")
                    }
                }
                if item.verdicts[.held] ?? 0 > 0, !reason.contains("complete day") {
                    Terminal.hint("  see who they are: keeptouch plan \(item.playbook) --who")
                    Terminal.hint("  let it go with: keeptouch release \(item.playbook)")
                }
            }
            if !item.variants.isEmpty {
                let variants = item.variants.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                let isHeldOut = Verdict.allCases.contains {
                    $0.arm != nil && $0 != .enrolled && item.verdicts[$0] ?? 0 > 0
                }
                Terminal.print(
                    "\(item.playbook): \(variants.joined(separator: ", "))\(isHeldOut ? " (holdouts, too)" : "")")
            }
            if !item.sets.isEmpty {
                let sets = item.sets.sorted { $0.key < $1.key }.map { key, accounts in
                    "\(key.attribute)\(key.value.map { ": \($0)" } ?? "") for \(Terminal.count(accounts, "account"))"
                }
                Terminal.print("\(item.playbook) \(hasRun ? "has set" : "would set") \(sets.joined(separator: ", "))")
            }
            for texts in item.texts {
                let count = Terminal.count(texts.touches, "text message")
                Terminal.print(
                    "\(item.playbook) \(hasRun ? "sends" : "would send") \(count) of \(texts.message), each at least "
                        + "\(texts.length)\(texts.cost.map { "; \($0) in all" } ?? "")")
            }
            for warning in item.warnings { Terminal.print("\(item.playbook): \(warning)") }
        }
        for sentence in report.standingStill { Terminal.print(Terminal.styled(sentence, .yellow)) }
        for journey in report.journeys {
            if let reason = journey.heldBecause {
                Terminal.print(Terminal.styled("journey \(journey.journey) stands still: \(reason)", .yellow))
            }
            let entered = journey.entered.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            guard !entered.isEmpty else { continue }
            Terminal.print("journey \(journey.journey): into \(entered.joined(separator: ", "))")
        }
        let inTable = report.playbooks.reduce(0) { sum, item in
            sum + item.verdicts.reduce(0) { $0 + ($1.key.arm == nil ? 0 : $1.value) }
        }
        if report.entered > inTable {
            Terminal.print(
                "\(Terminal.count(report.entered - inTable, "enrollment")) began after what this run sent; the table has what was so "
                    + "before that.")
        }
        for ending in report.endings {
            let why = ending.reason == Version.deleted ? "has no file any more" : "is retired"
            Terminal.print(
                Terminal.styled(
                    "\(ending.playbook) \(why): \(Terminal.count(ending.enrollments, "enrollment")) of it "
                        + (hasRun
                            ? "ended, and the messages that waited are cancelled; what ended does not go on"
                            : "would end"),
                    .yellow))
            if hasRun { Terminal.hint("  who they were: keeptouch accounts --in \(ending.playbook) --state ended") }
        }
        let begun = Terminal.count(report.entered, "enrollment") + (hasRun ? " begun" : " would begin")
        let late =
            report.tooLate > 0
            ? ", \(report.tooLate) of them too late to be sent (keeptouch touches --state expired)" : ""
        Terminal.print(
            "\(begun), \(report.moved) moved on, \(report.ended) ended, \(Terminal.count(report.goals, "goal")) reached, "
                + "\(Terminal.count(report.made, "touch", "touches")) made\(late). The books balance.")
    }
}

extension CycleText {
    /// What a draft still does.
    static func atWork(_ draft: (playbook: String, running: Int)) -> String {
        "\(draft.playbook) is a draft: nobody enters, and \(Terminal.count(draft.running, "running enrollment")) "
            + "\(draft.running == 1 ? "goes" : "go") on (state: retired ends them, keeptouch pause playbook:\(draft.playbook) "
            + "stops them)"
    }
}

/// What a run sent, as a person reads it.
struct SendingText {
    let report: DrainReport
    /// All touches that ended unsent, those that the cycle has ended among them, by how they ended.
    let unsent: [TouchState: Int]
    /// All touches of which nobody knows whether they arrived, whatever run made them so.
    let unknown: Int
    /// All touches that are to go out later.
    let pending: Int
    /// All touches that are held, whatever run held them.
    let held: Int
    /// When the window or cap of the first of these opens; nil when none waits for one.
    var opening: String?
    /// The scopes that stay stopped until someone resumes them.
    let paused: Set<String>

    func show() {
        var parts = [Terminal.count(report.sent, "touch", "touches") + " sent"]
        func add(_ count: Int, _ text: String) { if count > 0 { parts.append("\(count) \(text)") } }
        add(report.ghosts, report.ghosts == 1 ? "ghost of a holdout" : "ghosts of holdouts")
        add(report.retried, "tries failed and are repeated")
        add(report.rejected, "rejected")
        add(unknown, "unknown (keeptouch touches --state unknown)")
        add(held, "held (keeptouch touches --state held)")
        let causes = TouchState.allCases.compactMap { state in unsent[state].map { "\($0) \(state.rawValue)" } }
        add(unsent.values.reduce(0, +), "ended unsent (\(causes.joined(separator: ", ")))")
        add(report.recovered, "taken over from a run that died")
        add(pending, "pending (keeptouch touches --state pending says when)")
        Terminal.print(parts.joined(separator: ", ") + ".")
        if let opening {
            Terminal.hint("the next may leave \(opening), by keeptouch serve or a run while its window is open")
        }
        for (channel, reason) in report.stopped.sorted(by: { $0.key < $1.key }) {
            // Said at the beginning, and not of the channel.
            if paused.contains("all"), reason.hasPrefix("paused: ") { continue }
            Terminal.print(Terminal.styled("channel \(channel) stopped: \(reason)", .red))
            if paused.contains("channel:" + channel) {
                Terminal.hint("  when it is mended: keeptouch resume channel:\(channel)")
            }
        }
        if report.wasInterrupted { Terminal.print("Stopped early; the rest goes out with the next run.") }
    }
}
