package import Decisions
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
        /// Who became one for the first time in a month; with an anniversary, those of them who were there on it.
        case cohort(Month, anniversary: Int?)
        /// Customers of the moment of whom it is known what they pay.
        case paying
        /// Every stay that is watched, or those that ended.
        case stays(isEnded: Bool, at: Age?)
    }

    /// When in the life of a customer.
    package enum Age: Sendable, Hashable {
        /// Whoever was watched after so many days.
        case days(Int)
        /// In a month of tenure, counted from 1.
        case month(Int, length: Double)
    }

    /// Some of the customers, as a report groups them.
    package enum Part: Sendable, Hashable {
        case segment(String)
        /// By an attribute; "" for those that have none.
        case attribute(String, String)
        /// From the day on which they came into a stage until they moved on.
        case stage(StageKey)
        /// From the day of the assignment, in the newest period of an experiment.
        case arm(String, Decisions.Arm)
        /// Of the customers of the day on which a workspace drew its newest global holdout.
        case drawn(String, isHeldOut: Bool)
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
    /// - Parameters:
    ///   - group: only those of a group; stages and arms have lives of their own, of which only stays are counted.
    ///   - risks: the playbooks that put accounts at risk.
    package func found(
        _ counted: Counted, of group: Part? = nil, in journeys: [Journey] = [], risks: [String]
    ) throws -> [Found] {
        let indices =
            try counted.isOfStays
            ? lives(of: group, journeys).filter { isCounted(counted, $0.life) }.map(\.index)
            : try members(of: group).filter { isCounted(counted, tenures[$0]) }
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
        case .cohort(let month, let anniversary):
            accounts[Int(stay.account)].began <= stay.origin && Month(of: Day(number: Int(stay.origin))) == month
                && (anniversary.map { anniversaries(heldBy: stay)?.contains($0) ?? false }
                    ?? (stay.began == stay.origin))
        case .paying: isPaying(stay)
        case .stays: false
        }
    }

    private func isCounted(_ counted: Counted, _ life: Life) -> Bool {
        guard case .stays(let isEnded, let age) = counted, life.isObserved, life.hasLeft || !isEnded else {
            return false
        }
        switch age {
        case nil: return true
        case .days(let days)?:
            return life.duration >= Double(days) && life.entry.map { $0 < days } ?? true
        case .month(let number, let length)?:
            func month(_ days: Double) -> Int { max(1, Int((days / length).rounded(.up))) }
            let last = month(life.duration)
            if isEnded { return last == number }
            return last >= number && life.entry.map { Int((Double($0) / length).rounded(.up)) < number } ?? true
        }
    }

    /// The tenures of a group of accounts, by their indices.
    private func members(of group: Part?) throws -> [Int] {
        let (kind, name, value): (Grouping.Kind, String, String)
        switch group {
        case .segment(let segment)?: (kind, name, value) = (.segment, segment, "1")
        case .attribute(let attribute, let text)?: (kind, name, value) = (.attribute, attribute, text)
        case .drawn(let workspace, let isHeldOut)?:
            return try drawnSides(of: workspace)?.members.filter { $0.isHeldOut == isHeldOut }.map(\.index) ?? []
        case nil, .stage?, .arm?: return Array(tenures.indices)
        }
        guard let place = groupings.firstIndex(where: { $0.kind == kind && $0.name == name }) else { return [] }
        let names = groups[place].names.names
        return tenures.indices.filter { names[Int(groups[place].values[Int(tenures[$0].account)])] == value }
    }

    /// The lives of a group, each with the index of its tenure.
    private func lives(of group: Part?, _ journeys: [Journey]) throws -> [(index: Int, life: Life)] {
        var lives: [(Int, Life)] = []
        switch group {
        case .stage(let key)?:
            guard let journey = journeys.first(where: { $0.name == key.journey }),
                let place = journey.stages.firstIndex(where: { $0.name == key.stage })
            else { return [] }
            try forEachStay(in: journey, stage: place) { lives.append(($0, $1)) }
        case .arm(let experiment, let arm)?:
            try forEachAssigned { key, index, life in
                if key.experiment == experiment, key.arm == arm { lives.append((index, life)) }
            }
        case nil, .segment?, .attribute?, .drawn?:
            lives = try members(of: group).compactMap { index in life(of: tenures[index]).map { (index, $0) } }
        }
        return lives
    }

    /// Of who was there, those who are gone have no tenure at the end.
    private func remaining(_ counted: Counted, _ indices: [Int]) -> [Int] {
        guard case .gone(_, let to) = counted else { return indices }
        let there = Set(tenures.lazy.filter { $0.holds(to.number) }.map(\.account))
        return indices.filter { !there.contains(tenures[$0].account) }
    }
}

extension Tenures.Counted {
    fileprivate var isOfStays: Bool { if case .stays = self { true } else { false } }
}
