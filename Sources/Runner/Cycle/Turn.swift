import Decisions
import Playbooks
import Storage

/// One playbook's turn in a cycle: why it is matched, what that found, and what is to be kept of it.
struct Turn {
    let work: PlaybookAtWork
    /// Whether its trigger is looked at in this cycle; else only occurrences that wait are.
    var isDue = false
    /// Whether there is something to record even if no verdict changes.
    var isNews = false
    /// Why nothing that it finds counts yet: its data are late, or a person holds it. Whoever matches when that has ended
    /// matches for the first time then, so that the safety rules look at all of them.
    var stale: String?
    /// As stored, and when the next occurrence begins for the first contact.
    var schedule: (text: String, nextAt: Instant?, begins: Instant?)?
    /// When its schedule began; on local clocks an hour before that is nobody's.
    var scheduledSince: Instant?
    /// The occurrence of a campaign that is due.
    var occurrence: Instant?
    var occurrenceState = OccurrenceState.done
    var missed: [Instant] = []
    /// Occurrences of which some have entered and the others not, before the next came.
    var cutOff: [Instant] = []
    /// The keys of the occurrences that may still enter; nil where nobody looked.
    var keptKeys: Set<String>?
    /// Until when one that is held keeps its turn.
    var keptUntil: Instant?
    /// Events that were not looked at before, by account, and the newest event of all.
    var events: [Int64: [TriggeringEvent]] = [:]
    var eventCursor: Int64 = 0
    /// How many accounts the audience holds.
    var audience = 0
    /// Why it is held, and whether that lasts until somebody releases it.
    var hold: String?
    var lasts = false
    /// Whether what it was held for before is over.
    var endsHold = false
    /// The empty values of what it reads, to be compared with at the next match.
    var nulls: [NullCounts.Count] = []
    /// How far a first large batch had come before.
    var canaryBefore: Canary?
    /// How far it has come with this cycle, and what becomes of it, for people.
    var canary: Canary?
    var canaryText: String?

    init(_ work: PlaybookAtWork) {
        self.work = work
        eventCursor = work.registered.eventCursor
        scheduledSince = work.registered.scheduledSince
    }

    var id: Int64 { work.id }
    var playbook: Playbook { work.playbook }

    /// Why an earlier cycle held it, where that still holds.
    var standing: String? {
        endsHold || work.registered.heldAt == nil ? nil : work.registered.heldBecause
    }

    var trigger: Safety.Trigger {
        switch playbook.trigger {
        case .when: .when
        case .on: .on
        case .at: .at
        }
    }

    /// The key of the campaign's occurrence.
    var occurrenceKey: String? { occurrence.flatMap(key) }

    func key(of occurrence: Instant) -> String? {
        guard case .at(let schedule) = playbook.trigger else { return nil }
        return schedule.isLocal ? LocalOccurrence(wallClock: occurrence).matchKey : "\(occurrence)"
    }

    /// Leaves an occurrence its turn, until it is too late for it.
    mutating func keepOccurrence() {
        guard let occurrence else { return }
        occurrenceState = .held
        schedule = schedule.map { ($0.text, occurrence, $0.begins) }
    }
}

extension [Turn] {
    /// When the schedules began, by the playbook's id.
    var scheduledSince: [Int64: Instant] {
        Dictionary(uniqueKeysWithValues: compactMap { turn in turn.scheduledSince.map { (turn.id, $0) } })
    }
}
