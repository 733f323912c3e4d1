import Playbooks

/// Finds accounts by the value of another attribute than the key: by their name, or by an id of another system.
///
/// Capitals and the number of blanks do not count. A value that several accounts have names none of them.
struct AccountsByAttribute {
    private let attribute: String
    private var accounts: [String: (id: Int64, count: Int)] = [:]

    /// - Throws: `ImportError` when there is no such attribute of text.
    init(_ attribute: String, _ context: ImportContext, _ connection: Connection) throws {
        let known = context.dataMap.importedAttributes.filter { $0.type == .text && $0.name != "key" }.map(\.name)
        guard known.contains(attribute) else {
            throw ImportError(
                "\"\(attribute)\", by which the column \"account\" is to name accounts, is no text that data.yaml has of them"
                    + suggestion(for: attribute, in: known))
        }
        self.attribute = attribute
        let column = AttributeColumns.ofAccount(attribute)
        var accounts: [String: (id: Int64, count: Int)] = [:]
        try connection.forEach("SELECT id, \(column) FROM account WHERE \(column) IS NOT NULL ORDER BY id") { row in
            let value = Self.plain(row.text(1) ?? "")
            accounts[value] = (row.integer(0), (accounts[value]?.count ?? 0) + 1)
        }
        self.accounts = accounts
    }

    /// - Throws: `Rejection` when no account has the value, or several have.
    func find(_ value: Cell) throws -> Int64 {
        guard let found = accounts[Self.plain(value.string)] else {
            throw Rejection(.unknownAccount, "account", "there is no account with the \(attribute) \(value.excerpt)")
        }
        guard found.count == 1 else {
            throw Rejection(
                .ambiguous, "account",
                "\(found.count) accounts have the \(attribute) \(value.excerpt); name the one by its key")
        }
        return found.id
    }

    static func plain(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
