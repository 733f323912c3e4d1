package import Decisions
import Foundation
package import Playbooks
package import Storage

/// What a release of a held playbook would give, by the last cycle that looked for its matches: the figures beside every
/// button and command that releases.
package struct ReleaseForecast: Sendable, Equatable {
    package var at: Instant
    package var matched: Int
    package var verdicts: [Verdict: Int]

    /// Nil for a playbook that was not held when it was last matched.
    package init?(_ playbook: String, _ connection: Connection) throws {
        guard let cycle = try CycleList(connection).lastMatch(of: playbook), let summary = cycle.summary,
            let report = try? JSONDecoder().decode(Summary.self, from: Data(summary.utf8)),
            let found = report.playbooks.first(where: { $0.playbook == playbook }), let counts = found.ifReleased
        else { return nil }
        (at, matched) = (cycle.now, found.matched)
        verdicts = counts.reduce(into: [:]) { verdicts, item in
            if let verdict = Verdict(rawValue: item.key), item.value > 0 { verdicts[verdict] = item.value }
        }
    }

    /// As `run --format json` prints it.
    private struct Summary: Decodable {
        struct OfPlaybook: Decodable {
            var playbook: String
            var matched: Int
            var ifReleased: [String: Int]?

            enum CodingKeys: String, CodingKey {
                case playbook, matched
                case ifReleased = "if_released"
            }
        }

        var playbooks: [OfPlaybook]
    }

    /// A sentence without its end: `142 match: a release would enroll 34 and hold out 7; 68 unreachable, 33 too_old`.
    package var sentence: String {
        func count(_ arms: [Verdict]) -> Int { arms.reduce(0) { $0 + (verdicts[$1] ?? 0) } }
        let heldOut = count([.holdout, .globalHoldout])
        let rest = Verdict.allCases.filter { $0.arm == nil }.compactMap { verdict in
            verdicts[verdict].map { "\($0) \(verdict.rawValue)" }
        }
        return "\(matched) \(matched == 1 ? "matches" : "match"): a release would enroll \(count([.enrolled]))"
            + (heldOut > 0 ? " and hold out \(heldOut)" : "")
            + (rest.isEmpty ? "" : "; " + rest.joined(separator: ", "))
    }
}
