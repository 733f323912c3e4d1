/// A moment, in integer milliseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable, Codable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (left: Instant, right: TimeSpan) -> Instant {
        Instant(milliseconds: left.milliseconds &+ right.milliseconds)
    }

    package static func - (left: Instant, right: TimeSpan) -> Instant {
        Instant(milliseconds: left.milliseconds &- right.milliseconds)
    }

    package static func - (left: Instant, right: Instant) -> TimeSpan {
        TimeSpan(milliseconds: left.milliseconds &- right.milliseconds)
    }
}
