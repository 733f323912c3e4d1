import Foundation
import Playbooks
import Reliability
import Testing

/// Looks at every minute, with the offsets of the system, and says whether the schedule's rule fires in it.
private struct MinuteByMinute {
    var fields: Schedule.Fields
    /// UTC minute of the first entry of `local`.
    var first: Int
    /// The local minute shown in each UTC minute.
    var local: [Int]

    /// Covers `before` and `after` minutes around an instant.
    init(_ fields: Schedule.Fields, zone: TimeZone, minute: Int, before: Int, after: Int) {
        self.fields = fields
        first = minute - before
        local = []
        for utc in first...minute + after {
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc) * 60)) / 60
            local.append(utc + offset)
        }
    }

    private func matches(_ minute: Int) -> Bool {
        let time = ((minute % 1_440) + 1_440) % 1_440
        guard fields.minutes.contains(time % 60), fields.hours.contains(time / 60) else { return false }
        let day = Day(number: (minute - time) / 1_440)
        let date = day.civil
        guard fields.months.contains(date.month) else { return false }
        let isLast = date.day == CivilDate.length(ofMonth: date.month, year: date.year)
        let onDay = fields.daysOfMonth.contains(date.day) || (isLast && fields.daysOfMonth.contains(32))
        let onWeekday = fields.weekdays.contains(day.weekday.rawValue % 7)
        return fields.dayOfMonthIsWild || fields.weekdayIsWild ? onDay && onWeekday : onDay || onWeekday
    }

    func fires(_ index: Int) -> Bool {
        let now = local[index]
        if fields.minuteIsWild || fields.hourIsWild { return matches(now) }
        let step = now - local[index - 1]
        if step > 1, step <= 180, (now - step + 1..<now).contains(where: matches) { return true }
        // A time that was shown before does not run again; clocks fall back by less than a day.
        return matches(now) && !local[max(0, index - 1_500)..<index].contains(now)
    }

    func next(after minute: Int) -> Int? {
        (minute - first + 1..<local.count).first(where: fires).map { $0 + first }
    }
}

private struct Sampler {
    var random: SeededRandom
    static let zones = [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC",
        "Pacific/Apia", "Africa/Casablanca", "Asia/Beirut", "America/St_Johns",
    ]

    mutating func field(_ range: ClosedRange<Int>, wildness: Int) -> String {
        switch Int.random(in: 0..<wildness + 3, using: &random) {
        case 0: return String(Int.random(in: range, using: &random))
        case 1:
            let (a, b) = (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
            return "\(min(a, b))-\(max(a, b))"
        case 2:
            let step = Int.random(in: 1...range.upperBound, using: &random)
            return "\(Int.random(in: range, using: &random)),\(range.lowerBound)-\(range.upperBound)/\(step)"
        case 3: return "*/\(Int.random(in: 1...range.upperBound, using: &random))"
        default: return "*"
        }
    }

    mutating func expression() -> String {
        let hours = Bool.random(using: &random) ? field(0...4, wildness: 1) : field(0...23, wildness: 1)
        return [
            field(0...59, wildness: 1), hours, field(1...31, wildness: 12), field(1...12, wildness: 40),
            field(0...7, wildness: 12),
        ].joined(separator: " ")
    }

    /// A minute since 1973, half of the time within a day before the clocks change.
    mutating func minute(near zone: TimeZone) -> Int {
        let minute = Int.random(in: 1_600_000...42_000_000, using: &random)
        guard Bool.random(using: &random),
            let change = zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(minute) * 60))
        else { return minute }
        return Int(change.timeIntervalSince1970 / 60) - Int.random(in: -120...1_440, using: &random)
    }
}

@Test func nextEqualsAMinuteByMinuteBruteForce() throws {
    var sampler = Sampler(random: SeededRandom(seed: 2_026))
    var found = 0
    // Random (expression, zone, instant).
    let triples = Rounds.count(1_000, long: 1_000_000)
    var looked = 0
    while looked < triples {
        let text = sampler.expression()
        guard case .success(let schedule) = Schedule.parse(text), case .fields(let fields) = schedule.rule else {
            continue
        }
        looked += 1
        let name = Sampler.zones[Int.random(in: 0..<Sampler.zones.count, using: &sampler.random)]
        let (zone, system) = (try #require(Zone(name)), try #require(TimeZone(identifier: name)))
        let minute = sampler.minute(near: system)
        let horizon = 3 * 1_440
        let truth = MinuteByMinute(fields, zone: system, minute: minute, before: 1_600, after: horizon)
        var last = Instant(milliseconds: Int64(minute) * 60_000)
        var lastMinute = minute
        for _ in 0..<3 {
            let next = schedule.next(after: last, in: zone)
            guard let expected = truth.next(after: lastMinute) else {
                if let next {
                    #expect(next.milliseconds > Int64(minute + horizon) * 60_000, "\(text) in \(name) after \(last)")
                }
                break
            }
            let instant = Instant(milliseconds: Int64(expected) * 60_000)
            guard next == instant else {
                Issue.record("\(text) in \(name) after \(last): \(next?.description ?? "never"), expected \(instant)")
                return
            }
            found += 1
            (last, lastMinute) = (instant, expected)
        }
    }
    #expect(found > 3 * triples / 2)
    Rounds.tell(triples, "\(found) instants as the brute force has them")
}

@Test func occurrencesAscendWhereverTheyStart() throws {
    var sampler = Sampler(random: SeededRandom(seed: 7))
    for _ in 0..<1_000 {
        guard case .success(let schedule) = Schedule.parse(sampler.expression()) else { continue }
        let name = Sampler.zones[Int.random(in: 0..<Sampler.zones.count, using: &sampler.random)]
        let zone = try #require(Zone(name))
        let start = Instant(milliseconds: Int64.random(in: 100_000_000_000...4_000_000_000_000, using: &sampler.random))
        let later = start + TimeSpan.minutes(Int64.random(in: 0...3_000, using: &sampler.random))
        let (one, other) = (schedule.next(after: start, in: zone), schedule.next(after: later, in: zone))
        #expect(one.map { $0 > start } ?? true)
        if let one, let other { #expect(one <= other) }
        // What comes after an occurrence's eve is that occurrence.
        if let one { #expect(schedule.next(after: one - TimeSpan(milliseconds: 1), in: zone) == one) }
    }
}
