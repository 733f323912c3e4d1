/// What one row of `flow_count` counts.
struct FlowKey: Hashable, Sendable {
    /// The sort of a count, and what the columns beside it say of it.
    enum What: String, CaseIterable, Sendable {
        /// Touches: of the playbook, by step and state.
        case touch
        /// Settled touches of all playbooks, by the quarter of an hour and the state.
        case settled
        /// Touches of which something was heard: of the playbook, by step and kind of outcome.
        case outcome
        /// Waits and choices that were passed: of the playbook, by step and result.
        case passage
        /// Enrollments: of the playbook and version, by arm; and of the playbook by the day on which they began.
        case entered, enteredOn = "entered_on"
        /// Active enrollments: of the playbook and version, by variant and the index of the step.
        case here
        /// Ended enrollments: of the playbook and version, by reason.
        case ended
        /// Enrollments that reached their goal: of the playbook.
        case goal
        /// Accounts that have a match which stands: of the playbook, by verdict.
        case match
        /// Draws: of the experiment, by arm.
        case assigned
        /// Accounts by status, and the sum of what they pay.
        case account, mrr
        /// Active accounts: by journey, stage and the day since which they are there; -1 when nobody knows.
        case stage
        /// All of them; suppressions by category, '' where the person wants nothing.
        case contact, event, suppression
    }

    var what: What
    /// A day or a quarter of an hour since 1970 in UTC, or the index of a step; 0 elsewhere.
    var slot: Int64 = 0
    /// The id of the playbook or experiment.
    var owner: Int64 = 0
    var version: Int64 = 0
    var name = ""
    var value = ""

    static let day: Int64 = 86_400_000
    static let quarter: Int64 = 900_000
}
