package import Playbooks

/// The wall clock beside the clock that counts from the start of the machine, which nobody can set.
package struct ClockReading: Sendable, Equatable {
    package var wall: Instant
    package var sinceBoot: TimeSpan
    /// Differs after each start of the machine.
    package var boot: String
    /// Whose answers say that this is the time; nil when it is the machine's own.
    package var witness: String?

    package init(wall: Instant, sinceBoot: TimeSpan, boot: String, witness: String? = nil) {
        self.wall = wall
        self.sinceBoot = sinceBoot
        self.boot = boot
        self.witness = witness
    }
}

extension ClockReading {
    /// Why the machine's clock is doubted, by this reading of before; nil when it is as it should be.
    package func doubt(of reading: ClockReading) -> String? {
        var guarding = ClockGuard(last: self)
        return guarding.check(reading)
    }
}

/// Notices when somebody sets the wall clock, or others say another time.
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
        if let witness = last.witness {
            return """
                clock: the machine's clock is \(seconds) s \(jump < 0 ? "behind" : "ahead of") the answers of \(witness), at \
                \(reading.wall); see that it is right
                """
        }
        return """
            clock: the machine's clock jumped \(seconds) s \(jump < 0 ? "back" : "ahead"), to \(reading.wall); see that it \
            is right
            """
    }
}
