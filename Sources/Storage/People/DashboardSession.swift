package import Playbooks

/// One signed-in browser.
package struct DashboardSession: Sendable {
    package var id: Int64
    package var userID: Int64
    package var madeAt: Instant
    package var seenAt: Instant

    /// A session ends when it has not been seen for so long.
    package static let idle = TimeSpan.hours(12)
    /// A session ends at that age, whatever happens in it.
    package static let longest = TimeSpan.days(30)

    private init(_ row: Row) {
        id = row["id"].integer ?? 0
        userID = row["user_id"].integer ?? 0
        madeAt = row["made_at"].instant ?? Instant(milliseconds: 0)
        seenAt = row["seen_at"].instant ?? Instant(milliseconds: 0)
    }

    /// - Parameter hash: of the token that the browser holds.
    package static func begin(of user: Int64, hash: String, at now: Instant, _ connection: Connection) throws {
        try connection.execute(
            "DELETE FROM dashboard_session WHERE seen_at < :idle OR made_at < :old",
            ["idle": .instant(now - idle), "old": .instant(now - longest)])
        try connection.execute(
            "INSERT INTO dashboard_session (hash, user_id, made_at, seen_at) VALUES (:hash, :user, :now, :now)",
            ["hash": .text(hash), "user": .integer(user), "now": .instant(now)])
    }

    package static func with(hash: String, at now: Instant, _ connection: Connection) throws -> DashboardSession? {
        try connection.first(
            """
            SELECT s.* FROM dashboard_session AS s JOIN dashboard_user AS u ON u.id = s.user_id
            WHERE s.hash = :hash AND s.seen_at >= :idle AND s.made_at >= :old AND u.disabled_at IS NULL
            """,
            ["hash": .text(hash), "idle": .instant(now - idle), "old": .instant(now - longest)]
        ).map(DashboardSession.init)
    }

    package func saw(at now: Instant, _ connection: Connection) throws {
        try connection.execute(
            "UPDATE dashboard_session SET seen_at = :now WHERE id = :id", ["id": .integer(id), "now": .instant(now)])
    }

    package static func of(_ user: Int64, _ connection: Connection) throws -> [DashboardSession] {
        try connection.query(
            "SELECT * FROM dashboard_session WHERE user_id = :user ORDER BY id", ["user": .integer(user)]
        ).map(DashboardSession.init)
    }

    package static func end(hash: String, _ connection: Connection) throws {
        try connection.execute("DELETE FROM dashboard_session WHERE hash = :hash", ["hash": .text(hash)])
    }

    package static func endAll(of user: Int64, _ connection: Connection) throws {
        try connection.execute("DELETE FROM dashboard_session WHERE user_id = :user", ["user": .integer(user)])
    }
}
