import Statistics
import Testing

/// Made with exact fractions (integer parameters) and with mpmath at 40 digits.
@Test(arguments: [
    (0.8, 60, 4, 5.957_729_664_670_229_53e-4),
    (0.2, 4, 60, 9.994_042_270_335_329_77e-1),
    (0.001, 20, 30, 2.750_687_665_855_991_99e-47),
    (0.5, 5, 5, 0.5),
    (0.8, 4000, 701, 7.318_029_381_645_462_84e-20),
    (0.1, 300, 40, 4.004_328_392_729_957_42e-251),
    (0.75, 1, 1, 0.75),
    (0.01, 1, 50, 3.949_939_328_624_633_5e-1),
    (0.8, 20_000, 4500, 5.234_471_442_935_300_91e-11),
    (0.5, 12, 9, 2.517_223_358_154_296_88e-1),
    (0.05, 9, 3, 9.797_363_281_25e-11),
    (0.8, 12.5, 0.3, 0.009_145_967_419_337_651_57),
    (0.8, 93.7, 1.4, 3.083_093_278_319_646_38e-9),
])
func theIncompleteBetaMatchesExactValues(_ row: (x: Double, a: Double, b: Double, expected: Double)) {
    let value = Beta.regularized(row.x, row.a, row.b)
    #expect(isClose(value, row.expected), "\(row): \(value)")
}

@Test func theIncompleteBetaOfBothTailsIsOne() {
    for (x, a, b) in [(0.8, 2.5, 3.5), (0.3, 12.0, 30.0), (0.81, 1e6, 2.4e5), (0.5, 0.01, 0.02), (0.799, 8e6, 2e6)] {
        let sum = Beta.regularized(x, a, b) + Beta.regularized(1 - x, b, a)
        #expect(abs(sum - 1) < 1e-9, "I_\(x)(\(a), \(b))")
    }
}

@Test func theIncompleteBetaKnowsItsDomain() {
    #expect(Beta.regularized(0, 2, 3) == 0)
    #expect(Beta.regularized(1, 2, 3) == 1)
    #expect(Beta.regularized(1.1, 2, 3).isNaN)
    #expect(Beta.regularized(0.5, 0, 3).isNaN)
    #expect(Beta.regularized(.nan, 2, 3).isNaN)
    #expect(Beta.regularized(0.8, 9_000_000, 1) == 0)
}
