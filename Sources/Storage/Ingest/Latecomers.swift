package import Playbooks

/// What came for people and accounts that nobody knows.
package struct Latecomers {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Rows of requests that wait, with the last of them; nil where there is none.
    package func rows() throws -> (count: Int, at: Instant, owner: String)? {
        let kinds =
            "(waits_for >= 'account:' AND waits_for < 'account;' OR waits_for >= 'user:' AND waits_for < 'user;')"
        let count = try connection.integer("SELECT count(*) FROM waiting_row WHERE \(kinds)")
        let last = try connection.first(
            "SELECT waits_for, received_at FROM waiting_row WHERE \(kinds) ORDER BY id DESC LIMIT 1")
        guard let last, let owner = last["waits_for"].text, let at = last["received_at"].instant else { return nil }
        let parts = owner.split(separator: ":", maxSplits: 1)
        return (Int(count), at, "the \(parts.first ?? "") \"\(parts.last ?? "")\"")
    }

    /// Events that name a contact which is not known.
    package func events() throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM event WHERE contact_key IS NOT NULL"))
    }
}
