import Playbooks

/// Finds accounts by what rows call them: by their keys, or by the address of a contact.
///
/// Where several accounts have the address, the only active one of them is meant; else nobody can say which.
final class AccountNames {
    struct Found {
        var id: Int64
        /// The contact, where its address named the account, and the account's key; valid until the next one is found.
        var contact: (id: Int64, account: Cell)?
    }

    /// Usual names of the column with the addresses of people in files that name no account.
    static let addressSynonyms =
        AccountImport.emailSynonyms + [
            "contact_email", "user_email", "respondent_email", "recipient_email", "attendee_email", "requester_email",
            "person_email", "e_mail_address", "email_id",
        ]

    /// The least of `active` and `left`, so that it stands for an account with an active contact.
    private static let here = "active"

    private let keys: AccountKeys
    private let byAddress: Statement
    /// Where rows name accounts by another attribute than the key.
    private let byAttribute: AccountsByAttribute?
    /// How many digits keys have that are numbers; nil leaves them.
    private let digits: Int?
    private let lostZeros: LostZeros
    /// With how many digits rows that were refused would name accounts.
    private(set) var digitsToDeclare: Int?
    private let arena = ByteArena(capacity: 1_024)
    private let key = ByteArena(capacity: 256)
    /// The column whose addresses name accounts, where no column is called after accounts.
    private var column: String?

    /// Whether the first account counts where a row names several.
    private let takesFirst: Bool
    /// How many rows have named several.
    private var several = 0

    /// - Throws: `ImportError` when rows name accounts by an attribute that there is not.
    init(_ connection: Connection, _ context: ImportContext, takesFirst: Bool = false) throws {
        self.takesFirst = takesFirst
        keys = try AccountKeys(connection, asksOnly: context.isOngoing)
        byAttribute = try context.form(of: "account").by.map { try AccountsByAttribute($0, context, connection) }
        digits = context.form(of: "account").digits ?? context.keyDigits
        lostZeros = try LostZeros(connection)
        byAddress = try connection.prepare(
            """
            SELECT a.id, a.key, CASE WHEN a.status = 'active' THEN min(c.status) ELSE '' END, min(c.id)
            FROM contact c JOIN account a ON a.id = c.account_id
            WHERE c.address = :address GROUP BY a.id ORDER BY a.id LIMIT 50
            """)
    }

    /// Where the rows name their accounts.
    ///
    /// - Throws: `ImportError` when no column does, and none of these others holds addresses of people.
    func place(in map: ColumnMap, orBy others: [String] = []) throws -> Int {
        if let place = map.place(of: "account") {
            let name = ColumnMap.simplified(map.header[place])
            if Self.addressSynonyms.contains(name) { column = map.header[place] }
            return place
        }
        for name in others {
            guard let place = map.place(of: name) else { continue }
            column = map.header[place]
            return place
        }
        try map.require("account")
        return 0
    }

    /// - Throws: `Rejection` when there is no such account, or no one that can be told from others.
    func find(_ name: Cell) throws -> Found {
        guard takesFirst, !WordList.words(of: name, commas: false).isEmpty else { return try findOnly(name) }
        do {
            return try findOnly(name)
        } catch let rejection as Rejection {
            for word in WordList.words(of: name, commas: false) {
                guard let found = try? findOnly(word) else { continue }
                several += 1
                return found
            }
            throw rejection
        }
    }

    private func findOnly(_ name: Cell) throws -> Found {
        if let byAttribute { return Found(id: try byAttribute.find(name)) }
        if let digits, KeyForm.isNumber(name) {
            if let id = try id(KeyForm.padded(name.string, to: digits)) { return Found(id: id) }
        } else if let id = try keys.id(name) {
            return Found(id: id)
        }
        if let id = try respelled(name) { return Found(id: id) }
        guard name.contains(UInt8(ascii: "@")) else {
            throw try unknown(name)
        }
        guard let address = Self.address(name, in: arena) else {
            throw try unknown(name)
        }
        return try find(address: address)
    }

