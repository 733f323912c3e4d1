import Playbooks
import Statistics

/// A signal of a metric, with the audience on whose figures its value depends; "" when on none.
struct MetricKey: Hashable {
    var signal: MetricSignal
    var audience: String
}

extension Evaluator {
    /// How far `idle` looks back, in days.
    package static let longestIdleness = 400

    /// The signal of every account as it stands.
    func metricColumn(_ signal: MetricSignal, audience: String) -> [Double] {
        let key = MetricKey(signal: signal, audience: signal.function == .usageDrop ? audience : "")
        if let known = metricColumns[key] { return known }
        let values = values(signal, audience, 0..<block.count)
        metricColumns[key] = values
        return values
    }

    /// The signal for one row: missing until its windows lie wholly after the day of the enrollment.
    func metric(_ signal: MetricSignal, _ row: Row) -> Double {
        if let since = row.subject?.since {
            guard let last = context.lastCompleteDay[signal.metric]?.number else { return .nan }
            var first = last - signal.window - signal.baseline + 1
            if signal.function == .idle {
                let active = figureOfOne(.lastActive, signal.metric, idleDays(last), row.account)
                guard let day = Int(exactly: active) else { return .nan }
                first = day
            }
            guard Double(since.milliseconds) < start(of: first) else { return .nan }
        }
        return valueOfOne(signal, row)
    }

    /// Of one account alone, until it pays to know the signal of all.
    private func valueOfOne(_ signal: MetricSignal, _ row: Row) -> Double {
        let key = MetricKey(signal: signal, audience: signal.function == .usageDrop ? row.audience : "")
        if let known = metricColumns[key] { return known[row.account] }
        let questions = metricQuestions[key, default: 0] + 1
        metricQuestions[key] = questions
        if questions > 8 || block.count <= 8 { return metricColumn(signal, audience: row.audience)[row.account] }
        return values(signal, row.audience, row.account..<row.account + 1).first ?? .nan
    }

    private func figureOfOne(_ figure: SeriesFigure, _ metric: String, _ days: DayRange, _ account: Int) -> Double {
        if let known = figures[FigureKey(figure: figure, metric: metric, days: days)] { return known[account] }
        return self.figure(figure, metric, days, account..<account + 1).first ?? .nan
    }

    private func idleDays(_ last: Int) -> DayRange { DayRange(Self.longestIdleness, endingAt: last) }

    // MARK: The functions

    private func values(_ signal: MetricSignal, _ audience: String, _ accounts: Range<Int>) -> [Double] {
        guard let metric = context.dataMap.metric(signal.metric),
            let last = context.lastCompleteDay[signal.metric]?.number
        else { return [Double](repeating: .nan, count: accounts.count) }
        let window = DayRange(signal.window, endingAt: last)
        let baseline = DayRange(signal.baseline, endingAt: window.first - 1)
        switch signal.function {
        case .sum: return sums(metric, window, accounts)
        case .avg: return averages(metric, window, accounts)
        case .min, .max: return extremes(signal.function == .min ? .min : .max, metric, window, accounts)
        case .activeDays: return activeDays(metric, window, accounts)
        case .drop, .rise: return changes(signal.function, metric, window, baseline, accounts)
        case .usageDrop: return usageDrops(signal, audience, metric, window, baseline, accounts)
        case .idle:
            return figure(.lastActive, metric.name, idleDays(last), accounts).map { day in
                Int(exactly: day).map { now - start(of: $0 + 1) } ?? .nan
            }
        }
    }

    private func sums(_ metric: Metric, _ days: DayRange, _ accounts: Range<Int>) -> [Double] {
        let stored = figure(.sum, metric.name, days, accounts)
        guard metric.absent == .zero else { return stored }
        let (first, end) = (start(of: days.first), start(of: days.last + 1))
        return zip(stored, accounts).map { sum, account in
            sum.isNaN && existed(account, before: end, after: first) ? 0 : sum
        }
    }

    private func averages(_ metric: Metric, _ days: DayRange, _ accounts: Range<Int>) -> [Double] {
        zip(sums(metric, days, accounts), knownDays(metric, days, accounts)).map { $1 == 0 ? .nan : $0 / $1 }
    }

