import Decisions
import Foundation
import Playbooks
import Reliability
import Runner
import Statistics
import Storage
import Testing

@testable import Measure

/// Experiments in which nothing does anything, lived through day by day: a file each night, runs at six and at noon, windows and
/// caps that the playbooks compete for.
final class NullWorld {
    let playbooks: [String]
    /// A Monday.
    static let start = 20_003
    private static let beginners = 300
    private static let comeDaily = 4
    /// As long as a goal is watched.
    private static let window = 14

    let lived: LivedWorkspace
    private var dice: Dice
    private var accounts = 0
    /// Events by the day of the night after which they are told: account, playbook, moment.
    private var coming: [Int: [(account: Int, playbook: Int, at: Instant)]] = [:]

    init(seed: UInt64, playbooks count: Int) throws {
        dice = Dice(seed)
        playbooks = (0..<count).map { "p\($0)" }
        let names = playbooks
        let events = names.map { "  reached_\($0): {}" }.joined(separator: "\n")
        lived = try LivedWorkspace(
            Dictionary(
                uniqueKeysWithValues: names.enumerated().map { index, name in
                    let goal = ["goal:", "  when: happened(reached_\(name))", "  within: \(Self.window)d"]
                    return (
                        name,
                        TestWorkspace.playbook(
                            name, holdout: "50%",
                            more: ["priority: \(90 - index)", "experiment: \(name)-\(seed)"] + goal)
                    )
                }),
            more: """
                send_window: { days: mon-fri, hours: "09:00-17:00" }
                caps: [ 1 per 1d, 3 per 7d ]
                """,
            map: """
                attributes:
                  plan: { type: text, values: [free, pro] }
                events:
                \(events)
                segments:
                  everyone_active: status == "active"

                """)
    }

    /// One day with its night before: yesterday's new accounts and events, what was late, and on Mondays everybody again.
    func live(_ day: Int) async throws {
        let first = accounts + 1
        accounts += day == Self.start ? Self.beginners : Self.comeDaily
        for account in first...accounts { foresee(account, came: day - 1) }
        let night = noon(day, hours: -8)
        let all = (day - Self.start).isMultiple(of: 7) ? 1...accounts : first...accounts
        let rows = all.map { "a\($0),a\($0)@example.com,free,\(noon(came($0)))" }
        try load(.accounts, "key,contact_email,plan,created_at\n" + rows.joined(separator: "\n"), at: night)
        let told = coming.removeValue(forKey: day - 1) ?? []
        if !told.isEmpty {
            let rows = told.map { "a\($0.account),reached_\(playbooks[$0.playbook]),\($0.at)" }
            try load(.events, "account,event,at\n" + rows.joined(separator: "\n"), at: night)
        }
        try await lived.run(noon(day, hours: -6))
        try await lived.run(noon(day))
    }

    private func came(_ account: Int) -> Int {
        Self.start - 1 + max(0, (account - Self.beginners + Self.comeDaily - 1) / Self.comeDaily)
    }

    /// What an account will do, whatever anybody sends it: some do more of everything, and one report in ten is a day late.
    private func foresee(_ account: Int, came: Int) {
        let zeal = Double.random(in: 0.3...0.7, using: &dice)
        for playbook in playbooks.indices where Double.random(in: 0..<1, using: &dice) < zeal {
            let after = Int64(Double.random(in: 0..<Double(Self.window + 1), using: &dice) * 24)
            let at = noon(came, hours: 20 + after)
            let day = Int(at.milliseconds / 86_400_000) + (dice.below(10) == 0 ? 1 : 0)
            coming[day, default: []].append((account, playbook, at))
        }
    }

    private func load(_ kind: ImportKind, _ text: String, at moment: Instant) throws {
        let file = lived.test.folder.appendingPathComponent("\(kind.rawValue).csv")
        try Data((text + "\n").utf8).write(to: file)
        let importer = Importer(
            store: lived.test.store, dataMap: lived.test.workspace.dataMap,
            configuration: lived.test.workspace.configuration)
        let report = try importer.run(kind, from: .file(file.path), now: moment)
        #expect(report.rejected == 0, "\(report)")
    }

    /// What the report says of a playbook at a moment.
    struct Saying {
        var looks: Int
        var isClaim: Bool
        var isBroken: Bool
        var interval: Interval?
        var sentence: String
    }

    func said(of playbook: String, at moment: Instant) throws -> Saying? {
        try lived.test.store.read { connection in
            let report = ExperimentReport(playbook, in: lived.test.workspace, connection, asOf: moment)
            return try report.current().map { current in
                let period = current.period
                return Saying(
                    looks: period.primaryComparison.looks.count, isClaim: period.verdict.isClaim,
                    isBroken: period.verdict == .broken, interval: period.primaryComparison.readings.first?.interval,
                    sentence: period.sentence)
            }
        }
    }
}
