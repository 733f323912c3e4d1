/// SplitMix64 and the draws that the simulation makes with it.
///
/// Only additions, multiplications and divisions, so that a seed gives the same numbers on every machine; the system's
/// `exp` may differ in the last bit.
struct SampleRandom {
    private var state: UInt64

    /// The stream of one account of one simulation; it does not depend on how many accounts there are.
    init(seed: UInt64, stream: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ stream
        state = next() ^ (stream &* 0x9E37_79B9_7F4A_7C15)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(fraction() * Double(range.count))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[integer(0...elements.count - 1)] }

    /// A count of independent events, by Knuth's product of uniforms; means up to about 60.
    mutating func poisson(_ mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        let limit = Self.decay(mean)
        var (count, product) = (0, fraction())
        while product > limit {
            count += 1
            product *= fraction()
        }
        return count
    }

    /// e to the power of -x, for x from 0 to 60.
    private static func decay(_ x: Double) -> Double {
        let small = x / 64
        var (sum, term) = (1.0, 1.0)
        for n in 1...12 {
            term *= small / Double(n)
            sum += term
        }
        var result = 1 / sum
        for _ in 0..<6 { result *= result }
        return result
    }
}
