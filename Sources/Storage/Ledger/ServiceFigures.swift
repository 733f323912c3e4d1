import Decisions
package import Playbooks

/// What a monitor of the service asks the database.
package struct ServiceFigures: Sendable, Equatable {
    /// Touches in each state.
    package var touches: [String: Int] = [:]
    /// Pending touches that could go now.
    package var due = 0
    /// When the latest cycle decided something.
    package var cycleAt: Instant?
    /// When the runner last wrote that it is alive; it does so once a minute.
    package var runnerSeenAt: Instant?
    /// Rows that wait for their account.
    package var waitingRows = 0

    package init() {}

    /// Touches by the counts that are kept, what is due by its indexes.
    package static func read(now: Instant, _ connection: Connection) throws -> ServiceFigures {
        var figures = ServiceFigures()
        for (state, count) in try FlowCounts(connection).touches() { figures.touches[state.rawValue] = count }
        figures.due = try Outbox.countDue(by: now, connection)
        figures.cycleAt = try Meta.lastNow(connection)
        figures.runnerSeenAt = try runnerSeenAt(connection)
        figures.waitingRows = Int(try connection.integer("SELECT count(*) FROM waiting_row"))
        return figures
    }

    /// When the runner last wrote that it is alive; nil when none ever did.
    package static func runnerSeenAt(_ connection: Connection) throws -> Instant? {
        // The wall's clock stands first.
        try Meta.clock.read(connection)?.split(separator: " ").first.flatMap { Int64($0) }.map {
            Instant(milliseconds: $0)
        }
    }
}
