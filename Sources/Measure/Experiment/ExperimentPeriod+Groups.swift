import Decisions
import Playbooks
import Statistics
import Storage

extension ExperimentPeriod {
    /// With fewer accounts in an arm a group says nothing.
    private var fewestOfGroup: Int { measured == nil ? 20 : ArmFigure.fewestOfMean }

    /// All entries of an account, where some have entered again.
    var repeatBlocks: [Report.Block] {
        var sides = Array<PlaybookEntries.Repeats?>(repeating: nil, count: arms.arms.count)
        for (arm, sums) in repeats { if let place = arms.place(arm) { sides[place] = sums } }
        let again = sides.compactMap(\.self).contains { $0.entries > Double($0.accounts) }
        guard arms.isComparison, again else { return [] }
        func sample(_ arm: Int) -> Sample? {
            sides[arm].flatMap {
                Sample(
                    count: $0.accounts, numerator: $0.goals, denominator: $0.entries, numeratorSquares: $0.goalsSquared,
                    denominatorSquares: $0.entriesSquared, products: $0.products)
            }
        }
        var table = Report.Table(
            "All entries",
            [
                .init("arm", .left), .init("accounts"), .init("entries"), .init(goalName), .init("rate"),
                .init("effect, points"), .init("95% interval, points, \(Self.once)"),
            ])
        for (index, arm) in arms.arms.enumerated() {
            var cells: [Report.Cell] = [
                .text(arm.name), .count(sides[index]?.accounts ?? 0), .count(Int(sides[index]?.entries ?? 0)),
                .count(Int(sides[index]?.goals ?? 0)), .share(sample(index)?.mean),
            ]
            if index > 0 {
                let effect =
                    if let control = sample(0), let own = sample(index) {
                        Effect.between(control, own, scale: .absolute)
                    } else {
                        Result<Effect, Unmeasurable>.failure(.noAccounts)
                    }
                cells += [
                    .of(effect) { .number($0.estimate, .points) }, .of(effect) { .interval($0.interval(), .points) },
                ]
            } else {
                cells += [.none(""), .none("")]
            }
            table.add(cells, leads: [nil, lead(index, .entries), lead(index, .entries), lead(index, .goals)])
        }
        return [
            .table(table),
            .sentence(
                "The first entry of each account is what the verdict rests on. Here later ones count too, with errors by account "
                    + "(one account's entries are like each other); what came of the first may have changed who entered again."
            ),
        ]
    }

    /// Whom it works for, by what the accounts were when they entered.
    var groupBlocks: [Report.Block] {
        blocks(
            groupings.filter { $0.kind != .playbook }, title: "By group",
            differing:
                "a group that seems to differ deserves a playbook with an audience, and an experiment, of its own")
    }

    /// Whether it works otherwise where another playbook acts.
    var interactionBlocks: [Report.Block] {
        blocks(
            groupings.filter { $0.kind == .playbook }, title: "Beside other playbooks",
            differing:
                "where the effect is another beside `treated` than beside `holdout`, the two playbooks act on each other"
        )
    }

    private struct Row {
        var grouping: PlaybookEntries.Grouping
        var group: String
        var arm: Int
        var contrast: ArmContrast
    }

    /// The arms of a group, the control first; nil for one without accounts.
    private func sides(_ group: PlaybookEntries.Group) -> [ArmFigure?] {
        var sides = Array<ArmFigure?>(repeating: nil, count: arms.arms.count)
        // Sums of fractions are the same only in the same order.
        for (arm, figure) in group.figures.sorted(by: { $0.key.order < $1.key.order }) {
            if let place = arms.place(arm) { sides[place] = sides[place]?.plus(figure) ?? figure }
        }
        return sides
    }