    /// The account whose key is written otherwise: with what cannot be seen, in other capitals of an address, or with what a
    /// spreadsheet has put on it.
    private func respelled(_ name: Cell) throws -> Int64? {
        let cleaned = AccountKeySpelling.cleaned(name)
        if let cleaned, let id = try id(cleaned) { return id }
        guard cleaned != nil || KeyForm.mayBeDressed(name) || KeyForm.isNumber(name) else { return nil }
        let text = cleaned ?? name.string
        var plain = KeyForm.plain(text)
        if let digits, plain != text, plain.utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            plain = KeyForm.padded(plain, to: digits)
        }
        let others = plain != text ? [plain] : KeyForm.isNumber(name) ? [text + ".0"] : []
        for other in others {
            if let id = try id(other) { return id }
        }
        return nil
    }

    private func id(_ key: String) throws -> Int64? {
        var key = key
        return try key.withUTF8 { try keys.id($0) }
    }

    /// A key that no account has; most often it is one in other capitals.
    private func unknown(_ name: Cell) throws -> Rejection {
        let text = name.string
        try Rejection.ifRounded(name, "account")
        for other in [text.uppercased(), text.lowercased()] where other != text {
            var other = other
            guard try other.withUTF8({ try keys.id($0) }) != nil else { continue }
            return Rejection(
                .unknownAccount, "account",
                "there is no account with the key \(name.excerpt); did you mean \"\(other)\"? Capitals count")
        }
        if let twin = try lostZeros.twin(of: name, isKnown: { try id($0) != nil }) {
            digitsToDeclare = LostZeros.digits(of: twin)
            return Rejection(
                .unknownAccount, "account",
                "there is no account with the key \(name.excerpt); did you mean \"\(twin)\"? Spreadsheets drop the zeros before numbers"
            )
        }
        // Salesforce writes the same id with 15 characters and with 18.
        if text.utf8.count == 18, text.utf8.allSatisfy({ $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 }) {
            var short = String(text.prefix(15))
            if try short.withUTF8({ try keys.id($0) }) != nil {
                return Rejection(
                    .unknownAccount, "account",
                    "there is no account with the key \(name.excerpt); did you mean \"\(short)\"? Salesforce writes an id with "
                        + "15 characters or with 18: export both files with the same")
            }
        }
        return Rejection(.unknownAccount, "account", "there is no account with the key \(name.excerpt)")
    }

    private func find(address: Cell) throws -> Found {
        defer { byAddress.reset() }
        address.withMemoryRebound(to: CChar.self) { byAddress.bind(text: 0, $0) }
        var found: [(id: Int64, key: String, isActive: Bool, contact: Int64)] = []
        while try byAddress.step() {
            found.append(
                (
                    byAddress.integer(0), byAddress.text(1) ?? "", byAddress.text(2) == Self.here, byAddress.integer(3)
                ))
        }
        let active = found.filter(\.isActive)
        guard let only = found.count == 1 ? found.first : active.count == 1 ? active.first : nil else {
            guard !found.isEmpty else {
                throw Rejection(
                    .unknownAccount, "account",
                    "there is neither an account with the key nor a contact with the address "
                        + address.excerpt)
            }
            let keys = found.prefix(5).map(\.key).joined(separator: ", ") + (found.count > 5 ? ", ..." : "")
            throw Rejection(
                .ambiguous, "account",
                "\(address.excerpt) is a contact of \(found.count) accounts (\(keys)); name one by its key")
        }
        key.removeAll(reserving: only.key.utf8.count)
        return Found(id: only.id, contact: (only.contact, key.append(only.key.utf8)))
    }

    private static func address(_ name: Cell, in arena: ByteArena) -> Cell? {
        if let address = EmailAddress.normalized(name, in: arena) { return address }
        guard let mailbox = Mailbox(name.string), let address = EmailAddress.normalized(mailbox.address) else {
            return nil
        }
        arena.removeAll(reserving: address.utf8.count)
        return arena.append(address.utf8)
    }

    var warnings: [String] {
        (column.map { ["accounts are found by the addresses of their contacts, in \"\($0)\""] } ?? [])
            + (several == 0
                ? []
                : ["\(several) \(several == 1 ? "row names" : "rows name") several accounts, of which the first counts"])
    }
}
