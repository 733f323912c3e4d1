import Decisions
import Foundation
package import Playbooks
package import Statistics

extension Tenures {
    /// What all playbooks together did: the accounts that none of them may write to against all others, over one window.
    package struct GlobalHoldout: Sendable, Hashable {
        /// As the files name it, `2026`, and when it was drawn.
        package var period: String
        package var from: Day
        package var share: Double
        /// When the next one is drawn; a year later where none is.
        package var until: Day

        /// Of the customers of the first day, who had left by a day.
        package struct Look: Sendable, Hashable {
            package var at: Day
            package var heldOut: Proportion
            package var others: Proportion

            package init(at: Day, heldOut: Proportion, others: Proportion) {
                (self.at, self.heldOut, self.others) = (at, heldOut, others)
            }
        }

        /// The present.
        package var now: Look
        /// Each week after the draw, the oldest first.
        package var weeks: [Look]

        package init(period: String, from: Day, share: Double, until: Day, now: Look, weeks: [Look]) {
            (self.period, self.from, self.share, self.until) = (period, from, share, until)
            (self.now, self.weeks) = (now, weeks)
        }
    }

    /// The first day behind a period that holds a day.
    private static func end(of period: String, from day: Day) -> Day {
        let date = day.civil
        let parts = period.split(separator: "-")
        guard period != "always", Int(parts[0]) != nil else { return day + 365 }
        let length = parts.count == 1 ? 12 : parts[1].hasPrefix("Q") ? 3 : 1
        let next = Month(number: (date.year * 12 + date.month - 1) / length * length + length)
        return next.first
    }

    /// The newest global holdout; nil when there is none.
    ///
    /// Every customer of the day on which it was drawn counts, whether or not a playbook ever found it. The draw is the
    /// same that decided who is held out; where it was stored, what was stored.
    package func globalHoldout(of workspace: String) throws -> GlobalHoldout? {
        guard let drawn = try drawnSides(of: workspace) else { return nil }
        let (day, design) = (drawn.day, drawn.design)
        // By whether they are held out: how many there are, and how many of them left in each week after the draw.
        var arms = [(total: 0, left: [Int: Int]()), (total: 0, left: [Int: Int]())]
        for member in drawn.members {
            let arm = member.isHeldOut ? 0 : 1
            arms[arm].total += 1
            if let ended = tenures[member.index].ended { arms[arm].left[(ended - day.number + 6) / 7, default: 0] += 1 }
        }
        func look(_ week: Int, at: Day) -> GlobalHoldout.Look {
            let counts = arms.map { arm in
                Proportion(successes: arm.left.reduce(0) { $1.key <= week ? $0 + $1.value : $0 }, total: arm.total)
            }
            return GlobalHoldout.Look(at: at, heldOut: counts[0], others: counts[1])
        }
        let until = Self.end(of: design.period, from: day)
        let weeks = max(0, (min(today, until) - day) / 7)
        return GlobalHoldout(
            period: design.period, from: day, share: design.share, until: until, now: look(.max, at: today),
            weeks: (0..<weeks).map { look($0 + 1, at: day + 7 * ($0 + 1)) })
    }

    struct DrawnSides {
        struct Design: Decodable {
            var share: Double
            var period: String
        }

        /// The customers of the day, by the indices of their tenures.
        var members: [(index: Int, isHeldOut: Bool)] = []
        var day: Day
        var design: Design
    }

    /// Who of the customers of the day of the newest draw is held out.
    func drawnSides(of workspace: String) throws -> DrawnSides? {
        guard
            let row = try connection.first(
                """
                SELECT id, design, started_at FROM experiment WHERE name = 'global holdout' AND started_at <= :now
                ORDER BY period DESC LIMIT 1
                """, ["now": .instant(now)]),
            let design = row["design"].text.flatMap({
                try? JSONDecoder().decode(DrawnSides.Design.self, from: Data($0.utf8))
            }),
            let start = row["started_at"].instant, design.share > 0
        else { return nil }
        let day = zone.day(of: start)
        let draw = GlobalDraw(workspace: workspace, period: design.period, share: design.share)
        let there = tenures.indices.filter { tenures[$0].holds(day.number) }
        let ids = there.map { accounts[Int(tenures[$0].account)].id }
        var sides = DrawnSides(day: day, design: design)
        try AccountRows(connection, ids: ids, ranges: AccountRows.ranges(of: ids)).forEach(
            """
            SELECT a.id, a.key, a.erased_at, g.arm FROM account AS a LEFT JOIN assignment AS g
                ON g.experiment_id = :experiment AND g.account_id = a.id AND g.at <= :now
            WHERE a.id BETWEEN :first AND :last ORDER BY a.id
            """, ["experiment": row["id"], "now": .instant(now)]
        ) { row, index in
            // The key that it was drawn by is gone.
            if row.optionalText("arm") == nil, row.optionalInstant("erased_at") != nil { return }
            let isHeldOut =
                row.optionalText("arm").map { $0 == Decisions.Arm.globalHoldout.rawValue }
                ?? draw.holds(row.text("key") ?? "")
            sides.members.append((there[index], isHeldOut))
        }
        return sides
    }
}
