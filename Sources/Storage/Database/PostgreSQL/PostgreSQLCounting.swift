/// The triggers that keep `flow_count` on PostgreSQL: each sums what one statement changes. `FlowCounter` does the same for
/// SQLite, whose triggers run once a row.
enum PostgreSQLCounting {
    static var statements: [String] {
        FlowTable.allCases.flatMap { table in
            Operation.allCases.flatMap { operation in statements(table, operation) }
        }
    }

    private enum Operation: String, CaseIterable {
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"

        /// The rows that it makes and those that it ends, each with its sign.
        var changed: String {
            let new = "SELECT 1 AS sign, n.* FROM new_rows AS n"
            let old = "SELECT -1 AS sign, o.* FROM old_rows AS o"
            return switch self {
            case .insert: new
            case .update: "\(new) UNION ALL \(old)"
            case .delete: old
            }
        }

        var tables: String {
            switch self {
            case .insert: "NEW TABLE AS new_rows"
            case .update: "NEW TABLE AS new_rows OLD TABLE AS old_rows"
            case .delete: "OLD TABLE AS old_rows"
            }
        }
    }

    private static func statements(_ table: FlowTable, _ operation: Operation) -> [String] {
        // Nothing of these rows says where they count.
        if table.columns.isEmpty, operation == .update { return [] }
        let name = "count_\(table.rawValue)_\(operation.rawValue.lowercased())"
        let changes = "WITH c AS (\(operation.changed)) \(rows(of: table))"
        return [
            """
            CREATE OR REPLACE FUNCTION \(name)() RETURNS trigger LANGUAGE plpgsql AS $count$
            BEGIN
                INSERT INTO flow_count AS f (what, slot, owner, version_id, name, value, count)
                    SELECT what, slot, owner, version_id, name, value, CAST(sum(count) AS bigint) FROM (\(changes)) AS u
                    GROUP BY what, slot, owner, version_id, name, value HAVING sum(count) <> 0
                    ON CONFLICT (what, slot, owner, version_id, name, value) DO UPDATE SET count = f.count + excluded.count;
                DELETE FROM flow_count AS f USING (\(changes)) AS u
                    WHERE f.what = u.what AND f.slot = u.slot AND f.owner = u.owner AND f.version_id = u.version_id
                        AND f.name = u.name AND f.value = u.value AND f.count = 0;
                RETURN NULL;
            END $count$
            """,
            """
            CREATE OR REPLACE TRIGGER \(name) AFTER \(operation.rawValue) ON \(table.rawValue) REFERENCING \(operation.tables)
            FOR EACH STATEMENT EXECUTE FUNCTION \(name)()
            """,
        ]
    }

    /// Where the changed rows `c` count, as `FlowSums` has it.
    private static func rows(of table: FlowTable) -> String {
        func count(
            _ what: FlowKey.What, slot: String = "0", owner: String = "0", version: String = "0", name: String = "''",
            value: String = "''", _ number: String = "sign", from: String = "c", where condition: String = "true"
        ) -> String {
            """
            SELECT '\(what.rawValue)' AS what, CAST(\(slot) AS bigint) AS slot, CAST(\(owner) AS bigint) AS owner,
                CAST(\(version) AS bigint) AS version_id, \(name) AS name, \(value) AS value,
                CAST(\(number) AS bigint) AS count
            FROM \(from) WHERE \(condition)
            """
        }
        /// 1 when the first rows of a kind came, -1 when the last ones went.
        let change = "CAST(g.now > 0 AS integer) - CAST(g.now > g.n AS integer)"
        let parts: [String] =
            switch table {
            case .touch:
                [
                    count(.touch, owner: "playbook_id", name: "step", value: "state"),
                    count(
                        .settled, slot: "settled_at / \(FlowKey.quarter)", value: "state",
                        where: "settled_at IS NOT NULL"),
                ]
            case .enrollment:
                [
                    count(.entered, owner: "playbook_id", version: "version_id", value: "arm"),
                    count(.enteredOn, slot: "entered_at / \(FlowKey.day)", owner: "playbook_id"),
                    count(
                        .here, slot: "step", owner: "playbook_id", version: "version_id", name: "coalesce(variant, '')",
                        where: "state = 'active'"),
                    count(
                        .ended, owner: "playbook_id", version: "version_id", value: "coalesce(end_reason, '')",
                        where: "state = 'ended'"),
                    count(.goal, owner: "playbook_id", where: "goal_at IS NOT NULL"),
                ]
            case .passage:
                [
                    count(
                        .passage, owner: "e.playbook_id", name: "c.step", value: "c.result", "c.sign",
                        from: "c JOIN enrollment AS e ON e.id = c.enrollment_id")
                ]
            case .outcome:
                [
                    count(
                        .outcome, owner: "t.playbook_id", name: "t.step", value: "g.kind", change,
                        from: """
                            (SELECT c.touch_id, c.kind, sum(c.sign) AS n, (SELECT count(*) FROM outcome AS o
                                WHERE o.touch_id = c.touch_id AND o.kind = c.kind) AS now
                            FROM c GROUP BY c.touch_id, c.kind) AS g JOIN touch AS t ON t.id = g.touch_id
                            """)
                ]
            case .standing:
                [
                    count(
                        .match, owner: "g.playbook_id", value: "g.verdict", change,
                        from: """
                            (SELECT c.playbook_id, c.account_id, c.verdict, sum(c.sign) AS n,
                                (SELECT count(*) FROM standing AS s WHERE s.playbook_id = c.playbook_id
                                    AND s.account_id = c.account_id AND s.verdict = c.verdict AND s.false_since IS NULL) AS now
                            FROM c WHERE c.false_since IS NULL GROUP BY c.playbook_id, c.account_id, c.verdict) AS g
                            """)
                ]
            case .assignment: [count(.assigned, owner: "experiment_id", value: "arm")]
            case .account:
                [
                    count(.account, value: "status"), count(.mrr, value: "status", "sign * coalesce(mrr, 0)"),
                    count(
                        .stage, slot: "coalesce(stage_since / \(FlowKey.day), -1)", name: "journey", value: "stage",
                        where: "status = 'active' AND journey IS NOT NULL AND stage IS NOT NULL"),
                ]
            case .contact: [count(.contact)]
            case .suppression: [count(.suppression, value: "category")]
            case .event: [count(.event)]
            }
        return parts.joined(separator: "\nUNION ALL ")
    }
}
