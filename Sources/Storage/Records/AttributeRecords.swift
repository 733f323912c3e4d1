import Decisions
import Playbooks

/// What steps write to accounts: the attribute's column, and its history where that is kept.
struct AttributeRecords {
    private let connection: Connection
    private let currency: String

    init(_ connection: Connection, currency: String) {
        self.connection = connection
        self.currency = currency
    }

    func write(_ change: AttributeChange, of account: Int64, at now: Instant) throws {
        let attribute = change.attribute
        let value = stored(change.value, attribute.type)
        if attribute.track {
            _ = try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                VALUES (:account, :attribute, :now, :value, :previous)
                ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
                """,
                inOrder: [
                    .integer(account), .text(attribute.name), .instant(now), value,
                    stored(change.previous, attribute.type),
                ])
        }
        try connection.execute(
            "UPDATE account SET \(AttributeColumns.ofAccount(attribute.name)) = :value WHERE id = :account",
            ["value": value, "account": .integer(account)])
    }

    /// As an import stores it: money in minor units, days as numbers, moments and durations in milliseconds.
    private func stored(_ value: Value, _ type: ValueType) -> SQLValue {
        switch value {
        case .missing: .null
        case .number(let number) where type == .money: whole(number * minorUnits)
        case .number(let number): .real(number)
        case .text(let text): .text(text)
        case .boolean(let isTrue): .integer(isTrue ? 1 : 0)
        case .date(let day): .integer(Int64(day.number))
        case .instant(let instant): .instant(instant)
        case .duration(let span): .integer(span.milliseconds)
        }
    }

    /// An amount beyond all money is none.
    private func whole(_ number: Double) -> SQLValue { .optional(Int64(exactly: number.rounded())) }

    private var minorUnits: Double {
        (0..<Currency.minorDigits(of: currency)).reduce(1) { units, _ in units * 10 }
    }
}
