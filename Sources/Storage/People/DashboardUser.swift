package import Playbooks

/// Somebody who may open the dashboard.
package struct DashboardUser: Sendable, Equatable {
    package var id: Int64
    package var name: String
    package var role: Role
    /// A PHC string; nil until it is set.
    package var password: String?
    package var madeAt: Instant
    package var disabledAt: Instant?
    package var timezone: String?
    package var theme: String?

    private init(_ row: Row) throws {
        id = row["id"].integer ?? 0
        name = row["name"].text ?? ""
        role = try row["role"].word()
        password = row["password"].text
        madeAt = row["made_at"].instant ?? Instant(milliseconds: 0)
        disabledAt = row["disabled_at"].instant
        timezone = row["timezone"].text
        theme = row["theme"].text
    }

    package static func all(_ connection: Connection) throws -> [DashboardUser] {
        try connection.query("SELECT * FROM dashboard_user ORDER BY name").map { try DashboardUser($0) }
    }

    package static func named(_ name: String, _ connection: Connection) throws -> DashboardUser? {
        try connection.first("SELECT * FROM dashboard_user WHERE name = :name", ["name": .text(name)])
            .map { try DashboardUser($0) }
    }

    package static func with(id: Int64, _ connection: Connection) throws -> DashboardUser? {
        try connection.first("SELECT * FROM dashboard_user WHERE id = :id", ["id": .integer(id)])
            .map { try DashboardUser($0) }
    }

    /// - Throws: `StorageError` when there is one of that name.
    package static func add(_ name: String, role: Role, at now: Instant, _ connection: Connection) throws {
        guard try named(name, connection) == nil else {
            throw StorageError("there is a user \"\(name)\" already; keeptouch users link \(name) makes a new link")
        }
        try connection.execute(
            "INSERT INTO dashboard_user (name, role, made_at) VALUES (:name, :role, :now)",
            ["name": .text(name), "role": .word(role), "now": .instant(now)])
    }

    /// Makes a link good, once and until a moment; an older one is good no more.
    package func setLink(hash: String, until: Instant, _ connection: Connection) throws {
        try connection.execute(
            "UPDATE dashboard_user SET link = :hash, link_until = :until WHERE id = :id",
            ["id": .integer(id), "hash": .text(hash), "until": .instant(until)])
    }

    /// Whose link it is; nil when it is none, too old, or of somebody who may not come in.
    package static func withLink(hash: String, at now: Instant, _ connection: Connection) throws -> DashboardUser? {
        try connection.first(
            "SELECT * FROM dashboard_user WHERE link = :hash AND link_until > :now AND disabled_at IS NULL",
            ["hash": .text(hash), "now": .instant(now)]
        ).map { try DashboardUser($0) }
    }

    /// Sets a password: the link is used up and all sessions end. False when the link is good no more.
    ///
    /// - Parameter link: the hash of the link on which it is set.
    package func setPassword(_ password: String, link: String, at now: Instant, _ connection: Connection) throws -> Bool
    {
        let changed = try connection.execute(
            """
            UPDATE dashboard_user SET password = :password, link = NULL, link_until = NULL
            WHERE id = :id AND link = :link AND link_until > :now AND disabled_at IS NULL
            """,
            ["id": .integer(id), "password": .text(password), "link": .text(link), "now": .instant(now)])
        guard changed > 0 else { return false }
        try DashboardSession.endAll(of: id, connection)
        return true
    }

    package func setRole(_ role: Role, _ connection: Connection) throws {
        try connection.execute(
            "UPDATE dashboard_user SET role = :role WHERE id = :id", ["id": .integer(id), "role": .word(role)])
    }

    /// Lets nobody in by that name any more, or again.
    package func setDisabled(_ isDisabled: Bool, at now: Instant, _ connection: Connection) throws {
        try connection.execute(
            "UPDATE dashboard_user SET disabled_at = :at, link = NULL WHERE id = :id",
            ["id": .integer(id), "at": .optional(isDisabled ? now.milliseconds : nil)])
        if isDisabled { try DashboardSession.endAll(of: id, connection) }
    }

    package func setLooks(timezone: String?, theme: String?, _ connection: Connection) throws {
        try connection.execute(
            "UPDATE dashboard_user SET timezone = :timezone, theme = :theme WHERE id = :id",
            ["id": .integer(id), "timezone": .optional(timezone), "theme": .optional(theme)])
    }
}
