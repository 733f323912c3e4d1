import Foundation
package import Playbooks

/// Process time and randomness, handed to whoever needs them; decision time is always an argument.
package struct Clocks: Sendable {
    package var processNow: @Sendable () -> Instant
    /// Uniform, from 0 to 1.
    package var random: @Sendable () -> Double

    package init(processNow: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> Double) {
        self.processNow = processNow
        self.random = random
    }

    package static let system = Clocks(
        processNow: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
        random: { Double.random(in: 0...1) })
}
