import Foundation

extension GroupSequential {
    /// The effect that an early stop leaves when what stopped it by luck is taken out, as a share of the effect seen.
    ///
    /// The median-unbiased estimate: the drift under which half of all experiments stop later, or on this look with less.
    /// Stage-wise ordering: Tsiatis, Rosner and Mehta (1984). Below 1, as stopping favors large effects.
    ///
    /// - Parameters:
    ///   - look: the one that stopped, from 0.
    ///   - z: its score, of either sign.
    package func stoppingCorrection(look: Int, z: Double) -> Double {
        guard bounds.indices.contains(look), z != 0, fractions[look] > 0 else { return 1 }
        let root = min(1, fractions[look]).squareRoot()
        let seen = abs(z) / root
        var (low, high) = (0.0, seen)
        for _ in 0..<14 {
            let middle = (low + high) / 2
            if passing(look, abs(z), drift: middle) < 0.5 { low = middle } else { high = middle }
        }
        return (low + high) / 2 / seen
    }

    /// The chance to pass an upper bound before a look, or a score on it.
    private func passing(_ look: Int, _ z: Double, drift: Double) -> Double {
        let points = 100
        var passed = 0.0
        var (time, start, step, density) = (0.0, 0.0, 0.0, [1.0])
        for index in 0...look {
            let next = min(1, fractions[index])
            guard next - time > 1e-5 || index == look else { continue }
            let spread = max(next - time, 1e-9).squareRoot()
            let mean = drift * (next - time)
            let edge = (index == look ? z : bounds[index]) * next.squareRoot()
            func point(_ place: Int) -> Double { density.count == 1 ? 0 : start + Double(place) * step }
            func weight(_ place: Int) -> Double {
                density.count == 1 ? 1 : (place == 0 || place == density.count - 1 ? 0.5 : 1) * step
            }
            for place in density.indices {
                passed += density[place] * weight(place) * Normal.above((edge - point(place) - mean) / spread)
            }
            if index == look { break }
            let (first, width) = (-edge, 2 * edge / Double(points))
            let after = (0...points).map { place -> Double in
                let score = first + Double(place) * width
                return density.indices.reduce(0) { sum, from in
                    let distance = (score - point(from) - mean) / spread
                    return abs(distance) > 8
                        ? sum : sum + density[from] * weight(from) * Normal.density(distance) / spread
                }
            }
            (time, start, step, density) = (next, first, width, after)
        }
        return passed
    }
}
