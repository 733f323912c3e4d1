import Decisions
import Playbooks

/// The rows of `stage_entry`, with the stage of the account and its history.
struct StageRecords {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The stages that accounts ever reached, by account.
    func entries(_ accounts: AccountRows) throws -> [Int64: [StageEntry]] {
        var found: [Int64: [StageEntry]] = [:]
        try accounts.forEach(
            """
            SELECT account_id, journey, stage, at, how FROM stage_entry WHERE account_id BETWEEN :first AND :last
            ORDER BY account_id, journey, stage
            """
        ) { row, _ in
            found[row.integer("account_id"), default: []].append(
                StageEntry(
                    journey: row.text("journey") ?? "", stage: row.text("stage") ?? "", at: row.instant("at"),
                    how: try row.word("how")))
        }
        return found
    }

    func write(_ move: StageMove, of account: Int64, now: Instant) throws {
        for entry in move.entries {
            _ = try connection.execute(
                """
                INSERT INTO stage_entry (account_id, journey, stage, at, how) VALUES (:account, :journey, :stage, :at, :how)
                ON CONFLICT (account_id, journey, stage) DO UPDATE SET at = excluded.at, how = excluded.how
                    WHERE excluded.at < stage_entry.at
                """,
                inOrder: [
                    .integer(account), .text(entry.journey), .text(entry.stage), .instant(entry.at),
                    .word(entry.how),
                ])
        }
        if move.stage != move.previous {
            _ = try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                VALUES (:account, 'stage', :now, :stage, :previous)
                ON CONFLICT (attribute, account_id, at) DO UPDATE SET value = excluded.value
                """, inOrder: [.integer(account), .instant(now), .optional(move.stage), .optional(move.previous)])
        }
        _ = try connection.execute(
            "UPDATE account SET journey = :journey, stage = :stage, stage_since = :since WHERE id = :account",
            inOrder: [
                .optional(move.journey), .optional(move.stage), .optional(move.since?.milliseconds), .integer(account),
            ])
    }
}
