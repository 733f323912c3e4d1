/// How much the share of a week scatters beyond chance: the correlation within a week of the beta-binomial.
///
/// ρ = (Σ(Q - k) + κ·ρ₀)/(ΣC + κ) over the steps, with Q = Σn(p-p̄)²/(p̄(1-p̄)) over the k + 1 weeks of one and
/// C = N - Σn²/N (DerSimonian and Laird's moments), shrunk by the weight of 16 weeks towards a typical 0.02.
struct WeeklyScatter {
    let correlation: Double
    /// Degrees of freedom that it is known by.
    let degrees: Double

    private static let (typical, weeks) = (0.02, 16.0)

    /// - Parameter steps: of each step its weeks.
    init(_ steps: [[Proportion]]) {
        var (excess, freedom, size) = (0.0, 0.0, 0.0)
        for step in steps {
            let known = step.filter { $0.total > 0 }
            let all = known.reduce(Proportion(successes: 0, total: 0), +)
            guard known.count > 1, let rate = all.rate, rate > 0, rate < 1 else { continue }
            let q = known.reduce(0.0) { sum, week in
                let distance = (week.rate ?? rate) - rate
                return sum + Double(week.total) * distance * distance / (rate * (1 - rate))
            }
            let n = Double(all.total)
            excess += q - Double(known.count - 1)
            freedom += Double(known.count - 1)
            size += n - n * Self.concentration(known)
        }
        guard freedom > 0 else {
            // Without two weeks of anything nothing is known of how they differ.
            (correlation, degrees) = (0, 1e6)
            return
        }
        let prior = Self.weeks * size / freedom
        correlation = max(0, (excess + prior * Self.typical) / (size + prior))
        degrees = freedom + Self.weeks
    }

    /// Σn²/N²: 1 over the number of weeks where all are as large.
    static func concentration(_ weeks: [Proportion]) -> Double {
        let n = Double(weeks.reduce(0) { $0 + $1.total })
        guard n > 0 else { return 1 }
        return weeks.reduce(0) { $0 + Double($1.total) * Double($1.total) } / (n * n)
    }

    /// One-sided, for a share that is smaller than it was.
    ///
    /// - Parameter inflation: of the variance that z was divided by.
    func p(_ z: Double, inflation: Double) -> Double {
        let t = z / inflation.squareRoot()
        let outside = StudentT.outside(t, degrees: degrees)
        return t < 0 ? outside / 2 : 1 - outside / 2
    }
}
