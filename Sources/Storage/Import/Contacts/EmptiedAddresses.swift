import Playbooks

/// Contacts of accounts whose cells are empty by now: an empty `contact_email` takes the address away that was there.
struct EmptiedAddresses {
    /// Whether a staged row has an empty cell.
    var isNeeded = false
    /// The accounts of the last slice whose contacts have lost their addresses.
    private(set) var accounts: Set<Int64> = []
    private var examples = KeyExamples()

    /// Takes the addresses away of the staged rows that SQL sees; call in the write transaction, before any are hidden.
    mutating func take(_ connection: Connection) throws {
        accounts = []
        guard isNeeded else { return }
        for row in try connection.query(
            """
            SELECT a.id, a.key FROM import_account s JOIN account a ON a.key = s.key
            JOIN contact c ON c.account_id = a.id AND c.key = 'owner' AND c.address IS NOT NULL
            WHERE s.email IS NULL AND s.keeps_email = 0 ORDER BY a.id
            """)
        {
            guard let id = row["id"].integer, accounts.insert(id).inserted else { continue }
            examples.add(row["key"].text ?? "")
            try connection.execute(
                """
                UPDATE contact SET last_address = address, email = NULL, address = NULL
                WHERE account_id = :account AND key = 'owner'
                """, ["account": .integer(id)])
        }
    }

    var warning: String? {
        examples.text.map {
            "\($0) without the address that was there: an empty contact_email takes it away, and nobody is written to"
        }
    }
}
