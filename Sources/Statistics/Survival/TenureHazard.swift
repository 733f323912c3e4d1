/// How many of those who reached a month of tenure leave in it: when they leave.
package struct TenureHazard: Sendable, Hashable {
    package struct Month: Sendable, Hashable {
        /// From 1; the first month is up to one length after the start.
        package var number: Int
        /// Those who left in it of those at risk; its Wilson interval is the interval of the hazard.
        package var departures: Proportion
        package var censored: Int

        /// d/(n - c/2): those who were last seen in the month count half; nil when nobody is at risk.
        package var actuarial: Double? {
            let exposed = Double(departures.total) - Double(censored) / 2
            return exposed > 0 ? min(1, Double(departures.successes) / exposed) : nil
        }
    }

    /// Every month up to the last that anybody was seen in.
    package let months: [Month]

    /// Longer tenures are left out.
    private static let longest = 1200.0

    /// - Parameter length: of a month, in the unit of the lifetimes. Late entries are at risk from the first month that they
    ///   were under observation for as a whole.
    package init(_ lifetimes: [Lifetime], length: Double) {
        guard length > 0 else {
            months = []
            return
        }
        func month(_ time: Double) -> Double { (time / length).rounded(.up) }
        let table = RiskTable(
            lifetimes.filter { $0.duration / length <= Self.longest }.map { lifetime in
                Lifetime(
                    entry: lifetime.entry.map(month), duration: max(1, month(lifetime.duration)), left: lifetime.left,
                    count: lifetime.duration >= 0 ? lifetime.count : 0)
            })
        let rows = Dictionary(uniqueKeysWithValues: table.rows.map { (Int($0.time), $0) })
        months = (0..<Int(table.rows.last?.time ?? 0)).map { index in
            let number = index + 1
            let row = rows[number]
            let departures = Proportion(
                successes: row?.events ?? 0, total: row?.atRisk ?? table.atRisk(at: Double(number)))
            return Month(number: number, departures: departures, censored: row?.censored ?? 0)
        }
    }
}
