package import Playbooks

extension Tenures {
    /// What happened from the end of one day to the end of another.
    package func flow(from first: Day, to last: Day) -> Flow {
        let (from, to) = (first.number, last.number)
        var flow = Flow()
        for stay in tenures where stay.began <= to && stay.end >= from {
            if stay.holds(from) { flow.start += 1 }
            if stay.holds(to) { flow.end += 1 }
            if stay.end > from, stay.end <= to { flow.departures += 1 }
            if stay.began > from {
                flow.arrivals += 1
                if isLateEntry(stay) { flow.entered += 1 }
            }
        }
        flow.accountDays = accountDays(from: first, to: last)
        for account in accounts where account.mrr > 0 && account.began <= to {
            if account.began <= from { flow.startMRR += account.mrr }
            flow.endMRR += account.mrr
        }
        var rest = changes[...]
        while let index = rest.first?.account {
            let mine = rest.prefix { $0.account == index }
            rest = rest.dropFirst(mine.count)
            add(mine.prefix { $0.day <= to }, accounts[Int(index)], from, to: &flow)
        }
        return flow
    }

    /// How many days customers were there, all together, from the start of one day to the start of another.
    package func accountDays(from first: Day, to last: Day) -> Int {
        tenures.reduce(0) { $0 + max(0, min(Int($1.end), last.number) - max(Int($1.began), first.number)) }
    }

    /// Adds what one account's changes up to the last day come to.
    private func add(_ changes: ArraySlice<Change>, _ account: Account, _ from: Int, to flow: inout Flow) {
        guard let closing = changes.last else { return }
        let moved = changes.reduce(0) { $0 + $1.mrr - $1.mrrBefore }
        let opening = changes.last { $0.day <= from }
        let movedBefore = changes.prefix { $0.day <= from }.reduce(0) { $0 + $1.mrr - $1.mrrBefore }
        flow.startMRR += movedBefore
        flow.endMRR += moved
        // Who came later was not there at the start.
        guard account.began <= from, opening?.pays ?? (account.mrr != 0) else { return }
        if !closing.pays { flow.gone += 1 }
        flow.lostMRR += max(0, movedBefore - moved)
        flow.expandedMRR += max(0, moved - movedBefore)
    }
}
