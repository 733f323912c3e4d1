package import Playbooks

/// A match that stands: the account, and for `on` and `at` the occurrence, with its current verdict.
package struct Standing: Sendable, Equatable {
    package var playbookID: Int64
    /// "" for `when`, the event's id or `per` value for `on`, the occurrence for `at`.
    package var matchKey: String
    package var eventID: Int64?
    /// When it was first seen.
    package var since: Instant
    /// The first of the cycles in a row in which the condition was definitely false.
    package var falseSince: Instant?
    package var verdict: Verdict
    package var reason: String
    package var enrollmentID: Int64?
    /// Whether nothing can change the verdict of this occurrence any more.
    package var isSettled: Bool
    /// When the event happened that it stands for, where there is one.
    package var eventAt: Instant?

    package init(
        playbookID: Int64, matchKey: String, eventID: Int64? = nil, since: Instant, falseSince: Instant? = nil,
        verdict: Verdict, reason: String, enrollmentID: Int64? = nil, isSettled: Bool, eventAt: Instant? = nil
    ) {
        self.playbookID = playbookID
        self.matchKey = matchKey
        self.eventID = eventID
        self.since = since
        self.falseSince = falseSince
        self.verdict = verdict
        self.reason = reason
        self.enrollmentID = enrollmentID
        self.isSettled = isSettled
        self.eventAt = eventAt
    }
}
