package import Playbooks
package import Statistics

/// A stage of a journey, by their names.
package struct StageKey: Sendable, Hashable, Comparable {
    package var journey: String
    package var stage: String

    package init(_ journey: String, _ stage: String) {
        self.journey = journey
        self.stage = stage
    }

    package static func < (left: StageKey, right: StageKey) -> Bool {
        (left.journey, left.stage) < (right.journey, right.stage)
    }
}

/// What one stage is measured by: how long accounts stay, and how many of them move on.
package struct StageFigures: Sendable, Hashable {
    /// `expect` of the file.
    package var expected: TimeSpan?
    /// The time within which nine of ten accounts of the cohort before had moved on; nil when too few have.
    package var p90: TimeSpan?
    /// How many of those who came in moved on in time: during the last 14 days of which one can tell, during the four
    /// windows before, and, on other journeys that share the step, during the same 14 days.
    package var recent = Proportion(successes: 0, total: 0)
    package var past = Proportion(successes: 0, total: 0)
    package var peers = Proportion(successes: 0, total: 0)
    package var isWeakAgainstPast = false
    package var isWeakAgainstPeers = false

    package init(expected: TimeSpan? = nil) {
        self.expected = expected
    }

    /// How long an account may stay before it is stuck; nil when nobody knows.
    package var limit: TimeSpan? { expected ?? p90 }
    package var isWeak: Bool { isWeakAgainstPast || isWeakAgainstPeers }

    /// What is expected, and why the stage is a weak point, as sentences.
    package var sentences: [String] {
        var sentences: [String] = []
        if let expected {
            sentences.append("expected to stay \(expected)")
        } else if let p90 {
            sentences.append("nine of ten of the cohort before moved on within \(p90)")
        } else {
            sentences.append("nothing is expected: no `expect`, and too few accounts have moved on")
        }
        func text(_ share: Proportion) -> String { "\(share.successes) of \(share.total)" }
        if isWeakAgainstPast {
            sentences.append("weak point: \(text(recent)) moved on lately, \(text(past)) before")
        }
        if isWeakAgainstPeers {
            sentences.append("weak point: \(text(recent)) moved on lately, \(text(peers)) on other journeys")
        }
        return sentences
    }
}
