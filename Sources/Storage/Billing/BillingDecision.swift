import Playbooks

/// What a webhook of a billing system means for its account, given all that was told before; a pure decision.
///
/// Webhooks come in any order: what is older than what is known of the subscription says nothing. An account has churned
/// when its last subscription that ran has ended, and is back when one runs again.
struct BillingDecision {
    /// What has happened to the account.
    private(set) var event: BillingChange.Event?
    /// The subscription as it is known from now on; nil when nothing new is known of it.
    private(set) var subscription: Subscription?
    /// What the account pays from now on; nil when that stays, or is not known.
    private(set) var mrr: Int64?
    /// Whether a subscription ran all the time, so that a churn which this provider told of has not happened.
    private(set) var mayWithdrawChurn = false

    init(
        _ change: BillingChange, of provider: BillingProvider, _ account: BillingAccounts.Account,
        known: [Subscription],
        newestWish: (isRequest: Bool, at: Instant)?, configuration: Configuration, now: Instant
    ) {
        event = change.event
        guard let state = change.state else { return }
        // Within reason what the provider's clock says orders its webhooks, however far it is ahead of ours.
        let told = min(change.toldAt ?? change.at ?? now, now + Self.clocksApart)
        let before = known[provider: provider.rawValue, id: change.subscription ?? ""]
        let isOwn = change.currency.map { $0.uppercased() == configuration.currency } ?? (provider == .recurly)
        var after = Subscription(
            provider: provider.rawValue, id: change.subscription ?? "",
            state: Self.state(
                state, before: before, mayRun: !change.isBeginning && !account.isChurned,
                trialsAreCustomers: configuration.trialsAreCustomers), isEnding: change.isEnding,
            mrr: isOwn ? change.mrr : nil, at: told)
        // Providers that tell less than how it stands leave what is known of the price.
        if change.currency == nil, change.mrr == nil { after.mrr = before?.mrr }
        if state == .paused { after.mrr = before?.mrr }
        let isOutdated =
            before.map { before in
                told < before.at
                    || (told == before.at && before.state == .ended && after.state != .ended
                        && change.event != .reactivated)
            } ?? false
        let others = known.running.filter { $0.provider != after.provider || $0.id != after.id }
        if !isOutdated {
            subscription = after
            takeRevenue(known.with(after), known, change, isKnown: before != nil)
        }
        switch change.event {
        case .cancelRequested, .cancelWithdrawn:
            // Who cancels one of two subscriptions stays.
            let isOfAll = others.allSatisfy(\.isEnding)
            event = isOfAll && !isOutdated ? wish(change, account, newestWish) : nil
        case .paymentFailed, .paymentSucceeded: break
        case .churned, .reactivated, nil: event = nil
        }
        guard !isOutdated, event == nil else { return }
        switch after.state {
        case .ended:
            let wasCustomer =
                before.map { $0.state != .idle } ?? !(change.endedOnTrial && !configuration.trialsAreCustomers)
            if wasCustomer, others.isEmpty, !account.isChurned { event = .churned }
        case .running where account.isChurned:
            let hasBegun = change.isBeginning || (before.map { $0.state != .running } ?? false)
            guard hasBegun else { return }
            if let churnedAt = account.churnedAt, told <= churnedAt {
                mayWithdrawChurn = true
            } else {
                event = .reactivated
            }
        case .running, .idle: break
        }
    }

    /// Two wishes to leave that are told so close together are one, told twice.
    private static let sameWish = TimeSpan.days(3)

    private static let clocksApart = TimeSpan.hours(1)

    /// - Parameter mayRun: whether a subscription of which nothing is known may have been one of a customer.
    private static func state(
        _ state: BillingChange.State, before: Subscription?, mayRun: Bool, trialsAreCustomers: Bool
    ) -> Subscription.State {
        switch state {
        case .running: .running
        case .paused: before.map { $0.state == .running } ?? mayRun ? .running : .idle
        case .trial: trialsAreCustomers ? .running : .idle
        case .idle: .idle
        case .ended: .ended
        }
    }

    private mutating func takeRevenue(
        _ after: [Subscription], _ before: [Subscription], _ change: BillingChange, isKnown: Bool
    ) {
        guard let sum = after.mrr, sum != before.mrr, change.changesRevenue || isKnown || change.state == .ended else {
            return
        }
        mrr = sum
    }

    /// A wish to leave or to stay, where it is another than the one before.
    private func wish(
        _ change: BillingChange, _ account: BillingAccounts.Account, _ newest: (isRequest: Bool, at: Instant)?
    ) -> BillingChange.Event? {
        let isRequest = change.event == .cancelRequested
        if change.isStanding {
            if let newest, let at = change.at, at < newest.at { return nil }
            if isRequest == (newest?.isRequest ?? false) { return nil }
        }
        // The data may have told of it before.
        if isRequest, let known = account.cancelRequestedAt, let at = change.at,
            abs((at - known).milliseconds) < Self.sameWish.milliseconds
        {
            return nil
        }
        return change.event
    }
}
