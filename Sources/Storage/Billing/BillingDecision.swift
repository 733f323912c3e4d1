import Playbooks

/// What a webhook of a billing system means for its account, given all that was told before; a pure decision.
///
/// Webhooks come in any order, and the account is the same after each: what a webhook says counts where nothing newer was
/// told of the same thing. An account has churned when its last subscription that ran has ended, and is back when one runs
/// again.
struct BillingDecision {
    /// What has happened to the account.
    private(set) var event: BillingChange.Event?
    /// When it has, where that is not the moment of the webhook.
    private(set) var eventAt: Instant?
    /// The subscription as it is known from now on.
    private(set) var subscription: Subscription?
    /// What the account pays from now on; nil when that stays, or is not known.
    private(set) var mrr: Int64?
    /// When the service of the account ends from now on; nil when that stays.
    private(set) var serviceEnd: BillingChange.ServiceEnd?
    /// Whether the churn that this provider told of has not happened, or happened at another time.
    private(set) var withdrawsChurn = false
    /// The moment of a request to cancel that was none of the account, for another subscription ran then.
    private(set) var withdrawnRequest: Instant?
    /// The moment of a request to cancel that was made when this webhook says.
    private(set) var earlierRequest: Instant?

    /// What was known before.
    struct Known {
        var subscriptions: [Subscription]
        /// The requests to cancel that the provider told of, and their withdrawals, the oldest first.
        var wishes: [BillingAccounts.Wish]
        /// Whether it is this provider that told of the account's churn.
        var toldChurn: Bool
    }

