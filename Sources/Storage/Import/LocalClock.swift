import Foundation
import Playbooks

/// Turns local dates and times of one zone into instants, remembering the offsets of the days it met.
final class LocalClock {
    private struct Entry {
        var day = Int.min
        var offset: Int64 = 0
        var later: Int64 = 0
    }

    private let zone: TimeZone
    private var entries = ContiguousArray<Entry>(repeating: Entry(), count: 4_096)

    init(_ zone: Zone) {
        self.zone = zone.timeZone
    }

    /// The moment of a local time, in milliseconds since 1970 UTC.
    ///
    /// A time that comes twice is the first of the two; one that is skipped is as long after the gap as it lies inside.
    func instant(day: Int, millisecond: Int64) -> Int64 {
        let local = Int64(day) * 86_400_000 + millisecond
        let entry = entry(of: day)
        if entry.offset == entry.later { return local - entry.offset }
        let first = local - entry.offset
        let second = local - entry.later
        if offset(at: first) == entry.offset { return first }
        return offset(at: second) == entry.later ? second : first
    }

    /// The local day of a moment.
    func day(of instant: Int64) -> Int {
        Int((Double(instant + offset(at: instant)) / 86_400_000).rounded(.down))
    }

    private func entry(of day: Int) -> Entry {
        let slot = day & 4_095
        if entries[slot].day == day { return entries[slot] }
        let start = Int64(day) * 86_400_000
        let entry = Entry(day: day, offset: offset(at: start - 86_400_000), later: offset(at: start + 2 * 86_400_000))
        entries[slot] = entry
        return entry
    }

    private func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1_000))) * 1_000
    }
}
