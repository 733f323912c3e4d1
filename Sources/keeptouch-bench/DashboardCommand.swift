import Playbooks
import Runner
import Storage

/// Fills a database with what ten playbooks did in two years, up to the present, and leaves many touches to be sent.
///
/// Everything is written by SQL from numbers, so that five million touches take minutes.
struct DashboardCommand {
    let loaded: BenchWorkspace
    let accounts: Int
    let touches: Int
    let pending: Int

    private static let slice = 100_000

    func fill() throws {
        let store = try loaded.open(.readWrite)
        let now = Clocks.system.processNow()
        // The playbooks are registered before anybody is in them.
        try loaded.cycle(store).run(now: now - .days(1), matching: .due)
        let numbers: [String: SQLValue] = [
            "accounts": .integer(Int64(accounts)), "enrollments": .integer(Int64(touches / 2)),
            "pending": .integer(Int64(pending)), "now": .instant(now), "day": .integer(BenchData.dayLength),
            "span": .integer(720 * BenchData.dayLength / Int64(max(1, touches / 2))),
        ]
        try store.write { connection in
            for name in ["churned", "report_exported"] {
                try connection.execute(
                    "INSERT INTO event_kind (name) VALUES (:name) ON CONFLICT DO NOTHING", ["name": .text(name)])
            }
            // Playbooks, their versions and experiments, by a number from 0.
            try connection.executeScript(
                """
                CREATE TEMP TABLE place (number INTEGER PRIMARY KEY, playbook_id INTEGER, version_id INTEGER, experiment_id INTEGER);
                INSERT INTO place SELECT row_number() OVER (ORDER BY p.id) - 1, p.id, p.version_id, x.id
                FROM playbook AS p JOIN experiment AS x ON x.name = p.name;
                """)
        }
        for (sql, count) in statements {
            for first in stride(from: 0, to: count, by: Self.slice) {
                let range: [String: SQLValue] = [
                    "first": .integer(Int64(first)), "last": .integer(Int64(min(count, first + Self.slice))),
                ]
                try store.write { try $0.execute(Self.rows + sql, numbers.merging(range) { $1 }) }
            }
        }
        try store.session { try $0.pragma("optimize") }
    }

    /// The numbers behind the first up to the last, as `n`.
    private static let rows =
        "WITH RECURSIVE number (n) AS (SELECT :first + 1 UNION ALL SELECT n + 1 FROM number WHERE n < :last)\n"

    /// When enrollment `n` entered: one after the other, in two years.
    private static let entered = "(:now - 728 * :day + n * :span)"