    init(
        _ change: BillingChange, of provider: BillingProvider, _ account: BillingAccounts.Account, _ known: Known,
        configuration: Configuration, now: Instant
    ) {
        event = change.event
        guard let state = change.state else { return }
        // Within reason what the provider's clock says orders its webhooks, however far it is ahead of ours.
        let told = min(change.toldAt ?? change.at ?? now, now + Self.clocksApart)
        let before = known.subscriptions[provider: provider.rawValue, id: change.subscription ?? ""]
        let current = Self.state(
            state, before: before, mayRun: !change.isBeginning && !account.isChurned,
            trialsAreCustomers: configuration.trialsAreCustomers)
        let isOutdated = before.map { Self.isOutdated(change, current, told, by: $0) } ?? false
        var after =
            before ?? Subscription(provider: provider.rawValue, id: change.subscription ?? "", state: current, at: told)
        if !isOutdated { (after.state, after.at) = (current, told) }
        if current == .running { after.since = min(after.since ?? told, told) }
        let stands = change.state != .ended && !(isOutdated && told == before?.at) && told >= after.standsAt ?? told
        if stands { after.stand(as: change, at: told) }
        if change.isEnding == false { after.stayedAt = max(after.stayedAt ?? told, told) }
        let isOwn = change.currency.map { $0.uppercased() == configuration.currency } ?? (provider == .recurly)
        after.cost(change, isOwn: isOwn, at: told, isOutdated: isOutdated && told == before?.at)
        subscription = after

        let others = known.subscriptions.filter { $0.provider != after.provider || $0.id != after.id }
        let revenue = (others + [after]).mrr
        if revenue != known.subscriptions.mrr { mrr = revenue }
        event = nil
        takeWish(change, told, account, known, before, after, others)
        takeRun(change, told, account, known, before, after, others, configuration, isOutdated: isOutdated)
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

    /// Whether something newer was told of the subscription: of two webhooks of one moment a beginning is the older one, and
    /// an end the newer.
    private static func isOutdated(
        _ change: BillingChange, _ state: Subscription.State, _ told: Instant, by before: Subscription
    ) -> Bool {
        if told != before.at { return told < before.at }
        if change.event == .reactivated { return false }
        let order = Subscription.State.allCases
        let (new, old) = (order.firstIndex(of: state) ?? 0, order.firstIndex(of: before.state) ?? 0)
        return change.isBeginning ? new <= old : new < old
    }

    // MARK: Requests to cancel

    private mutating func takeWish(
        _ change: BillingChange, _ told: Instant, _ account: BillingAccounts.Account, _ known: Known,
        _ before: Subscription?, _ after: Subscription, _ others: [Subscription]
    ) {
        if let isRequest = change.event.flatMap(Self.isRequest) {
            takeWish(isRequest, change, told, account, known, before, others)
        } else if let requested = account.cancelRequestedAt, !after.isEnding, let since = after.since,
            since <= requested, (before?.since).map({ $0 > requested }) ?? true, after.ran(at: requested),
            known.wishes.contains(where: { $0.isRequest && $0.at == requested })
        {
            withdrawnRequest = requested
            serviceEnd = .never
        }
        guard let after = subscription else { return }
        let endings = others.filter { $0.state == .running && $0.isEnding } + [after]
        let end = endings.compactMap { $0.isEnding ? $0.serviceEnd : nil }.max()
        switch event {
        case .cancelRequested where change.serviceEnd != nil: serviceEnd = end.map { .at($0) } ?? .never
        case .cancelWithdrawn where !after.isEnding && change.serviceEnd != nil: serviceEnd = .never
        case nil:
            // A request that stands, for another day.
            guard withdrawnRequest == nil, account.cancelRequestedAt != nil, before?.isEnding == true, after.isEnding,
                before?.serviceEnd != after.serviceEnd
            else { return }
            serviceEnd = end.map { .at($0) }
        default: break
        }
    }

    private static func isRequest(_ event: BillingChange.Event) -> Bool? {
        switch event {
        case .cancelRequested: true
        case .cancelWithdrawn: false
        case .churned, .reactivated, .paymentFailed, .paymentSucceeded: nil
        }
    }

    private mutating func takeWish(
        _ isRequest: Bool, _ change: BillingChange, _ told: Instant, _ account: BillingAccounts.Account, _ known: Known,
        _ before: Subscription?, _ others: [Subscription]
    ) {
        guard var after = subscription else { return }
        let at = change.at ?? told
        let holds = isRequest == after.isEnding || after.standsAt.map { told >= $0 } ?? true
        if isRequest, holds, !(after.stayedAt.map { $0 > told } ?? false) || !change.isStanding {
            let former = after.requestedAt ?? at
            after.requestedAt = change.isStanding ? min(former, at) : max(former, at)
        } else if !isRequest, let requested = after.requestedAt, requested <= at {
            after.requestedAt = after.isEnding ? after.standsAt : nil
        }
        subscription = after
        // Who cancels one of two subscriptions stays.
        guard others.filter({ $0.ran(at: told) }).allSatisfy(\.isEnding) else { return }
        guard isRequest else { return takeWithdrawal(change, at, known, after, holds: holds) }
        // Of several the last one to be canceled is the one that counts.
        let last = others.filter { $0.state == .running }.compactMap(\.requestedAt).max() ?? at
        takeRequest(
            change, at: max(at, last), account, known, after, holds: holds, isKnown: before?.isEnding == true)
        if last > at { eventAt = last }
    }

    private mutating func takeRequest(
        _ change: BillingChange, at: Instant, _ account: BillingAccounts.Account, _ known: Known, _ after: Subscription,
        holds: Bool, isKnown: Bool
    ) {
        let earlier = known.wishes.last { $0.at <= at }
        let later = known.wishes.first { $0.at > at }
        // The data may have told of it before.
        if let told = account.cancelRequestedAt, Self.isSame(told, at),
            !known.wishes.contains(where: { $0.isRequest && $0.at == told })
        {
            return
        }
        if let earlier, earlier.isRequest, change.isStanding && isKnown || Self.isSame(earlier.at, at) { return }
        if let later, later.isRequest, change.isStanding || Self.isSame(later.at, at) {
            // Unless it stayed between the two.
            if after.stayedAt.map({ at < $0 && $0 < later.at }) ?? false { return }
            earlierRequest = later.at
            return
        }
        if holds { event = .cancelRequested }
    }

    private mutating func takeWithdrawal(
        _ change: BillingChange, _ at: Instant, _ known: Known, _ after: Subscription, holds: Bool
    ) {
        let earlier = known.wishes.last { $0.at <= at }
        let later = known.wishes.first { $0.at > at }
        if change.isStanding, earlier?.isRequest != true { return }
        if holds {
            event = .cancelWithdrawn
        } else if later?.isRequest == true, !change.isStanding {
            event = .cancelWithdrawn
        } else if later == nil, earlier != nil {
            // Since then it was requested once more.
            event = .cancelRequested
            eventAt = after.standsAt
        }
    }

    private static func isSame(_ one: Instant, _ other: Instant) -> Bool {
        abs((one - other).milliseconds) < sameWish.milliseconds
    }

    // MARK: Customers

    private mutating func takeRun(
        _ change: BillingChange, _ told: Instant, _ account: BillingAccounts.Account, _ known: Known,
        _ before: Subscription?, _ after: Subscription, _ others: [Subscription], _ configuration: Configuration,
        isOutdated: Bool
    ) {
        guard event == nil else { return }
        switch after.state {
        case .ended:
            let wasUnpaid = change.endedOnTrial.map { $0 && !configuration.trialsAreCustomers }
            guard !isOutdated, !(wasUnpaid ?? (before?.state == .idle)), others.running.isEmpty else { return }
            // Of several the last one to end is the one that counts.
            let ended = others.filter { $0.state == .ended && ($0.since != nil || $0.standsAt == nil) }
            let last = ended.map(\.at).max() ?? told
            if !account.isChurned {
                event = .churned
                if last > told { eventAt = last }
            } else if known.toldChurn, let churnedAt = account.churnedAt, change.at ?? told > churnedAt {
                // The one that ended then was not the last.
                withdrawsChurn = true
                event = .churned
            }
        case .running where account.isChurned:
            let hasBegun =
                change.isBeginning
                || (!isOutdated && (before.map { $0.state != .running } ?? known.toldChurn))
            guard hasBegun else { return }
            if let churnedAt = account.churnedAt, told <= churnedAt {
                withdrawsChurn = true
            } else {
                event = .reactivated
            }
        case .running, .idle: break
        }
    }
}

extension Subscription {
    /// Takes whether and when it ends by itself.
    fileprivate mutating func stand(as change: BillingChange, at told: Instant) {
        guard let isEnding = change.isEnding else { return }
        standsAt = told
        self.isEnding = isEnding
        switch change.serviceEnd {
        case .at(let end): serviceEnd = end
        case .never: serviceEnd = nil
        case nil: serviceEnd = isEnding ? serviceEnd : nil
        }
    }

    /// Takes what it costs, and whether that has changed.
    fileprivate mutating func cost(_ change: BillingChange, isOwn: Bool, at told: Instant, isOutdated: Bool) {
        if change.changesRevenue { isCounted = true }
        // Providers that tell less than how it stands leave what is known of the price; an end and a pause, too.
        guard change.currency != nil || change.mrr != nil, change.state != .paused else { return }
        let price = isOwn ? change.mrr : nil
        if change.state == .ended {
            if mrrAt == nil { mrr = mrr ?? price }
            return
        }
        if mrrAt != nil, mrr != price { isCounted = true }
        guard !isOutdated, told >= mrrAt ?? told else { return }
        mrr = price
        mrrAt = told
    }
}
