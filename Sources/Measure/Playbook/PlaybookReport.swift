package import Playbooks
import Statistics
package import Storage

/// `report playbook`: from match to goal, version by version, and what was lost on the way.
package struct PlaybookReport {
    private let connection: Connection
    private let asOf: Instant
    private let zone: Zone
    private let workspace: Workspace
    /// Playbooks whose goal is a mean, which nobody reaches or misses.
    private let means: Set<String>
    /// By the names of the playbooks that the files have.
    private let titles: [String: String]
    /// For what reason a playbook puts accounts at risk, in words with its name behind.
    private let risks: [String: String]

    package init(_ connection: Connection, in workspace: Workspace, asOf: Instant) {
        (self.connection, self.asOf, zone) = (connection, asOf, workspace.configuration.zone)
        self.workspace = workspace
        means = Set(workspace.playbooks.filter { $0.meanGoal != nil }.map(\.name))
        titles = Dictionary(workspace.playbooks.map { ($0.name, $0.title) }) { first, _ in first }
        let reasons = workspace.dataMap.reasons
        risks = workspace.playbooks.reduce(into: [:]) { risks, playbook in
            guard let risk = playbook.risk else { return }
            let title = reasons.first { $0.name == risk }?.title
            risks[playbook.name] = title.map { "\($0) (\(risk))" } ?? risk
        }
    }

    /// A line for each playbook that has ever run.
    package func all() throws -> Report {
        var table = Report.Table(
            "Playbooks",
            [.init("playbook", .left), .init("title", .left), .init("state", .left)] + Self.columns)
        for known in try KnownPlaybook.all(connection) {
            let versions = try self.funnel(of: known).versions()
            guard let total = Self.total(versions), known.state == .live || total.matched + total.entered > 0 else {
                continue
            }
            table.add(
                [.text(known.name), .text(titles[known.name] ?? ""), .text(known.state.rawValue)]
                    + cells(total, of: known.name))
        }
        let blocks: [Report.Block] =
            table.rows.isEmpty
            ? [.sentence("No playbook has run as of \(asOf.text(in: zone)).")] : [.table(table), Self.note]
        return Report(title: "Playbooks", asOf: asOf, sections: [.init("Funnel", blocks)])
    }

    package func of(_ name: String) throws -> Report {
        var report = Report(
            title: "Playbook \(Report.heading(of: name, titled: titles[name]))", asOf: asOf, sections: [])
        let nothing = Report.Section(
            "Funnel", [.sentence("\(name) has not run as of \(asOf.text(in: zone)): there is nothing to count.")])
        guard let known = try KnownPlaybook.named(name, connection) else {
            report.sections = [nothing]
            return report
        }
        let funnel = self.funnel(of: known)
        let versions = try funnel.versions()
        guard let total = Self.total(versions), let newest = versions.last else {
            report.sections = [nothing]
            return report
        }
        report.sections = [.init("Funnel", chart(total) + [.table(table(versions, total, of: name)), Self.note])]
        if let risk = risks[name] {
            report.sections[0].blocks.append(.sentence("While it matches, an account is at risk: \(risk)."))
        }
        let byHand = try funnel.byHand()
        if byHand.entered > 0 {
            report.sections[0].blocks.append(
                .sentence(
                    "Entered by hand, and counted nowhere else: \(byHand.entered), of which \(byHand.treated) treated, "
                        + "\(byHand.goals) of them with the goal."))
        }
        if known.state != .live {
            report.sections[0].blocks.append(.sentence("The playbook is not live: nobody enters any more."))
        }
        report.sections.append(.init("Not entered", try losses(funnel.kept(), of: total.matched, noun: "matches")))
        let touches = try funnel.touches()
        report.sections.append(
            .init("Touches that did not go out", try losses(funnel.lost(), of: touches, noun: "touches")))
        let changes = zip(versions, versions.dropFirst()).flatMap { old, new -> [Report.Block] in
            let diff = UnifiedDiff(from: old.source, to: new.source)
            guard let hunks = diff.hunks else { return [] }
            let title = "\(Self.short(old.hash)) → \(Self.short(new.hash)), first seen \(new.seenAt.text(in: zone)):"
            return [.sentence(title), .diff(hunks)]
        }
        if versions.count > 1, newest.seenAt <= asOf {
            report.sections.append(.init("What changed between versions", changes))
        }
        return report
    }

    private func funnel(of known: KnownPlaybook) -> PlaybookFunnel {
        PlaybookFunnel(
            connection, playbookID: known.id,
            lateness: PlaybookEntries.lateness(of: workspace.playbook(known.name), workspace.dataMap), asOf: asOf)
    }

    private static let columns: [Report.Table.Column] = [
        .init("matched"), .init("entered"), .init("treated"), .init("sent"), .init("delivered"), .init("clicked"),
        .init("replied"), .init("goal"), .init("of matured"), .init("goal rate"), .init("still open"),
        .init("kept 90 days"),
        .init("of 90 days old"), .init("kept rate"),
    ]

    private static let note = Report.Block.sentence(
        "Entered counts all arms; what follows it only treated enrollments. Rates are of those whose time is over, and two days "
            + "more (where the goal reads metrics, their fresh_within), in which a nightly file may still tell what happened in "
            + "time; until then they are still open. What a weekly file tells later does not count. A funnel compares nobody "
            + "with anybody: what the playbook changed is in report experiment. "
            + "Who they are: keeptouch accounts --in PLAYBOOK --state all|goal|ended; their touches: keeptouch touches --playbook PLAYBOOK."
    )

    private static func short(_ hash: String) -> String { String(hash.prefix(8)) }

    private static func total(_ versions: [PlaybookFunnel.Version]) -> PlaybookFunnel.Version? {
        guard var total = versions.first else { return nil }
        for version in versions.dropFirst() {
            total.matched += version.matched
            total.entered += version.entered
            total.treated += version.treated
            total.sent += version.sent
            total.delivered += version.delivered
            total.clicked += version.clicked
            total.replied += version.replied
            total.goalMatured += version.goalMatured
            total.goals += version.goals
            total.goalOpen += version.goalOpen
            total.keptMatured += version.keptMatured
            total.kept += version.kept
            total.keptOpen += version.keptOpen
        }
        return total
    }

    private func cells(_ version: PlaybookFunnel.Version, of name: String) -> [Report.Cell] {
        let goal = Proportion(successes: version.goals, total: version.goalMatured)
        let kept = Proportion(successes: version.kept, total: version.keptMatured)
        let isReported = version.delivered > 0
        let silent = Report.Cell.none("No channel has reported a delivery.")
        let early = "Nobody's time is over yet."
        let isMean = means.contains(name)
        let mean = Report.Cell.none("It is not reached or missed, for its goal is a mean: see report experiment.")
        let hasGoal = version.treated == 0 || version.goalMatured + version.goalOpen > 0
        let goals: [Report.Cell] = [
            isMean ? mean : .count(goal.successes), .count(goal.total),
            isMean ? mean : goal.rate.map { .number($0, .share) } ?? .none(early), .count(version.goalOpen),
        ]
        return [
            .count(version.matched), .count(version.entered), .count(version.treated), .count(version.sent),
            isReported ? .count(version.delivered) : silent, isReported ? .count(version.clicked) : silent,
            .count(version.replied),
        ] + (hasGoal ? goals : goals.map { _ in .none("There is no goal.") }) + [
            .count(kept.successes), .count(kept.total), kept.rate.map { .number($0, .share) } ?? .none(early),
        ]
    }

    private func table(
        _ versions: [PlaybookFunnel.Version], _ total: PlaybookFunnel.Version, of name: String
    ) -> Report.Table {
        var table = Report.Table("Versions", [.init("version", .left), .init("first seen", .left)] + Self.columns)
        for version in versions {
            table.add(
                [.text(Self.short(version.hash)), .text(version.seenAt.text(in: zone))] + cells(version, of: name))
        }
        if versions.count > 1 { table.add([.text("all"), .text("")] + cells(total, of: name)) }
        return table
    }

    private func chart(_ total: PlaybookFunnel.Version) -> [Report.Block] {
        var steps = [("matched", max(total.matched, total.entered)), ("treated", total.treated), ("sent", total.sent)]
        if total.delivered > 0 { steps += [("delivered", total.delivered), ("clicked", total.clicked)] }
        return [
            .chart(
                .funnel(
                    .init(title: "From match to click", steps: steps.map { .init(label: $0.0, count: $0.1) })))
        ]
    }

    private func losses(_ losses: [PlaybookFunnel.Loss], of all: Int, noun: String) -> [Report.Block] {
        guard !losses.isEmpty else { return [.sentence("None.")] }
        let shown = 15
        var table = Report.Table(
            noun, [.init("what", .left), .init("count"), .init("share"), .init("reason", .left)])
        for loss in losses.prefix(shown) {
            table.add([
                .text(loss.what), .count(loss.count),
                .share(all > 0 ? min(1, Double(loss.count) / Double(all)) : nil), .text(loss.reason),
            ])
        }
        let rest = losses.dropFirst(shown).reduce(0) { $0 + $1.count }
        let more: [Report.Block] = rest > 0 ? [.sentence("\(rest) more for other reasons.")] : []
        return [.table(table)] + more
    }
}
