package import Foundation

/// An IANA time zone that is known to this machine.
package struct Zone: Sendable, Hashable {
    /// The name as given, `America/New_York` or an alias such as `US/Pacific`.
    package let name: String
    private let rules: ZoneRules

    /// Nil when the name is not a known IANA zone; abbreviations such as `PST` and offsets such as `GMT+5` are not.
    package init?(_ name: String) {
        guard let rules = ZoneRules.named(name) else { return nil }
        self.name = name
        self.rules = rules
    }

    private init(name: String, rules: ZoneRules) {
        self.name = name
        self.rules = rules
    }

    package static let utc = Zone(name: "UTC", rules: .utc)

    package var timeZone: TimeZone { rules.timeZone }

    package static func == (left: Zone, right: Zone) -> Bool { left.name == right.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Zone {
    /// What the zone's clocks are ahead of UTC at that moment, in milliseconds.
    package func offset(at instant: Instant) -> Int64 {
        rules.offsets[rules.period(at: instant.milliseconds)]
    }

    /// The day on the zone's calendar.
    package func day(of instant: Instant) -> Day {
        Day(number: Int((instant.milliseconds &+ offset(at: instant)).floorQuotient(by: 86_400_000)))
    }

    /// The first instant of a day; where clocks skip midnight that is not 00:00.
    package func start(of day: Day) -> Instant {
        instant(of: day, minute: 0)
    }

    /// The instant at which the zone's clocks show that day and those minutes after midnight.
    ///
    /// A time that the clocks skip gives the first instant after the gap, one that they show twice the first of the two.
    package func instant(of day: Day, minute: Int) -> Instant {
        instant(local: Int64(day.number) &* 86_400_000 &+ Int64(minute) &* 60_000).instant
    }

    /// The instant of a local time, in milliseconds since 1970-01-01 00:00 on the zone's clocks, and the length of the
    /// gap that it falls into, 0 if none.
    package func instant(local: Int64) -> (instant: Instant, gap: Int64) {
        let period = rules.period(local: local)
        let instant = local &- rules.offsets[period]
        guard period > 0, instant < rules.starts[period] else { return (Instant(milliseconds: instant), 0) }
        return (
            Instant(milliseconds: rules.starts[period]), rules.offsets[period] - rules.offsets[period - 1]
        )
    }

    /// The stretch of constant offset that holds the instant, and the ones after it.
    func periods(from instant: Instant) -> some Sequence<ZoneRules.Period> {
        (rules.period(at: instant.milliseconds)..<rules.starts.count).lazy.map { [rules] in rules[$0] }
    }
}
