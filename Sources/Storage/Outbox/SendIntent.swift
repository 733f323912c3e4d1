package import Playbooks

/// A request for one touch that is about to leave: what must be durable before a byte does.
package struct SendIntent: Sendable, Equatable {
    package var id: Int64
    /// The claim's: one more than that of the row.
    package var fence: Int64
    package var enrollmentID: Int64
    package var accountID: Int64
    /// The number of the attempt, from 1.
    package var attempt: Int
    /// Decision time of the claim.
    package var claimedAt: Instant
    /// Process time.
    package var beganAt: Instant
    package var bodyHash: String
    package var messageHash: String
    /// The `EndpointPrint` of the request.
    package var endpoint: String?

    package init(
        id: Int64, fence: Int64, enrollmentID: Int64, accountID: Int64, attempt: Int, claimedAt: Instant,
        beganAt: Instant, bodyHash: String, messageHash: String, endpoint: String? = nil
    ) {
        self.id = id
        self.fence = fence
        self.enrollmentID = enrollmentID
        self.accountID = accountID
        self.attempt = attempt
        self.claimedAt = claimedAt
        self.beganAt = beganAt
        self.bodyHash = bodyHash
        self.messageHash = messageHash
        self.endpoint = endpoint
    }

    /// What became of it.
    package struct Result: Sendable, Equatable {
        package var intent: SendIntent
        package var settlement: Outbox.Settlement
        /// Decision time and process time.
        package var at: Instant
        package var endedAt: Instant

        package init(of intent: SendIntent, _ settlement: Outbox.Settlement, at: Instant, endedAt: Instant) {
            self.intent = intent
            self.settlement = settlement
            self.at = at
            self.endedAt = endedAt
        }
    }
}
