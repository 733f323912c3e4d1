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
        var rows: [IncomingRow] = []
        if let event = try event(change, found, accounts) {
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
            if let end = change.serviceEnd { rows.append(attribute("service_end_at", end?.description, of: owner)) }
        }
        if let mrr = change.mrr, change.currency?.uppercased() == rules.configuration.currency {
            rows.append(attribute("mrr", Money.text(minor: mrr, currency: rules.configuration.currency), of: owner))
        }
        // An account that is not known yet comes with its own attributes; what happened to it waits.
        if found == nil { rows.removeAll { $0.kind == .accounts } }
        guard !rows.isEmpty else { return nil }
        let report = try intake.take(rows, rules: rules, now: now, connection)
        guard let rejected = report.rejected.first(where: \.isWholeRow) else { return nil }
        let hint = report.hints.first.map { "; add to data.yaml: \($0)" } ?? ""
        return try keep(body, change, because: rejected.detail + hint, connection)
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

    /// What has happened; nil when the provider only tells how things stand and they stood so before.
    private func event(
        _ change: BillingChange, _ account: BillingAccounts.Account?, _ accounts: BillingAccounts
    ) throws -> BillingChange.Event? {
        if change.isActive, change.event == nil { return account?.isChurned == true ? .reactivated : nil }
        guard change.isStanding else { return change.event }
        let isRequest = change.event == .cancelRequested
        guard let account else { return isRequest ? change.event : nil }
        let newest = try accounts.newestWish(of: account.id, from: "\(provider.rawValue):")
        if let newest, let at = change.at, at < newest.at { return nil }
        return isRequest == (newest?.isRequest ?? false) ? nil : change.event
    }

    private func keep(
        _ body: String, _ change: BillingChange, because reason: String, _ connection: Connection
    ) throws -> String {
        try Webhooks(connection).keep(
            body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
        return reason
    }
}
