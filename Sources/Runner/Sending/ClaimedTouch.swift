import Decisions
import Delivery
import Playbooks
import Storage

/// A touch that this worker has claimed; belongs to one thread at a time.
final class ClaimedTouch: @unchecked Sendable {
    let touch: TouchCandidate
    let fence: Int64
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

    init(touch: TouchCandidate, fence: Int64) {
        self.touch = touch
        self.fence = fence
    }

    var attempt: Int { touch.attempts + 1 }
}
