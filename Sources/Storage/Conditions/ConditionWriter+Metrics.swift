import Decisions
import Playbooks
import Statistics

/// The days of a window, both included.
private struct Days {
    var first: Day
    var last: Day

    init(_ count: Int, endingAt last: Day) {
        first = last - count + 1
        self.last = last
    }

    var count: Int { last - first + 1 }
}

extension ConditionWriter {
    /// How far `idle` looks back, in days.
    static let longestIdleness = 400

    mutating func metric(_ signal: MetricSignal) -> Fragment {
        let type: ValueType = signal.function == .usageDrop ? .boolean : .number
        guard let metric = context.dataMap.metric(signal.metric), let last = context.lastCompleteDay[signal.metric]
        else { return Self.missing(type) }
        let window = Days(signal.window, endingAt: last)
        switch signal.function {
        case .sum: return afterEntry(window.first, sum(metric, window))
        case .avg: return afterEntry(window.first, average(metric, window))
        case .min: return afterEntry(window.first, extreme("min", "<", metric, window))
        case .max: return afterEntry(window.first, extreme("max", ">", metric, window))
        case .activeDays: return afterEntry(window.first, activeDays(metric, window))
        case .drop, .rise:
            let baseline = Days(signal.baseline, endingAt: window.first - 1)
            return afterEntry(baseline.first, change(signal.function, metric, window, baseline))
        case .usageDrop:
            let baseline = Days(signal.baseline, endingAt: window.first - 1)
            let drop = afterEntry(baseline.first, usageDrop(signal, metric, window, baseline))
            return Fragment("\(drop.operand(Fragment.sum)) <> 0", rank: Fragment.comparison)
        case .idle: return idle(metric, last)
        }
    }

    /// Missing until the window lies wholly after the day of the enrollment.
    private mutating func afterEntry(_ first: Day, _ value: Fragment) -> Fragment {
        guard hasRows else { return value }
        let start = bind(context.zone.start(of: first))
        return Fragment("CASE WHEN p.since IS NULL OR p.since < \(start) THEN \(value.text) END")
    }

    private mutating func call(_ name: String, _ metric: Metric, _ days: Days) -> String {
        "metric_\(name)(\(id(of: metric)), a.id, \(bind(days.first)), \(bind(days.last)))"
    }

    private mutating func id(of metric: Metric) -> String {
        bind(.integer(context.metricIDs[metric.name] ?? 0))
    }

    /// Whether the account existed on some day of the window.
    private mutating func existedOnce(_ days: Days) -> String {
        let (start, end) = (bind(context.zone.start(of: days.first)), bind(context.zone.start(of: days.last + 1)))
        return "a.created_at < \(end) AND (a.churned_at IS NULL OR a.churned_at >= \(start))"
    }

    /// Whether the account existed on every day of the window.
    private mutating func existedAlways(_ days: Days) -> String {
        let (start, end) = (bind(context.zone.start(of: days.first + 1)), bind(context.zone.start(of: days.last)))
        return "a.created_at < \(start) AND (a.churned_at IS NULL OR a.churned_at >= \(end))"
    }

    /// How many days have a value: stored, or 0 because the account existed.
    private mutating func knownDays(_ metric: Metric, _ days: Days) -> String {
        let stored = call("count", metric, days)
        guard metric.absent == .zero else { return stored }
        let (first, last) = (bind(days.first), bind(days.last))
        let (created, churned) = (calendar.day(of: "a.created_at"), calendar.day(of: "a.churned_at"))
        let id = id(of: metric)
        return """
            CASE WHEN \(existedAlways(days)) THEN \(bind(days.count)) \
            ELSE (SELECT CASE WHEN in_d.last < in_d.first THEN \(stored) ELSE in_d.last - in_d.first + 1 \
            + metric_count(\(id), a.id, \(first), in_d.first - 1) + metric_count(\(id), a.id, in_d.last + 1, \(last)) END \
            FROM (SELECT CASE WHEN \(created) > \(first) THEN \(created) ELSE \(first) END AS first, \
            CASE WHEN \(churned) < \(last) THEN \(churned) ELSE \(last) END AS last) AS in_d) END
            """
    }

