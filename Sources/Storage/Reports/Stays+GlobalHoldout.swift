import Decisions
import Foundation
package import Playbooks
package import Statistics

extension Stays {
    /// What all playbooks together did: the accounts that none of them may write to against all others, over one window.
    package struct GlobalHoldout: Sendable, Hashable {
        /// As the files name it, `2026`, and when it was drawn.
        package var period: String
        package var from: Day
        package var share: Double
        /// Of the customers of the first day, who has left since.
        package var heldOut: Proportion
        package var others: Proportion
    }

    /// The newest global holdout; nil when there is none.
    ///
    /// Every customer of the day on which it was drawn counts, whether or not a playbook ever found it. The draw is the
    /// same that decided who is held out; where it was stored, what was stored.
    package func globalHoldout(of workspace: String) throws -> GlobalHoldout? {
        struct Design: Decodable {
            var share: Double
            var period: String
        }
        guard
            let row = try connection.first(
                """
                SELECT id, design, started_at FROM experiment WHERE name = 'global holdout' AND started_at <= :now
                ORDER BY period DESC LIMIT 1
                """, ["now": .instant(now)]),
            let design = row["design"].text.flatMap({ try? JSONDecoder().decode(Design.self, from: Data($0.utf8)) }),
            let start = row["started_at"].instant, design.share > 0
        else { return nil }
        let day = zone.day(of: start)
        let salt = "global/\(workspace)/\(design.period)"
        let there = stays.filter { $0.holds(day.number) }
        var (heldOut, others) = (Proportion(successes: 0, total: 0), Proportion(successes: 0, total: 0))
        let ids = there.map { accounts[Int($0.account)].id }
        try AccountRows(connection, ids: ids, ranges: AccountRows.ranges(of: ids)).forEach(
            """
            SELECT a.id, a.key, g.arm FROM account AS a LEFT JOIN assignment AS g
                ON g.experiment_id = :experiment AND g.account_id = a.id AND g.at <= :now
            WHERE a.id BETWEEN :first AND :last ORDER BY a.id
            """, ["experiment": row["id"], "now": .instant(now)]
        ) { row, index in
            let isHeldOut =
                row.optionalText("arm").map { $0 == Decisions.Arm.globalHoldout.rawValue }
                ?? (Draw.number(salt: salt, key: row.text("key") ?? "") < design.share)
            let hasLeft = there[index].ended == nil ? 0 : 1
            if isHeldOut {
                heldOut = Proportion(successes: heldOut.successes + hasLeft, total: heldOut.total + 1)
            } else {
                others = Proportion(successes: others.successes + hasLeft, total: others.total + 1)
            }
        }
        return GlobalHoldout(period: design.period, from: day, share: design.share, heldOut: heldOut, others: others)
    }
}
