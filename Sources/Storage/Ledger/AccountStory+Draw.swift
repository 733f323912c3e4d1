package import Decisions
import Foundation
package import Playbooks

extension AccountStory {
    /// How the account's arm in an experiment was drawn.
    package struct ArmDraw: Sendable {
        package var at: Instant
        package var arm: Arm
        package var variant: String?
        /// In [0, 1): what is below the share of the holdout was held out.
        package var number: Double
        /// The share that was held out in that period; nil where playbooks that share the experiment held out different ones.
        package var share: Double?
        package var seat: Seat?
    }

    /// A place within the value of the attribute by which an experiment is stratified.
    package struct Seat: Sendable, Equatable {
        /// As it was on the day of the draw; empty where nobody knew it.
        package var stratum: String
        /// Counts from 1.
        package var place: Int
    }

    /// The draw of the newest period; nil when the account was never drawn.
    package func draw(experiment name: String) throws -> ArmDraw? {
        guard
            let row = try connection.first(
                """
                SELECT x.id, x.design, g.arm, g.variant, g.at, g.stratum FROM experiment AS x
                JOIN assignment AS g ON g.experiment_id = x.id AND g.account_id = :account
                WHERE x.name = :name ORDER BY x.period DESC LIMIT 1
                """, ["account": .integer(accountID), "name": .text(name)]),
            let at = row["at"].instant
        else { return nil }
        var draw = ArmDraw(
            at: at, arm: try row["arm"].word(), variant: row["variant"].text, number: Draw.number(salt: name, key: key),
            share: Self.share(row["design"].text ?? ""))
        if let stratum = row["stratum"].text {
            // Accounts of one cycle are drawn in the order of their ids.
            let before = try connection.integer(
                """
                SELECT count(*) FROM assignment WHERE experiment_id = :experiment AND stratum = :stratum
                    AND (at < :at OR at = :at AND account_id < :account)
                """,
                [
                    "experiment": row["id"], "stratum": .text(stratum), "at": .instant(at),
                    "account": .integer(accountID),
                ])
            draw.number = Seats.number(salt: name, stratum: stratum, seat: Int(before))
            draw.seat = Seat(stratum: stratum, place: Int(before) + 1)
        }
        return draw
    }

    private static func share(_ design: String) -> Double? {
        struct Shares: Decodable { var holdout: Double }
        let shares = Set(
            ((try? JSONDecoder().decode([Shares].self, from: Data("[\(design)]".utf8))) ?? []).map(\.holdout))
        return shares.count == 1 ? shares.first : nil
    }
}
