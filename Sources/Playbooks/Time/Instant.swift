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

extension Instant {
    /// Reads ISO 8601: `2026-03-08T07:00:00Z`, with an offset `+05:30`, with a fraction, or without seconds.
    ///
    /// A text without an offset is local time in the zone, a date alone is the zone's first instant of that day, and
    /// without a zone both are errors. Years 1 to 9999.
    package static func parse(_ text: String, in zone: Zone? = nil) -> Result<Instant, TimeTextError> {
        guard let instant = TimeText.withUTF8(of: text, { Instant(utf8: $0, in: zone) }) else {
            let example = zone == nil ? "2026-03-08T07:00:00Z" : "2026-03-08T07:00:00Z or 2026-03-08 07:00"
            return .failure(TimeTextError("expected a time such as \(example), got \"\(text)\""))
        }
        return .success(instant)
    }

    /// What `parse` reads, from bytes, for bulk work; nil when they are not a time.
    package init?(utf8: UnsafeBufferPointer<UInt8>, in zone: Zone? = nil) {
        var reader = ISO8601Reader(utf8)
        guard let day = reader.day() else { return nil }
        var time: Int64 = 0
        if !reader.isAtEnd {
            guard let read = reader.timeOfDay() else { return nil }
            time = read
            if let offset = reader.offset() {
                guard reader.isAtEnd else { return nil }
                self.init(milliseconds: Int64(day.number) * 86_400_000 + time - offset)
                return
            }
        }
        guard reader.isAtEnd, let zone else { return nil }
        self = zone.instant(local: Int64(day.number) * 86_400_000 + time).instant
    }

    /// The local date and time in a zone, for people: `2026-03-08 03:00`.
    package func text(in zone: Zone) -> String {
        let local = milliseconds &+ zone.offset(at: self)
        let minute = Int(local.floorRemainder(by: 86_400_000) / 60_000)
        return "\(zone.day(of: self)) \(ClockTime(minute: minute))"
    }
}

extension Instant: CustomStringConvertible {
    /// ISO 8601 in UTC: `2026-03-08T07:00:00Z`, with milliseconds only when there are any.
    package var description: String {
        let day = Day(number: Int(milliseconds.floorQuotient(by: 86_400_000)))
        let time = Int(milliseconds.floorRemainder(by: 86_400_000))
        let clock = "\(ClockTime(minute: time / 60_000)):\(TimeText.padded(time / 1_000 % 60, 2))"
        return time % 1_000 == 0 ? "\(day)T\(clock)Z" : "\(day)T\(clock).\(TimeText.padded(time % 1_000, 3))Z"
    }
}
