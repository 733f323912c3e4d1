package import Playbooks

/// What the database knows of a playbook; kept in step with the files at the start of every cycle.
package struct RegisteredPlaybook: Sendable, Equatable {
    package var id: Int64
    package var versionID: Int64
    package var experimentID: Int64
    package var liveSince: Instant
    package var eventCursor: Int64
    package var nextAt: Instant?
    /// When the schedule of a campaign began; an hour before that is nobody's.
    package var scheduledSince: Instant?
    package var lastMatchAt: Instant?
    package var releasedAt: Instant?
    package var isLetThrough: Bool
    package var heldAt: Instant?
    /// Why a safety rule holds it.
    package var heldBecause: String?
    /// Why a person holds it now.
    package var heldByHand: String?

    package init(
        id: Int64, versionID: Int64, experimentID: Int64, liveSince: Instant, eventCursor: Int64 = 0,
        nextAt: Instant? = nil, scheduledSince: Instant? = nil, lastMatchAt: Instant? = nil,
        releasedAt: Instant? = nil, isLetThrough: Bool = false, heldAt: Instant? = nil, heldBecause: String? = nil,
        heldByHand: String? = nil
    ) {
        self.id = id
        self.versionID = versionID
        self.experimentID = experimentID
        self.liveSince = liveSince
        self.eventCursor = eventCursor
        self.nextAt = nextAt
        self.scheduledSince = scheduledSince
        self.lastMatchAt = lastMatchAt
        self.releasedAt = releasedAt
        self.isLetThrough = isLetThrough
        self.heldAt = heldAt
        self.heldBecause = heldBecause
        self.heldByHand = heldByHand
    }
}

/// A playbook of the files together with what the database knows of it.
package final class PlaybookAtWork: Sendable {
    package let playbook: Playbook
    package let registered: RegisteredPlaybook
    /// By what it reaches contacts; empty where it writes to a team only.
    let reaches: [Reach]
    let admission: Admission.Rules
    /// What must hold of an event that triggers it: its audience and its `if:`; nil where every event does.
    package let asksOfEvents: Term?

    package init(playbook: Playbook, registered: RegisteredPlaybook) {
        self.playbook = playbook
        self.registered = registered
        reaches = playbook.reaches
        admission = Admission.Rules(playbook)
        let audience = playbook.audience?.term
        if case .on(_, let condition?) = playbook.trigger {
            asksOfEvents = Term.both(audience, condition)
        } else {
            asksOfEvents = audience
        }
    }

    package var id: Int64 { registered.id }
}

extension Playbook {
    /// The kinds of the touches that any variant sends.
    package var kinds: Set<Channel.Kind> {
        Set(
            programs.joined().compactMap { step in
                if case .send(let send) = step.action { send.kind } else { nil }
            })
    }

    /// By what it reaches contacts; whoever can be reached by one of them can enter.
    package var reaches: [Reach] { Reach.allCases.filter { reach in kinds.contains { $0.reach == reach } } }

    /// Exclusive playbooks first, then by priority: who comes first has the account.
    package var arbitration: (Int, Int, String) { (exclusive ? 0 : 1, -priority, name) }
}
