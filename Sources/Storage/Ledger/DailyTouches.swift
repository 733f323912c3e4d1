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

    package init(since start: Instant, _ connection: Connection) throws {
        try FlowCounts(connection).forEach(.settled, from: start.milliseconds / FlowKey.quarter) { row in
            let count = Int(row.integer("count"))
            let state: TouchState = try row.word("value")
            var found = quarters[row.integer("slot")] ?? OfDay()
            switch state {
            case .sent: found.sent += count
            case .ghost: found.heldOut += count
            default: found.notSent += count
            }
            quarters[row.integer("slot")] = found
        }
    }

    package func days(in zone: Zone) -> [Day: OfDay] {
        quarters.reduce(into: [:]) { days, item in
            let day = zone.day(of: Instant(milliseconds: item.key * FlowKey.quarter))
            days[day, default: OfDay()].sent += item.value.sent
            days[day, default: OfDay()].heldOut += item.value.heldOut
            days[day, default: OfDay()].notSent += item.value.notSent
        }
    }
}