    /// Each with how many rows it makes.
    private var statements: [(sql: String, rows: Int)] {
        let enrollments = touches / 2
        return [
            (
                """
                INSERT INTO account (id, key, name, created_at, seen_at, status, churned_at, mrr, a_plan, a_seats)
                SELECT n, 'account-' || n, 'Company ' || n, :now - (100 + n % 1500) * :day, :now - (100 + n % 1500) * :day,
                    CASE n % 20 WHEN 0 THEN 'churned' ELSE 'active' END, CASE n % 20 WHEN 0 THEN :now - (n % 90) * :day END,
                    1900 + n % 200 * 100, CASE n % 3 WHEN 0 THEN 'free' WHEN 1 THEN 'starter' ELSE 'pro' END, 1 + n % 40
                FROM number
                """, accounts
            ),
            (
                """
                INSERT INTO contact (id, account_id, key, email, address, name, role)
                SELECT n, n, 'owner', 'owner' || n || '@company.example', 'owner' || n || '@company.example',
                    'Person ' || n, 'owner' FROM number
                """, accounts
            ),
            (
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT n, (SELECT id FROM event_kind WHERE name = 'churned'), :now - (n % 90) * :day,
                    :now - (n % 90) * :day, 'c' || n FROM number WHERE n % 20 = 0
                """, accounts
            ),
            (
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT 1 + n * 31 % :accounts, (SELECT id FROM event_kind WHERE name = 'report_exported'),
                    :now - n % (90 * :day), :now - n % (90 * :day), 'e' || n FROM number
                """, accounts
            ),
            (
                """
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    state, step, begun, due_at, ended_at, end_reason, goal_until, goal_at, exclusive, waiting)
                SELECT n, 1 + n * 7919 % :accounts, p.playbook_id, p.version_id, '', p.experiment_id,
                    CASE WHEN n / 10 % 10 = 0 THEN 'holdout' ELSE 'treated' END, \(Self.entered),
                    CASE WHEN n > :enrollments * 0.95 THEN 'active' ELSE 'ended' END, 1,
                    1, CASE WHEN n > :enrollments * 0.95 THEN :now + (1 + n % 20) * :day END,
                    CASE WHEN n > :enrollments * 0.95 THEN NULL ELSE \(Self.entered) + 5 * :day END,
                    CASE WHEN n > :enrollments * 0.95 THEN NULL WHEN n % 7 = 0 THEN 'goal' ELSE '' END,
                    \(Self.entered) + 30 * :day, CASE WHEN n % 7 = 0 THEN \(Self.entered) + 4 * :day END, 0,
                    CASE WHEN n > :enrollments * 0.95 THEN 1 ELSE 0 END
                FROM number CROSS JOIN place AS p WHERE p.number = n % (SELECT count(*) FROM place)
                """, enrollments
            ),
            (
                """
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    message_hash, fence, attempts, claimed_at, settled_at, frozen_at, waiting, reason)
                SELECT n, e.id, e.account_id, e.playbook_id, e.version_id, 'email_' || (1 + n % 2), e.account_id,
                    'owner' || e.account_id || '@company.example', 'email', 'nginx', 'education', 'hello.md',
                    CASE e.arm WHEN 'treated' THEN 0 ELSE 1 END,
                    CASE WHEN e.arm <> 'treated' THEN 'ghost' WHEN n % 1000 = 0 THEN 'rejected' WHEN n % 100 = 1 THEN 'capped'
                        ELSE 'sent' END,
                    0, e.entered_at, e.entered_at, e.entered_at + 7 * :day, '{}', 'h', 2, 1,
                    e.entered_at + n % 2 * :day, e.entered_at + n % 2 * :day + 1000, e.entered_at, 0,
                    CASE n % 1000 WHEN 0 THEN 'the provider refused it: 422' END
                FROM number CROSS JOIN enrollment AS e WHERE e.id = (n + 1) / 2
                """, enrollments * 2
            ),
            (
                """
                INSERT INTO outcome (account_id, enrollment_id, touch_id, kind, at, dedup)
                SELECT t.account_id, t.enrollment_id, t.id, CASE n % 10 WHEN 0 THEN 'clicked' ELSE 'delivered' END,
                    t.settled_at + 60000, 'o' || n FROM number CROSS JOIN touch AS t WHERE t.id = n * 2 AND t.state = 'sent'
                """, enrollments
            ),
            (
                """
                INSERT INTO attempt (touch_id, number, began_at, ended_at, result)
                SELECT t.id, 1, t.claimed_at, t.settled_at, 'accepted'
                FROM number CROSS JOIN touch AS t WHERE t.id = n AND t.state = 'sent'
                """, enrollments * 2
            ),
            (
                """
                INSERT INTO passage (account_id, enrollment_id, step, result, at)
                SELECT account_id, id, 'wait_1', 'met', entered_at + 3 * :day
                FROM number CROSS JOIN enrollment AS e WHERE e.id = n AND e.state = 'ended'
                """, enrollments
            ),
            (
                """
                INSERT INTO assignment (experiment_id, account_id, arm, at)
                SELECT experiment_id, account_id, arm, entered_at FROM number CROSS JOIN enrollment AS e WHERE e.id = n
                ON CONFLICT DO NOTHING
                """, enrollments
            ),
            (
                """
                INSERT INTO decision (account_id, playbook_id, match_key, at, cycle_id, verdict, reason)
                SELECT account_id, playbook_id, '', entered_at, 1, CASE arm WHEN 'treated' THEN 'enrolled' ELSE 'holdout' END, ''
                FROM number CROSS JOIN enrollment AS e WHERE e.id = n ON CONFLICT DO NOTHING
                """, enrollments
            ),
            // What is to be sent now, each to somebody of an account of its own.
            (
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    state, step, begun, exclusive)
                SELECT n, p.playbook_id, p.version_id, 'now', p.experiment_id, 'treated', :now - n, 'active', 0, 1, 0
                FROM number CROSS JOIN place AS p WHERE p.number = n % (SELECT count(*) FROM place) AND n % 20 <> 0
                """, pending
            ),
            (
                """
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    frozen_at)
                SELECT e.id, e.account_id, e.playbook_id, e.version_id, 'email_1', e.account_id,
                    'owner' || e.account_id || '@company.example', 'email', 'nginx', 'education', 'hello.md', 0, 'pending', 0,
                    :now, :now, :now + 30 * :day, '{}', :now
                FROM number CROSS JOIN enrollment AS e WHERE e.account_id = n AND e.match_key = 'now'
                """, pending
            ),
        ]
    }
}
