/// How many of those who reached a month of tenure leave in it: when they leave.
///
/// The risk of a month is 1 - S(end)/S(start) of the survival curve (Kaplan and Meier), so that the two agree: whoever could be
/// watched for a part of a month only counts for that part.
package struct TenureHazard: Sendable, Hashable {
    package struct Month: Sendable, Hashable {
        /// From 1; the first month is up to one length after the start.
        package var number: Int
        /// Who was under observation in any part of it.
        package var watched: Int
        /// Those who left in it, of as many as it would take at this risk if all had been watched through the month; its Wilson
        /// interval is the interval of the risk.
        package var departures: Proportion
    }

    /// Every month up to the last that anybody was seen in.
    package let months: [Month]

    /// Longer tenures are left out.
    private static let longest = 1200.0

    /// What lifetimes bring to one month.
    private struct Part {
        var watched = 0
        /// Months that they were watched for, together.
        var exposure = 0.0
        var left = 0
        var stays = 1.0
    }

    /// - Parameter length: of a month, in the unit of the lifetimes.
    package init(_ lifetimes: [Lifetime], length: Double) {
        guard length > 0 else {
            months = []
            return
        }
        let seen = lifetimes.filter { $0.isObserved && $0.duration / length <= Self.longest }
        func month(_ time: Double) -> Int { max(0, Int((time / length).rounded(.up)) - 1) }
        var parts = Array(repeating: Part(), count: seen.map { month($0.duration) + 1 }.max() ?? 0)
        for lifetime in seen {
            let (entry, last) = (max(0, lifetime.entry ?? 0), month(lifetime.duration))
            for index in min(last, Int(entry / length))...last {
                let (start, end) = (Double(index) * length, Double(index + 1) * length)
                // Who leaves was at risk for the whole of it.
                let until = lifetime.left && index == last ? end : min(end, lifetime.duration)
                parts[index].watched += lifetime.count
                parts[index].exposure += max(0, until - max(start, entry)) / length * Double(lifetime.count)
            }
        }
        for row in RiskTable(seen).rows where row.events > 0 && row.atRisk > 0 {
            let index = month(row.time)
            parts[index].left += row.events
            parts[index].stays *= 1 - min(1, Double(row.events) / Double(row.atRisk))
        }
        months = parts.enumerated().map { index, part in
            let exposed = part.left > 0 ? Double(part.left) / (1 - part.stays) : part.exposure
            return Month(
                number: index + 1, watched: part.watched,
                departures: Proportion(successes: part.left, total: max(part.left, Int(exposed.rounded()))))
        }
    }
}
