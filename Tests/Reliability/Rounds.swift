import Foundation
import NIOConcurrencyHelpers

/// How often the tests of reliability try, and what `make reliability` tells of it.
///
/// `KEEPTOUCH_LONG=1` takes the long form, `KEEPTOUCH_LONG=0.1` a tenth of it; without it the short form runs.
package enum Rounds {
    private static let share = ProcessInfo.processInfo.environment["KEEPTOUCH_LONG"].flatMap(Double.init)
    private static let table = ProcessInfo.processInfo.environment["KEEPTOUCH_TABLE"]
    private static let writing = NIOLock()

    package static func count(_ short: Int, long: Int) -> Int {
        share.map { max(short, Int(Double(long) * $0)) } ?? short
    }

    package static func seconds(_ short: Double, long: Double) -> Double {
        share.map { max(short, long * $0) } ?? short
    }

    /// Writes a row for the table: what was tried how often, and what came of it.
    package static func tell(_ rounds: Int, _ figures: String = "", test: String = #function) {
        guard let table, let file = fopen(table, "a") else { return }
        writing.withLock {
            _ = fputs("\(test.prefix { $0 != "(" })\t\(rounds)\t\(figures)\n", file)
            fclose(file)
        }
    }
}

/// SplitMix64, so that what failed can be done again.
package struct Dice: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to `count` - 1.
    package mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }
}
