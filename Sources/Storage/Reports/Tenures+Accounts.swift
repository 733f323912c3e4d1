package import Playbooks

extension Tenures {
    /// A number of a report about customers, as a question for the accounts behind it; days count whole.
    package enum Counted: Sendable, Hashable {
        /// Customers at the end of a day.
        case customers(on: Day)
        /// Customers at the end of the one day that were none at the end of the other.
        case gone(from: Day, to: Day)
        /// Every departure, of accounts too that came in between, or came back.
        case left(from: Day, to: Day)
        /// Who became a customer, for the first time or again.
        case came(from: Day, to: Day)
        /// Who became one for the first time in a month.
        case cohort(Month)
    }

    /// An account with the tenure by which it counts.
    package struct Found: Sendable, Hashable {
        package var id: Int64
        package var began: Day
        package var ended: Day?
        /// Why it left; nil when nobody knows.
        package var reason: String?
        /// Whether it is still there without paying.
        package var isFree: Bool
        /// Whether a risk playbook had matched it in the 90 days before it left.
        package var isExpected: Bool
    }

    /// The accounts behind a number; one that left twice is there twice.
    ///
    /// - Parameter risks: the playbooks that put accounts at risk.
    package func found(_ counted: Counted, risks: [String]) throws -> [Found] {
        let indices = tenures.indices.filter { isCounted(counted, tenures[$0]) }
        let expected = try expected(indices.filter { tenures[$0].ended != nil }, risks)
        return remaining(counted, indices).map { index in
            let stay = tenures[index]
            return Found(
                id: accounts[Int(stay.account)].id, began: Day(number: Int(stay.began)),
                ended: stay.ended.map { Day(number: $0) }, reason: name(stay.reason), isFree: stay.isFree,
                isExpected: expected.contains(index))
        }
    }

    private func isCounted(_ counted: Counted, _ stay: Tenure) -> Bool {
        switch counted {
        case .customers(let day): stay.holds(day.number)
        case .gone(let day, _): stay.holds(day.number)
        case .left(let from, let to): stay.ended.map { $0 >= from.number && $0 <= to.number } ?? false
        case .came(let from, let to):
            stay.began >= from.number && stay.began <= to.number && !isLateEntry(stay)
        case .cohort(let month):
            stay.began == stay.origin && accounts[Int(stay.account)].began <= stay.origin
                && Month(of: Day(number: Int(stay.origin))) == month
        }
    }

    /// Of who was there, those who are gone have no tenure at the end.
    private func remaining(_ counted: Counted, _ indices: [Int]) -> [Int] {
        guard case .gone(_, let to) = counted else { return indices }
        let there = Set(tenures.lazy.filter { $0.holds(to.number) }.map(\.account))
        return indices.filter { !there.contains(tenures[$0].account) }
    }
}
