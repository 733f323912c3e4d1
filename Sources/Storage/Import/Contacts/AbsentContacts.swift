/// Active contacts that a file of nearly all contacts does not have; nothing changes for them, so somebody is told.
struct AbsentContacts {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// - Parameters:
    ///   - known: how many rows of the file were of contacts that were there before.
    ///   - seen: the keys, or addresses, of all its rows, by their accounts.
    ///   - rejected: how many rows were not taken.
    /// - Returns: nil where the file brings less than half of the contacts, as one of changes does.
    func warning(known: Int, seen: SeenKeys, rejected: Int) throws -> String? {
        var all = 0
        var absent = KeyExamples()
        // The contact of a file of accounts is that file's to tell of.
        try connection.forEach(
            """
            SELECT account_id, key, address FROM contact
            WHERE status = 'active' AND key <> 'owner' AND COALESCE(address, phone) IS NOT NULL ORDER BY id
            """
        ) { row in
            all += 1
            let (account, key, address) = (row.integer(0), row.text(1) ?? "", row.optionalText(2))
            if Self.has(seen, key, account) || address.map({ Self.has(seen, $0, account) }) == true { return }
            absent.add(address ?? key)
        }
        // What was rejected may be one of them.
        guard known > 0, known * 2 >= all, absent.count > rejected else { return nil }
        let isOne = absent.count == 1
        let cut = absent.count * 10 > all ? "; if the file was cut, import it whole" : ""
        return """
            \(absent.count) of \(all) active contacts \(isOne ? "is" : "are") not in this file (\(absent.names)) and \
            \(isOne ? "is" : "are") written to as before\(cut); who is gone is to come with the status left
            """
    }

    private static func has(_ seen: SeenKeys, _ key: String, _ account: Int64) -> Bool {
        var key = key
        return key.withUTF8 { seen.contains($0, of: account) }
    }
}
