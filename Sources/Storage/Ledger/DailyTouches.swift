import Decisions
package import Playbooks

/// How many touches were settled on each of the last days, on the clock of any zone.
package struct DailyTouches: Sendable {
    package struct OfDay: Sendable, Equatable {
        package var sent = 0
        package var heldOut = 0
        /// Refused, capped, suppressed, expired or cancelled.
        package var notSent = 0

        package init() {}
    }

    /// By quarters of an hour since 1970: no zone is off by less.
    private var quarters: [Int64: OfDay] = [:]

    private static let quarter: Int64 = 900_000

    package init(since start: Instant, _ connection: Connection) throws {
        // Ids grow with time: what is due a month before may be settled today.
        let id = try Self.firstID(dueAt: start - .days(31), connection)
        try connection.forEach(
            """
            SELECT settled_at / :quarter AS quarter, state, count(*) AS n FROM touch
            WHERE id >= :id AND settled_at >= :start GROUP BY 1, 2
            """, ["id": .integer(id), "start": .instant(start), "quarter": .integer(Self.quarter)]
        ) { row in
            let count = Int(row.integer("n"))
            let state: TouchState = try row.word("state")
            var found = quarters[row.integer("quarter")] ?? OfDay()
            switch state {
            case .sent: found.sent += count
            case .ghost: found.heldOut += count
            default: found.notSent += count
            }
            quarters[row.integer("quarter")] = found
        }
    }

    package func days(in zone: Zone) -> [Day: OfDay] {
        quarters.reduce(into: [:]) { days, item in
            let day = zone.day(of: Instant(milliseconds: item.key * Self.quarter))
            days[day, default: OfDay()].sent += item.value.sent
            days[day, default: OfDay()].heldOut += item.value.heldOut
            days[day, default: OfDay()].notSent += item.value.notSent
        }
    }

    /// The id from which on touches are due at a moment or later, but for few.
    static func firstID(dueAt moment: Instant, _ connection: Connection) throws -> Int64 {
        var low: Int64 = 0
        var high = try connection.integer("SELECT coalesce(max(id), 0) FROM touch") + 1
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
