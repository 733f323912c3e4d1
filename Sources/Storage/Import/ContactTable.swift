import Playbooks

/// The staged contacts on their way into `contact`, with the events that their changes make.
///
/// `contact_added` when a contact is new or comes back, `contact_left`, `contact_role_changed` when one role follows
/// another; all of them now. Contacts that come with a new account, or into a database that held none, are a first load:
/// their events have `history = 1` and trigger nothing.
final class ContactTable {
    private let store: Store
    private let connection: Connection
    private let context: ImportContext
    private let events: ColumnEvents
    private var columns = StagedColumns(isPerRow: false)
    private var isFirstLoad = false

    init(_ store: Store, _ connection: Connection, _ context: ImportContext, _ events: ColumnEvents) {
        self.store = store
        self.connection = connection
        self.context = context
        self.events = events
    }

    func begin(_ columns: StagedColumns) throws {
        self.columns = columns
        isFirstLoad = try connection.first("SELECT id FROM contact LIMIT 1") == nil
        try connection.executeScript(
            """
            DROP TABLE IF EXISTS temp.import_contact;
            CREATE TEMP TABLE import_contact (row INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, contact_id, is_new,
                is_keyless, present, key TEXT NOT NULL\(columns.names));
            """)
    }

    /// Writes what is staged and empties the stage; call in a write transaction.
    func apply(hasRepeats: Bool = false, hasKeyless: Bool = false) throws -> ImportTally {
        var tally = ImportTally()
        if hasRepeats {
            try connection.execute(
                """
                DELETE FROM temp.import_contact
                WHERE row NOT IN (SELECT max(row) FROM temp.import_contact GROUP BY account_id, key)
                """)
        }
        let rows = Int(try connection.integer("SELECT count(*) FROM temp.import_contact"))
        let known = try resolve(hasKeyless)
        if known > 0 {
            tally.eventsMade += try eventsOfChanges()
            tally.updated = try connection.execute(
                """
                UPDATE contact AS a SET \(columns.assignments) FROM temp.import_contact s
                WHERE a.id = s.contact_id AND (\(columns.differs))
                """)
        }
        tally.unchanged = known - tally.updated
        if known < rows {
            tally.inserted = try connection.execute(
                """
                INSERT INTO contact (account_id, key\(columns.names))
                SELECT s.account_id, s.key\(columns.insertions)
                FROM temp.import_contact s WHERE s.contact_id IS NULL ORDER BY s.row
                """)
            tally.eventsMade += try events.ofContacts(
                "contact_added", joinedBy: "a.account_id = s.account_id AND a.key = s.key",
                history: isFirstLoad ? "1" : "COALESCE(s.is_new, 0)",
                where: "s.contact_id IS NULL AND a.status = 'active'")
        }
        try connection.execute("DELETE FROM temp.import_contact")
        return tally
    }

    /// Finds the stored contacts: by key, and rows that name none also by address.
    private func resolve(_ hasKeyless: Bool) throws -> Int {
        var known = try connection.execute(
            """
            UPDATE temp.import_contact AS t SET contact_id = a.id
            FROM contact a WHERE a.account_id = t.account_id AND a.key = t.key
            """)
        if hasKeyless {
            known += try connection.execute(
                """
                UPDATE temp.import_contact AS t SET contact_id = a.id
                FROM contact a WHERE t.contact_id IS NULL AND t.is_keyless = 1 AND a.account_id = t.account_id
                AND a.address = t.address
                """)
        }
        return known
    }

    private func eventsOfChanges() throws -> Int {
        var made = 0
        let join = "a.id = s.contact_id"
        if columns["status"] != nil {
            let status = columns.updated("status")
            made += try events.ofContacts(
                "contact_left", joinedBy: join, where: "a.status = 'active' AND \(status) = 'left'")
            made += try events.ofContacts(
                "contact_added", joinedBy: join, where: "a.status = 'left' AND \(status) = 'active'")
        }
        if columns["role"] != nil {
            let role = columns.updated("role")
            made += try events.ofContacts(
                "contact_role_changed", joinedBy: join, properties: "json_object('from', a.role, 'to', \(role))",
                where: "a.role IS NOT NULL AND \(role) IS NOT NULL AND \(role) <> a.role")
        }
        return made
    }
}
