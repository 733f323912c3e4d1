import Playbooks

/// Churns of a file that lie ahead: who leaves then is a customer until that day, which is kept as `service_end_at`, and
/// leaves then (`DueDepartures`).
struct PlannedEnds {
    private struct End {
        var at: Int64
        /// JSON, empty where there are none.
        var properties: [UInt8]
    }

    /// Of each account the last that the file says.
    private var ends: [Int64: End] = [:]
    private var rows = 0

    var isEmpty: Bool { ends.isEmpty }

    mutating func take(account: Int64, at: Int64, properties: [UInt8]) {
        ends[account] = End(at: at, properties: properties)
        rows += 1
    }

    /// Writes them, but those that the account has taken back since they were told, or in the same file; call in a write
    /// transaction, behind the file's other events.
    func apply(
        _ connection: Connection, _ kinds: [String: Int64], now: Instant
    ) throws -> (changed: Int, unchanged: Int) {
        var changed = 0
        for (account, end) in ends.sorted(by: { $0.key < $1.key }) {
            changed += try connection.execute(
                """
                UPDATE account AS a SET service_end_at = :at, leaves_event = :at,
                    leaves_reason = CAST(:properties AS text) ->> 'reason'
                WHERE a.id = :account AND a.status = 'active'
                    AND (a.service_end_at IS DISTINCT FROM :at OR a.leaves_event IS DISTINCT FROM :at)
                    AND NOT EXISTS (
                        SELECT 1 FROM event e WHERE e.kind_id IN (:withdrawn, :back) AND e.account_id = a.id
                            AND (e.received_at = :now OR a.service_end_at = :at AND a.leaves_event IS NULL)
                            AND NOT EXISTS (
                                SELECT 1 FROM event r
                                WHERE r.kind_id = :requested AND r.account_id = a.id AND r.at > e.at))
                """,
                [
                    "at": .integer(end.at), "account": .integer(account), "now": .instant(now),
                    "properties": end.properties.isEmpty
                        ? .null : .text(String(decoding: end.properties, as: UTF8.self)),
                    "withdrawn": .optional(kinds["cancel_withdrawn"]), "back": .optional(kinds["reactivated"]),
                    "requested": .optional(kinds["cancel_requested"]),
                ])
        }
        return (changed, rows - changed)
    }

    var warnings: [String] {
        let isOne = ends.count == 1
        return [
            "\(ends.count) \(isOne ? "account leaves" : "accounts leave") on a day that lies ahead, and "
                + "\(isOne ? "is a customer until then and leaves by itself" : "are customers until then and leave by themselves"); "
                + "the day is kept as service_end_at"
        ]
    }
}
