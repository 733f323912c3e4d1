package import Playbooks

/// What billing systems told last of one subscription of an account.
package struct Subscription: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Its account is a customer because of it, also while it pauses.
        case running
        /// Not paid for yet, on trial, or paused before it ran.
        case idle
        case ended
    }

    package var provider: String
    package var id: String
    package var state: State
    /// Whether it ends by itself at the end of what is paid for.
    package var isEnding: Bool
    /// When it does; nil where that is not known.
    package var serviceEnd: Instant?
    /// Of what moment the two are; nil where only its end was told.
    package var standsAt: Instant?
    /// Since when it ends by itself.
    package var requestedAt: Instant?
    /// When it was told last that it does not.
    package var stayedAt: Instant?
    /// When it ran for the first time that is known.
    package var since: Instant?
    /// Per month, in minor units of the workspace's currency; nil when that is not known.
    package var mrr: Int64?
    /// Of what moment that is; nil where it was told with the end alone.
    package var mrrAt: Instant?
    /// Whether a webhook has told of a change of it.
    package var isCounted = false
    /// The provider's moment: what it told of earlier moments says nothing any more.
    package var at: Instant

    package init(provider: String, id: String, state: State, at: Instant) {
        self.provider = provider
        self.id = id
        self.state = state
        isEnding = false
        self.at = at
    }

    /// Whether its account was a customer because of it at a moment.
    func ran(at moment: Instant) -> Bool {
        guard let since, since <= moment else { return false }
        return state == .running || (state == .ended && at > moment)
    }
}

extension [Subscription] {
    package subscript(provider provider: String, id id: String) -> Subscription? {
        first { $0.provider == provider && $0.id == id }
    }

    /// With one of them as it is now.
    package func with(_ subscription: Subscription) -> [Subscription] {
        filter { $0.provider != subscription.provider || $0.id != subscription.id } + [subscription]
    }

    package var running: [Subscription] { filter { $0.state == .running } }

    /// What the account pays: the sum over those that run, or of what ran last; nil where that is not known.
    ///
    /// The data may know of subscriptions of which nothing was told. Their word stands until something is told to have
    /// changed.
    package var mrr: Int64? {
        let isCounted = contains(where: \.isCounted)
        if running.isEmpty {
            let last = filter { $0.state == .ended && $0.since != nil && $0.mrrAt != nil }
                .max { ($0.at, $0.id) < ($1.at, $1.id) }
            return isCounted ? last?.mrr : nil
        }
        let parts = running.map(\.mrr)
        guard isCounted || contains(where: { $0.state == .ended }), !parts.contains(nil) else { return nil }
        return parts.reduce(0) { $0 + ($1 ?? 0) }
    }
}

/// The subscriptions of one account.
package struct Subscriptions {
    private let connection: Connection
    private let account: Int64

    package init(_ connection: Connection, account: Int64) {
        self.connection = connection
        self.account = account
    }

    package func all() throws -> [Subscription] {
        try connection.query(
            """
            SELECT provider, id, state, ending, service_end, stands_at, requested_at, stayed_at, since, mrr, mrr_at, counted, at
            FROM subscription WHERE account_id = :account ORDER BY provider, id
            """, ["account": .integer(account)]
        ).map { row in
            var subscription = Subscription(
                provider: row["provider"].text ?? "", id: row["id"].text ?? "", state: try row["state"].word(),
                at: Instant(milliseconds: row["at"].integer ?? 0))
            subscription.isEnding = row["ending"].integer == 1
            subscription.serviceEnd = row["service_end"].instant
            subscription.standsAt = row["stands_at"].instant
            subscription.requestedAt = row["requested_at"].instant
            subscription.stayedAt = row["stayed_at"].instant
            subscription.since = row["since"].instant
            subscription.mrr = row["mrr"].integer
            subscription.mrrAt = row["mrr_at"].instant
            subscription.isCounted = row["counted"].integer == 1
            return subscription
        }
    }

    package func put(_ subscription: Subscription) throws {
        try connection.execute(
            """
            INSERT INTO subscription (
                account_id, provider, id, state, ending, service_end, stands_at, requested_at, stayed_at, since, mrr,
                mrr_at, counted, at
            ) VALUES (
                :account, :provider, :id, :state, :ending, :service_end, :stands_at, :requested_at, :stayed_at, :since,
                :mrr, :mrr_at, :counted, :at
            ) ON CONFLICT (account_id, provider, id) DO UPDATE SET state = excluded.state, ending = excluded.ending,
                service_end = excluded.service_end, stands_at = excluded.stands_at,
                requested_at = excluded.requested_at, stayed_at = excluded.stayed_at, since = excluded.since,
                mrr = excluded.mrr, mrr_at = excluded.mrr_at, counted = excluded.counted, at = excluded.at
            """,
            [
                "account": .integer(account), "provider": .text(subscription.provider), "id": .text(subscription.id),
                "state": .word(subscription.state), "ending": .integer(subscription.isEnding ? 1 : 0),
                "service_end": .optional(subscription.serviceEnd?.milliseconds),
                "stands_at": .optional(subscription.standsAt?.milliseconds),
                "requested_at": .optional(subscription.requestedAt?.milliseconds),
                "stayed_at": .optional(subscription.stayedAt?.milliseconds),
                "since": .optional(subscription.since?.milliseconds), "mrr": .optional(subscription.mrr),
                "mrr_at": .optional(subscription.mrrAt?.milliseconds),
                "counted": .integer(subscription.isCounted ? 1 : 0), "at": .instant(subscription.at),
            ])
    }
}