    private mutating func sum(_ metric: Metric, _ days: Days) -> Fragment {
        let stored = call("sum", metric, days)
        guard metric.absent == .zero else { return Fragment(stored) }
        return Fragment("coalesce(\(stored), CASE WHEN \(existedOnce(days)) THEN 0.0 END)")
    }

    private mutating func average(_ metric: Metric, _ days: Days) -> Fragment {
        Fragment("\(sum(metric, days).text) / NULLIF(\(knownDays(metric, days)), 0)", rank: Fragment.product)
    }

    private mutating func extreme(_ name: String, _ sign: String, _ metric: Metric, _ days: Days) -> Fragment {
        let stored = call(name, metric, days)
        guard metric.absent == .zero else { return Fragment(stored) }
        return Fragment(
            """
            CASE WHEN \(call("count", metric, days)) >= \(knownDays(metric, days)) THEN \(stored) \
            WHEN \(stored) \(sign) 0 THEN \(stored) ELSE 0.0 END
            """)
    }

    private mutating func activeDays(_ metric: Metric, _ days: Days) -> Fragment {
        let isStored = "\(call("count", metric, days)) > 0"
        let isKnown = metric.absent == .zero ? "\(existedOnce(days)) OR \(isStored)" : isStored
        return Fragment("CASE WHEN \(isKnown) THEN \(call("active", metric, days)) END")
    }

    private mutating func change(
        _ function: MetricSignal.Function, _ metric: Metric, _ window: Days, _ baseline: Days
    ) -> Fragment {
        let isKnown: String
        let mean: String
        let stored = call("sum", metric, baseline)
        switch metric.absent {
        case .zero:
            isKnown = existedAlways(baseline)
            mean = "coalesce(\(stored), 0.0) / \(bind(baseline.count))"
        case .missing:
            let count = call("count", metric, baseline)
            isKnown = "\(count) * 2 >= \(bind(baseline.count))"
            mean = "\(stored) / \(count)"
        }
        let ratio = "\(average(metric, window).text) / NULLIF(\(mean), 0)"
        let change = function == .drop ? "1 - \(ratio)" : "\(ratio) - 1"
        return Fragment("CASE WHEN \(isKnown) THEN \(change) END")
    }

    /// 1, 0 or missing. Where a day without a row is missing, half of the days of both windows must be known.
    private mutating func usageDrop(
        _ signal: MetricSignal, _ metric: Metric, _ window: Days, _ baseline: Days
    ) -> Fragment {
        let figures = context.population(signal, audience: audience)
        var isKnown = "a.created_at < \(bind(context.zone.start(of: baseline.first + 1)))"
        if metric.absent == .missing {
            for days in [window, baseline] {
                isKnown += " AND \(call("count", metric, days)) * 2 >= \(bind(days.count))"
            }
        }
        return Fragment(
            """
            CASE WHEN \(isKnown) THEN metric_usage_drop(\(id(of: metric)), a.id, \(bind(window.last)), \
            \(bind(baseline.first)), \(bind(.real(figures.phi))), \(bind(.real(figures.shock))), \
            \(bind(signal.window)), \(bind(signal.baseline))) END
            """)
    }

    /// The time since the end of the last day that is not 0.
    private mutating func idle(_ metric: Metric, _ last: Day) -> Fragment {
        let days = Days(Self.longestIdleness, endingAt: last)
        let range = days.first...(last + 1)
        let end = calendar.start(of: "in_i.next", within: range)
        let entered =
            hasRows ? " WHERE p.since IS NULL OR p.since < \(calendar.start(of: "(in_i.next - 1)", within: range))" : ""
        return Fragment(
            """
            (SELECT \(bind(context.now)) - \(end) \
            FROM (SELECT \(call("last_active", metric, days)) + 1 AS next) AS in_i\(entered))
            """)
    }
}
