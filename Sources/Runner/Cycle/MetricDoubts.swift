import Decisions
import Playbooks
import Storage

/// Metrics of which the last complete day looks like an outage, so that enrollments that ask for them wait for the next.
///
/// The rule is `max_fall`, for as many as `max_shift`: a chance of a day may hold who would begin, and holds up nobody who is
/// on the way. It ends by itself with a day that looks as others do, or with the day's correction.
struct MetricDoubts {
    private(set) var found = DoubtfulMetrics()
    /// Whether there is something to write.
    private(set) var isNews = false

    var reasons: [String: String] { found.reasons }

    /// - Parameter metrics: those that versions read whose enrollments may move.
    init(
        _ metrics: Set<String>, _ workspace: Workspace, _ context: EvaluationContext, _ connection: Connection
    ) throws {
        let kept = try DoubtfulMetrics(connection)
        let rules = workspace.configuration.safety
        if rules.maxFall < 1, rules.maxShift < 1 {
            let safety = Safety(rules)
            for metric in metrics.sorted() {
                guard let day = context.lastCompleteDay[metric],
                    let counts = try DailyFall.load(metric, context, connection),
                    Double(counts.fallen) > rules.maxShift * Double(counts.steady),
                    let reason = safety.hold([Safety.Fall(metric: metric, day: day, counts: counts)])
                else { continue }
                var doubt = DoubtfulMetrics.Doubt(day: day, reason: reason)
                doubt.isBelieved = kept.doubts[metric].map { $0.day == doubt.day && $0.isBelieved } ?? false
                found.doubts[metric] = doubt
            }
        }
        isNews = found != kept
    }

    func record(_ connection: Connection) throws {
        if isNews { try found.write(connection) }
    }
}
