package import Playbooks

/// The wall clock beside the clock that counts from the start of the machine, which nobody can set.
package struct ClockReading: Sendable, Equatable {
    package var wall: Instant
    package var sinceBoot: TimeSpan
    /// Differs after each start of the machine.
    package var boot: String

    package init(wall: Instant, sinceBoot: TimeSpan, boot: String) {
        self.wall = wall
        self.sinceBoot = sinceBoot
        self.boot = boot
    }
}

/// Notices when somebody sets the wall clock.
package struct ClockGuard: Sendable {
    package private(set) var last: ClockReading?

    /// The longest jump that passes: a correction, no mistake.
    package static let most = TimeSpan.seconds(60)

    package init(last: ClockReading?) {
        self.last = last
    }

    /// Takes the next reading; answers why nothing may be planned, or nil.
    ///
    /// A jump stays one until the clock is back where it belongs: the last reading that was trusted is kept.
    /// Across a start of the machine there is nothing to compare with.
    package mutating func check(_ reading: ClockReading) -> String? {
        guard let last, last.boot == reading.boot else {
            last = reading
            return nil
        }
        let wall = reading.wall - last.wall
        let jump = wall.milliseconds - (reading.sinceBoot.milliseconds - last.sinceBoot.milliseconds)
        guard abs(jump) > Self.most.milliseconds else {
            self.last = reading
            return nil
        }
        let seconds = abs(jump) / 1_000
        return """
            clock: the machine's clock jumped \(seconds) s \(jump < 0 ? "back" : "ahead"), to \(reading.wall); see that it \
            is right
            """
    }
}
