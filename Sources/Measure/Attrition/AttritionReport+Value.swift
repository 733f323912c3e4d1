import Playbooks
import Statistics
import Storage

extension AttritionReport {
    /// What a customer is worth, by segment and attribute; nil when data.yaml says no margin.
    func value() -> Report.Section? {
        guard let worth = workspace.dataMap.value else { return nil }
        let customers = tenures.customers()
        var table = Report.Table(
            "Lifetime value",
            [
                .init("by", .left), .init("group", .left), .init("customers"), .init("mean MRR, \(currency)"),
                .init("months they stay, of \(Report.Unit.plain(0).text(Double(worth.days) / LifetimeValue.month))"),
                .init("lifetime value, \(currency)"), .init("95% interval"),
            ])
        func add(
            _ by: String, _ name: String, _ group: LifeQuestion.Group?, _ payments: [Tenures.Customer],
            _ lifetimes: [Lifetime]
        ) {
            let sample = Sample(payments.map { Double($0.mrr) })
            let found = LifetimeValue.of(
                SurvivalCurve(lifetimes, least: Self.fewest), payments: sample, margin: worth.margin,
                horizon: Double(worth.days))
            let none = Report.Cell.none("There is no customer of today of whom it is known what it pays.")
            let alike = Report.Cell.none("They all pay the same and stay as long, which gives no interval.")
            let few = Report.Cell.none("Of fewer than two customers it is known what they pay.")
            func told(_ cell: (LifetimeValue) -> Report.Cell) -> Report.Cell {
                sample.count == 0 ? none : sample.count == 1 ? few : .of(found, cell: cell)
            }
            let lead = Report.Table.Lead.customers(LifeQuestion(.paying).of(group), in: segment)
            table.add(
                [
                    .text(by), .text(name), .count(sample.count),
                    sample.count > 0 ? .number(sample.mean, .money(currency)) : none,
                    told { .number($0.stay.mean / LifetimeValue.month, .plain(1)) },
                    told { .number($0.value, .money(currency)) },
                    told { $0.interval().width > 0 ? .interval($0.interval(), .money(currency)) : alike },
                ], leads: [nil, nil, lead])
        }
        add("all", "", nil, customers, tenures.lifetimes().flatMap(\.lifetimes))
        for (index, grouping) in tenures.groupings.enumerated() {
            let isSegment = grouping.kind == .segment
            var isFirst = true
            let groups = tenures.lifetimes(by: index)
            // One value for everybody, or none, tells nobody from anybody.
            guard isSegment || groups.count > 1 else { continue }
            for group in groups where !isSegment || group.name == "1" {
                let name = isSegment ? "in it" : group.name.isEmpty ? "(none)" : group.name
                add(
                    isFirst ? grouping.name : "", name,
                    isSegment ? .init(.segment, grouping.name) : .init(.attribute, "\(grouping.name):\(group.name)"),
                    customers.filter { $0.groups[index] == group.name },
                    group.lifetimes)
                isFirst = false
            }
        }
        return Report.Section(
            "What a customer is worth",
            [
                .sentence(
                    "Within \(worth.days) days of becoming one: \(Report.Unit.share.text(worth.margin)) of what the customers of "
                        + "today pay a month, times the months that they stay. Payments are taken to stay as they are."),
                .table(table),
            ])
    }
}
