/// Figures of what billing systems have told.
package struct BillingFigures {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Subscriptions that run and of which a webhook told no amount in the workspace's currency.
    package func withoutAmount() throws -> Int {
        Int(
            try connection.integer(
                "SELECT count(*) FROM subscription WHERE state = 'running' AND mrr IS NULL AND mrr_at IS NOT NULL"))
    }
}
