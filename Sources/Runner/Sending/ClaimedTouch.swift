import Decisions
import Delivery
import Playbooks
import Storage

/// A touch that this worker has claimed; belongs to one thread at a time.
final class ClaimedTouch: @unchecked Sendable {
    let touch: TouchCandidate
    /// Decision time of the claim.
    let claimedAt: Instant
    /// Of `TouchesUnderWay`, when it was claimed.
    var epoch = 0
    /// What is on record of its request, and whether that is a row of the touch; else it is in the journal.
    var intent: SendIntent?
    var isRow = false
    /// The request that carries it alone, and what it brings into one of several.
    var request: Request?
    var part: BatchPlan.Part?
    var messageHash = ""
    /// Where its tracked links lead.
    var links: [TrackedLink] = []
    /// Why there is no request.
    var failure: Rendering.Failure?
    /// The hash of the earlier request, of several touches, that must be repeated with all of them.
    var group: String?
    /// Whether it must not travel with others.
    var isAlone = false

    init(touch: TouchCandidate, claimedAt: Instant) {
        self.touch = touch
        self.claimedAt = claimedAt
    }

    /// What the writes of its answer carry.
    var fence: Int64 { touch.fence + 1 }

    var attempt: Int { touch.attempts + 1 }
}
