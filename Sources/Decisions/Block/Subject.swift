package import Playbooks

/// For whom a term is evaluated: an account as it stands, or one of its enrollments, for which nothing before it counts.
package struct Subject: Sendable {
    /// The account's index in the block.
    package var account: Int
    /// What is dated at or before it does not count; nil where everything does.
    package var since: Instant?
    /// The event that triggered.
    package var event: TriggeringEvent?
    /// The signals frozen at entry.
    package var entry: [String: Value]
    /// What became of the enrollment's steps; nil where there is no enrollment yet.
    package var steps: StepFacts?

    package init(
        account: Int, since: Instant? = nil, event: TriggeringEvent? = nil, entry: [String: Value] = [:],
        steps: StepFacts? = nil
    ) {
        self.account = account
        self.since = since
        self.event = event
        self.entry = entry
        self.steps = steps
    }
}

/// The rows of a column.
package enum Subjects: Sendable {
    /// Every account of the block, as it stands.
    case accounts
    case some([Subject])
}

/// An event with the properties that its kind declares.
package struct TriggeringEvent: Sendable, Equatable {
    package var id: Int64
    package var at: Instant
    package var contactID: Int64?
    package var properties: [String: Value]
    /// Properties as text, declared or not: what `per:` tells occurrences apart by.
    package var keys: [String: String] = [:]

    package init(id: Int64, at: Instant, contactID: Int64? = nil, properties: [String: Value] = [:]) {
        self.id = id
        self.at = at
        self.contactID = contactID
        self.properties = properties
    }
}

/// What became of the touches and waits of one enrollment.
package struct StepFacts: Sendable, Equatable {
    package struct Touch: Sendable, Equatable {
        package var step: String
        package var state: TouchState
        package var settledAt: Instant?
        /// The first outcome of each kind: `delivered`, `opened`, `clicked`.
        package var outcomes: [String: Instant]

        package init(step: String, state: TouchState, settledAt: Instant? = nil, outcomes: [String: Instant] = [:]) {
            self.step = step
            self.state = state
            self.settledAt = settledAt
            self.outcomes = outcomes
        }
    }

    package struct Passage: Sendable, Equatable {
        package var result: PassageResult
        package var at: Instant

        package init(result: PassageResult, at: Instant) {
            self.result = result
            self.at = at
        }
    }

    package var touches: [Touch] = []
    /// How it got past waits and choices, by step.
    package var passages: [String: Passage] = [:]

    package init() {}
}
