package import Playbooks

/// A change of the type of a declared attribute: what becomes of its values, counted before anything is changed.
package struct Retyping {
    package let attribute: Attribute
    /// The type that the column has now.
    package let from: String
    package let to: ValueType
    package private(set) var values = 0
    /// Values that the new type cannot hold, with how often each comes; they would be lost.
    package private(set) var lost: [String: Int] = [:]
    private let table: String
    private let column: String
    private let minorDigits: Int
    private let reader: CellReader

    package var lostCount: Int { lost.values.reduce(0, +) }

    /// - Throws: `StorageError` when there is no such attribute with a column, or it has that type already.
    package init(
        _ name: String, to type: ValueType, dataMap: DataMap, configuration: Configuration, now: Instant,
        _ connection: Connection
    ) throws {
        let ofAccount = dataMap.attributes.first { $0.name == name }
        guard let declared = ofAccount ?? dataMap.contactAttributes.first(where: { $0.name == name }) else {
            let known = (dataMap.attributes + dataMap.contactAttributes).map(\.name)
            throw StorageError(
                "\"\(name)\" is no attribute that data.yaml declares\(suggestion(for: name, in: known)); a built-in one keeps "
                    + "its type")
        }
        table = ofAccount == nil ? "contact" : "account"
        column = ofAccount == nil ? AttributeColumns.ofContact(name) : AttributeColumns.ofAccount(name)
        guard let stored = try Meta.value(of: AttributeColumns.key(table, name), connection) else {
            throw StorageError("\"\(name)\" has no column yet; write its type in data.yaml")
        }
        guard stored != type.rawValue else { throw StorageError("\"\(name)\" is \(stored) already") }
        from = stored
        to = type
        var target = Attribute(name, type)
        target.form = declared.form
        // What is stored is that of a month already.
        (target.form.period, target.form.times) = (nil, nil)
        attribute = declared
        let context = ImportContext(
            dataMap: dataMap, configuration: configuration, now: now, options: ImportOptions())
        minorDigits = context.minorDigits
        reader = CellReader(target, context)
        try count(connection)
    }

    private mutating func count(_ connection: Connection) throws {
        let groups = try connection.query(
            "SELECT \(column) AS value, count(*) AS count FROM \(table) WHERE \(column) IS NOT NULL GROUP BY 1")
        for group in groups {
            let count = Int(group["count"].integer ?? 0)
            values += count
            let text = text(group["value"])
            if value(of: text) == nil { lost[text, default: 0] += count }
        }
    }

    /// Changes the column and its values, all or nothing; call in a write transaction.
    package func apply(_ connection: Connection) throws {
        let rows = try connection.query(
            "SELECT id, \(column) AS value FROM \(table) WHERE \(column) IS NOT NULL ORDER BY id")
        try connection.executeScript("ALTER TABLE \(table) DROP COLUMN \(column)")
        try connection.define("ALTER TABLE \(table) ADD COLUMN \(column) \(AttributeColumns.sqlType(of: to))")
        for row in rows {
            guard let value = value(of: text(row["value"])), let id = row["id"].integer else { continue }
            try connection.execute(
                "UPDATE \(table) SET \(column) = :value WHERE id = :id", ["value": value, "id": .integer(id)])
        }
        if table == "account" { try applyToHistory(connection) }
        try Meta.set(AttributeColumns.key(table, attribute.name), to: to.rawValue, connection)
    }

    /// The past of a tracked attribute goes along: what it was is asked of it in the new type.
    private func applyToHistory(_ connection: Connection) throws {
        let (dialect, former) = (connection.dialect, ValueType(rawValue: from) ?? .text)
        let columns = ["value", "previous"].map { dialect.stored($0, as: former) }.joined(separator: ", ")
        let rows = try connection.query(
            "SELECT account_id, at, \(columns) FROM history WHERE attribute = :attribute",
            ["attribute": .text(attribute.name)])
        func told(_ value: SQLValue) -> SQLValue { self.value(of: text(value)).map(dialect.stored) ?? .null }
        for row in rows {
            try connection.execute(
                """
                UPDATE history SET value = :value, previous = :previous
                WHERE attribute = :attribute AND account_id = :account AND at = :at
                """,
                [
                    "attribute": .text(attribute.name), "account": row["account_id"], "at": row["at"],
                    "value": told(row["value"]), "previous": told(row["previous"]),
                ])
        }
    }

    /// The line that data.yaml needs from now on, with whatever else it says of the attribute.
    package var declaration: String {
        var declared = attribute
        declared.type = to
        if to != .text { declared.values = [] }
        if ![.number, .percent, .money].contains(to) { declared.form.decimal = nil }
        if to != .date, to != .instant { (declared.form.formats, declared.form.zone) = ([], nil) }
        if to != .money { (declared.form.period, declared.form.times) = (nil, nil) }
        return "attributes: { \(attribute.name): \(ImportHint.declaration(of: declared)) }"
    }

    /// As a file would have it.
    private func text(_ value: SQLValue) -> String {
        switch (value, ValueType(rawValue: from)) {
        case (.integer(let units), .money): Currency.text(minor: units, digits: minorDigits)
        case (.integer(let flag), .boolean): flag == 0 ? "no" : "yes"
        case (.integer(let day), .date): Day(number: Int(day)).description
        case (.integer(let moment), .instant): Instant(milliseconds: moment).description
        case (.integer(let length), .duration): "\(length / 1_000)s"
        case (.integer(let number), _): String(number)
        case (.real(let number), _): Int64(exactly: number).map { String($0) } ?? String(number)
        case (.text(let text), _): text
        case (.null, _), (.blob, _): ""
        }
    }

    /// Numbers are written with a point here, whatever the files have.
    private var wasNumber: Bool {
        switch ValueType(rawValue: from) {
        case .number, .percent, .money: true
        case .text, .boolean, .date, .instant, .duration, .reason, nil: false
        }
    }

    private func value(of text: String) -> SQLValue? {
        let bytes = ByteArena(capacity: text.utf8.count + 1)
        guard let scalar = try? reader.scalar(bytes.append(text.utf8), isNumber: wasNumber), !scalar.isNull else {
            return nil
        }
        return scalar.value
    }
}
