import Playbooks
import Storage

/// Fills a database with accounts that came over five years and partly left again.
struct AttritionCommand {
    let loaded: BenchWorkspace

    /// A made-up number below `limit` that depends on the account and on what it is for.
    private static func draw(_ purpose: Int, below limit: Int) -> String {
        "((n * \(2_654_435 + 7_919 * purpose) + \(purpose * 104_729)) % 1000003 * 31 % \(limit))"
    }

    func fill(accounts: Int) throws {
        let day = BenchData.dayLength
        let store = try loaded.open(.readWrite)
        let numbers: [String: SQLValue] = [
            "accounts": .integer(Int64(accounts)), "day": .integer(day),
            "first": .integer(Int64(BenchData.lastDay - 5 * 365)), "now": .instant(BenchData.now),
        ]
        try store.write { connection in
            for name in ["churned", "reactivated"] {
                try connection.execute(
                    "INSERT INTO event_kind (name) VALUES (:name) ON CONFLICT DO NOTHING", ["name": .text(name)])
            }
            // Two of five leave, mostly early; a fifth of those who left comes back.
            try connection.execute(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :accounts),
                drawn AS (
                    SELECT n, :first + \(Self.draw(1, below: 5 * 365)) AS created, \(Self.draw(2, below: 100)) AS fate,
                        \(Self.draw(3, below: 900)) * \(Self.draw(4, below: 900)) / 900 + 5 AS stay,
                        1000 + 500 * \(Self.draw(5, below: 40)) AS mrr, \(Self.draw(6, below: 3)) AS plan
                    FROM number
                )
                INSERT INTO account (id, key, created_at, churned_at, status, mrr, a_plan)
                SELECT n, 'a' || n, created * :day, CASE WHEN fate < 40 AND (created + stay) * :day < :now
                        THEN (created + stay) * :day END,
                    CASE WHEN fate < 40 AND (created + stay) * :day < :now THEN 'churned' ELSE 'active' END, mrr,
                    CASE plan WHEN 0 THEN 'free' WHEN 1 THEN 'starter' ELSE 'pro' END
                FROM drawn
                """, numbers)
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                SELECT a.id, k.id, a.churned_at, a.churned_at, 'c' || a.id, CASE a.id % 4 WHEN 0 THEN '{"reason":"price"}'
                    WHEN 1 THEN '{"reason":"missing_feature"}' WHEN 2 THEN '{"reason":"payment_failed"}' END
                FROM account AS a JOIN event_kind AS k ON k.name = 'churned' WHERE a.churned_at IS NOT NULL
                """)
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT a.id, k.id, a.churned_at + 40 * :day, a.churned_at + 40 * :day, 'r' || a.id
                FROM account AS a JOIN event_kind AS k ON k.name = 'reactivated'
                WHERE a.churned_at + 40 * :day < :now AND a.id % 5 = 0
                """, numbers)
            try connection.execute(
                """
                UPDATE account SET status = 'active', churned_at = NULL
                WHERE churned_at + 40 * :day < :now AND id % 5 = 0
                """, numbers)
            // A third pays something else after a while.
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT id, 'mrr', created_at + (:now - created_at) / 2, mrr,
                    CASE id % 2 WHEN 0 THEN mrr / 2 ELSE mrr * 3 / 2 END
                FROM account WHERE id % 3 = 0 AND :now - created_at > 10 * :day
                """, numbers)
        }
    }
}
