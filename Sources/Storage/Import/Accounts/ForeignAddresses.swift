/// Notices a file whose rows have the addresses of other accounts: a column of addresses that was sorted by itself, or keys
/// that are written otherwise than before.
///
/// An agency answers for many accounts by one address; that many addresses change places at once gives it away.
struct ForeignAddresses {
    /// Fewer than these are no proof of anything.
    private static let fewest = 10
    /// More than one in so many addresses never change places at once.
    private static let share = 5
    private static let most = 5_000

    private let connection: Connection
    private var isSettled = false
    private(set) var warning: String?

    init(_ connection: Connection) { self.connection = connection }

    mutating func renew() { (isSettled, warning) = (false, nil) }

    /// Looks at the first rows that are to be written.
    ///
    /// - Returns: why they must not be.
    mutating func refusal() throws -> String? {
        guard !isSettled else { return nil }
        isSettled = true
        guard try connection.first("SELECT id FROM account LIMIT 1") != nil else { return nil }
        let ofKnown = try addresses("JOIN account a ON a.key = s.key", "a.id <> o.id")
        if let all = try share(ofKnown) {
            return
                "\(ofKnown.count) of \(all) accounts would get the address that another one has (\(names(ofKnown))), as if the column "
                + "of addresses had been sorted by itself; if they are right, import it with --complete"
        }
        let ofNew = try addresses("LEFT JOIN account a ON a.key = s.key", "a.id IS NULL")
        guard !ofNew.isEmpty else { return nil }
        if let all = try share(ofNew) {
            return
                "\(ofNew.count) new accounts have the addresses of others (\(names(ofNew))), as if the keys of \(all) accounts were "
                + "written otherwise than before; everybody would be written to twice. If they are right, import it with --complete"
        }
        let isOne = ofNew.count == 1
        warning =
            "\(ofNew.count) new \(isOne ? "account has the address" : "accounts have the addresses") of "
            + "\(isOne ? "another" : "others") (\(names(ofNew))); if \(isOne ? "it is the same customer" : "they are the same customers") "
            + "under another key, spell \(isOne ? "it as it was" : "them as they were")"
        return nil
    }

    /// How many addresses accounts have, where those that were found are too many of them; nil where they are not.
    private func share(_ found: [String: String]) throws -> Int? {
        guard found.count >= Self.fewest else { return nil }
        let all = try connection.integer(
            "SELECT count(DISTINCT address) FROM contact WHERE key = 'owner' AND status = 'active'")
        return found.count * Self.share > all ? Int(all) : nil
    }

    /// The staged accounts whose address is that of another account's contact, and was not theirs: one for each address.
    private func addresses(_ join: String, _ condition: String) throws -> [String: String] {
        var found: [String: String] = [:]
        try connection.forEach(
            """
            SELECT s.address, s.key, o.key FROM import_account s \(join)
            JOIN contact c ON c.address = s.address AND c.key = 'owner' AND c.status = 'active'
            JOIN account o ON o.id = c.account_id
            WHERE s.address IS NOT NULL AND o.key <> s.key AND \(condition) AND NOT EXISTS (
                SELECT 1 FROM contact d WHERE d.address = s.address AND d.account_id = a.id)
            LIMIT \(Self.most)
            """
        ) { row in
            guard let address = row.text(0), let key = row.text(1), let other = row.text(2) else { return }
            found[address] = found[address] ?? "\(other) → \(key)"
        }
        return found
    }

    private func names(_ found: [String: String]) -> String {
        found.values.sorted().reduce(into: KeyExamples()) { $0.add($1) }.names
    }
}
