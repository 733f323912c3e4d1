import Statistics
import Testing

/// Means against an implementation of its own in Python (`Vectors/means.py`).
struct ArmContrastTests {
    private struct File: Decodable {
        struct Arm: Decodable {
            var n: Int
            var mean: Double
            var variance: Double

            var sample: Sample { Sample(count: n, mean: mean, variance: variance) }
        }

        struct Expected: Decodable {
            var difference: Double
            var welch_p: Double
            var welch_degrees: Double
            var welch_interval: [Double]
            var p: Double
            var z: Double
            var interval: [Double]
        }

        struct Comparison: Decodable {
            var kind: String
            var control_values: [Double]
            var treatment_values: [Double]
            var winsorize: Double
            var limits: [Double]
            var control: Arm
            var treatment: Arm
            var bound: Double
            var expected: Expected
        }

        struct Size: Decodable {
            var difference: Double
            var deviation: Double
            var ratio: Double
            var alpha: Double
            var control: Double
        }

        var comparisons: [Comparison]
        struct Layers: Decodable {
            struct Arm: Decodable {
                var mean: Double
                var error: Double
            }

            var strata: [[[Double]]]
            var expected: [Arm]
        }

        var sizes: [Size]
        var layers: [Layers]
    }

    private static func file() throws -> File { try Vectors.read("means") }

    @Test func meansAreComparedAsScipyComparesThem() throws {
        let cases = try Self.file().comparisons
        #expect(cases.count == 27)
        for item in cases {
            let contrast = ArmContrast(control: .mean(item.control.sample), treatment: .mean(item.treatment.sample))
            let effect = try contrast.effect(.absolute).get()
            #expect(isClose(effect.estimate, item.expected.difference))
            #expect(isClose(effect.degrees, item.expected.welch_degrees))
            #expect(isClose(effect.p, item.expected.welch_p, to: 1e-8), "\(item.kind)")
            let interval = effect.interval()
            #expect(isClose(interval.lower, item.expected.welch_interval[0], to: 1e-8))
            #expect(isClose(interval.upper, item.expected.welch_interval[1], to: 1e-8))
            let (z, band) = try #require(contrast.score(bound: item.bound))
            #expect(isClose(z, item.expected.z, to: 1e-8), "\(item.kind): \(z) for \(item.expected.z)")
            #expect(isClose(contrast.p, item.expected.p, to: 1e-8))
            #expect(isClose(band.lower, item.expected.interval[0], to: 1e-7))
            #expect(isClose(band.upper, item.expected.interval[1], to: 1e-7))
            // A look passes its bound exactly where its interval leaves out zero.
            #expect((abs(z) >= item.bound) == !band.contains(0))
        }
    }

    @Test func whatIsOutermostCountsAsTheNext() throws {
        for item in try Self.file().comparisons where !item.control_values.isEmpty && item.winsorize > 0 {
            let all = item.control_values + item.treatment_values
            #expect(isClose(Percentile.of(all, share: item.winsorize) ?? 0, item.limits[0]))
            #expect(isClose(Percentile.of(all, share: 1 - item.winsorize) ?? 0, item.limits[1]))
            let cut = Sample(item.control_values.map { min(max($0, item.limits[0]), item.limits[1]) })
            #expect(cut.count == item.control.n)
            #expect(isClose(cut.mean, item.control.mean) && isClose(cut.variance, item.control.variance))
        }
    }

    @Test func samplesAddUp() throws {
        let values = (0..<500).map { Double(($0 * 7_919) % 1_013) + 1e6 }
        let parts = stride(from: 0, to: 500, by: 83).map { Sample(values[$0..<min(500, $0 + 83)]) }
        let sum = parts.reduce(Sample([]), +)
        let whole = Sample(values)
        #expect(sum.count == 500)
        #expect(isClose(sum.mean, whole.mean, to: 1e-12) && isClose(sum.variance, whole.variance, to: 1e-9))
    }

    @Test func theSizeIsThatOfTheNoncentralT() throws {
        for item in try Self.file().sizes {
            let design = Design(alpha: item.alpha, power: 0.8, ratio: item.ratio)
            let size = try #require(design.controlByT(difference: item.difference, deviation: item.deviation))
            #expect(isClose(size, item.control, to: 1e-6), "\(size) for \(item.control)")
        }
    }

    @Test func armsWithStrataAreWeighedAsAllTogether() throws {
        for item in try Self.file().layers {
            let samples = PostStratification.samples(item.strata.map { $0.map { Sample($0) } })
            for (index, (sample, expected)) in zip(samples, item.expected).enumerated() {
                #expect(isClose(sample.mean, expected.mean))
                #expect(isClose(sample.meanVariance.squareRoot(), expected.error))
                #expect(sample.count == item.strata.reduce(0) { $0 + $1[index].count })
            }
        }
    }

    @Test func strataThatAnArmHardlyHasAreTakenTogether() {
        let strata = [[[1.0, 2, 3], [2, 3, 4]], [[9], [8, 9]], [[], [1, 2]], [[5, 6], [7, 8, 9]]].map {
            $0.map { Sample($0) }
        }
        let samples = PostStratification.samples(strata)
        // The second and the third have no two accounts of the control, and take the smallest of the others along.
        let pooled = [[Sample([1, 2, 3]), Sample([2, 3, 4])], [Sample([9, 5, 6]), Sample([8, 9, 1, 2, 7, 8, 9])]]
        let expected = PostStratification.samples(pooled)
        for (sample, other) in zip(samples, expected) {
            #expect(isClose(sample.mean, other.mean) && isClose(sample.variance, other.variance))
        }
        #expect(PostStratification.samples([]).isEmpty)
        #expect(PostStratification.samples([[Sample([1]), Sample([])]]).map(\.count) == [1, 0])
    }

    @Test func armsWithoutScatterOrAccountsHaveNoScore() {
        let same = ArmFigure.mean(Sample([7, 7, 7]))
        #expect(ArmContrast(control: same, treatment: same).score(bound: 2) == nil)
        #expect(ArmContrast(control: same, treatment: same).p == 1)
        #expect(ArmContrast(control: .mean(Sample([])), treatment: same).difference == nil)
        #expect(!ArmFigure.mean(Sample((0..<49).map(Double.init))).permitsVerdict)
        #expect(ArmFigure.mean(Sample((0..<50).map(Double.init))).permitsVerdict)
    }
}
