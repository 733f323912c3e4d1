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
        package var churnedAt: Instant?
        package var cancelRequestedAt: Instant?
    }

    /// By an attribute of that name and value, such as `stripe_customer`; nil where the data map has none.
    package func account(whose attribute: String, is value: String) throws -> Account? {
        guard let declared = dataMap.attributes.first(where: { $0.name == attribute }), declared.type == .text else {
            return nil
        }
        return try account("\(AttributeColumns.ofAccount(attribute)) = :value", value)
    }

    package func account(key: String) throws -> Account? {
        try account("key = :value", AccountKeySpelling.key(key, connection))
    }

    private func account(_ condition: String, _ value: String) throws -> Account? {
        try connection.first(
            """
            SELECT id, key, status, churned_at, cancel_requested_at FROM account
            WHERE \(condition) ORDER BY id LIMIT 1
            """, ["value": .text(value)]
        ).map { row in
            Account(
                id: row["id"].integer ?? 0, key: row["key"].text ?? "", isChurned: row["status"].text == "churned",
                churnedAt: row["churned_at"].instant, cancelRequestedAt: row["cancel_requested_at"].instant)
        }
    }

    /// Takes back that an account churned, which a provider had told before it told of another subscription that ran.
    ///
    /// - Parameter prefix: what the ids of the provider's events begin with, `paddle:`.
    /// - Returns: false when the account churned for what others told.
    package func withdrawChurn(of account: Account, from prefix: String) throws -> Bool {
        guard let churnedAt = account.churnedAt else { return false }
        let values: [String: SQLValue] = [
            "account": .integer(account.id), "at": .instant(churnedAt), "prefix": .text(prefix),
            "length": .integer(Int64(prefix.utf8.count)),
        ]
        let removed = try connection.execute(
            """
            DELETE FROM event WHERE account_id = :account AND at = :at AND substr(dedup, 1, :length) = :prefix
                AND kind_id IN (SELECT id FROM event_kind WHERE name = 'churned')
            """, values)
        guard removed > 0 else { return false }
        try connection.execute(
            "DELETE FROM history WHERE account_id = :account AND attribute = 'status' AND at = :at AND value = 'churned'",
            values.filter { $0.key == "account" || $0.key == "at" })
        try connection.execute(
            "UPDATE account SET status = 'active', churned_at = NULL, churn_reason = NULL WHERE id = :account",
            ["account": .integer(account.id)])
        return true
    }

    /// A bill of which a payment failed, and none has succeeded since.
    package struct OpenBill: Sendable, Equatable {
        /// Nil where nobody has said what it is called.
        package var invoice: String?
    }

    /// After so long an open bill is no one's that is paid now.
    private static let longestDunning = TimeSpan.days(90)

    /// The newest bill that was open at a moment and goes by one of the names; by any name where there are none.
    package func openBill(of account: Account, among names: [String], at moment: Instant) throws -> OpenBill? {
        let payments = try connection.query(
            """
            SELECT k.name = 'payment_failed' AS failed, e.properties ->> 'invoice' AS invoice
            FROM event_kind AS k JOIN event AS e ON e.kind_id = k.id
            WHERE k.name IN ('payment_failed', 'payment_succeeded') AND e.account_id = :account
                AND e.at <= :at AND e.at > :old
            ORDER BY e.at DESC, e.id DESC
            """,
            [
                "account": .integer(account.id), "at": .instant(moment),
                "old": .instant(moment - Self.longestDunning),
            ]
        ).map { (isFailed: $0["failed"].integer == 1, invoice: $0["invoice"].text) }
        var paid: Set<String?> = []
        for payment in payments {
            if !payment.isFailed {
                paid.insert(payment.invoice)
            } else if !paid.contains(payment.invoice), !paid.contains(nil),
                names.isEmpty || payment.invoice.map(names.contains) ?? true
            {
                return OpenBill(invoice: payment.invoice)
            }
        }
        return nil
    }

    /// A cancel request, or its withdrawal.
    struct Wish: Sendable, Equatable {
        var isRequest: Bool
        var at: Instant
    }

    /// The cancel requests and withdrawals that the provider told of, the oldest first.
    ///
    /// - Parameter prefix: what the ids of the provider's events begin with, `paddle:`.
    func wishes(of account: Account, from prefix: String) throws -> [Wish] {
        try connection.query(
            """
            SELECT k.name = 'cancel_requested' AS requested, e.at FROM event_kind AS k JOIN event AS e ON e.kind_id = k.id
            WHERE k.name IN ('cancel_requested', 'cancel_withdrawn') AND e.account_id = :account
                AND substr(e.dedup, 1, :length) = :prefix
            ORDER BY e.at, e.id
            """, values(account, prefix)
        ).compactMap { row in
            row["at"].instant.map { Wish(isRequest: row["requested"].integer == 1, at: $0) }
        }
    }

    /// Whether it is the provider that told of the account's churn.
    func isChurned(_ account: Account, by prefix: String) throws -> Bool {
        guard account.isChurned, let churnedAt = account.churnedAt else { return false }
        return try connection.first(
            """
            SELECT e.id FROM event_kind AS k JOIN event AS e ON e.kind_id = k.id
            WHERE k.name = 'churned' AND e.account_id = :account AND e.at = :at
                AND substr(e.dedup, 1, :length) = :prefix
            """, values(account, prefix).merging(["at": .instant(churnedAt)]) { $1 }) != nil
    }

    /// Takes back a cancel request that was none of the account.
    func withdrawRequest(of account: Account, at moment: Instant, from prefix: String) throws {
        let values = self.values(account, prefix).merging(["at": .instant(moment)]) { $1 }
        try connection.execute(
            """
            DELETE FROM event WHERE account_id = :account AND at = :at AND substr(dedup, 1, :length) = :prefix
                AND kind_id IN (SELECT id FROM event_kind WHERE name = 'cancel_requested')
            """, values)
        try connection.execute(
            "UPDATE account SET cancel_requested_at = NULL WHERE id = :account AND cancel_requested_at = :at",
            values.filter { $0.key == "account" || $0.key == "at" })
    }

    /// Dates a cancel request back to when it was made.
    func moveRequest(of account: Account, from later: Instant, to earlier: Instant, from prefix: String) throws {
        let values = self.values(account, prefix).merging(["at": .instant(later), "to": .instant(earlier)]) { $1 }
        try connection.execute(
            """
            UPDATE event SET at = :to WHERE account_id = :account AND at = :at AND substr(dedup, 1, :length) = :prefix
                AND kind_id IN (SELECT id FROM event_kind WHERE name = 'cancel_requested')
            """, values)
        try connection.execute(
            "UPDATE account SET cancel_requested_at = :to WHERE id = :account AND cancel_requested_at = :at",
            values.filter { ["account", "at", "to"].contains($0.key) })
    }

    private func values(_ account: Account, _ prefix: String) -> [String: SQLValue] {
        ["account": .integer(account.id), "prefix": .text(prefix), "length": .integer(Int64(prefix.utf8.count))]
    }
}
