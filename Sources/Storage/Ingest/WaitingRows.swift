import Foundation
import Playbooks

/// Contacts and events that came before anybody said which account they belong to.
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
        let text = String(decoding: try JSONEncoder().encode(row), as: UTF8.self)
        try connection.execute(
            "INSERT INTO waiting_row (waits_for, row, received_at) VALUES (:owner, :row, :now)",
            ["owner": .text(owner), "row": .text(text), "now": .instant(now)])
        try connection.execute(
            "DELETE FROM waiting_row WHERE id <= (SELECT max(id) FROM waiting_row) - :most",
            ["most": .integer(Self.most)])
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
        let rows = try take(["user:\(alias.previous)"])
        for var row in rows {
            row.owner = .accountOf(user: alias.user)
            for index in row.fields.indices
            where ["key", "contact"].contains(row.fields[index].column) && row.fields[index].value == alias.previous {
                row.fields[index].value = alias.user
            }
            try connection.execute(
                "INSERT INTO waiting_row (waits_for, row, received_at) VALUES (:owner, :row, 0)",
                [
                    "owner": .text("user:\(alias.user)"),
                    "row": .text(String(decoding: try JSONEncoder().encode(row), as: UTF8.self)),
                ])
        }
    }

    private func rowsWaiting(for owner: String) throws -> [IncomingRow] {
        var rows: [IncomingRow] = []
        try connection.forEach(
            "SELECT row FROM waiting_row WHERE waits_for = :owner ORDER BY id", ["owner": .text(owner)]
        ) { statement in
            guard let text = statement.text(0),
                let row = try? JSONDecoder().decode(IncomingRow.self, from: Data(text.utf8))
            else { return }
            rows.append(row)
        }
        return rows
    }
}
