package import Decisions
package import Playbooks
import Statistics

/// Figures of stages are `benchmark` rows: audience is the journey, metric the stage.
extension StageFigures {
    /// The newest figures by `day`, with what the files expect.
    package static func load(
        _ journeys: [Journey], until day: Day, _ connection: Connection
    ) throws -> [StageKey: StageFigures] {
        guard !journeys.isEmpty else { return [:] }
        try Benchmarks.prepare(connection)
        var all: [StageKey: StageFigures] = [:]
        for journey in journeys {
            for stage in journey.stages {
                all[StageKey(journey.name, stage.name)] = StageFigures(expected: stage.expected)
            }
            let rows = try connection.query(
                """
                WITH known AS (
                    SELECT metric, day, name, value FROM benchmark WHERE audience = :journey AND day <= :day
                    UNION ALL
                    SELECT metric, day, name, value FROM planned_benchmark WHERE audience = :journey AND day <= :day
                )
                SELECT metric, name, value FROM known WHERE day = (SELECT max(day) FROM known WHERE name = :weak)
                """,
                [
                    "journey": .text(journey.name), "day": .integer(Int64(day.number)),
                    "weak": .text(Name.weakAgainstPast.rawValue),
                ])
            for row in rows {
                guard let stage = row[0].text, let name = row[1].text.flatMap(Name.init), let value = row[2].real else {
                    continue
                }
                all[StageKey(journey.name, stage)]?.take(name, value)
            }
        }
        return all
    }

    /// Keeps the figures of a day until `Benchmarks.save`.
    func keep(_ key: StageKey, on day: Day, _ connection: Connection) throws {
        for name in Name.allCases {
            guard let value = value(of: name) else { continue }
            try connection.execute(
                """
                INSERT INTO planned_benchmark (audience, metric, day, name, value)
                VALUES (:journey, :stage, :day, :name, :value)
                ON CONFLICT (audience, metric, day, name) DO UPDATE SET value = excluded.value
                """,
                [
                    "journey": .text(key.journey), "stage": .text(key.stage), "day": .integer(Int64(day.number)),
                    "name": .text(name.rawValue), "value": .real(value),
                ])
        }
    }

    private enum Name: String, CaseIterable {
        /// Days.
        case p90
        case recentMoved = "recent_moved", recentEntrants = "recent_entrants"
        case pastMoved = "past_moved", pastEntrants = "past_entrants"
        case peersMoved = "peers_moved", peersEntrants = "peers_entrants"
        /// 1 or 0.
        case weakAgainstPast = "weak_past", weakAgainstPeers = "weak_peers"
    }

    private func value(of name: Name) -> Double? {
        switch name {
        case .p90: p90.map { Double($0.milliseconds) / Double(TimeSpan.days(1).milliseconds) }
        case .recentMoved: Double(recent.successes)
        case .recentEntrants: Double(recent.total)
        case .pastMoved: Double(past.successes)
        case .pastEntrants: Double(past.total)
        case .peersMoved: Double(peers.successes)
        case .peersEntrants: Double(peers.total)
        case .weakAgainstPast: isWeakAgainstPast ? 1 : 0
        case .weakAgainstPeers: isWeakAgainstPeers ? 1 : 0
        }
    }

    private mutating func take(_ name: Name, _ value: Double) {
        // What a person wrote into the table may be anything.
        guard value >= 0, let count = Int(exactly: value.rounded()), count < 1 << 40 else { return }
        switch name {
        case .p90: p90 = .days(Int64(count))
        case .recentMoved: recent = Proportion(successes: count, total: max(count, recent.total))
        case .recentEntrants: recent = Proportion(successes: recent.successes, total: count)
        case .pastMoved: past = Proportion(successes: count, total: max(count, past.total))
        case .pastEntrants: past = Proportion(successes: past.successes, total: count)
        case .peersMoved: peers = Proportion(successes: count, total: max(count, peers.total))
        case .peersEntrants: peers = Proportion(successes: peers.successes, total: count)
        case .weakAgainstPast: isWeakAgainstPast = count == 1
        case .weakAgainstPeers: isWeakAgainstPeers = count == 1
        }
    }
}
