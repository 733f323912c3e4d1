import Testing

@testable import Statistics

/// Between which bounds a lift lies; the numbers are SciPy's.
struct LiftIntervalTests {
    private func expect(_ interval: Interval?, _ lower: Double, _ upper: Double) throws {
        let interval = try #require(interval)
        #expect(abs(interval.lower - lower) < 1e-6 && abs(interval.upper - upper) < 1e-6, "\(interval)")
    }

    private func shares(_ control: (Int, Int), _ treatment: (Int, Int)) -> ArmContrast {
        ArmContrast(
            control: .share(Proportion(successes: control.0, total: control.1)),
            treatment: .share(Proportion(successes: treatment.0, total: treatment.1)))
    }

    private func means(_ control: (Double, Double, Int), _ treatment: (Double, Double, Int)) -> ArmContrast {
        ArmContrast(
            control: .mean(Sample(count: control.2, mean: control.0, variance: control.1)),
            treatment: .mean(Sample(count: treatment.2, mean: treatment.0, variance: treatment.1)))
    }

    @Test func aLiftOfSharesIsBoundedByTheLogarithmOfTheirRatio() throws {
        try expect(shares((6, 30), (68, 270)).liftInterval(), -0.4169595949, 1.4217032066)
        try expect(shares((60, 200), (60, 200)).liftInterval(), -0.2575336588, 0.3468624023)
        // What was found is inside, where nobody of the treated reached it too.
        try expect(shares((1, 100), (0, 100)).liftInterval(), -1, 7.0851622817)
        #expect(shares((0, 100), (5, 100)).liftInterval() == nil)
        #expect(shares((0, 0), (5, 100)).liftInterval() == nil)
    }

    @Test func aLiftOfMeansIsBoundedByFiellersTheorem() throws {
        try expect(means((50, 2_500, 100), (60, 3_600, 400)).liftInterval(), -0.0476619344, 0.5697638374)
        // Less of what is below zero is more.
        try expect(means((-5, 100, 200), (-3, 90, 180)).liftInterval(), 0.0070355686, 0.6917908282)
        #expect(means((2, 10_000, 50), (10, 10_000, 50)).liftInterval() == nil)
    }
}
