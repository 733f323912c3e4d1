import Foundation
import Playbooks

/// Contacts and events that came before anybody said which account they belong to, and webhooks of billing systems that
/// came before their account (`WaitingChanges`).
struct WaitingRows {
    /// So many may wait; when there are more, the oldest go.
    private static let most: Int64 = 100_000

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    var isEmpty: Bool {
        get throws { try connection.first("SELECT id FROM waiting_row LIMIT 1") == nil }
    }

    func add(_ row: IncomingRow, for owner: String, at now: Instant) throws {
        try add(String(decoding: try JSONEncoder().encode(row), as: UTF8.self), for: owner, at: now)
    }

    func add(_ text: String, for owner: String, at now: Instant) throws {
        try connection.execute(
            "INSERT INTO waiting_row (waits_for, row, received_at) VALUES (:owner, :row, :now)",
            ["owner": .text(owner), "row": .text(text), "now": .instant(now)])
        try connection.execute(
            "DELETE FROM waiting_row WHERE id <= (SELECT max(id) FROM waiting_row) - :most",
            ["most": .integer(Self.most)])
    }

    /// For whom rows wait although they are there by now, because an import brought them.
    func knownOwners() throws -> [String] {
        try connection.query(
            """
            SELECT DISTINCT w.waits_for FROM waiting_row w JOIN account a ON a.key = substr(w.waits_for, 9)
            WHERE w.waits_for >= 'account:' AND w.waits_for < 'account;'
            UNION ALL
            SELECT DISTINCT w.waits_for FROM waiting_row w JOIN contact c ON c.key = substr(w.waits_for, 6)
            WHERE w.waits_for >= 'user:' AND w.waits_for < 'user;'
            """
        ).compactMap { $0[0].text }
    }

    /// Takes out the rows that waited for any of these.
    func take(_ owners: [String]) throws -> [IncomingRow] {
        var rows: [IncomingRow] = []
        for owner in owners {
            let found = try rowsWaiting(for: owner)
            if found.isEmpty { continue }
            try connection.execute("DELETE FROM waiting_row WHERE waits_for = :owner", ["owner": .text(owner)])
            rows += found
        }
        return rows
    }

    /// Gives the contacts with one key another, unless their account has a contact with that key already.
    func rename(_ alias: IncomingAlias) throws {
        try connection.execute(
            """
            UPDATE contact SET key = :user WHERE key = :previous AND NOT EXISTS (
                SELECT 1 FROM contact o WHERE o.account_id = contact.account_id AND o.key = :user
            )
            """, ["user": .text(alias.user), "previous": .text(alias.previous)])
        let awaited = AwaitedContacts(connection)
        try awaited.rename(alias.previous, to: alias.user)
        try awaited.arrive(named: alias.user)
        let previous: [String: SQLValue] = ["owner": .text("user:\(alias.previous)")]
        for waiting in try connection.query("SELECT id, row FROM waiting_row WHERE waits_for = :owner", previous) {
            guard var row = Self.read(waiting["row"].text) else { continue }
            row.owner = .accountOf(user: alias.user)
            for index in row.fields.indices
            where ["key", "contact"].contains(row.fields[index].column) && row.fields[index].value == alias.previous {
                row.fields[index].value = alias.user
            }
            try connection.execute(
                "UPDATE waiting_row SET waits_for = :owner, row = :row WHERE id = :id",
                [
                    "owner": .text("user:\(alias.user)"), "id": waiting["id"],
                    "row": .text(String(decoding: try JSONEncoder().encode(row), as: UTF8.self)),
                ])
        }
    }

    private static func read(_ text: String?) -> IncomingRow? {
        text.flatMap { try? JSONDecoder().decode(IncomingRow.self, from: Data($0.utf8)) }
    }

    private func rowsWaiting(for owner: String) throws -> [IncomingRow] {
        var rows: [IncomingRow] = []
        try connection.forEach(
            "SELECT row FROM waiting_row WHERE waits_for = :owner ORDER BY id", ["owner": .text(owner)]
        ) { statement in
            if let row = Self.read(statement.text(0)) { rows.append(row) }
        }
        return rows
    }
}
