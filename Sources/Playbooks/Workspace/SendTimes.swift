/// When touches may go out: the workspace's window, the days that calendars except, and its blackouts.
package struct SendTimes: Sendable {
    private let window: SendWindow?
    private let blackout: Blackout
    private let calendars: [String: HolidayCalendar]
    /// The attributes of accounts by which calendars serve some of them only.
    package let attributes: [String]

    /// The first moment at which a touch may go out, and why it is not at once.
    package struct Opening: Sendable, Equatable {
        package var at: Instant
        /// `holiday: Christmas Day`; nil where no holiday and no blackout is passed over.
        package var closedFor: String?

        /// `holiday: Christmas Day; window opens 2026-12-28 09:00 America/Chicago`
        package func reason(in zone: Zone) -> String {
            (closedFor.map { "\($0); " } ?? "") + "window opens \(at.text(in: zone)) \(zone.name)"
        }
    }

    /// Whether a touch waits, or has waited, for its window.
    package static func isReason(_ reason: String) -> Bool { reason.contains("window opens ") }

    /// What became of a touch that was not sent in the window that it waited for.
    package static let missed = "neither serve nor a run sent it while the window was open"

    /// No window and no closed day.
    package static let always = SendTimes(window: nil, blackout: Blackout(), calendars: [:])

    package init(_ workspace: Workspace) {
        self.init(
            window: workspace.configuration.sendWindow, blackout: workspace.configuration.blackout,
            calendars: workspace.calendars)
    }

    private init(window: SendWindow?, blackout: Blackout, calendars: [String: HolidayCalendar]) {
        self.window = window
        self.blackout = blackout
        self.calendars = calendars
        attributes = Set(calendars.values.compactMap(\.audience?.attribute)).sorted()
    }

    /// - Parameters:
    ///   - own: the window that the step itself gives, if it does.
    ///   - value: the account's values of `attributes`.
    package func opening(
        _ kind: Channel.Kind, category: String, own: SendWindow?, from base: Instant, in zone: Zone,
        value: (_ attribute: String) -> String?
    ) -> Opening {
        let isBlackedOut = category != "service" && !blackout.isEmpty
        guard let window = own ?? (kind.isCapped ? window : nil) ?? (isBlackedOut ? .always : nil) else {
            return Opening(at: base)
        }
        let holidays = serving(window.except, value)
        let dark = isBlackedOut ? serving(blackout.calendars, value) : []
        let found = window.opening(atOrAfter: base, in: zone) { day in
            if isBlackedOut, let name = blackout.days[day] ?? Self.name(of: day, in: dark) {
                return "blackout: \(name)"
            }
            return Self.name(of: day, in: holidays).map { "holiday: \($0)" }
        }
        return Opening(at: found.at, closedFor: found.closedFor)
    }

    private func serving(_ names: [String], _ value: (String) -> String?) -> [HolidayCalendar] {
        names.compactMap { calendars[$0] }.filter { $0.serves(value) }
    }

    private static func name(of day: Day, in calendars: [HolidayCalendar]) -> String? {
        calendars.lazy.compactMap { $0.days[day] }.first
    }

    /// The longest stretch of days on which a window never opens, as far as calendars and blackouts reach.
    ///
    /// - Parameter window: one of a step; the workspace's when nil.
    func longestClosure(of own: SendWindow?) -> (from: Day, days: Int)? {
        let window = own ?? window ?? .always
        var closed = Set(blackout.days.keys)
        for name in window.except + blackout.calendars { closed.formUnion(calendars[name]?.days.keys.map { $0 } ?? []) }
        guard let first = closed.min(), let last = closed.max() else { return nil }
        var longest: (from: Day, days: Int)?
        var from = first
        // A week more, for what is closed by the weekdays at its end.
        for number in first.number...(last.number + 8) {
            let day = Day(number: number)
            guard window.weekdays.contains(day.weekday.rawValue), !closed.contains(day) else { continue }
            if day - from > longest?.days ?? 0 { longest = (from, day - from) }
            from = day + 1
        }
        return longest
    }
}
