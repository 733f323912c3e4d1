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
    package func take(
        _ change: BillingChange, from provider: BillingProvider, body: String, by intake: Intake
    ) throws -> Result {
        if let account = try account(change.names(by: provider)) {
            let failure = try apply(change, from: provider, body: body, to: account, by: intake).failure
            return Result(failure: failure, leftOut: leftOut(of: change))
        }
        if change.names(by: provider).isEmpty {
            let reason = "it names neither an account nor a customer nor a subscription"
            try Webhooks(connection).keep(
                body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
            return Result(failure: reason)
        }
        try WaitingChanges(connection).add(change, from: provider, at: now)
        return Result(failure: WaitingChanges.reason(change, provider), leftOut: leftOut(of: change))
    }

    /// What became of a webhook.
    package struct Result: Sendable, Equatable {
        /// Why it led to nothing, or waits.
        package var failure: String?
        /// What is not taken of it, and why.
        package var leftOut: String?
    }

    /// Amounts in another currency than the workspace's say nothing that can be compared or added up here.
    private func leftOut(of change: BillingChange) -> String? {
        let own = rules.configuration.currency
        let parts = [
            change.properties["amount"] == nil ? nil : change.amountCurrency.map { ("amount", $0.uppercased()) },
            change.mrr == nil ? nil : change.currency.map { ("mrr", $0.uppercased()) },
        ].compactMap { $0 }.filter { $0.1 != own }.map { "`\($0.0)` is in \($0.1)" }
        if parts.isEmpty { return nil }
        return parts.joined(separator: ", ") + "; the currency of keeptouch.yaml is \(own)"
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
        let row = IncomingRow(.accounts, [field("key", key)] + revenue(mrr), at: "/")
        _ = try intake.take([row], rules: rules, now: now, connection)
    }

    private func apply(
        _ change: BillingChange, from provider: BillingProvider, body: String, to account: BillingAccounts.Account,
        by intake: Intake, holdsRevenue: Bool = false
    ) throws -> (mrr: Int64?, failure: String?) {
        var change = change
        if let currency = change.amountCurrency, currency.uppercased() != rules.configuration.currency {
            change.properties["amount"] = nil
        }
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
            let at = min(decision.eventAt ?? change.at ?? now, now)
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
        }
        let columns = columns(of: decision, holdsRevenue: holdsRevenue)
        if !columns.isEmpty {
            rows.append(IncomingRow(.accounts, [field("key", account.key)] + columns, at: "/"))
        }
        guard !rows.isEmpty else { return (decision.mrr, nil) }
        let report = try intake.take(rows, rules: rules, now: now, connection)
        guard let rejected = report.rejected.first(where: \.isWholeRow) else { return (decision.mrr, nil) }
        let hint = report.hints.first.map { "; add to data.yaml: \($0)" } ?? ""
        let reason = rejected.detail + hint
        try Webhooks(connection).keep(
            body, from: "billing:\(provider.rawValue)", id: change.id, reason: reason, at: now)
        return (decision.mrr, reason)
    }

    /// Keeps how the subscription stands now, and takes back what had not happened.
    private func follow(
        _ change: BillingChange, of provider: BillingProvider, _ account: BillingAccounts.Account
    ) throws -> BillingDecision {
        let subscriptions = Subscriptions(connection, account: account.id)
        let prefix = "\(provider.rawValue):"
        let known = BillingDecision.Known(
            subscriptions: try subscriptions.all(), wishes: try accounts.wishes(of: account, from: prefix),
            toldChurn: try accounts.isChurned(account, by: prefix))
        let decision = BillingDecision(
            change, of: provider, account, known, configuration: rules.configuration, now: now)
        if let subscription = decision.subscription { try subscriptions.put(subscription) }
        if decision.withdrawsChurn { _ = try accounts.withdrawChurn(of: account, from: prefix) }
        if let moment = decision.withdrawnRequest {
            try accounts.withdrawRequest(of: account, at: moment, from: prefix)
        }
        if let moment = decision.earlierRequest {
            try accounts.moveRequest(
                of: account, from: moment, to: min(decision.eventAt ?? change.at ?? now, now), from: prefix)
        }
        return decision
    }

    /// In one row, for of two rows of an account in one request one must not undo the other.
    private func columns(of decision: BillingDecision, holdsRevenue: Bool) -> [IncomingRow.Field] {
        var fields: [IncomingRow.Field] = []
        switch decision.serviceEnd {
        case .at(let end): fields.append(field("service_end_at", end.description, isOptional: true))
        case .never: fields.append(field("service_end_at", nil, isOptional: true))
        case nil: break
        }
        if let mrr = decision.mrr, !holdsRevenue { fields += revenue(mrr) }
        return fields
    }

    private func field(_ column: String, _ value: String?, isOptional: Bool = false) -> IncomingRow.Field {
        IncomingRow.Field(column, value, at: "/", isOptional: isOptional)
    }

    /// What billing tells of the MRR is no news of those who import.
    private func revenue(_ mrr: Int64) -> [IncomingRow.Field] {
        [
            field("mrr", Currency.text(minor: mrr, currency: rules.configuration.currency), isOptional: true),
            field(AccountImport.billed, "1"),
        ]
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
