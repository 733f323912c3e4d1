extension Schedule {
    /// The first occurrence strictly after an instant, on the clocks of a zone; nil when there is none.
    ///
    /// A fixed time inside a gap of less than 3 h runs at the first instant after it, a longer gap (a skipped day) is
    /// skipped; a time that comes twice runs once, the first time. With `*` in minutes or hours the schedule follows
    /// elapsed time: every instant whose local time matches. `once` is never skipped.
    package func next(after instant: Instant, in zone: Zone) -> Instant? {
        switch rule {
        case .once(let day, let minute):
            let occurrence = zone.instant(of: day, minute: minute)
            return occurrence > instant ? occurrence : nil
        case .fields(let fields):
            return fields.minuteIsWild || fields.hourIsWild
                ? fields.nextElapsed(after: instant, in: zone) : fields.nextFixed(after: instant, in: zone)
        }
    }

    /// The occurrences after `start` up to `end`, end included, in order; each is computed when it is asked for.
    package func occurrences(after start: Instant, through end: Instant, in zone: Zone) -> some Sequence<Instant> {
        sequence(state: start) { last in
            guard let next = next(after: last, in: zone), next <= end else { return nil }
            last = next
            return next
        }
    }
}

extension Schedule.Fields {
    /// Whether some date satisfies the fields; `0 0 30 2 *` never does.
    var canFire: Bool {
        guard !minutes.isEmpty, !hours.isEmpty, !months.isEmpty, !weekdays.isEmpty else { return false }
        let hasDate = months.contains { month in
            // 2000 is a leap year.
            daysOfMonth.contains { $0 == Self.lastDayOfMonth || $0 <= CivilDate.length(ofMonth: month, year: 2000) }
        }
        return hasDate || !(dayOfMonthIsWild || weekdayIsWild)
    }

    /// Local minutes in which any date of the calendar comes round on any weekday: 400 years and one.
    private static let cycle = 401 * 366 * 1_440
    private static let longestBridgedGap: Int64 = 3 * 3_600_000

    fileprivate func nextFixed(after instant: Instant, in zone: Zone) -> Instant? {
        // The local times up to this one belong to instants that are not later than `instant`.
        var local = Self.localMinute(of: instant, offset: zone.offset(at: instant)) + 1
        let end = local + Self.cycle
        while let minute = first(from: local, before: end) {
            let (occurrence, gap) = zone.instant(local: Int64(minute) &* 60_000)
            if occurrence > instant, gap < Self.longestBridgedGap { return occurrence }
            local = minute + 1
        }
        return nil
    }

    fileprivate func nextElapsed(after instant: Instant, in zone: Zone) -> Instant? {
        var horizon: Int?
        for period in zone.periods(from: instant) {
            let start =
                period.start > instant.milliseconds
                ? Self.minute(atOrAfter: period.start &+ period.offset)
                : Self.localMinute(of: instant, offset: period.offset) + 1
            let cycleEnd = horizon ?? start + Self.cycle
            horizon = cycleEnd
            let end = period.end == .max ? cycleEnd : min(cycleEnd, Self.minute(atOrAfter: period.end &+ period.offset))
            if let minute = first(from: start, before: end) {
                return Instant(milliseconds: Int64(minute) &* 60_000 &- period.offset)
            }
            if end == cycleEnd { return nil }
        }
        return nil
    }

    private static func localMinute(of instant: Instant, offset: Int64) -> Int {
        Int((instant.milliseconds &+ offset).floorQuotient(by: 60_000))
    }

    private static func minute(atOrAfter local: Int64) -> Int {
        Int((local &+ 59_999).floorQuotient(by: 60_000))
    }

    /// The first matching local minute in `start..<end`, on a clock that never changes.
    private func first(from start: Int, before end: Int) -> Int? {
        var day = Day(number: start.floorQuotient(by: 1_440))
        var minute = start.floorRemainder(by: 1_440)
        while day.number * 1_440 < end {
            let date = day.civil
            guard months.contains(date.month) else {
                day = day + (CivilDate.length(ofMonth: date.month, year: date.year) - date.day + 1)
                minute = 0
                continue
            }
            if holds(day, date), let match = firstMinute(atOrAfter: minute) {
                let result = day.number * 1_440 + match
                return result < end ? result : nil
            }
            day = day + 1
            minute = 0
        }
        return nil
    }

    private func firstMinute(atOrAfter minute: Int) -> Int? {
        for hour in hours where hour >= minute / 60 {
            let earliest = hour > minute / 60 ? 0 : minute % 60
            if let match = minutes.first(where: { $0 >= earliest }) { return hour * 60 + match }
        }
        return nil
    }

    /// As in cron: when both the day of the month and the weekday are restricted, either will do.
    private func holds(_ day: Day, _ date: CivilDate) -> Bool {
        let onDayOfMonth =
            daysOfMonth.contains(date.day)
            || (daysOfMonth.last == Self.lastDayOfMonth
                && date.day == CivilDate.length(ofMonth: date.month, year: date.year))
        let onWeekday = weekdays.contains(day.weekday.rawValue % 7)
        return dayOfMonthIsWild || weekdayIsWild ? onDayOfMonth && onWeekday : onDayOfMonth || onWeekday
    }
}
