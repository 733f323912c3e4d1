/// What one erasure is about: accounts, contacts, addresses, touches and events, in temporary tables.
struct ErasureTables {
    private let connection: Connection
    private static let names = [
        "erased_account", "erased_contact", "erased_address", "erased_touch", "erased_event", "erased_object",
    ]

    init(_ connection: Connection) {
        self.connection = connection
    }

    func make() throws {
        drop()
        try connection.define(
            """
            CREATE TEMP TABLE erased_account (id INTEGER PRIMARY KEY, whole INTEGER NOT NULL);
            CREATE TEMP TABLE erased_contact (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL);
            CREATE TEMP TABLE erased_address (address TEXT PRIMARY KEY);
            CREATE TEMP TABLE erased_touch (id INTEGER PRIMARY KEY, enrollment_id INTEGER NOT NULL, own INTEGER NOT NULL);
            CREATE TEMP TABLE erased_event (id INTEGER PRIMARY KEY);
            CREATE TEMP TABLE erased_object (object TEXT PRIMARY KEY, account_id INTEGER NOT NULL);
            """)
    }

    func drop() {
        for name in Self.names { try? connection.executeScript("DROP TABLE IF EXISTS \(name)") }
    }

    /// - Parameter also: texts that are the person's wherever they stand.
    /// - Returns: what names the erased.
    func fill(_ subject: Erasure.Subject, also: [String]) throws -> Mentions {
        try take(subject)
        // The person is the address: its contacts at other accounts are the same person. An account's people may still
        // be at another account.
        if case .account = subject {
            try connection.execute(
                """
                INSERT INTO erased_address (address)
                SELECT c.address FROM erased_contact AS x JOIN contact AS c ON c.id = x.id
                WHERE c.address IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM contact AS o WHERE o.address = c.address AND o.account_id <> c.account_id)
                UNION
                SELECT c.phone FROM erased_contact AS x JOIN contact AS c ON c.id = x.id
                WHERE c.phone IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM contact AS o WHERE o.phone = c.phone AND o.account_id <> c.account_id)
                """)
        } else {
            try takeEverywhere()
        }
        let mentions = try mentions(also)
        try takeTouches(mentions)
        try takeEvents(mentions)
        try takeObjects()
        return mentions
    }

    /// What the audit log calls the accounts, their people and their touches.
    private func takeObjects() throws {
        try connection.execute(
            """
            INSERT INTO erased_object (object, account_id)
            SELECT a.key, x.id FROM erased_account AS x JOIN account AS a ON a.id = x.id
            UNION ALL
            SELECT 'touch ' || t.id, t.account_id FROM erased_account AS x JOIN touch AS t ON t.account_id = x.id
            UNION ALL
            SELECT c.address, c.account_id FROM erased_account AS x JOIN contact AS c ON c.account_id = x.id
            WHERE c.address IS NOT NULL
            UNION ALL
            SELECT c.phone, c.account_id FROM erased_account AS x JOIN contact AS c ON c.account_id = x.id
            WHERE c.phone IS NOT NULL
            ON CONFLICT (object) DO NOTHING
            """)
    }

