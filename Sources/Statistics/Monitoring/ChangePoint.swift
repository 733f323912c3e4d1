import Foundation

/// Since when a share has been worse: a cumulative sum of log likelihood ratios over cohorts.
///
/// S = max(0, S + x ln(p1/p0) + (n-x) ln((1-p1)/(1-p0))), alarm at S > ln 100: Page (1954). Measurement notes, section 3.
package struct ChangePoint: Sendable, Hashable {
    /// S after each cohort.
    package var sums: [Double]
    /// The first cohort at which S is above the threshold.
    package var alarm: Int?
    /// The first cohort of the climb that led to the alarm: the best guess at when the change came.
    package var start: Int?

    /// - Parameters:
    ///   - good: the share that is expected.
    ///   - bad: the share that is to be noticed; both are strictly between 0 and 1.
    ///   - odds: how much likelier the bad share must have become.
    /// - Returns: nil when a share is out of range.
    package init?(_ cohorts: [Proportion], good: Double, bad: Double, odds: Double = 100) {
        guard good > 0, good < 1, bad > 0, bad < 1, odds > 1 else { return nil }
        let (success, failure) = (log(bad / good), log((1 - bad) / (1 - good)))
        sums = []
        var sum = 0.0
        var climb = 0
        for (index, cohort) in cohorts.enumerated() {
            sum = max(0, sum + Double(cohort.successes) * success + Double(cohort.failures) * failure)
            sums.append(sum)
            if sum == 0 { climb = index + 1 }
            if alarm == nil, sum > log(odds) {
                alarm = index
                start = climb
            }
        }
    }
}
