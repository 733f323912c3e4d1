/// The days and hours in which touches may go out, on the contact's own clock.
package struct SendWindow: Sendable, Hashable {
    /// 1 is Monday, 7 Sunday.
    package var weekdays: Set<Int>
    /// Minutes after midnight, start included, end excluded; `start < end`.
    package var start: Int
    package var end: Int
    /// The calendars on whose days it stays closed.
    package var except: [String] = []

    package init(weekdays: Set<Int>, start: Int, end: Int) {
        self.weekdays = weekdays
        self.start = start
        self.end = end
    }

    package static let always = SendWindow(weekdays: Set(1...7), start: 0, end: 24 * 60)
}

extension SendWindow {
    /// Reads days `mon-fri` and hours `09:00-17:00`; what is not given is every day, or the whole day.
    package static func parse(days: String?, hours: String?) -> Result<SendWindow, TimeTextError> {
        var window = SendWindow.always
        if let days {
            switch Weekday.parseList(days) {
            case .success(let weekdays): window.weekdays = Set(weekdays.map(\.rawValue))
            case .failure(let error): return .failure(error)
            }
        }
        guard let hours else { return .success(window) }
        let ends = hours.split(separator: "-", omittingEmptySubsequences: false).map { TimeText.trimmed($0) }
        guard ends.count == 2, case .success(let start) = ClockTime.parse(ends[0]),
            case .success(let end) = ClockTime.parse(ends[1], allowing24: true)
        else {
            return .failure(TimeTextError("expected hours such as 09:00-17:00, got \"\(hours)\""))
        }
        guard start.minute < end.minute else {
            return .failure(TimeTextError("expected hours that end after they start on the same day, got \"\(hours)\""))
        }
        window.start = start.minute
        window.end = end.minute
        return .success(window)
    }

    package func contains(_ instant: Instant, in zone: Zone) -> Bool {
        next(atOrAfter: instant, in: zone) == instant
    }

    /// The first instant in the window that is not before `instant`; `instant` itself inside the window. Its calendars are
    /// not asked.
    ///
    /// Across a clock change the window is what lies between the instants of its two local times.
    package func next(atOrAfter instant: Instant, in zone: Zone) -> Instant {
        opening(atOrAfter: instant, in: zone) { _ in nil }.at
    }

    /// The first instant in the window, and on no closed day, that is not before `instant`; with why the first of the
    /// days that it would otherwise have opened on is closed.
    func opening(
        atOrAfter instant: Instant, in zone: Zone, closed: (Day) -> String?
    ) -> (at: Instant, closedFor: String?) {
        let today = zone.day(of: instant)
        var reason: String?
        // `check` refuses what stays closed for longer.
        for day in (0...Self.longestClosure).lazy.map({ today + $0 }) where weekdays.contains(day.weekday.rawValue) {
            let opens = max(instant, zone.instant(of: day, minute: start))
            guard opens < zone.instant(of: day, minute: end) else { continue }
            guard let closedFor = closed(day) else { return (opens, reason) }
            reason = reason ?? closedFor
        }
        return (zone.start(of: today + Self.longestClosure), reason)
    }

    /// How many days in a row a window may stay closed.
    static let longestClosure = 92
}
