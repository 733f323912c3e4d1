package import Playbooks

/// For whom a term is evaluated: an account as it stands, or one of its enrollments, for which nothing before it counts.
package struct Subject: Sendable {
    /// The account's index in the block.
    package var account: Int
    /// What is dated at or before it does not count; nil where everything does.
    package var since: Instant?
    /// Events that count although they are dated before `since`; nil where there are none.
    package var late: LateFacts?
    /// The event that triggered.
    package var event: TriggeringEvent?
    /// The signals frozen at entry.
    package var entry: [String: Value]
    /// What became of the enrollment's steps; nil where there is no enrollment yet.
    package var steps: StepFacts?
    /// What steps have written to the account since the block was loaded, by the attribute's name.
    package var given: [String: Value] = [:]

    /// An enrollment that an event begins, however late the cycle is that sees it.
    package init(
        account: Int, from event: TriggeringEvent, enteredAt: Instant, entry: [String: Value] = [:],
        steps: StepFacts? = StepFacts()
    ) {
        let since = min(event.at, enteredAt)
        // Of one moment, as of days without a time, what stands behind it in the file came after it.
        let late = LateFacts(behind: event.id, after: since - TimeSpan(milliseconds: 1))
        self.init(account: account, since: since, late: late, event: event, entry: entry, steps: steps)
    }

    /// Asks of the account as it stands, and no longer of its enrollment.
    mutating func widen() {
        (since, late, steps) = (nil, nil, nil)
    }

    /// Events behind a number, as far back as a moment: those that nobody knew when the enrollment began.
    package struct LateFacts: Sendable, Equatable {
        package var behind: Int64
        package var after: Instant

        package init(behind id: Int64, after moment: Instant) {
            behind = id
            after = moment
        }
    }

    package init(
        account: Int, since: Instant? = nil, late: LateFacts? = nil, event: TriggeringEvent? = nil,
        entry: [String: Value] = [:],
        steps: StepFacts? = nil
    ) {
        self.account = account
        self.since = since
        self.late = late
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
