import Playbooks

/// Which occurrence of a campaign's schedule is due; pure.
struct Occurrences {
    /// The outcome of looking at a schedule.
    struct Due: Equatable {
        /// The occurrence to run now, as stored; for a local schedule its wall clock read as UTC.
        var occurrence: Instant?
        /// Occurrences that passed more than `patience` ago.
        var missed: [Instant] = []
        /// The next one after those.
        var next: Instant?
    }

    /// How late a missed occurrence still runs.
    static let patience = TimeSpan.hours(6)

    private let schedule: Schedule
    private let zone: Zone
    /// The zones of the contacts, the workspace's included; a local occurrence is due when the first of them has it.
    private let zones: [Zone]

    init(_ schedule: Schedule, zone: Zone, zones: [Zone]) {
        self.schedule = schedule
        self.zone = zone
        self.zones = zones
    }

    /// - Parameter stored: the next occurrence as kept from the last cycle, or nil when the schedule is new or was
    ///   edited, which never fires it.
    func due(stored: Instant?, now: Instant) -> Due {
        guard var candidate = stored else { return Due(next: first(after: now)) }
        guard instant(candidate) <= now else { return Due(next: candidate) }
        var due = Due()
        // Far behind, only the last days matter; the first that was missed stands for the others.
        let horizon = now - .days(3)
        if instant(candidate) < horizon {
            due.missed.append(candidate)
            candidate = following(horizon) ?? candidate
        }
        while let later = following(candidate), instant(later) <= now { candidate = later }
        due.next = following(candidate)
        if instant(candidate) <= now, now - lastInstant(candidate) <= Self.patience {
            due.occurrence = candidate
        } else if instant(candidate) <= now, due.missed.last != candidate {
            due.missed.append(candidate)
        } else if instant(candidate) > now {
            due.next = candidate
        }
        return due
    }

    /// When an occurrence begins: its instant, or the first moment at which a contact's clock shows it.
    func instant(_ occurrence: Instant) -> Instant {
        guard schedule.isLocal else { return occurrence }
        return zones.map { LocalOccurrence(wallClock: occurrence).instant(in: $0) }.min() ?? occurrence
    }

    /// The last moment at which a contact's clock shows it; a local occurrence is late only after that.
    private func lastInstant(_ occurrence: Instant) -> Instant {
        guard schedule.isLocal else { return occurrence }
        return zones.map { LocalOccurrence(wallClock: occurrence).instant(in: $0) }.max() ?? occurrence
    }

    private func first(after now: Instant) -> Instant? {
        guard schedule.isLocal else { return schedule.next(after: now, in: zone) }
        // Somewhere a clock shows up to 14 hours more than UTC, elsewhere up to 12 less.
        var candidate = following(now - .days(1))
        while let occurrence = candidate, instant(occurrence) <= now { candidate = following(occurrence) }
        return candidate
    }

    private func following(_ occurrence: Instant) -> Instant? {
        schedule.next(after: occurrence, in: schedule.isLocal ? Zone.utc : zone)
    }
}

/// An occurrence on each contact's own clock: a wall-clock time, kept as the instant at which UTC shows it.
struct LocalOccurrence {
    let wallClock: Instant

    func instant(in zone: Zone) -> Instant {
        let day = Zone.utc.day(of: wallClock)
        let minute = (wallClock - Zone.utc.start(of: day)).milliseconds / 60_000
        return zone.instant(of: day, minute: Int(minute))
    }
}
