import Foundation
import Statistics
import Testing

/// Made with mpmath at 40 digits.
@Test func theNormalDistributionKeepsItsTails() {
    for (z, tail) in [
        (0, 0.5), (0.5, 0.3085375387259869), (1.96, 0.024997895148220436), (5, 2.8665157187919391e-7),
        (-8, 0.99999999999999938), (12, 1.776482112077679e-33), (30, 4.9067139271481871e-198),
        (37, 5.7255712225245768e-300),
    ] {
        #expect(isClose(Normal.above(z), tail, to: 1e-12) && isClose(Normal.below(-z), tail, to: 1e-12))
    }
    for (p, z) in [
        (0.5, 0), (0.975, 1.9599639845400542), (0.3, -0.52440051270804078), (1e-10, -6.3613409024040562),
        (1e-100, -21.273453560965324), (1e-290, -36.420731673207999), (0.49999, -2.506628274893494e-5),
    ] {
        #expect(abs(Normal.quantile(p) - z) <= 1e-12 * abs(z) + 1e-16, "\(p)")
        #expect(abs(Normal.upperQuantile(p) + z) <= 1e-12 * abs(z) + 1e-16, "\(p)")
    }
    for p in [0, -1, 1, 2, .nan] { #expect(abs(Normal.quantile(p)) < 40) }
}

/// Made with mpmath at 40 digits, the quantiles with scipy.
@Test func studentsTKeepsItsTails() {
    for (t, degrees, p) in [
        (0.5, 1, 0.70483276469913345), (2, 3.7, 0.12181720190523401), (12, 5, 7.0894925171615227e-5),
        (40, 200, 2.2487396535202507e-97), (2, 1e9, 0.045500264166313247), (1e-3, 12, 0.99921854753064947),
        (1e6, 2.5, 1.4386794381628477e-15),
    ] {
        #expect(isClose(StudentT.outside(t, degrees: degrees), p, to: 1e-11), "\(t) \(degrees)")
    }
    for (p, degrees, t) in [
        (0.05, 3.7, 2.8675207071911903), (0.05, 1, 12.706204736174705), (1e-8, 1.5, 178503.34350047327),
        (0.5, 12, 0.6954828655117926), (0.05, 1e7, 1.9599642217672055), (0.001, 30, 3.645958635042021),
    ] {
        #expect(isClose(StudentT.outsideQuantile(p, degrees: degrees), t, to: 1e-11), "\(p) \(degrees)")
    }
    #expect(StudentT.outside(.infinity, degrees: 3) == 0)
    #expect(StudentT.outsideQuantile(1, degrees: 3) == 0)
}

/// Made with mpmath at 40 digits.
@Test func chiSquaredKeepsItsTail() {
    for (x, degrees, p) in [
        (10, 1, 0.0015654022580025497), (3.3, 2, 0.19204990862075413), (0.01, 5, 0.99999946997299573),
        (200, 7, 1.1477812240142598e-39), (1400, 3, 2.9456193610163087e-303), (120, 100, 0.08440668109369183),
        (5e-5, 1, 0.99435815117996845),
    ] {
        #expect(isClose(ChiSquared.above(x, degrees: degrees), p, to: 1e-11), "\(x) \(degrees)")
    }
    #expect(ChiSquared.above(3, degrees: 0) == 1 && ChiSquared.above(0, degrees: 2) == 1)
}

/// Made with scipy; the last with mpmath.
@Test func betaQuantilesKeepTheirDigits() {
    for (p, a, b, x) in [
        (0.025, 2, 38, 0.006271972095690411), (0.975, 2, 38, 0.13476392155949793),
        (0.975, 1, 41, 0.08604383629402843), (0.975, 41, 1, 0.9993826831067135),
        (1e-6, 0.5, 0.5, 2.46740110027031e-12), (0.5, 1e6, 3e6, 0.24999995833333),
        (0.999, 0.5, 1000, 0.005400500669259919),
        (0.975, 4, 999_999_997, 8.76727304446069e-9),
    ] {
        #expect(isClose(Beta(a: a, b: b).quantile(p), x, to: 1e-11), "\(p) \(a) \(b)")
    }
    #expect(Beta.uniform.quantile(0) == 0 && Beta.uniform.quantile(1) == 1)
    #expect(Beta(a: -1, b: .infinity).mean.isFinite)
}

/// Made with mpmath at 40 digits.
@Test func theIncompleteBetaKeepsItsDigitsForABillion() {
    #expect(isClose(Beta.regularized(1e-9, 4, 999_999_997), 0.0189881568148405689, to: 1e-11))
    #expect(isClose(Beta.regularized(0.3, 1000.5, 2500), 0.96747574266815514, to: 1e-11))
    #expect(isClose(Beta.regularized(4e-9, 5.5, 1e9), 0.286696173415647261, to: 1e-11))
}