    private func blocks(_ groupings: [PlaybookEntries.Grouping], title: String, differing: String) -> [Report.Block] {
        guard arms.isComparison else { return [] }
        var shown: [(grouping: PlaybookEntries.Grouping, arm: Int, rows: [Row])] = []
        for grouping in groupings {
            for arm in arms.arms.indices.dropFirst() {
                let rows = grouping.groups.sorted { $0.name < $1.name }.compactMap { group -> Row? in
                    let sides = sides(group)
                    guard let control = sides[0], let own = sides[arm], min(control.total, own.total) >= fewestOfGroup
                    else { return nil }
                    return Row(
                        grouping: grouping, group: group.name, arm: arm,
                        contrast: ArmContrast(control: control, treatment: own))
                }
                if rows.count > 1 { shown.append((grouping, arm, rows)) }
            }
        }
        guard !shown.isEmpty else { return [] }
        let tests = shown.map { shown in
            Heterogeneity.test(
                shown.rows.compactMap { try? $0.contrast.effect(.absolute).get() })
        }
        var adjusted = Correction.benjaminiHochberg.adjusted(tests.compactMap { try? $0.get().p })[...]
        var table = Report.Table(
            title,
            [
                .init("by", .left), .init("group", .left), .init("arm", .left), .init("matured"),
            ]
                + (measured == nil
                    ? [.init(goalName), .init("rate"), .init("\(arms.control) rate")]
                    : [.init("mean of \(goalName), \(effectUnitName)"), .init("\(arms.control) mean")]) + [
                    .init("effect, \(effectUnitName)"), .init("95% interval, \(effectUnitName), \(Self.once)"),
                    .init("adjusted p that groups differ"),
                ])
        for (shown, test) in zip(shown, tests) {
            for (index, row) in shown.rows.enumerated() {
                let contrast = row.contrast
                let p: Report.Cell =
                    index > 0 ? .none("") : .of(test) { _ in .number(adjusted.popFirst() ?? 1, .plain(3)) }
                var cells: [Report.Cell] = [
                    .text(index == 0 ? shown.grouping.name : ""), .text(row.group), .text(arms.arms[shown.arm].name),
                    .count(contrast.treatment.total),
                ]
                if case .share(let share) = contrast.treatment { cells.append(.count(share.successes)) }
                cells += [contrast.treatment, contrast.control].map {
                    $0.center.map { .number($0, levelUnit) } ?? .none(Unmeasurable.noAccounts.sentence)
                }
                cells += [
                    contrast.difference.map { .number($0, effectUnit) } ?? .none(Unmeasurable.noAccounts.sentence),
                    contrast.interval(alpha: 0.05).map { .interval($0, effectUnit) }
                        ?? .none(Unmeasurable.noVariance.sentence), p,
                ]
                let group = ExperimentQuestion.Group(shown.grouping.kind.asked, "\(shown.grouping.name):\(row.group)")
                var leads: [Report.Table.Lead?] = [nil, nil, nil, lead(shown.arm, .matured, group: group)]
                if measured == nil { leads.append(lead(shown.arm, .hit, group: group)) }
                table.add(cells, leads: leads)
            }
        }
        var warning =
            "Looked for afterwards: of twenty groups one stands out by chance, and no verdict rests on them; \(differing). The last "
            + "column asks whether the groups of a name differ at all (Cochran's Q, adjusted by Benjamini and Hochberg)."
        let present = Set(shown.filter { !$0.grouping.isOfTheEntry }.map(\.grouping.name)).sorted()
        if !present.isEmpty {
            warning +=
                " \(present.joined(separator: ", ")) \(present.count == 1 ? "is" : "are") not tracked and so as now, which the playbook "
                + "may have changed; `track: true` in data.yaml keeps what was."
        }
        return [.table(table), .sentence(warning)]
    }
}

extension PlaybookEntries.Grouping.Kind {
    fileprivate var asked: ExperimentQuestion.Grouping {
        switch self {
        case .segment: .segment
        case .attribute: .attribute
        case .playbook: .playbook
        }
    }
}

extension PlaybookEntries.Arm {
    fileprivate var order: String { "\(arm.rawValue)/\(variant ?? "")" }
}
