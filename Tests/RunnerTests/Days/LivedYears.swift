import Decisions
import Foundation
import Measure
import Playbooks
import Reliability
import Runner
import Storage
import Testing

/// Two years, half a year in the short form, of a workspace with a playbook, a global holdout and a journey, lived through
/// night by night: what the reports said on the way and say afterwards, beside the truth that only the simulation knows.
struct LivedYears: Sendable {
    struct Life: Sendable {
        var key: String
        var came: Instant
        /// The first of the days on which it was no customer any more.
        var left: Int?
        /// When the program could first write to it.
        var entered: Instant
        /// Whether a message arrived.
        var isMailed = false
        /// Of the year in which it entered.
        var isHeldOut = false
        var goal: Doing?
        var activated: Doing?
        var adopted: Doing?

        var cameDay: Int { LivedYears.day(of: came) }
        func isThere(_ day: Int) -> Bool { cameDay <= day && left.map { $0 > day } ?? true }
        func leftAt(knownBy moment: Instant) -> Instant? {
            left.flatMap { noon($0 + 1, hours: -8) <= moment ? noon($0, hours: -12) : nil }
        }
    }

    /// What happened, and the night in which the program was told.
    struct Doing: Sendable {
        var at: Instant
        var told: Instant

        func at(knownBy moment: Instant) -> Instant? { told <= moment ? at : nil }
    }

    struct Reports: Sendable, Equatable {
        var playbook: Report
        var experiment: Report
        var attrition: Report
        var journey: Report
    }

    let lives: [Life]
    /// By the day in whose morning they were made.
    let then: [Int: Reports]
    /// The same mornings, asked about at the end.
    let afterwards: [Int: Reports]

    /// A Monday.
    static let start = 20_003
    static let days = Rounds.count(168, long: 728)
    /// Mornings some of which are the day of a weekly look, and some not.
    static let mornings = stride(from: 45, through: days, by: days / 4 + 3).map { start + $0 } + [start + days]
    static let workspace = "lived"
    static let share = 0.2
    static let goalWindow = 14
    /// What the files give the stages, in days.
    static let expected = [10, 20]

    static let made = Task { try await LivedYears(seed: 5) }

    static func day(of moment: Instant) -> Int { Int(moment.milliseconds / 86_400_000) }
    /// When the reports of a day are made: an hour after the run.
    static func morning(_ day: Int) -> Instant { noon(day, hours: -5) }
    static func isHeldOut(_ key: String, on day: Int) -> Bool {
        let year = Day(number: day).description.prefix(4)
        return GlobalDraw(workspace: workspace, period: String(year), share: share).holds(key)
    }

    private init(seed: UInt64) async throws {
        let player = try Player(seed: seed)
        var then: [Int: Reports] = [:]
        for day in Self.start...(Self.start + Self.days) {
            try await player.live(day)
            if Self.mornings.contains(day) { then[day] = try player.reports(day) }
        }
        self.then = then
        lives = player.lives
        afterwards = try Dictionary(uniqueKeysWithValues: Self.mornings.map { ($0, try player.reports($0)) })
    }
}

/// Draws the lives, writes the nightly files, and runs the program.
private final class Player {
    private let lived: LivedWorkspace
    private var dice: Dice
    private(set) var lives: [LivedYears.Life] = []
    /// Rows of events by the day in whose night they are told.
    private var coming: [Int: [String]] = [:]
    private var arrived = 0

    init(seed: UInt64) throws {
        dice = Dice(seed)
        let goal = ["goal:", "  when: happened(reached)", "  within: \(LivedYears.goalWindow)d"]
        lived = try LivedWorkspace(
            ["help": TestWorkspace.playbook("help", holdout: "30%", more: goal)],
            more: "holdout: { share: 20%, redraw: yearly }",
            map: """
                attributes:
                  plan: { type: text, values: [free, pro] }
                events: { reached: {}, first_report: {}, report_shared: {} }
                segments:
                  everyone_active: status == "active"

                """,
            files: [
                "journeys/way.yaml": """
                journey: way
                for: everyone_active
                stages:
                  signed_up: { expect: \(LivedYears.expected[0])d }
                  activated: { enter: happened(first_report), expect: \(LivedYears.expected[1])d }
                  adopted: { enter: happened(report_shared) }
                """
            ])
    }

