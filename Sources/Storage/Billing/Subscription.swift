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
    /// Per month, in minor units of the workspace's currency; nil when that is not known.
    package var mrr: Int64?
    /// The provider's moment: what it told of earlier moments says nothing any more.
    package var at: Instant

    package init(provider: String, id: String, state: State, isEnding: Bool = false, mrr: Int64? = nil, at: Instant) {
        self.provider = provider
        self.id = id
        self.state = state
        self.isEnding = isEnding
        self.mrr = mrr
        self.at = at
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

    /// The sum over those that run; nil when there are none, or what one of them brings is not known.
    package var mrr: Int64? {
        let parts = running.map(\.mrr)
        if parts.isEmpty || parts.contains(nil) { return nil }
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
            "SELECT provider, id, state, ending, mrr, at FROM subscription WHERE account_id = :account ORDER BY provider, id",
            ["account": .integer(account)]
        ).map { row in
            Subscription(
                provider: row["provider"].text ?? "", id: row["id"].text ?? "", state: try row["state"].word(),
                isEnding: row["ending"].integer == 1, mrr: row["mrr"].integer,
                at: Instant(milliseconds: row["at"].integer ?? 0))
        }
    }

    package func put(_ subscription: Subscription) throws {
        try connection.execute(
            """
            INSERT INTO subscription (account_id, provider, id, state, ending, mrr, at)
            VALUES (:account, :provider, :id, :state, :ending, :mrr, :at)
            ON CONFLICT (account_id, provider, id) DO UPDATE SET state = excluded.state, ending = excluded.ending,
                mrr = excluded.mrr, at = excluded.at
            """,
            [
                "account": .integer(account), "provider": .text(subscription.provider), "id": .text(subscription.id),
                "state": .word(subscription.state), "ending": .integer(subscription.isEnding ? 1 : 0),
                "mrr": .optional(subscription.mrr), "at": .instant(subscription.at),
            ])
    }
}
