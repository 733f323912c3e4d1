/// Gives events the contacts that they name and that came after them.
///
/// An event says what it calls its contact in `contact_key` for as long as there is none of that name at its account:
/// the key, or the address.
struct AwaitedContacts {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Whether a contact `a` is the one that an event calls so.
    static func isCalled(_ name: String) -> String {
        "\(name) IN (a.key, a.address, CASE WHEN a.key LIKE '%@%' THEN lower(a.key) END)"
    }

    /// Whether any event awaits its contact.
    var isNeeded: Bool {
        get throws { try connection.first("SELECT 1 FROM event WHERE contact_key IS NOT NULL LIMIT 1") != nil }
    }

    /// Call in the write transaction that has stored the contacts.
    ///
    /// - Parameter join: says which contacts `a` the staged rows `s` stand for.
    func arrive(stagedAs table: String, joinedBy join: String) throws {
        guard try isNeeded else { return }
        try take("\(table) s JOIN contact a ON \(join)")
    }

    /// Gives one name's events to the contacts that are called so from now on.
    func arrive(named key: String) throws {
        guard try isNeeded else { return }
        try take("contact a", where: "a.key = :key AND ", ["key": .text(key)])
    }

    /// Lets events await a contact by its other name.
    func rename(_ previous: String, to key: String) throws {
        try connection.execute(
            "UPDATE event SET contact_key = :key WHERE contact_key = :previous",
            ["key": .text(key), "previous": .text(previous)])
    }

    private func take(_ contacts: String, where condition: String = "", _ values: [String: SQLValue] = [:]) throws {
        try connection.execute(
            """
            UPDATE event SET contact_id = a.id, contact_key = NULL FROM \(contacts)
            WHERE \(condition)\(Self.isCalled("event.contact_key")) AND event.account_id = a.account_id
            """, values)
    }
}
