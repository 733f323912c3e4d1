import Playbooks

extension Tenures {
    /// What a stretch of time did to the accounts that were customers on its first day; MRR in minor units.
    package struct Flow: Sendable, Hashable {
        package var start = 0
        package var end = 0
        /// Of those at the start, who were no customers at the end.
        package var gone = 0
        package var startMRR: Int64 = 0
        package var endMRR: Int64 = 0
        /// What those of the start pay less, gone ones included, and what they pay more.
        package var lostMRR: Int64 = 0
        package var expandedMRR: Int64 = 0
        /// Every departure, of accounts too that came in between, or came back.
        package var departures = 0
        package var arrivals = 0
        package var accountDays = 0

        package init() {}
    }

    /// Each calendar month from the first customer's to the one before the moment's, oldest first.
    package func months() -> [(month: Month, flow: Flow)] {
        let last = Month(of: today).number
        guard let first = firstDay.map({ Month(of: $0).number }), first < last else { return [] }
        // What is of the first day of the first month came before it.
        var flows = Array(repeating: Flow(), count: last - first + 1)
        func place(_ month: Int) -> Int? { month < last ? max(0, month - first + 1) : nil }
        for stay in tenures {
            if let place = place(Self.month(before: stay.began)) { flows[place].arrivals += 1 }
            if stay.ended != nil, let place = place(Self.month(before: stay.end)) { flows[place].departures += 1 }
        }
        // Until the end, `endMRR` is the change of the month.
        for account in accounts where account.mrr > 0 {
            if let place = place(Self.month(before: account.began)) { flows[place].endMRR += account.mrr }
        }
        var rest = changes[...]
        while let opening = rest.first {
            let month = Self.month(before: opening.day)
            let mine = rest.prefix { $0.account == opening.account && Self.month(before: $0.day) == month }
            rest = rest.dropFirst(mine.count)
            guard let place = place(month), let closing = mine.last else { continue }
            flows[place].endMRR += closing.mrr - opening.mrrBefore
            // Who came in the course of the month was not there at its start.
            guard opening.was, Self.month(before: accounts[Int(opening.account)].began) < month else { continue }
            if !closing.pays { flows[place].gone += 1 }
            flows[place].lostMRR += max(0, opening.mrrBefore - closing.mrr)
            flows[place].expandedMRR += max(0, closing.mrr - opening.mrrBefore)
        }
        for index in flows.indices {
            if index > 0 {
                flows[index].start = flows[index - 1].end
                flows[index].startMRR = flows[index - 1].endMRR
            }
            flows[index].end = flows[index].start + flows[index].arrivals - flows[index].departures
            flows[index].endMRR += flows[index].startMRR
        }
        return flows.dropFirst().enumerated().map { (Month(number: first + $0.offset), $0.element) }
    }

    /// In which month a change of a day shows: a month counts from the state at its first day to that at the next one's.
    private static func month(before day: Int32) -> Int { Month(of: Day(number: Int(day) - 1)).number }
}
