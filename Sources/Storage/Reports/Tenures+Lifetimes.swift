import Playbooks
package import Statistics

extension Tenures {
    /// One group of accounts with how long they stayed, in days.
    package struct Group: Sendable, Hashable {
        /// The value that they share; "" for those that have none.
        package var name: String
        package var lifetimes: [Lifetime]
    }

    /// Who was seen for how many days.
    private struct Lives {
        /// By the number of days: who left then, who was there last.
        var gone: [Int: Int] = [:]
        var there: [Int: Int] = [:]
        /// By the number of days after which they came under observation.
        var entries: [Int: Int] = [:]

        var lifetimes: [Lifetime] {
            let durations = Set(gone.keys).union(there.keys).sorted().flatMap { days in
                [(there[days], false), (gone[days], true)].compactMap { count, left in
                    count.map { (days: Tenures.duration(days), left: left, count: $0) }
                }
            }
            return Tenures.paired(durations, entries.sorted { $0.key < $1.key }.map { (Double($0.key), $0.value) })
        }
    }

    /// Whoever left on the day on which it came stayed for half a day: none at all would never have been at risk.
    static func duration(_ days: Int) -> Double { days > 0 ? Double(days) : 0.5 }

    /// How long accounts stayed, by group; of all of them together without a grouping.
    ///
    /// The groups come in the order of their names, and of nothing is told what is not there.
    package func lifetimes(by grouping: Int? = nil) -> [Group] {
        var lives: [Int32: Lives] = [:]
        for stay in tenures {
            guard let life = life(of: stay) else { continue }
            let group = grouping.map { groups[$0].values[Int(stay.account)] } ?? 0
            if life.hasLeft {
                lives[group, default: Lives()].gone[life.days, default: 0] += 1
            } else {
                lives[group, default: Lives()].there[life.days, default: 0] += 1
            }
            if let entry = life.entry { lives[group, default: Lives()].entries[entry, default: 0] += 1 }
        }
        return lives.map { number, lives in
            Group(name: grouping.map { groups[$0].names.names[Int(number)] } ?? "", lifetimes: lives.lifetimes)
        }.sorted { $0.name < $1.name }
    }

    /// How long a stay was watched; nil for one that was first seen late and left on that day, which was never at risk.
    func life(of stay: Tenure) -> Life? {
        let end = stay.ended ?? today.number
        guard end > stay.began || stay.ended != nil && stay.began == stay.origin else { return nil }
        return Life(
            entry: stay.began > stay.origin ? Int(stay.began - stay.origin) : nil, days: end - Int(stay.origin),
            hasLeft: stay.ended != nil)
    }

    /// So many days, and whether they ended with its leaving.
    struct Life: Hashable {
        /// After how many days it came under observation; nil where that was from the first.
        var entry: Int?
        var days: Int
        var hasLeft: Bool

        /// Whether it says anything.
        var isObserved: Bool { days > 0 || hasLeft }
        var duration: Double { Tenures.duration(days) }
    }

    /// Who entered when and who was last seen when, each ascending, as lifetimes with the same numbers at risk.
    ///
    /// At risk are those who entered less those who are gone, whoever they are; the later half of the durations is given the
    /// entries, so that none ends before it began.
    package static func paired(
        _ durations: [(days: Double, left: Bool, count: Int)], _ entries: [(days: Double, count: Int)]
    ) -> [Lifetime] {
        var lifetimes: [Lifetime] = []
        var late = entries[...]
        var open = late.last?.count ?? 0
        for duration in durations.reversed() {
            var count = duration.count
            while count > 0, let entry = late.last {
                let taken = min(count, open)
                lifetimes.append(
                    Lifetime(entry: entry.days, duration: duration.days, left: duration.left, count: taken))
                count -= taken
                open -= taken
                if open == 0 {
                    late.removeLast()
                    open = late.last?.count ?? 0
                }
            }
            if count > 0 { lifetimes.append(Lifetime(duration: duration.days, left: duration.left, count: count)) }
        }
        return lifetimes.reversed()
    }
}
