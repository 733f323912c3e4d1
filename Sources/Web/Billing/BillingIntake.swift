import Playbooks
import Storage

/// Takes what a billing system tells into the account that it means.
///
/// The account is, first found: the one whose key stands in the provider's metadata; whose attribute
/// `<provider>_customer` is the customer's id; whose attribute `<provider>_subscription` is the subscription's id; whose
/// key is the customer's id.
struct BillingIntake {
    let provider: BillingProvider
    let rules: IntakeRules
    let now: Instant

    /// - Parameter body: the webhook, to be kept when it leads to nothing.
    /// - Returns: why it led to nothing.
    func take(
        _ change: BillingChange, body: String, by intake: Intake, _ connection: Connection
    ) throws -> String? {
        let accounts = BillingAccounts(connection, dataMap: rules.dataMap)
        let found = try account(change, accounts)
        guard let owner = found?.key ?? change.accountKeys.first else {
            return try keep(
                body, change,
                because: "no account has its customer \(change.customer ?? "?"); keep the id in an attribute "
                    + "\(provider.rawValue)_customer, or the account's key in its metadata", connection)
        }
        let decision = try found.map { try follow(change, $0, accounts, connection) }
        var rows: [IncomingRow] = []
        if let event = decision == nil ? change.event : decision?.event {
            // What provider and clock disagree on has happened by now.
            let at = min(change.at ?? now, now)
            rows.append(
                IncomingRow(
                    .events, owner: .account(owner),
                    [
                        field("event", event.rawValue), field("at", at.description),
                        field("id", "\(provider.rawValue):\(change.id)"),
                    ],
                    properties: change.properties.sorted { $0.key < $1.key }.map {
                        field($0.key, $0.value, isOptional: true)
                    }, at: "/"))
            // An account that is not known yet comes with its own attributes; what happened to it waits.
            if found != nil, let end = change.serviceEnd {
                rows.append(attribute("service_end_at", end?.description, of: owner))
            }
        }
        if let mrr = decision?.mrr {
            rows.append(attribute("mrr", Currency.text(minor: mrr, currency: rules.configuration.currency), of: owner))
        }
        guard !rows.isEmpty else { return nil }
        let report = try intake.take(rows, rules: rules, now: now, connection)
        guard let rejected = report.rejected.first(where: \.isWholeRow) else { return nil }
        let hint = report.hints.first.map { "; add to data.yaml: \($0)" } ?? ""
        return try keep(body, change, because: rejected.detail + hint, connection)
    }

    /// Keeps how the subscription stands now, and takes back a churn that had not happened.
    private func follow(
        _ change: BillingChange, _ account: BillingAccounts.Account, _ accounts: BillingAccounts,
        _ connection: Connection
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

    private func account(
        _ change: BillingChange, _ accounts: BillingAccounts
    ) throws -> BillingAccounts.Account? {
        for key in change.accountKeys {
            if let account = try accounts.account(key: key) { return account }
        }
        if let customer = change.customer,
            let account = try accounts.account(whose: "\(provider.rawValue)_customer", is: customer)
        {
            return account
        }
        if let subscription = change.subscription,
            let account = try accounts.account(whose: "\(provider.rawValue)_subscription", is: subscription)
        {
            return account
        }
        return try change.customer.flatMap { try accounts.account(key: $0) }
    }

    private func keep(
        _ body: String, _ change: BillingChange, because reason: String, _ connection: Connection
    ) throws -> String {
        try Webhooks(connection).keep(
            body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
        return reason
    }
}
