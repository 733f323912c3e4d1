package import Playbooks
package import Storage

/// The rules on the data that a playbook reads.
extension Safety {
    /// How many of the accounts that were there at the last match have lost their value of an attribute since.
    package struct NewNulls: Sendable, Equatable {
        package var attribute: String
        package var accounts: Int
        package var nulls: Int

        package init(attribute: String, accounts: Int, nulls: Int) {
            self.attribute = attribute
            self.accounts = accounts
            self.nulls = nulls
        }
    }

    /// How many accounts fell on a metric's last complete day, and how many a week before.
    package struct Fall: Sendable, Equatable {
        package var metric: String
        package var day: Day
        package var counts: DailyFall

        package init(metric: String, day: Day, counts: DailyFall) {
            self.metric = metric
            self.day = day
            self.counts = counts
        }
    }

    /// Fewer accounts than these say nothing about all of them.
    private static let fewest = 50

    /// Why a column looks as if it had been emptied, or nil.
    package func hold(_ nulls: [NewNulls]) -> String? {
        nulls.lazy.compactMap { found -> String? in
            guard found.accounts > 0, found.nulls > 1 else { return nil }
            let share = Double(found.nulls) / Double(found.accounts)
            guard share > rules.maxNulls else { return nil }
            return """
                max_nulls: \(found.attribute) is newly empty for \(found.nulls) of \(found.accounts) accounts \
                (\(Self.percent(share)), more than \(Self.percent(rules.maxNulls)))
                """
        }.first
    }

    /// Why a column looks as if other things had been written into it, or nil.
    ///
    /// - Parameter isMeasure: whether its values are numbers, of which many change every day; they look wrong when nearly
    ///   all have become one.
    package func hold(
        _ attribute: String, _ now: ValueCensus, since earlier: ValueCensus, of accounts: Int, isMeasure: Bool
    ) -> String? {
        guard accounts >= Self.fewest else { return nil }
        let rise = now.rise(since: earlier)
        let share = isMeasure ? (rise.share >= Self.nearlyAll ? rise.by : 0) : now.shift(since: earlier)
        guard share > rules.maxShift else { return nil }
        return """
            max_shift: \(attribute) has another value for at least \(Int((share * Double(accounts)).rounded())) of \
            \(accounts) accounts at once (\(Self.percent(share)), more than \(Self.percent(rules.maxShift)))
            """
    }

    private static let nearlyAll = 0.9

    private static let fallPrefix = "max_fall: "

    /// Whether a hold ends by itself: with a day that looks as others do, or with the day's correction.
    static func isOfFall(_ hold: String) -> Bool { hold.hasPrefix(fallPrefix) }

    /// Standard errors by which chance does not reach, however many metrics are looked at every night.
    private static let beyondChance = 4.0

    /// Why a day looks like an outage, or nil: so many accounts do not fall at once by themselves.
    ///
    /// The difference is beyond the chance of so few accounts, too, by the pooled test of two proportions.
    package func hold(_ falls: [Fall]) -> String? {
        falls.lazy.compactMap { fall -> String? in
            let counts = fall.counts
            guard counts.steady >= Self.fewest, counts.steadyBefore >= Self.fewest else { return nil }
            let share = Double(counts.fallen) / Double(counts.steady)
            let usual = Double(counts.fallenBefore) / Double(counts.steadyBefore)
            let (now, before) = (Double(counts.steady), Double(counts.steadyBefore))
            let pooled = Double(counts.fallen + counts.fallenBefore) / (now + before)
            let error = (pooled * (1 - pooled) * (1 / now + 1 / before)).squareRoot()
            guard share - usual > max(rules.maxFall, Self.beyondChance * error) else { return nil }
            return """
                \(Self.fallPrefix)\(fall.metric) fell on \(fall.day) for \(counts.fallen) of \(counts.steady) steady accounts at once \
                (\(Self.percent(share)); a week before \(Self.percent(usual)), and \(Self.percent(rules.maxFall)) more is \
                the most)
                """
        }.first
    }

    static func percent(_ share: Double) -> String {
        let tenths = (share * 1_000).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 || tenths > 100
            ? "\(Int((share * 100).rounded())) %" : "\(tenths / 10) %"
    }
}
