import Foundation
import NIOConcurrencyHelpers

/// The clock changes of one zone from 1900 to 2200, read from the system once and searched from then on.
final class ZoneRules: Sendable {
    /// A stretch of time with one offset; `start` included, `end` excluded.
    struct Period {
        var start: Int64
        var end: Int64
        var offset: Int64
    }

    let timeZone: TimeZone
    /// UTC milliseconds at which each offset begins to hold; the first is the beginning of time.
    let starts: [Int64]
    let offsets: [Int64]
    /// The local milliseconds at which each offset ends to hold.
    private let localEnds: [Int64]

    static let utc = ZoneRules(.gmt)

    private init(_ timeZone: TimeZone) {
        let range = (first: -2_208_988_800.0, last: 7_258_118_400.0)
        var moment = Date(timeIntervalSince1970: range.first)
        var starts = [Int64.min]
        var offsets = [Int64(timeZone.secondsFromGMT(for: moment)) * 1_000]
        while let next = timeZone.nextDaylightSavingTimeTransition(after: moment), next > moment,
            next.timeIntervalSince1970 < range.last
        {
            moment = next
            let offset = Int64(timeZone.secondsFromGMT(for: next)) * 1_000
            if offset != offsets[offsets.count - 1] {
                starts.append(Int64(next.timeIntervalSince1970.rounded()) * 1_000)
                offsets.append(offset)
            }
        }
        self.timeZone = timeZone
        self.starts = starts
        self.offsets = offsets
        localEnds = zip(starts.dropFirst(), offsets).map { $0 + $1 }
    }

    subscript(index: Int) -> Period {
        Period(start: starts[index], end: index + 1 < starts.count ? starts[index + 1] : .max, offset: offsets[index])
    }

    /// The index of the period that holds an instant.
    func period(at milliseconds: Int64) -> Int {
        Self.count(of: starts) { $0 <= milliseconds } - 1
    }

    /// The index of the first period in which the clocks show that local time, or a later one.
    func period(local: Int64) -> Int {
        Self.count(of: localEnds) { $0 <= local }
    }

    /// How many leading elements hold, by bisection.
    private static func count(of sorted: [Int64], where holds: (Int64) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(sorted[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ZoneRules {
    private static let known = NIOLockedValueBox<[String: ZoneRules]>([:])

    static func named(_ name: String) -> ZoneRules? {
        if let rules = known.withLockedValue({ $0[name] }) { return rules }
        guard isZoneName(name), let timeZone = TimeZone(identifier: name) else { return nil }
        let rules = ZoneRules(timeZone)
        known.withLockedValue { $0[name] = rules }
        return rules
    }

    /// Foundation also knows abbreviations and offsets; people who write those mean something else in winter.
    private static func isZoneName(_ name: String) -> Bool {
        name.contains("/") || singleWords.contains(name)
    }

    /// The names of the IANA database without a slash.
    private static let singleWords: Set<String> = [
        "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "GB", "GB-Eire", "GMT", "GMT0", "Greenwich",
        "HST", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MET", "MST",
        "MST7MDT", "NZ", "NZ-CHAT", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore",
        "Turkey", "UCT", "UTC", "Universal", "W-SU", "WET", "Zulu",
    ]
}
