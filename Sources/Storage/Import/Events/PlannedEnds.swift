import Playbooks

/// Churns of a file that lie ahead: who leaves then is a customer until that day, which is kept as `service_end_at`.
struct PlannedEnds {
    /// Of each account the last that the file says.
    private var ends: [Int64: Int64] = [:]
    private var rows = 0
    private var changed: Int = 0

    var isEmpty: Bool { ends.isEmpty }

    mutating func take(account: Int64, at: Int64) {
        ends[account] = at
        rows += 1
    }

    /// Writes them; call in a write transaction.
    mutating func apply(_ connection: Connection, now: Instant) throws -> (changed: Int, unchanged: Int) {
        changed = 0
        for (account, at) in ends.sorted(by: { $0.key < $1.key }) {
            changed += try connection.execute(
                """
                UPDATE account SET service_end_at = :at
                WHERE id = :account AND status = 'active' AND service_end_at IS DISTINCT FROM :at
                """, ["at": .integer(at), "account": .integer(account)])
        }
        return (changed, rows - changed)
    }

    var warnings: [String] {
        let isOne = ends.count == 1
        return [
            "\(ends.count) \(isOne ? "account leaves" : "accounts leave") on a day that lies ahead, and \(isOne ? "is a customer" : "are customers") "
                + "until then; the day is kept as service_end_at"
        ]
    }
}
