/// Finds the ids of contacts by account and key, or address.
final class ContactKeys {
    private let byKey: Statement
    private let byAddress: Statement
    private let arena = ByteArena(capacity: 256)

    init(_ connection: Connection) throws {
        byKey = try connection.prepare("SELECT id FROM contact WHERE account_id = :account AND key = :key")
        byAddress = try connection.prepare(
            "SELECT id FROM contact WHERE account_id = :account AND address = :address ORDER BY id LIMIT 1")
    }

    func id(_ name: Cell, of account: Int64) throws -> Int64? {
        if let id = try first(byKey, account, name) { return id }
        return try EmailAddress.normalized(name, in: arena).flatMap { try first(byAddress, account, $0) }
    }

    /// What `event.contact_key` says until there is a contact of that name: a normalized address, or the key.
    func awaitedName(_ name: Cell) -> Cell {
        EmailAddress.normalized(name, in: arena) ?? name
    }

    private func first(_ statement: Statement, _ account: Int64, _ name: Cell) throws -> Int64? {
        defer { statement.reset() }
        statement.bind(0, account)
        name.withMemoryRebound(to: CChar.self) { statement.bind(text: 1, $0) }
        return try statement.step() ? statement.integer(0) : nil
    }
}
