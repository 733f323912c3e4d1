/// Active accounts that a file of nearly all accounts does not have; nothing changes for them, so somebody is told.
struct AbsentAccounts {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// - Parameters:
    ///   - known: how many rows of the file were of accounts that were there before.
    ///   - seen: the keys of all its rows.
    ///   - rejected: how many rows were not taken.
    /// - Returns: nil where the file brings less than half of the accounts, as one of changes does.
    func warning(known: Int, seen: SeenKeys, rejected: Int) throws -> String? {
        let all = Int(try connection.integer("SELECT count(*) FROM account WHERE status = 'active'"))
        guard known > 0, known * 2 >= all else { return nil }
        var absent = KeyExamples()
        try connection.forEach("SELECT key FROM account WHERE status = 'active' ORDER BY id") { row in
            guard let key = row.text(0), !Self.has(seen, key) else { return }
            absent.add(key)
        }
        // What was rejected may be one of them.
        guard absent.count > rejected else { return nil }
        if absent.count * 10 > all {
            return """
                \(absent.count) of \(all) active accounts are not in this file (\(absent.names)), more than one in ten; nothing \
                was concluded from it, and they are written to as before. If the file was cut, import it whole; if they have \
                left, import a file of them with a column status that says churned (with --complete where they are more \
                than one in five), or keeptouch exclude leaves an account alone
                """
        }
        let isOne = absent.count == 1
        return """
            \(absent.count) active \(isOne ? "account is" : "accounts are") not in this file (\(absent.names)) and \
            \(isOne ? "is" : "are") written to as before; who has left is to come with the status churned, and \
            keeptouch exclude leaves an account alone
            """
    }

    private static func has(_ seen: SeenKeys, _ key: String) -> Bool {
        var key = key
        return key.withUTF8 { seen.contains($0) }
    }
}
