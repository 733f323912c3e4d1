import Decisions
package import Playbooks

/// How many touches were settled on each of the last days.
package struct DailyTouches: Sendable {
    package struct OfDay: Sendable, Equatable {
        package var sent = 0
        package var heldOut = 0
        /// Refused, capped, suppressed, expired or cancelled.
        package var notSent = 0

        package init() {}
    }

    package var days: [Day: OfDay] = [:]

    /// - Parameter first: in the zone.
    package init(since first: Day, in zone: Zone, _ connection: Connection) throws {
        let start = zone.start(of: first)
        // Ids grow with time: what is due a month before may be settled today.
        let id = try Self.firstID(dueAt: start - .days(31), connection)
        try connection.forEach(
            "SELECT settled_at, state FROM touch WHERE id >= :id AND settled_at >= :start",
            ["id": .integer(id), "start": .instant(start)]
        ) { row in
            guard let settled = row.optionalInstant(0), let state = row.text(1).flatMap(TouchState.init(rawValue:))
            else { return }
            let day = zone.day(of: settled)
            switch state {
            case .sent: days[day, default: OfDay()].sent += 1
            case .ghost: days[day, default: OfDay()].heldOut += 1
            default: days[day, default: OfDay()].notSent += 1
            }
        }
    }

    /// The id from which on touches are due at a moment or later, but for few.
    static func firstID(dueAt moment: Instant, _ connection: Connection) throws -> Int64 {
        var low: Int64 = 0
        var high = try connection.integer("SELECT coalesce(max(id), 0) FROM touch")
        while low < high {
            let middle = low + (high - low) / 2
            let row = try connection.first(
                "SELECT id, due_at FROM touch WHERE id >= :id ORDER BY id LIMIT 1", ["id": .integer(middle)])
            guard let row, let due = row["due_at"].instant, due < moment else {
                high = middle
                continue
            }
            low = (row["id"].integer ?? middle) + 1
        }
        return low
    }
}
