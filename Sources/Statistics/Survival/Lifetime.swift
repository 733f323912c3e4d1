/// How long an account was observed, or several that are alike.
package struct Lifetime: Sendable, Hashable {
    /// The age at which it came under observation; nil when that was from its start.
    ///
    /// An account that was imported in mid-life could not have been seen leaving before.
    package var entry: Double?
    /// The age at which it left, or was last seen.
    package var duration: Double
    /// Whether it left; otherwise it is censored: it was still there.
    package var left: Bool
    package var count: Int

    package init(entry: Double? = nil, duration: Double, left: Bool, count: Int = 1) {
        self.entry = entry
        self.duration = duration
        self.left = left
        self.count = count
    }

    /// Whether it says anything: a lifetime that ends no later than it was first seen does not.
    var isObserved: Bool { duration >= 0 && duration.isFinite && count > 0 && (entry.map { $0 < duration } ?? true) }
}
