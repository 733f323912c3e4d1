import Playbooks
import Storage
import Testing

/// What the pages keep in the database.
@Suite struct PagesTests {
    private let now = Instant(milliseconds: 1_772_953_200_000)

    /// Two accounts with a contact each, who both have a message in the inbox and a link.
    private func store(_ scratch: Scratch) throws -> Store {
        let store = try scratch.store(accounts: 2)
        try store.write { connection in
            for account in 1...2 as ClosedRange<Int64> {
                try connection.execute(
                    """
                    INSERT INTO contact (account_id, key, email, address, name)
                    VALUES (:account, 'ann', :address, :address, 'Ann')
                    """, ["account": .integer(account), "address": .text("ann@a\(account).example")])
                try Inbox.put("{}", account: account, contact: account, touch: account, at: now, connection)
                try Links.keep(
                    [
                        ("one", "https://acme.example/docs"),
                        ("two", "https://acme.example/?to=ann@a\(account).example"),
                    ],
                    account: account, connection)
            }
        }
        return store
    }

    private func rows(_ store: Store, _ sql: String) throws -> [String] {
        try store.read {
            try $0.query(sql).map { row in row.values.map { $0.text ?? "\($0.integer ?? 0)" }.joined(separator: "|") }
        }
    }

    @Test func anErasedPersonLeavesNoMessageAndNoLink() throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        _ = try store.write { connection in
            try Erasure(connection, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: now)
                .erase(.address("ann@a1.example"))
        }
        #expect(try rows(store, "SELECT contact_id FROM inbox") == ["2"])
        #expect(
            try rows(store, "SELECT account_id, id FROM link ORDER BY 1, 2") == ["1|one", "2|one", "2|two"])
    }

    @Test func anErasedAccountLeavesNoLinks() throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        _ = try store.write { connection in
            try Erasure(connection, key: ErasureKey(secret: [UInt8](repeating: 7, count: 32)), now: now)
                .erase(.account("a1"))
        }
        #expect(try rows(store, "SELECT contact_id FROM inbox") == ["2"])
        #expect(try rows(store, "SELECT account_id, id FROM link ORDER BY 1, 2") == ["2|one", "2|two"])
    }

    @Test func aMessageIsPutIntoTheInboxOnce() throws {
        let scratch = try Scratch()
        let store = try store(scratch)
        try store.write { try Inbox.put(#"{"title":"again"}"#, account: 1, contact: 1, touch: 1, at: now, $0) }
        #expect(try rows(store, "SELECT body FROM inbox WHERE account_id = 1") == ["{}"])
    }
}
