package import Playbooks

/// Finds the account that a billing system means, and what it has told of it before.
package struct BillingAccounts {
    private let connection: Connection
    private let dataMap: DataMap

    package init(_ connection: Connection, dataMap: DataMap) {
        self.connection = connection
        self.dataMap = dataMap
    }

    package struct Account: Sendable, Equatable {
        package var id: Int64
        package var key: String
        package var isChurned: Bool
    }

    /// By an attribute of that name and value, such as `stripe_customer`; nil where the data map has none.
    package func account(whose attribute: String, is value: String) throws -> Account? {
        guard let declared = dataMap.attributes.first(where: { $0.name == attribute }), declared.type == .text else {
            return nil
        }
        return try account("\(AttributeColumns.ofAccount(attribute)) = :value", value)
    }

    package func account(key: String) throws -> Account? { try account("key = :value", key) }

    private func account(_ condition: String, _ value: String) throws -> Account? {
        try connection.first(
            "SELECT id, key, status = 'churned' FROM account WHERE \(condition) ORDER BY id LIMIT 1",
            ["value": .text(value)]
        ).map { Account(id: $0[0].integer ?? 0, key: $0[1].text ?? "", isChurned: $0[2].integer == 1) }
    }

    /// The newest cancel request or withdrawal that the provider told of: whether it is a request, and its moment.
    ///
    /// - Parameter prefix: what the ids of the provider's events begin with, `paddle:`.
    package func newestWish(
        of account: Int64, from prefix: String
    ) throws -> (isRequest: Bool, at: Instant)? {
        let row = try connection.first(
            """
            SELECT k.name = 'cancel_requested', e.at FROM event_kind AS k JOIN event AS e ON e.kind_id = k.id
            WHERE k.name IN ('cancel_requested', 'cancel_withdrawn') AND e.account_id = :account
                AND substr(e.dedup, 1, :length) = :prefix
            ORDER BY e.at DESC, e.id DESC LIMIT 1
            """,
            [
                "account": .integer(account), "prefix": .text(prefix), "length": .integer(Int64(prefix.utf8.count)),
            ])
        return row.flatMap { row in row[1].instant.map { (row[0].integer == 1, $0) } }
    }
}
