import Playbooks

extension Tenures {
    /// What a stretch of time did to the accounts that were customers at its start; MRR in minor units.
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
        /// Of the arrivals, accounts that had been there before, unseen.
        package var entered = 0
        package var accountDays = 0

        package init() {}
    }

    /// Each calendar month from the first customer's to the one before the moment's, oldest first: what happened from its
    /// first day to its last, to those who were customers before it.
    package func months() -> [(month: Month, flow: Flow)] {
        let last = Month(of: today).number
        guard let first = firstDay.map({ Month(of: $0).number }), first < last else { return [] }
        var flows = Array(repeating: Flow(), count: last - first)
        func place(_ month: Int) -> Int? { month < last ? max(0, month - first) : nil }
        for stay in tenures {
            if let place = place(Self.month(of: stay.began)) {
                flows[place].arrivals += 1
                if isLateEntry(stay) { flows[place].entered += 1 }
            }
            if stay.ended != nil, let place = place(Self.month(of: stay.end)) { flows[place].departures += 1 }
        }
        // Until the end, `endMRR` is the change of the month.
        for account in accounts where account.mrr > 0 {
            if let place = place(Self.month(of: account.began)) { flows[place].endMRR += account.mrr }
        }
        var rest = changes[...]
        while let opening = rest.first {
            let month = Self.month(of: opening.day)
            let mine = rest.prefix { $0.account == opening.account && Self.month(of: $0.day) == month }
            rest = rest.dropFirst(mine.count)
            guard let place = place(month), let closing = mine.last else { continue }
            flows[place].endMRR += closing.mrr - opening.mrrBefore
            // Who came in the course of the month was not there at its start.
            guard opening.was, Self.month(of: accounts[Int(opening.account)].began) < month else { continue }
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
        return flows.enumerated().map { (Month(number: first + $0.offset), $0.element) }
    }

    private static func month(of day: Int32) -> Int { Month(of: Day(number: Int(day))).number }

    /// Whether a tenure begins because its account was seen, and not because it came.
    func isLateEntry(_ stay: Tenure) -> Bool {
        stay.origin < stay.began && stay.began == accounts[Int(stay.account)].began
    }
}
