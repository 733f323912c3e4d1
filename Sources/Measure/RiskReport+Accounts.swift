import Playbooks
import Statistics
import Storage

extension RiskReport {
    /// An account at risk with what is lost if it leaves now.
    private struct Case {
        var account: RiskFigures.OfAccount
        /// In minor units; nil when data.yaml says no margin, or it is no customer.
        var stake: Double?
    }

    /// So many are named; the list has all.
    private static let shown = 20

    /// Who is at risk, those first of whom most is at stake.
    func who() throws -> [Report.Block] {
        let curve = SurvivalCurve(tenures.lifetimes().flatMap(\.lifetimes), least: AttritionReport.fewest)
        let cases = try cases(curve)
        guard !cases.isEmpty else { return [] }
        let worth = workspace.dataMap.value
        let hasStakes = worth != nil
        var table = Report.Table(
            "Who is at risk",
            [.init("account", .left), .init("name", .left), .init("reason", .left), .init("MRR, \(currency)")]
                + (worth.map { [.init("at stake within \($0.days) days, \(currency)")] } ?? []))
        for item in cases.prefix(Self.shown) {
            var cells: [Report.Cell] = [
                .text(item.account.key), .text(item.account.name ?? ""),
                .named(
                    item.account.reasons.map(words).joined(separator: ", "),
                    key: item.account.reasons.joined(separator: ", ")),
                item.account.mrr.map(money) ?? .text("unknown"),
            ]
            if hasStakes {
                cells.append(
                    item.stake.map { .number($0, .money(currency)) }
                        ?? .none(item.account.mrr == nil ? "Nobody knows what it pays." : "It pays nothing."))
            }
            table.add(cells, leads: [.account(item.account.key)])
        }
        var blocks: [Report.Block] = [.table(table)]
        if cases.count > Self.shown { blocks.append(.sentence("\(cases.count - Self.shown) more follow in the list.")) }
        if let worth { blocks.append(.sentence(stakes(cases, worth, nobodyLeft: curve.table.events == 0))) }
        return blocks
    }

    private func cases(_ curve: SurvivalCurve) throws -> [Case] {
        let worth = workspace.dataMap.value
        let ages = Dictionary(tenures.customers().map { ($0.id, $0.age) }) { first, _ in first }
        return try figures.accounts().map { account in
            let stake = worth.flatMap { worth -> Double? in
                guard let age = ages[account.id], let mrr = account.mrr else { return nil }
                return worth.margin * Double(mrr)
                    * curve.meanTime(ahead: Double(worth.days), from: Double(age)) / LifetimeValue.month
            }
            return Case(account: account, stake: stake)
        }.sorted {
            (-($0.stake ?? 0), -($0.account.mrr ?? 0), $0.account.key)
                < (-($1.stake ?? 0), -($1.account.mrr ?? 0), $1.account.key)
        }
    }

    private func stakes(_ cases: [Case], _ worth: CustomerValue, nobodyLeft: Bool) -> String {
        let all = cases.reduce(0) { $0 + ($1.stake ?? 0) }
        var text =
            "At stake is what they would bring within \(worth.days) days if they stayed as customers of their age do: "
            + "\(Report.Unit.share.text(worth.margin)) of their MRR for the days to be expected, "
            + "\(Report.Unit.money(currency).text(all)) \(currency) together."
            + (nobodyLeft ? " Nobody is known to have left yet, so it is all that they would pay." : "")
        guard let cost = worth.touchCost else {
            return text + " `ltv: { touch_cost: }` in data.yaml also tells which cases are not worth a touch."
        }
        let minor = (0..<Currency.minorDigits(of: currency)).reduce(cost) { amount, _ in amount * 10 }
        let small = cases.filter { $0.account.mrr != nil && ($0.stake ?? 0) < minor }
        let price = "\(Report.Unit.money(currency).text(minor)) \(currency)"
        guard !small.isEmpty else { return text + " Each is worth more than the \(price) that a touch costs." }
        let keys = small.prefix(5).map(\.account.key).joined(separator: ", ")
        text +=
            " Not worth a touch of \(price): \(small.count) of \(cases.count)"
            + " (\(keys)\(small.count > 5 ? ", ..." : ""))."
        return text
    }
}
