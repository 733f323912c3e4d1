import Basics
import Foundation
package import Playbooks

/// The metrics of which the last complete day looks like an outage, as the last cycle found them.
package struct DoubtfulMetrics: Codable, Equatable, Sendable {
    package struct Doubt: Codable, Equatable, Sendable {
        /// The number of the day.
        package var day: Int
        package var reason: String
        /// Whether a person has looked at it and let a playbook go that reads it.
        package var isBelieved = false

        package init(day: Day, reason: String) {
            self.day = day.number
            self.reason = reason
        }
    }

    /// By metric.
    package var doubts: [String: Doubt] = [:]

    package init() {}

    package init(_ connection: Connection) throws {
        guard let text = try Meta.doubtfulMetrics.read(connection),
            let kept = try? JSONDecoder().decode(DoubtfulMetrics.self, from: Data(text.utf8))
        else { return }
        self = kept
    }

    /// By metric, why its conditions wait.
    package var reasons: [String: String] { doubts.filter { !$0.value.isBelieved }.mapValues(\.reason) }

    package func write(_ connection: Connection) throws {
        try Meta.doubtfulMetrics.write(try JSONText.encode(self), connection)
    }

    /// Believes these metrics' last complete days.
    ///
    /// - Returns: those of them that were in doubt, in alphabetical order.
    package static func believe(_ metrics: Set<String>, _ connection: Connection) throws -> [String] {
        var kept = try DoubtfulMetrics(connection)
        let believed = kept.reasons.keys.filter(metrics.contains).sorted()
        for metric in believed { kept.doubts[metric]?.isBelieved = true }
        if !believed.isEmpty { try kept.write(connection) }
        return believed
    }
}
