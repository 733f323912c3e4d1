import Playbooks

/// Of which types the values of `history` are: SQLite keeps them as what they are, PostgreSQL as texts.
struct HistoryTypes {
    /// By the name of the attribute.
    private let types: [String: ValueType]

    /// - Parameter connection: to the database that is copied; the other one need not know its attributes yet.
    init(_ connection: Connection) throws {
        var types = Dictionary(Attribute.builtIn.map { ($0.name, $0.type) }) { $1 }
        let prefix = AttributeColumns.key("account", "")
        for row in try connection.query("SELECT key, value FROM meta") {
            guard let key = row["key"].text, key.hasPrefix(prefix) else { continue }
            types[String(key.dropFirst(prefix.count))] = row["value"].text.flatMap(ValueType.init(rawValue:))
        }
        self.types = types
    }

    /// Makes of texts what they stand for; one that is none of its attribute's type stays a text.
    func read(_ row: inout [SQLValue], _ columns: [String]) {
        guard let attribute = columns.firstIndex(of: "attribute"), let name = row[attribute].text,
            let type = types[name.lowercased()]
        else { return }
        for (place, column) in columns.enumerated() where column == "value" || column == "previous" {
            guard let text = row[place].text else { continue }
            switch type {
            case .number, .percent: row[place] = Double(text).map { .real($0) } ?? .text(text)
            case .money, .boolean, .date, .instant, .duration:
                row[place] = Int64(text).map { .integer($0) } ?? .text(text)
            case .text, .reason: break
            }
        }
    }
}