    /// A night with the files of the day before, and a run.
    func live(_ day: Int) async throws {
        let night = noon(day, hours: -8)
        let known = lives.count
        for _ in 0..<(day == LivedYears.start ? 160 : dice.below(3)) { lives.append(life(came: day - 1)) }
        let rows = lives.indices.filter { index in
            index >= known || lives[index].left == day - 1 || (day - LivedYears.start).isMultiple(of: 28)
        }.map { index in
            let life = lives[index]
            let left = life.left.flatMap { $0 < day ? Day(number: $0).description : nil }
            return
                "\(life.key),\(life.key)@example.com,free,\(life.came),50,\(left == nil ? "active" : "churned"),\(left ?? "")"
        }
        try load(.accounts, "key,contact_email,plan,created_at,mrr,status,churned_at", rows, night)
        try load(.events, "account,event,at", coming.removeValue(forKey: day) ?? [], night)
        try await lived.run(noon(day, hours: -6))
        let mails = lived.mails
        let mailed = Set(mails[arrived...].map { $0.prefix { $0 != "@" } })
        arrived = mails.count
        for index in known..<lives.count {
            lives[index].isMailed = mailed.contains(lives[index].key[...])
            // The message helps, and nothing else does.
            guard dice.below(100) < (lives[index].isMailed ? 60 : 30) else { continue }
            lives[index].goal = doing("reached", lives[index], since: lives[index].entered, within: 18)
        }
    }

    func reports(_ day: Int) throws -> LivedYears.Reports {
        let (moment, workspace) = (LivedYears.morning(day), lived.test.workspace)
        return try lived.test.store.read { connection in
            LivedYears.Reports(
                playbook: try PlaybookReport(connection, in: workspace, asOf: moment).of("help"),
                experiment: try ExperimentReport("help", in: workspace, connection, asOf: moment).make(),
                attrition: try AttritionReport.report(connection, workspace: workspace, asOf: moment),
                journey: try JourneyReport.report(connection, workspace: workspace, asOf: moment))
        }
    }

    private func life(came day: Int) -> LivedYears.Life {
        let key = "a\(lives.count + 1)"
        var life = LivedYears.Life(
            key: key, came: noon(day, hours: Int64(dice.below(12))), entered: noon(day + 1, hours: -6),
            isHeldOut: LivedYears.isHeldOut(key, on: day + 1))
        let left = day + 3 + Int(-250 * log(Double.random(in: 0.001..<1, using: &dice)))
        if left < LivedYears.start + LivedYears.days { life.left = left }
        if dice.below(100) < 65 { life.activated = doing("first_report", life, since: life.came, within: 13) }
        if let activated = life.activated, dice.below(100) < 60 {
            life.adopted = doing("report_shared", life, since: activated.at, within: 26)
        }
        return life
    }

    /// Something that an account does, unless it has left by then; one in ten is told a day late.
    private func doing(
        _ event: String, _ life: LivedYears.Life, since: Instant, within days: Int
    ) -> LivedYears.Doing? {
        let at = Instant(milliseconds: since.milliseconds + Int64(1 + dice.below(days * 24 * 60)) * 60_000)
        let day = LivedYears.day(of: at)
        guard life.left.map({ day < $0 }) ?? true else { return nil }
        let told = day + 1 + (dice.below(10) == 0 ? 1 : 0)
        coming[told, default: []].append("\(life.key),\(event),\(at)")
        return LivedYears.Doing(at: at, told: noon(told, hours: -8))
    }

    private func load(_ kind: ImportKind, _ head: String, _ rows: [String], _ night: Instant) throws {
        guard !rows.isEmpty else { return }
        let file = lived.test.folder.appendingPathComponent("\(kind.rawValue).csv")
        try Data(([head] + rows).joined(separator: "\n").utf8).write(to: file)
        let importer = Importer(
            store: lived.test.store, dataMap: lived.test.workspace.dataMap,
            configuration: lived.test.workspace.configuration)
        let report = try importer.run(kind, from: .file(file.path), now: night)
        #expect(report.rejected == 0, "\(report)")
    }
}