    private func take(_ subject: Erasure.Subject) throws {
        switch subject {
        case .account(let key):
            let found = try connection.execute(
                "INSERT INTO erased_account (id, whole) SELECT id, 1 FROM account WHERE key = :key",
                ["key": .text(key)])
            guard found == 1 else {
                throw StorageError(
                    "there is no account with the key \"\(key)\"; one that was erased has no key any more")
            }
            try connection.execute(
                """
                INSERT INTO erased_contact (id, account_id)
                SELECT id, account_id FROM contact WHERE account_id IN (SELECT id FROM erased_account)
                """)
        case .address(let address):
            try connection.execute(
                "INSERT INTO erased_address (address) VALUES (:address)", ["address": .text(address)])
        case .contact(let key, let account):
            let found = try connection.query(
                """
                SELECT c.id, c.account_id, a.key FROM contact AS c JOIN account AS a ON a.id = c.account_id
                WHERE c.key = :key AND (a.key = :account OR CAST(:account AS TEXT) IS NULL) ORDER BY a.key LIMIT 6
                """, ["key": .text(key), "account": .optional(account)])
            guard let first = found.first else {
                let named = try connection.query(
                    "SELECT coalesce(address, key) FROM contact WHERE lower(name) = lower(:name) ORDER BY id LIMIT 6",
                    ["name": .text(key)]
                ).compactMap { $0[0].text }
                guard named.isEmpty else {
                    throw StorageError(
                        "\"\(key)\" is a name, and people are erased by address or key; that name have: "
                            + named.prefix(5).joined(separator: ", ") + (named.count > 5 ? ", ..." : ""))
                }
                throw StorageError(
                    "there is no contact with the key \"\(key)\"\(account.map { " at the account \"\($0)\"" } ?? ""); "
                        + "keeptouch explain finds accounts and people; an address is erased also when no contact has it"
                )
            }
            guard found.count == 1 else {
                let accounts = found.compactMap { $0[2].text }.prefix(5).joined(separator: ", ")
                throw StorageError(
                    "several accounts have a contact with the key \"\(key)\": \(accounts)\(found.count > 5 ? ", ..." : ""); "
                        + "say which one with --account")
            }
            try connection.execute(
                "INSERT INTO erased_contact (id, account_id) VALUES (:id, :account)",
                ["id": first[0], "account": first[1]])
            try connection.execute(
                """
                INSERT INTO erased_address (address)
                SELECT address FROM contact WHERE id = :id AND address IS NOT NULL
                """, ["id": first[0]])
        }
    }

    /// All contacts with the addresses, and the addresses that touches to them had before they changed.
    private func takeEverywhere() throws {
        try connection.execute(
            """
            INSERT INTO erased_contact (id, account_id)
            SELECT c.id, c.account_id FROM erased_address AS x JOIN contact AS c ON c.address = x.address
            UNION
            SELECT c.id, c.account_id FROM erased_address AS x JOIN contact AS c ON c.phone = x.address
            UNION
            SELECT c.id, c.account_id FROM contact AS c
            WHERE c.address IS NULL AND c.last_address IN (SELECT address FROM erased_address)
            UNION
            SELECT c.id, c.account_id FROM erased_address AS x JOIN contact AS c ON c.key = x.address
            ON CONFLICT (id) DO NOTHING
            """)
        // Who is known by the address has another one by now.
        try connection.execute(
            """
            INSERT INTO erased_address (address)
            SELECT c.address FROM erased_contact AS x JOIN contact AS c ON c.id = x.id
            WHERE c.address IS NOT NULL
            UNION SELECT c.phone FROM erased_contact AS x JOIN contact AS c ON c.id = x.id
            WHERE c.phone IS NOT NULL ON CONFLICT (address) DO NOTHING
            """)
        try connection.execute(
            """
            INSERT INTO erased_account (id, whole)
            SELECT DISTINCT account_id, 0 FROM erased_contact
            UNION
            SELECT DISTINCT t.account_id, 0 FROM erased_address AS x JOIN touch AS t ON t.recipient = x.address
            WHERE t.claimed_at IS NOT NULL
            UNION
            SELECT DISTINCT e.account_id, 0 FROM event AS e JOIN erased_address AS x
                ON x.address = e.contact_key OR x.address = lower(e.contact_key)
            WHERE e.contact_key IS NOT NULL
            """)
        try connection.execute(
            """
            INSERT INTO erased_address (address)
            SELECT DISTINCT t.recipient
            FROM erased_account AS a CROSS JOIN enrollment AS e CROSS JOIN touch AS t
            WHERE e.account_id = a.id AND t.enrollment_id = e.id
                AND t.kind IN ('email', 'sms') AND substr(t.recipient, 1, 7) <> 'erased:'
                AND t.contact_id IN (SELECT id FROM erased_contact)
            ON CONFLICT (address) DO NOTHING
            """)
    }

    /// What names the erased. An address that somebody at another account has too is no more than a name here.
    private func mentions(_ also: [String]) throws -> Mentions {
        func texts(_ sql: String) throws -> [String] { try connection.query(sql).compactMap { $0[0].text } }
        let isErased = "address IN (SELECT address FROM erased_address)"
        let addresses = try texts(
            """
            SELECT address FROM erased_address
            UNION SELECT email FROM contact WHERE \(isErased) AND email IS NOT NULL
            """)
        let contacts = "erased_contact AS x JOIN contact AS c ON c.id = x.id"
        let accounts = "erased_account AS x JOIN account AS a ON a.id = x.id AND x.whole = 1"
        let names = try texts(
            """
            SELECT c.name FROM \(contacts) WHERE c.name IS NOT NULL
            UNION SELECT c.address FROM \(contacts) WHERE c.address IS NOT NULL
            UNION SELECT c.email FROM \(contacts) WHERE c.email IS NOT NULL
            UNION SELECT a.name FROM \(accounts) WHERE a.name IS NOT NULL
            UNION SELECT a.key FROM \(accounts)
            """)
        return Mentions(addresses: addresses + also, names: names)
    }

    private func takeTouches(_ mentions: Mentions) throws {
        var taken: [SQLValue] = []
        try connection.forEach(
            """
            SELECT t.variables, t.reason, t.error, t.provider_id, t.id, t.enrollment_id,
                CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS here,
                CASE WHEN c.id IS NOT NULL OR r.address IS NOT NULL OR a.whole = 1 THEN 1 ELSE 0 END AS own
            FROM touch AS t LEFT JOIN erased_account AS a ON a.id = t.account_id
                LEFT JOIN erased_contact AS c ON c.id = t.contact_id
                LEFT JOIN erased_address AS r ON r.address = t.recipient
            """
        ) { row in
            let own = row.integer("own")
            guard own == 1 || mentions.isFound(in: row.lines(0..<4), row.integer("here") == 1 ? .longNames : .addresses)
            else { return }
            taken += [.integer(row.integer("id")), .integer(row.integer("enrollment_id")), .integer(own)]
        }
        try Self.touches.insert(taken, connection)
    }

    private static let touches = Insertion(
        into: "erased_touch", ["id", "enrollment_id", "own"], onConflict: "(id) DO NOTHING")

    private func takeEvents(_ mentions: Mentions) throws {
        var taken: [SQLValue] = []
        try connection.forEach(
            """
            SELECT e.contact_key, e.id, CASE WHEN a.whole = 1 OR c.id IS NOT NULL THEN 1 ELSE 0 END AS own
            FROM erased_account AS a CROSS JOIN event_kind AS k CROSS JOIN event AS e
                LEFT JOIN erased_contact AS c ON c.id = e.contact_id
            WHERE e.kind_id = k.id AND e.account_id = a.id
                AND (e.contact_id IS NOT NULL OR e.contact_key IS NOT NULL OR e.properties IS NOT NULL
                    OR e.left_out IS NOT NULL)
            """
        ) { row in
            guard row.integer("own") == 1 || mentions.isFound(in: row.lines(0..<1), .longNames) else { return }
            taken.append(.integer(row.integer("id")))
        }
        try Self.events.insert(taken, connection)
    }

    private static let events = Insertion(into: "erased_event", ["id"], onConflict: "(id) DO NOTHING")
}

extension Statement {
    /// Columns as one text, a line each; empty where there is nothing.
    func lines(_ columns: Range<Int>) -> String { columns.map { text($0) ?? "" }.joined(separator: "\n") }
}