    private func extremes(
        _ figure: SeriesFigure, _ metric: Metric, _ days: DayRange, _ accounts: Range<Int>
    ) -> [Double] {
        let stored = self.figure(figure, metric.name, days, accounts)
        guard metric.absent == .zero else { return stored }
        let counts = self.figure(.count, metric.name, days, accounts)
        let known = knownDays(metric, days, accounts)
        return stored.indices.map { index in
            let value = stored[index]
            // A day without a row is 0, and may be the extreme.
            if counts[index] >= known[index] { return value }
            return (figure == .min ? value < 0 : value > 0) ? value : 0
        }
    }

    private func activeDays(_ metric: Metric, _ days: DayRange, _ accounts: Range<Int>) -> [Double] {
        let active = figure(.active, metric.name, days, accounts)
        let counts = figure(.count, metric.name, days, accounts)
        let (first, end) = (start(of: days.first), start(of: days.last + 1))
        return zip(active.indices, accounts).map { index, account in
            let isKnown = counts[index] > 0 || metric.absent == .zero && existed(account, before: end, after: first)
            return isKnown ? active[index] : .nan
        }
    }

    private func changes(
        _ function: MetricSignal.Function, _ metric: Metric, _ window: DayRange, _ baseline: DayRange,
        _ accounts: Range<Int>
    ) -> [Double] {
        let sums = figure(.sum, metric.name, baseline, accounts)
        let length = Double(baseline.count)
        let means: [Double]
        switch metric.absent {
        case .zero:
            let (first, end) = (start(of: baseline.first + 1), start(of: baseline.last))
            means = zip(sums, accounts).map { sum, account in
                existed(account, before: first, after: end) ? (sum.isNaN ? 0 : sum) / length : .nan
            }
        case .missing:
            let counts = figure(.count, metric.name, baseline, accounts)
            means = zip(sums, counts).map { $1 * 2 >= length ? $0 / $1 : .nan }
        }
        let isDrop = function == .drop
        return zip(averages(metric, window, accounts), means).map { average, mean in
            let ratio = mean == 0 ? .nan : average / mean
            return isDrop ? 1 - ratio : ratio - 1
        }
    }

    /// Where a day without a row is missing, half of the days of both windows must be known.
    private func usageDrops(
        _ signal: MetricSignal, _ audience: String, _ metric: Metric, _ window: DayRange, _ baseline: DayRange,
        _ accounts: Range<Int>
    ) -> [Double] {
        let population = context.population(signal, audience: audience)
        let windows = UsageDrop.Windows(current: signal.window, baseline: signal.baseline)
        var drops = usages(metric.name, windows, endingAt: window.last, accounts).map { usage in
            usage.holds(in: population, strictly: signal.isStrict) ? 1.0 : 0
        }
        let limit = start(of: baseline.first + 1)
        for (index, account) in zip(drops.indices, accounts) where !(created[account] < limit) { drops[index] = .nan }
        guard metric.absent == .missing else { return drops }
        for days in [window, baseline] {
            let counts = figure(.count, metric.name, days, accounts)
            for index in drops.indices where counts[index] * 2 < Double(days.count) { drops[index] = .nan }
        }
        return drops
    }

    // MARK: What is known of a day

    private func existed(_ account: Int, before: Double, after: Double) -> Bool {
        created[account] < before && !(churned[account] < after)
    }

    /// How many days have a value: stored, or 0 because the account existed.
    private func knownDays(_ metric: Metric, _ days: DayRange, _ accounts: Range<Int>) -> [Double] {
        guard metric.absent == .zero else { return figure(.count, metric.name, days, accounts) }
        let (second, last) = (start(of: days.first + 1), start(of: days.last))
        return accounts.map { account in
            if existed(account, before: second, after: last) { return Double(days.count) }
            guard let begin = Int(exactly: day(of: created[account])) else {
                return storedDays(of: metric.name, days, account: account)
            }
            let end = Int(exactly: day(of: churned[account])) ?? days.last
            let lived = DayRange(max(begin, days.first), min(end, days.last))
            if lived.count == 0 { return storedDays(of: metric.name, days, account: account) }
            return Double(lived.count)
                + storedDays(of: metric.name, DayRange(days.first, lived.first - 1), account: account)
                + storedDays(of: metric.name, DayRange(lived.last + 1, days.last), account: account)
        }
    }
}
