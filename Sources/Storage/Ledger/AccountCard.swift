package import Playbooks

/// One account as people look at it: its row, its attributes and its people.
package struct AccountCard: Sendable {
    package struct Person: Sendable {
        package var key: String
        package var name: String?
        package var email: String?
        package var address: String?
        /// For text messages.
        package var phone: String?
        package var role: String?
        package var hasLeft: Bool
        /// Categories that it left, `""` for all, with the reason.
        package var suppressions: [(category: String, reason: String)]
    }

    package var id: Int64
    package var key: String
    package var name: String?
    package var isActive: Bool
    package var createdAt: Instant
    package var churnedAt: Instant?
    package var churnReason: String?
    package var cancelRequestedAt: Instant?
    package var serviceEndAt: Instant?
    /// When its data were erased.
    package var erasedAt: Instant?
    /// Minor units a month.
    package var mrr: Int64?
    package var timezone: String?
    /// The attributes of the data map that have a value, in its order.
    package var attributes: [(attribute: Attribute, value: Value)]
    package var people: [Person]

    /// Nil when there is no account of that key.
    package init?(key: String, _ map: DataMap, currency: String, _ connection: Connection) throws {
        guard let row = try connection.first("SELECT * FROM account WHERE key = :key", ["key": .text(key)]) else {
            return nil
        }
        id = row["id"].integer ?? 0
        self.key = key
        name = row["name"].text
        isActive = row["status"].text == "active"
        createdAt = row["created_at"].instant ?? Instant(milliseconds: 0)
        churnedAt = row["churned_at"].instant
        churnReason = row["churn_reason"].text
        cancelRequestedAt = row["cancel_requested_at"].instant
        serviceEndAt = row["service_end_at"].instant
        erasedAt = row["erased_at"].instant
        mrr = row["mrr"].integer
        timezone = row["timezone"].text
        attributes = map.attributes.compactMap { attribute in
            guard row.has("a_\(attribute.name)"),
                let value = Value(row["a_\(attribute.name)"], as: attribute.type, currency: currency)
            else { return nil }
            return (attribute, value)
        }
        people = try Self.people(of: id, connection)
    }

    private static func people(of account: Int64, _ connection: Connection) throws -> [Person] {
        let scope: [String: SQLValue] = ["account": .integer(account)]
        var suppressions: [String: [(category: String, reason: String)]] = [:]
        for row in try connection.query(
            """
            SELECT address, category, reason FROM suppression
            WHERE address IN (
                SELECT address FROM contact WHERE account_id = :account
                UNION SELECT phone FROM contact WHERE account_id = :account) ORDER BY address, category
            """, scope)
        {
            suppressions[row["address"].text ?? "", default: []].append(
                (row["category"].text ?? "", row["reason"].text ?? ""))
        }
        return try connection.query(
            """
            SELECT key, name, email, address, phone, role, status FROM contact
            WHERE account_id = :account ORDER BY status, id LIMIT 200
            """, scope
        ).map { row in
            Person(
                key: row["key"].text ?? "", name: row["name"].text, email: row["email"].text,
                address: row["address"].text, phone: row["phone"].text, role: row["role"].text,
                hasLeft: row["status"].text == "left",
                suppressions: [row["address"].text, row["phone"].text].compactMap { $0 }.flatMap {
                    suppressions[$0] ?? []
                })
        }
    }
}

extension Value {
    /// A stored value of a column; nil where there is none.
    package init?(_ stored: SQLValue, as type: ValueType, currency: String) {
        switch type {
        case .text:
            guard let text = stored.text else { return nil }
            self = .text(text)
        case .boolean:
            guard let number = stored.integer else { return nil }
            self = .boolean(number == 1)
        case .date:
            guard let number = stored.integer else { return nil }
            self = .date(Day(number: Int(number)))
        case .instant:
            guard let moment = stored.instant else { return nil }
            self = .instant(moment)
        case .duration:
            guard let number = stored.integer else { return nil }
            self = .duration(TimeSpan(milliseconds: number))
        case .money:
            guard let minor = stored.integer else { return nil }
            let unit = (0..<Currency.minorDigits(of: currency)).reduce(1.0) { unit, _ in unit * 10 }
            self = .number(Double(minor) / unit)
        case .number, .percent:
            guard let number = stored.real ?? stored.integer.map(Double.init) else { return nil }
            self = .number(number)
        default: return nil
        }
    }
}
