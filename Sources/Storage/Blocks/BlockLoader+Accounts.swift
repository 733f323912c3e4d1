import Decisions
import Playbooks

extension BlockLoader {
    func builder(_ type: ValueType) -> ColumnBuilder { ColumnBuilder(type, currency: context.currency) }

    /// The accounts themselves, with their attributes.
    func accounts(_ ranges: [ClosedRange<Int64>], _ wanted: [Int64]?, _ needs: Needs) throws -> Block {
        let names = needs.attributes.union(["status", "created_at", "churned_at"]).sorted()
        var columns: [(name: String, sql: String, builder: ColumnBuilder)] = names.compactMap { name in
            if name == Block.journey { return (name, "journey", builder(.text)) }
            if name == "stage_imported" { return (name, name, builder(.text)) }
            if name == "stage_imported_at" { return (name, name, builder(.instant)) }
            guard let attribute = context.dataMap.attribute(name) else { return nil }
            return (name, column(ofAccount: name), builder(attribute.type))
        }
        let statement = try connection.cached(
            """
            SELECT id, \(columns.map(\.sql).joined(separator: ", ")), seen_at FROM account
            WHERE id BETWEEN :first AND :last ORDER BY id
            """)
        defer { statement.reset() }
        var ids: [Int64] = []
        var seen: [Double] = []
        var next = 0
        for range in ranges {
            statement.rewind()
            statement.bind(0, range.lowerBound)
            statement.bind(1, range.upperBound)
            while try statement.step() {
                let id = statement.integer(0)
                if let wanted {
                    while next < wanted.count, wanted[next] < id { next += 1 }
                    guard next < wanted.count, wanted[next] == id else { continue }
                }
                ids.append(id)
                for index in columns.indices { columns[index].builder.append(statement, index + 1) }
                seen.append(statement.isNull(columns.count + 1) ? .nan : statement.real(columns.count + 1))
            }
        }
        var block = Block(ids: ids)
        for column in columns { block.attributes[column.name] = column.builder.column }
        if let firstSeen { block.forgetMomentsOfImport(seen, until: firstSeen + UndatedAccounts.beginning) }
        return block
    }

    func history(_ attribute: Attribute, _ rows: AccountRows) throws -> Block.Changes {
        var starts = AccountStarts()
        var changes = Block.Changes(starts: [])
        var values = builder(attribute.type)
        var previous = builder(attribute.type)
        try rows.forEach(
            """
            SELECT account_id, at, \(connection.dialect.stored("value", as: attribute.type)),
                \(connection.dialect.stored("previous", as: attribute.type)) FROM history
            WHERE attribute = :attribute AND account_id BETWEEN :first AND :last ORDER BY account_id, at
            """, ["attribute": .text(attribute.name)]
        ) { row, account in
            starts.add(account, after: changes.at.count)
            changes.at.append(row.integer(1))
            values.append(row, 2)
            previous.append(row, 3)
        }
        changes.starts = starts.finish(accounts: rows.ids.count, count: changes.at.count)
        changes.value = values.column
        changes.previous = previous.column
        return changes
    }

    /// The contacts; with `address` or the number among the names, what must not be sent there, too.
    func contacts(_ names: Set<String>, _ rows: AccountRows) throws -> Block.Contacts {
        var columns: [(name: String, sql: String, builder: ColumnBuilder)] = names.sorted().compactMap { name in
            if name == "address" { return (name, "address", builder(.text)) }
            if name == Block.Contacts.number { return (name, "phone", builder(.text)) }
            guard let attribute = context.dataMap.contactAttribute(name) else { return nil }
            return (name, column(ofContact: name), builder(attribute.type))
        }
        var starts = AccountStarts()
        var contacts = Block.Contacts(starts: [])
        try rows.forEach(
            """
            SELECT account_id, id\(columns.map { ", " + $0.sql }.joined()) FROM contact
            WHERE account_id BETWEEN :first AND :last ORDER BY account_id, id
            """
        ) { row, account in
            starts.add(account, after: contacts.ids.count)
            contacts.ids.append(row.integer(1))
            for index in columns.indices { columns[index].builder.append(row, index + 2) }
        }
        contacts.starts = starts.finish(accounts: rows.ids.count, count: contacts.ids.count)
        for column in columns { contacts.columns[column.name] = column.builder.column }
        if names.contains("address") { try addSuppressions(of: "address", to: &contacts, rows) }
        if names.contains(Block.Contacts.number) { try addSuppressions(of: "phone", to: &contacts, rows) }
        return contacts
    }

    private func addSuppressions(of column: String, to contacts: inout Block.Contacts, _ rows: AccountRows) throws {
        try rows.forEach(
            """
            SELECT contact.account_id, contact.id, suppression.category, suppression.reason
            FROM contact CROSS JOIN suppression
            WHERE suppression.address = contact.\(column) AND contact.account_id BETWEEN :first AND :last
            ORDER BY contact.account_id
            """
        ) { row, account in
            let id = row.integer(1)
            guard let contact = contacts.range(account).first(where: { contacts.ids[$0] == id }) else { return }
            let category = row.text(2) ?? ""
            let isGone = !category.isEmpty && category != "service" && context.categories?.contains(category) == false
            contacts.suppressions[contact, default: []].append(
                Block.Suppression(
                    category: category, reason: row.text(3) ?? "", isGone: isGone, isOfNumber: column == "phone"))
        }
    }
}

extension Block {
    /// Accounts that the first imports brought without a date were created before, nobody knows when: the moment of the
    /// import is no fact about them. They exist since then, all the same.
    ///
    /// - Parameter seen: when each account was first seen.
    fileprivate mutating func forgetMomentsOfImport(_ seen: [Double], until last: Instant) {
        guard case .numbers(let created)? = attributes["created_at"] else { return }
        let isUndated = created.indices.map { created[$0] == seen[$0] && seen[$0] <= Double(last.milliseconds) }
        guard isUndated.contains(true) else { return }
        attributes[Block.origin] = .numbers(created)
        attributes["created_at"] = .numbers(created.indices.map { isUndated[$0] ? .nan : created[$0] })
    }
}
