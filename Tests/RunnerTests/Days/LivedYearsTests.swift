import Measure
import Playbooks
import Statistics
import Testing

/// Figures of the reports that follow the program's own cycle, against the truth.
struct LivedYearsTests {
    private typealias Life = LivedYears.Life

    private static func row(_ table: String, _ first: String, in report: Report) throws -> [String] {
        let found = try #require(report.table(named: table), "\(report.tables.map(\.title))")
        return try #require(found.rows.first { $0[0].text == first }, "\(found.rows)").map(\.text)
    }

    private static func days(_ count: Int) -> TimeSpan { .days(Int64(count)) }
    private static func share(_ part: Int, of all: Int) -> String {
        all == 0 ? "–" : Report.Unit.share.text(Double(part) / Double(all))
    }

    /// What a report says on a day it says of that day for ever, whatever is told later; of stages see below.
    @Test(arguments: LivedYears.mornings) func aMorningIsToldTheSameEverAfter(day: Int) async throws {
        let world = try await LivedYears.made.value
        let (then, afterwards) = (try #require(world.then[day]), try #require(world.afterwards[day]))
        #expect(then.playbook == afterwards.playbook)
        #expect(then.experiment == afterwards.experiment)
        #expect(then.attrition == afterwards.attrition)
    }

    @Test(arguments: LivedYears.mornings) func theFunnelOfThePlaybookIsTheTruth(day: Int) async throws {
        let world = try await LivedYears.made.value
        let now = LivedYears.morning(day)
        let report = try #require(world.then[day]).playbook
        let row = try #require(report.table(named: "Versions")?.rows.first).map(\.text)
        let entered = world.lives.filter { $0.entered <= now }
        let treated = entered.filter(\.isMailed)
        let matured = treated.filter { $0.entered + Self.days(LivedYears.goalWindow + 2) <= now }
        let goals = matured.filter(Self.hasReached)
        let old = treated.filter { $0.entered + Self.days(92) <= now }
        let kept = old.filter { life in
            life.leftAt(knownBy: now).map { $0 > life.entered + Self.days(90) } ?? true
        }
        #expect(row[2] == "\(entered.count)" && row[3] == row[2], "\(row)")
        #expect(row[4] == "\(treated.count)" && row[5] == row[4], "\(row)")
        #expect(row[9] == "\(goals.count)" && row[10] == "\(matured.count)", "\(row)")
        #expect(row[11] == Self.share(goals.count, of: matured.count), "\(row)")
        #expect(row[12] == "\(treated.count - matured.count)", "\(row)")
        #expect(row[13] == "\(kept.count)" && row[14] == "\(old.count)", "\(row)")
        #expect(row[15] == Self.share(kept.count, of: old.count), "\(row)")
    }

    @Test(arguments: LivedYears.mornings) func theArmsOfTheExperimentAreTheTruth(day: Int) async throws {
        let world = try await LivedYears.made.value
        let report = try #require(world.then[day]).experiment
        // Figures are those of the weekly look; entries have their two weeks, and two days for what is told late.
        let look = noon(day - (day - LivedYears.start) % 7, hours: -6)
        var rates: [Double] = []
        for name in ["holdout", "treated"] {
            let arm = world.lives.filter { $0.entered <= LivedYears.morning(day) && !$0.isHeldOut }
                .filter { $0.isMailed == (name == "treated") }
            let matured = arm.filter { $0.entered + Self.days(LivedYears.goalWindow + 2) <= look }
            let reached = matured.count(where: Self.hasReached)
            let row = try Self.row("Arms", name, in: report)
            #expect(row[2] == "\(matured.count)" && row[3] == "\(arm.count - matured.count)", "\(row)")
            #expect(row[4] == "\(reached)" && row[5] == Self.share(reached, of: matured.count), "\(row)")
            rates.append(Double(reached) / Double(matured.count))
        }
        let effect = try Self.row("Against holdout", "treated", in: report)
        #expect(effect[1] == Report.Unit.points.text(rates[1] - rates[0]), "\(effect)")
        let outside = world.lives.count { $0.isHeldOut && $0.entered <= LivedYears.morning(day) }
        #expect(report.text(width: 10_000).contains("\(outside) accounts of the global holdout are not compared"))
    }

    private static func hasReached(_ life: Life) -> Bool {
        life.goal.map { $0.at <= life.entered + days(LivedYears.goalWindow) } ?? false
    }

    @Test(arguments: LivedYears.mornings) func theSidesOfTheGlobalHoldoutAreTheTruth(day: Int) async throws {
        let world = try await LivedYears.made.value
        let report = try #require(world.then[day]).attrition
        let year = Int(Day(number: day).description.prefix(4)) ?? 0
        let drawn = max(LivedYears.start, try #require(Day(year: year, month: 1, day: 1)).number)
        // Before the first weekly look the figures are of the day.
        let look = day - drawn < 7 ? day : drawn + (day - drawn) / 7 * 7
        for (name, isHeldOut) in [("held out", true), ("all others", false)] {
            let side = world.lives.filter {
                $0.isThere(drawn) && LivedYears.isHeldOut($0.key, on: drawn) == isHeldOut
            }
            let left = side.count { $0.left.map { $0 <= look && $0 < day } ?? false }
            let row = try Self.row("Global holdout", name, in: report)
            #expect(row[1] == "\(side.count)" && row[2] == "\(left)", "\(row)")
            #expect(row[3] == Self.share(left, of: side.count), "\(row)")
        }
    }

    @Test(arguments: LivedYears.mornings) func theHeadlineOfAttritionIsTheTruth(day: Int) async throws {
        let world = try await LivedYears.made.value
        let report = try #require(world.then[day]).attrition
        let months = try #require(report.table(named: "Months")).rows.map { $0.map(\.text) }
        #expect(months.count >= 1)
        for month in months.dropFirst() {
            let parts = month[0].split(separator: "-").compactMap { Int($0) }
            let first = try #require(Day(year: parts[0], month: parts[1], day: 1)).number
            let next = try #require(Day(year: parts[0] + parts[1] / 12, month: parts[1] % 12 + 1, day: 1)).number
            let there = world.lives.filter { $0.isThere(first - 1) }
            let gone = there.count { !$0.isThere(next - 1) }
            let came = world.lives.count { $0.cameDay >= first && $0.cameDay < next }
            let went = world.lives.count { $0.left.map { $0 >= first && $0 < next } ?? false }
            #expect(month[1...4] == ["\(there.count)", "\(came)", "\(went)", "\(gone)"], "\(month)")
        }
    }

    @Test(arguments: LivedYears.mornings) func theStepsOfTheJourneyAreTheTruth(day: Int) async throws {
        let world = try await LivedYears.made.value
        try Self.expectTruth(try #require(world.then[day]).journey, of: world.lives, on: day, known: day)
        // What is told late moves the moment at which an account came into a stage back, also in reports of earlier days.
        let end = LivedYears.start + LivedYears.days
        try Self.expectTruth(try #require(world.afterwards[day]).journey, of: world.lives, on: day, known: end)
    }

    private static func expectTruth(_ report: Report, of all: [Life], on day: Int, known: Int) throws {
        let (now, told) = (LivedYears.morning(day), LivedYears.morning(known))
        let lives = all.filter { $0.entered <= told }
        func past(_ moment: Instant?) -> Instant? { moment.flatMap { $0 <= now ? $0 : nil } }
        let ways = lives.filter { $0.came <= now }.map { life in
            Way(came: life.came, moved: past(life.activated?.at(knownBy: told)), left: past(life.leftAt(knownBy: told)))
        }
        let second = lives.compactMap { life in
            past(life.activated?.at(knownBy: told)).map { came in
                Way(came: came, moved: past(life.adopted?.at(knownBy: told)), left: past(life.leftAt(knownBy: told)))
            }
        }
        for (name, given, ways) in [
            ("signed_up → activated", LivedYears.expected[0], ways),
            ("activated → adopted", LivedYears.expected[1], second),
        ] {
            let row = try row("Steps of way", name, in: report)
            let patience = days(given)
            let end = now - patience
            let last = Way.shares(ways, from: end - days(14), to: end, within: patience)
            #expect(row[2] == share(last.moved, of: last.all) && row[4] == "\(last.all)", "\(row)")
            let before = Way.shares(ways, from: end - days(70), to: end - days(14), within: patience)
            #expect(row[5] == share(before.moved, of: before.all) && row[6] == "\(before.all)", "\(row)")
            // Begun days count whole; who is still there, or has left, is censored.
            let stays = ways.filter { $0.came > now - days(365) }.map { $0.stay(until: now) }
            #expect(row[7] == half(stays).map { "\($0)" } ?? "–", "\(row)")
            let standing = ways.filter { $0.moved == nil && $0.left == nil }
            #expect(row[9] == "\(standing.count)", "\(row)")
            #expect(row[10] == "\(standing.count { $0.came < now - patience })", "\(row)")
        }
        let time = days(LivedYears.expected.reduce(0, +))
        let way = lives.filter { $0.came <= now - time && $0.came > now - time - days(365) }
        let adopted = way.count { past($0.adopted?.at(knownBy: told)) != nil }
        let sentence = report.text(width: 10_000)
        #expect(sentence.contains("Of \(way.count) accounts that came to signed_up at least"))
        #expect(sentence.contains("\(adopted) have reached adopted: \(share(adopted, of: way.count))"))
    }

    /// Of an account that came into a stage.
    private struct Way {
        var came: Instant
        var moved: Instant?
        var left: Instant?

        func stay(until now: Instant) -> (days: Int, moved: Bool) {
            let length = ((moved ?? left ?? now) - came).milliseconds
            return (max(1, Int((length + 86_399_999) / 86_400_000)), moved != nil)
        }

        /// How many came behind one moment and up to another, and who of them moved on in time.
        static func shares(
            _ ways: [Way], from: Instant, to: Instant, within patience: TimeSpan
        ) -> (moved: Int, all: Int) {
            let came = ways.filter { $0.came > from && $0.came <= to }
            let moved = came.count { way in
                guard let moved = way.moved else { return false }
                return moved - way.came <= patience
            }
            return (moved, came.count)
        }
    }

    /// The first day on which half have moved on, by Kaplan and Meier.
    private static func half(_ stays: [(days: Int, moved: Bool)]) -> Int? {
        var share = 1.0
        for day in 1...(stays.map(\.days).max() ?? 1) {
            let risk = stays.count { $0.days >= day }
            // Fewer than ten say nothing.
            guard risk >= 10 else { return nil }
            share *= 1 - Double(stays.count { $0.days == day && $0.moved }) / Double(risk)
            if share <= 0.5 { return day }
        }
        return nil
    }
}
