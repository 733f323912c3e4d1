package import Playbooks
package import Storage

/// `report experiment`: what a playbook changed, against its holdout, by intention to treat.
package struct ExperimentReport {
    private let name: String
    private let workspace: Workspace
    private let rule: ArmComparison.Rule
    private let connection: Connection
    private let asOf: Instant

    /// - Parameter name: a playbook of the files or of the database; it may be a draft, retired or deleted.
    package init(
        _ name: String, in workspace: Workspace, rule: ArmComparison.Rule = .groupSequential, _ connection: Connection,
        asOf: Instant
    ) {
        (self.name, self.workspace, self.rule, self.connection, self.asOf) = (name, workspace, rule, connection, asOf)
    }

    private var playbook: Playbook? { workspace.playbook(name) }

    package func make() throws -> Report {
        var report = Report(
            title: "Experiment \(Report.heading(of: name, titled: playbook?.title))", asOf: asOf, sections: [])
        guard let known = try KnownPlaybook.named(name, connection) else {
            report.sections = [
                .init("Verdict", [.sentence("\(name) has never run: there is nothing to measure. \(designHint)")])
            ]
            return report
        }
        let entries = try self.entries(of: known)
        let periods = try entries.periods(of: experiment)
        guard let last = periods.last else {
            let since = known.liveSince.map { "it has been live since \(text($0))" } ?? "it has never been live"
            report.sections = [
                .init(
                    "Verdict", [.sentence("As of \(text(asOf)) there is nothing to measure: \(since). \(designHint)")])
            ]
            return report
        }
        let designs = periods.map { ExperimentArms.marks($0.design) }
        let read = try self.read(periods, designs, entries)
        guard var current = read.last else { return report }
        if current.arms.isComparison { try current.readGroups(entries, by: workspace) }
        let changes = zip(designs, designs.dropFirst()).map(Self.changes)
        let before = read.dropLast().last { $0.period.entered > 0 && $0.arms.isComparison }
        report.sections = sections(
            current, before: before, number: last.number, changed: changes.last, state: known.state)
        for (index, period) in read.enumerated().dropLast().reversed() where period.period.entered > 0 {
            let changed = index > 0 ? [Report.Block.sentence("Changed before it: \(changes[index - 1]).")] : []
            report.sections.append(
                .init(
                    "Period \(period.period.number), begun \(text(period.period.startedAt))",
                    changed + [.sentence(period.sentenceOfPast)] + period.primaryBlocks
                        + period.entryNotes.map { .sentence($0) }))
        }
        return report
    }

    /// The report with the weekly look whose verdict it shows: that stays as it is until the next one.
    ///
    /// Nil before the first week of the period is over.
    func makeWithLook() throws -> (report: Report, look: Instant?) {
        let report = try make()
        guard let known = try KnownPlaybook.named(name, connection),
            let began = try self.entries(of: known).periods(of: experiment).last?
                .startedAt
        else { return (report, nil) }
        let weeks = (asOf - began).milliseconds / PlaybookEntries.week
        return (report, weeks > 0 ? began + .days(7 * weeks) : nil)
    }

    private var experiment: String { playbook?.experiment ?? name }

    private func entries(of known: KnownPlaybook) throws -> PlaybookEntries {
        try PlaybookEntries(
            connection, playbookID: known.id, lateness: PlaybookEntries.lateness(of: playbook, workspace.dataMap),
            asOf: asOf)
    }

    private func read(
        _ periods: [PlaybookEntries.Period], _ designs: [[[String: String]]], _ entries: PlaybookEntries
    ) throws -> [ExperimentPeriod] {
        let sharing = workspace.playbooks.filter { $0.experiment == experiment }.map(\.name)
        return try periods.enumerated().map { index, period in
            try ExperimentPeriod(
                period, of: entries, rule: rule, name: name, playbook: playbook, sharing: sharing,
                in: workspace,
                measuredAlike: periods.indices.filter {
                    designs[$0].map { $0["goal"] } == designs[index].map { $0["goal"] }
                }.map { periods[$0].experimentID })
        }
    }

    /// The running period with the edit that ships its winner; nil where nothing has run.
    func current() throws -> (period: ExperimentPeriod, patch: String?)? {
        guard let known = try KnownPlaybook.named(name, connection) else { return nil }
        let entries = try self.entries(of: known)
        let periods = try entries.periods(of: experiment)
        let designs = periods.map { ExperimentArms.marks($0.design) }
        guard let period = try read(periods, designs, entries).last else { return nil }
        return (period, playbook.flatMap { diff(period, $0) })
    }

    /// In words, what one period's design has otherwise than that of the one before.
    private static func changes(_ old: [[String: String]], _ new: [[String: String]]) -> String {
        let names = [
            "shares": "weights or holdout", "goal": "the goal", "steps": "what is sent or ends it",
            "entry": "who enters or is written to", "messages": "messages",
        ]
        let keys = ["shares", "goal", "steps", "entry", "messages"].filter { key in
            old.map { $0[key] } != new.map { $0[key] }
        }
        return keys.compactMap { names[$0] }.joined(separator: ", ")
    }

    private func text(_ moment: Instant) -> String { moment.text(in: workspace.configuration.zone) }

    private var designHint: String { "See what it would take: keeptouch report experiment \(name) --design" }

    private func sections(
        _ current: ExperimentPeriod, before: ExperimentPeriod?, number: Int, changed: String?, state: Playbook.State
    ) -> [Report.Section] {
        var verdict: [Report.Block] = [.sentence(current.sentence)]
        // Whoever has shipped a winner wants no advice to hold out anew.
        if !current.arms.isComparison, let before {
            verdict = [
                .sentence(
                    "Since \(text(current.period.startedAt)) everybody gets the same, and nothing is compared. Period "
                        + "\(before.period.number) said: \(before.sentenceOfPast)")
            ]
        }
        if let playbook, let diff = diff(current, playbook) {
            verdict.append(.sentence("Only an edit makes it the default; this is the edit:"))
            verdict.append(.diff(diff))
        }
        if state != .live { verdict.append(.sentence("The playbook is not live: nobody enters any more.")) }
        if let changed {
            verdict.append(
                .sentence(
                    "Changed: \(changed). This is period \(number), begun \(text(current.period.startedAt)); "
                        + "earlier periods stand apart below and are not added up."))
        }
        var sections = [
            Report.Section("Verdict", verdict),
            Report.Section(
                current.goalTitle,
                current.primaryBlocks + current.notes.map { .sentence($0) }),
        ]
        guard current.entered > 0 else { return sections }
        if current.isComparable {
            sections.append(.init("Attrition and other outcomes", current.secondaryBlocks))
            if !current.guardrails.isEmpty { sections.append(.init("Guardrail metrics", current.guardrailBlocks)) }
            for (title, blocks) in [
                ("Whom it works for", current.groupBlocks), ("Beside other playbooks", current.interactionBlocks),
                ("All entries", current.repeatBlocks),
            ] where !blocks.isEmpty {
                sections.append(.init(title, blocks))
            }
            sections.append(.init("Checks", current.checkBlocks))
        }
        return sections
    }

    private func diff(_ period: ExperimentPeriod, _ playbook: Playbook) -> String? {
        guard case .ship(let arm) = period.verdict else { return nil }
        let edit = WinnerDiff(playbook: playbook)
        return period.arms.hasVariants ? edit.giving(allTo: period.arms.arms[arm + 1].name) : edit.withoutHoldout()
    }
}
