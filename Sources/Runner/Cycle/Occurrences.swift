import Decisions
import Playbooks

/// Which occurrence of a campaign's schedule is due; pure.
struct Occurrences {
    /// The outcome of looking at a schedule.
    struct Due: Equatable {
        /// The occurrence to run now, as stored; for a local schedule its wall clock read as UTC.
        var occurrence: Instant?
        /// Occurrences that passed more than the playbook's patience ago.
        var missed: [Instant] = []
        /// The next one after those, or the same one where more clocks will show it.
        var next: Instant?
        /// When the next one is looked at.
        var begins: Instant?
    }

    /// So many that were missed are named one by one.
    private static let mostMissed = 30

    private let schedule: Schedule
    /// How late a missed occurrence still runs.
    private let patience: TimeSpan
    private let zone: Zone
    /// The zones of the contacts, the workspace's included; a local occurrence is due when the first of them has it, and
    /// once more whenever another has it, for those who have come meanwhile.
    private let zones: [Zone]

    init(_ schedule: Schedule, misfire: Playbook.Misfire = .standard, zone: Zone, zones: [Zone] = []) {
        self.schedule = schedule
        patience = misfire.patience
        self.zone = zone
        self.zones = zones
    }

    /// The schedule with the zone in which it is read, as it is kept: in another zone it is another schedule.
    var key: String { schedule.isLocal ? schedule.text : "\(schedule.text) \(zone.name)" }

    /// The zone in which a schedule of the same text was read before; nil where it was another schedule.
    func zone(before key: String) -> Zone? {
        guard !schedule.isLocal, key.hasPrefix(schedule.text + " ") else { return nil }
        return Zone(String(key.dropFirst(schedule.text.count + 1)))
    }

    /// An occurrence that was kept for the clock of another zone, on this one; nil where several come a day, which go on as
    /// they come.
    func moved(_ occurrence: Instant, from before: Zone) -> Instant? {
        let moved = zone.instant(local: occurrence.milliseconds + before.offset(at: occurrence)).instant
        if let next = following(moved), next - moved < .hours(20) { return nil }
        return moved
    }

    /// The occurrence behind one that an edited schedule would bring on the day on which the last one was; nil where there is
    /// none to pass over. What comes several times a day goes on as it comes.
    func later(_ next: Instant, than last: Instant) -> Instant? {
        let days = schedule.isLocal ? Zone.utc : zone
        guard days.day(of: next) == days.day(of: last), let later = following(next), later - next >= .hours(20) else {
            return nil
        }
        return later
    }

    /// - Parameters:
    ///   - stored: the next occurrence as kept from the last cycle, or nil when the schedule is new or was edited, which
    ///     fires nothing that is over everywhere.
    ///   - looked: when occurrences of the schedule were last looked at.
    ///   - waits: where the stored one was looked at and is held: how long it keeps its turn, if that is longer.
    func due(stored: Instant?, looked: Instant? = nil, waits: TimeSpan? = nil, now: Instant) -> Due {
        guard var latest = stored else { return begun(at: now) }
        guard instant(latest) <= now else { return coming(Due(), latest) }
        var due = Due()
        let wasLookedAt = schedule.isLocal && looked.map { $0 >= instant(latest) } ?? false
        // Of what comes often, after a long time, the first that was missed stands for the others up to the last days.
        let horizon = now - .days(3)
        while let later = following(latest), instant(later) <= now {
            due.missed.append(latest)
            latest = later
            if due.missed.count == Self.mostMissed, instant(latest) < horizon, let late = following(horizon),
                instant(late) <= now
            {
                due.missed.removeSubrange(1...)
                latest = late
            }
        }
        due.missed = due.missed.prefix(1) + due.missed.dropFirst().suffix(Self.mostMissed)
        due.missed.removeAll { now - lastInstant($0) <= patience || (wasLookedAt && $0 == stored) }
        let looks = self.looks(at: latest)
        if let waits, latest == stored {
            if now - lastInstant(latest) <= max(patience, waits) {
                due.occurrence = latest
            } else {
                due.missed.append(latest)
            }
        } else if wasLookedAt, latest == stored, let looked {
            if looks.contains(where: { $0 > looked && $0 <= now }) { due.occurrence = latest }
        } else if now - lastInstant(latest) <= patience {
            due.occurrence = latest
        } else {
            due.missed.append(latest)
        }
        if let next = looks.first(where: { $0 > now }) {
            (due.next, due.begins) = (latest, next)
            return due
        }
        return coming(due, following(latest))
    }

    /// The first occurrence of a schedule that is new: it comes next, or it is under way on clocks further east.
    private func begun(at now: Instant) -> Due {
        let first = first(after: now)
        guard let first, instant(first) <= now, let next = looks(at: first).first(where: { $0 > now }) else {
            return coming(Due(), first)
        }
        return Due(occurrence: first, next: first, begins: next)
    }

    private func coming(_ due: Due, _ next: Instant?) -> Due {
        var due = due
        (due.next, due.begins) = (next, next.map(instant))
        return due
    }

    /// When the clocks show a local occurrence, one after the other.
    private func looks(at occurrence: Instant) -> [Instant] {
        guard schedule.isLocal else { return [] }
        return Set(zones.map { LocalOccurrence(wallClock: occurrence).instant(in: $0) }).sorted()
    }

    /// The first occurrence after a moment, as stored.
    func next(after now: Instant) -> Instant? { due(stored: nil, now: now).next }

    /// When the turn of an occurrence that is held is over: the next one begins, or it has waited for too long.
    func end(of occurrence: Instant, waits: TimeSpan) -> Instant {
        let end = lastInstant(occurrence) + waits
        return following(occurrence).map { min(instant($0), end) } ?? end
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
        while let occurrence = candidate, lastInstant(occurrence) <= now { candidate = following(occurrence) }
        return candidate
    }

    private func following(_ occurrence: Instant) -> Instant? {
        schedule.next(after: occurrence, in: schedule.isLocal ? Zone.utc : zone)
    }
}
