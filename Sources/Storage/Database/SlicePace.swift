/// How many items the next slice of a long write should hold, so that its transaction takes about as long as it should.
struct SlicePace: Sendable, Equatable {
    private(set) var size = 64
    private let target: Duration

    init(target: Duration) {
        self.target = target
    }

    /// Learns from the last slice; the size at most doubles, and falls as far as it must.
    mutating func took(_ time: Duration, for count: Int) {
        let spent = max(time / .milliseconds(1), 0.01)
        let fitting = Double(count) * (target / .milliseconds(1)) / spent
        size = max(1, Int(min(fitting, Double(count) * 2, 1e9)))
    }
}
