import Decisions
import Statistics

extension BacktestReport {
    /// What no table of its days says: enrollments, touches, verdicts, and the goal with its interval.
    package var sentences: [String] {
        let total = total
        let sent = total.sent.values.reduce(0, +)
        let lost = (total.lost[.capped] ?? 0) + (total.lost[.expired] ?? 0)
        var sentences = [
            "\(total.entered) \(total.entered == 1 ? "enrollment" : "enrollments") (\(total.entered - total.holdout) to be written "
                + "to), \(sent) \(sent == 1 ? "touch" : "touches") would have gone out, \(lost) lost to caps and windows."
        ]
        let others = Verdict.allCases.filter { $0.arm == nil }
            .compactMap { verdict in verdicts[verdict].map { "\($0) \(verdict.rawValue)" } }
        if !others.isEmpty { sentences.append("Verdicts that kept accounts out: \(others.joined(separator: ", ")).") }
        if let rate = goalRate {
            let interval = rate.wilson()
            let late = immature > 0 ? "; \(immature) entered too late to tell" : ""
            sentences.append(
                rate.total == 0
                    ? "Goal: nobody's time for it is over by \(to)\(late)."
                    : "Goal: \(rate.successes) of \(rate.total) reached it, \(Self.percent(rate.rate ?? 0)) "
                        + "(95% Wilson \(Self.percent(interval.lower)) to \(Self.percent(interval.upper)))\(late); "
                        + "\(Self.note).")
        }
        return sentences
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
