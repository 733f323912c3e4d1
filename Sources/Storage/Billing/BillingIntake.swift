package import Playbooks

/// Takes what a billing system tells into the account that it means.
///
/// The account is, first found: the one whose key stands in the provider's metadata; whose attribute
/// `<provider>_customer` is the customer's id; whose attribute `<provider>_subscription` is the subscription's id; whose
/// key is the customer's id. Until there is one, it waits.
package struct BillingIntake {
    private let rules: IntakeRules
    private let now: Instant
    private let connection: Connection
    private let accounts: BillingAccounts

    package init(rules: IntakeRules, now: Instant, _ connection: Connection) {
        self.rules = rules
        self.now = now
        self.connection = connection
        accounts = BillingAccounts(connection, dataMap: rules.dataMap)
    }

    /// - Parameter body: the webhook, to be kept when it leads to nothing.
    /// - Returns: why it led to nothing, or waits.
    package func take(
        _ change: BillingChange, from provider: BillingProvider, body: String, by intake: Intake
    ) throws -> String? {
        if let account = try account(change.names(by: provider)) {
            return try apply(change, from: provider, body: body, to: account, by: intake).failure
        }
        if change.names(by: provider).isEmpty {
            let reason = "it names neither an account nor a customer nor a subscription"
            try Webhooks(connection).keep(
                body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
            return reason
        }
        try WaitingChanges(connection).add(change, from: provider, at: now)
        return WaitingChanges.reason(change, provider)
    }

    /// Takes what has waited for an account, in its order; what the account pays is told once, when all is known.
    func take(_ rows: [String], waitingFor key: String, by intake: Intake) throws {
        guard try accounts.account(key: key) != nil else { return }
        let waiting = try rows.compactMap { row in
            try WaitingChanges(connection).take(row).map { (row: row, waiting: $0) }
        }
        var mrr: Int64?
        for (row, waiting) in waiting {
            guard let provider = BillingProvider(rawValue: waiting.provider),
                let account = try accounts.account(key: key)
            else { continue }
            var change = waiting.change
            change.at = change.at ?? waiting.receivedAt
            let told = try apply(change, from: provider, body: row, to: account, by: intake, holdsRevenue: true)
            mrr = told.mrr ?? mrr
        }
        guard let mrr else { return }
        _ = try intake.take([revenue(mrr, of: key)], rules: rules, now: now, connection)
    }

    private func apply(
        _ change: BillingChange, from provider: BillingProvider, body: String, to account: BillingAccounts.Account,
        by intake: Intake, holdsRevenue: Bool = false
    ) throws -> (mrr: Int64?, failure: String?) {
        var change = change
        if let names = change.paysBill {
            let bill = try accounts.openBill(of: account, among: names, at: min(change.at ?? now, now))
            if bill == nil { change.event = nil }
            // The bill is called as it was when the payment failed.
            change.properties["invoice"] = bill?.invoice ?? change.properties["invoice"]
        }
        let decision = try follow(change, of: provider, account)
        var rows: [IncomingRow] = []
        if let event = decision.event {
            // What provider and clock disagree on has happened by now.
            let at = min(change.at ?? now, now)
            rows.append(
                IncomingRow(
                    .events, owner: .account(account.key),
                    [
                        field("event", event.rawValue), field("at", at.description),
                        field("id", "\(provider.rawValue):\(change.id)"),
                    ],
                    properties: change.properties.sorted { $0.key < $1.key }.map {
                        field($0.key, $0.value, isOptional: true)
                    }, at: "/"))
            switch change.serviceEnd {
            case .at(let end): rows.append(attribute("service_end_at", end.description, of: account.key))
            case .never: rows.append(attribute("service_end_at", nil, of: account.key))
            case nil: break
            }
        }
        if let mrr = decision.mrr, !holdsRevenue { rows.append(revenue(mrr, of: account.key)) }
        guard !rows.isEmpty else { return (decision.mrr, nil) }
        let report = try intake.take(rows, rules: rules, now: now, connection)
        guard let rejected = report.rejected.first(where: \.isWholeRow) else { return (decision.mrr, nil) }
        let hint = report.hints.first.map { "; add to data.yaml: \($0)" } ?? ""
        let reason = rejected.detail + hint
        try Webhooks(connection).keep(
            body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
        return (decision.mrr, reason)
    }

    /// Keeps how the subscription stands now, and takes back a churn that had not happened.
    private func follow(
        _ change: BillingChange, of provider: BillingProvider, _ account: BillingAccounts.Account
    ) throws -> BillingDecision {
        let subscriptions = Subscriptions(connection, account: account.id)
        let prefix = "\(provider.rawValue):"
        let decision = BillingDecision(
            change, of: provider, account, known: try subscriptions.all(),
            newestWish: change.isStanding ? try accounts.newestWish(of: account.id, from: prefix) : nil,
            configuration: rules.configuration, now: now)
        if let subscription = decision.subscription { try subscriptions.put(subscription) }
        if decision.mayWithdrawChurn { _ = try accounts.withdrawChurn(of: account, from: prefix) }
        return decision
    }

    private func field(_ column: String, _ value: String?, isOptional: Bool = false) -> IncomingRow.Field {
        IncomingRow.Field(column, value, at: "/", isOptional: isOptional)
    }

    private func attribute(_ name: String, _ value: String?, of account: String) -> IncomingRow {
        IncomingRow(.accounts, [field("key", account), field(name, value, isOptional: true)], at: "/")
    }

    private func revenue(_ mrr: Int64, of account: String) -> IncomingRow {
        attribute("mrr", Currency.text(minor: mrr, currency: rules.configuration.currency), of: account)
    }

    private func account(_ names: [BillingChange.Name]) throws -> BillingAccounts.Account? {
        for name in names {
            let account =
                name.attribute == "key"
                ? try accounts.account(key: name.value)
                : try accounts.account(whose: name.attribute, is: name.value)
            if let account { return account }
        }
        return nil
    }
}
