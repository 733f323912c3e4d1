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
                SELECT id, design, \(dayOf("started_at")) FROM experiment WHERE name = 'global holdout' AND started_at <= :now
                ORDER BY period DESC LIMIT 1
                """, ["now": .instant(now)]),
            let design = row[1].text.flatMap({ try? JSONDecoder().decode(Design.self, from: Data($0.utf8)) }),
            let day = row[2].integer.flatMap({ Int(exactly: $0) }), design.share > 0
        else { return nil }
        var arms = [Proportion(successes: 0, total: 0), Proportion(successes: 0, total: 0)]
        for row in try connection.query(
            """
            SELECT held, count(*), count(*) FILTER (WHERE ended IS NOT NULL) FROM (
                SELECT s.ended, CASE WHEN coalesce((SELECT g.arm FROM assignment AS g
                        WHERE g.experiment_id = :experiment AND g.account_id = s.account_id AND g.at <= :now)
                        = 'global_holdout', draw(:salt, a.key) < :share) THEN 1 ELSE 0 END AS held
                FROM report_stay AS s CROSS JOIN account AS a
                WHERE a.id = s.account_id AND s.began <= :day AND coalesce(s.ended, :day + 1) > :day
            ) AS drawn GROUP BY held ORDER BY held
            """,
            [
                "experiment": row[0], "now": .instant(now), "salt": .text("global/\(workspace)/\(design.period)"),
                "share": .real(design.share), "day": .integer(Int64(day)),
            ])
        {
            arms[row[0].integer == 1 ? 1 : 0] = Proportion(
                successes: Int(row[2].integer ?? 0), total: Int(row[1].integer ?? 0))
        }
        return GlobalHoldout(
            period: design.period, from: Day(number: day), share: design.share, heldOut: arms[1], others: arms[0])
    }
}
