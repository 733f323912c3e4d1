import Storage
import Testing

/// Statements in what SQLite 3.40 and PostgreSQL 15 share, with the answers that both must give; each is a way to write
/// something on which the two differ.
enum PortableSQL {
    struct Snippet: Sendable, CustomTestStringConvertible {
        var sql: String
        var arguments: [String: SQLValue] = [:]
        var rows: [[SQLValue]]

        init(_ sql: String, _ arguments: [String: SQLValue] = [:], rows: [[SQLValue]]) {
            self.sql = sql
            self.arguments = arguments
            self.rows = rows
        }

        /// One row of one value.
        init(_ sql: String, _ arguments: [String: SQLValue] = [:], gives value: SQLValue) {
            self.init(sql, arguments, rows: [[value]])
        }

        var testDescription: String { sql }
    }

    static let setUp = [
        "CREATE TEMP TABLE thing (id bigint PRIMARY KEY, label text, score double precision, kept bigint)",
        """
        INSERT INTO thing (id, label, score, kept) VALUES (1, 'pear', 1.5, 1), (2, 'Apple', NULL, 0), (3, 'fig', -2.0, NULL),
            (4, NULL, 2.5, 1)
        """,
        "CREATE TEMP TABLE tick (thing_id bigint, at bigint, amount bigint, PRIMARY KEY (thing_id, at))",
        "INSERT INTO tick (thing_id, at, amount) VALUES (1, 10, 5), (1, 20, 7), (1, 30, 9), (2, 10, 1), (4, 30, 2), (4, 40, NULL)",
    ]

    static let snippets = numbers + missing + texts + orders + aggregates + lookUps + parameters + writes

    /// Numbers.
    private static let numbers: [Snippet] = [
        Snippet("SELECT 7 / 2", gives: .integer(3)), Snippet("SELECT -7 / 2", gives: .integer(-3)),
        Snippet("SELECT 7 % 3", gives: .integer(1)), Snippet("SELECT -7 % 3", gives: .integer(-1)),
        Snippet("SELECT CAST(7 AS double precision) / 2", gives: .real(3.5)),
        Snippet("SELECT 1 / NULLIF(0, 0)", gives: .null),
        Snippet("SELECT :n / NULLIF(CAST(:d AS bigint), 0)", ["n": .integer(6), "d": .integer(0)], gives: .null),
        Snippet("SELECT CAST(round(1.7) AS bigint)", gives: .integer(2)),
        Snippet("SELECT CAST(round(-1.7) AS bigint)", gives: .integer(-2)),
        Snippet("SELECT abs(-3)", gives: .integer(3)), Snippet("SELECT coalesce(NULL, 4)", gives: .integer(4)),
        Snippet("SELECT nullif(3, 3)", gives: .null),
        Snippet("SELECT CASE WHEN 2 > 1 THEN 2 ELSE 1 END", gives: .integer(2)),
        Snippet("SELECT (-1 + 8640000000000000) / 86400000 - 100000000", gives: .integer(-1)),
        Snippet("SELECT CAST(4999 AS double precision) / 100", gives: .real(49.99)),
        Snippet("SELECT 2 + 3 * 4 - 1", gives: .integer(13)),
    ]

    /// Missing values: booleans are never shown, only asked.
    private static let missing: [Snippet] = [
        Snippet("SELECT count(*) FROM thing WHERE score > 1", gives: .integer(2)),
        Snippet("SELECT count(*) FROM thing WHERE NOT (score > 1)", gives: .integer(1)),
        Snippet("SELECT count(*) FROM thing WHERE score > 1 OR kept <> 0", gives: .integer(2)),
        Snippet("SELECT count(*) FROM thing WHERE (score > 1) IS NULL", gives: .integer(1)),
        Snippet(
            "SELECT count(*) FROM thing WHERE label IS NOT DISTINCT FROM CAST(:label AS text)", ["label": .null],
            gives: .integer(1)),
        Snippet("SELECT count(*) FROM thing WHERE kept <> 0", gives: .integer(2)),
        Snippet("SELECT count(*) FROM thing WHERE 1 = 1", gives: .integer(4)),
        Snippet("SELECT count(*) FROM thing WHERE 1 = 0", gives: .integer(0)),
        Snippet("SELECT count(*) FROM thing WHERE id IN (1, 3, 9)", gives: .integer(2)),
        Snippet("SELECT count(*) FROM thing WHERE score NOT IN (1.5, 2.5)", gives: .integer(1)),
        Snippet("SELECT count(*) FROM thing WHERE (kept <> 0) = (score > 0)", gives: .integer(2)),
        Snippet("SELECT CASE WHEN CAST(:x AS bigint) IS NULL THEN 1 ELSE 0 END", ["x": .null], gives: .integer(1)),
        Snippet("SELECT CASE WHEN CAST(NULL AS bigint) <> 0 THEN 1 ELSE 0 END", gives: .integer(0)),
    ]

    /// Text.
    private static let texts: [Snippet] = [
        Snippet("SELECT count(*) FROM thing WHERE lower(label) LIKE 'a%'", gives: .integer(1)),
        Snippet("SELECT 'a' || 'b'", gives: .text("ab")), Snippet("SELECT trim('  x ')", gives: .text("x")),
        Snippet("SELECT substr('abcdef', 2, 3)", gives: .text("bcd")),
        Snippet("SELECT length('abc')", gives: .integer(3)),
        Snippet("SELECT replace('a-b', '-', '+')", gives: .text("a+b")),
        Snippet("SELECT CAST(42 AS text)", gives: .text("42")),
        Snippet("SELECT upper('abc')", gives: .text("ABC")), Snippet("SELECT 'it''s'", gives: .text("it's")),
    ]

    /// Order.
    private static let orders: [Snippet] = [
        Snippet(
            "SELECT id FROM thing ORDER BY score NULLS LAST, id",
            rows: [[.integer(3)], [.integer(1)], [.integer(4)], [.integer(2)]]),
        Snippet("SELECT id FROM thing ORDER BY score DESC NULLS FIRST, id LIMIT 1", gives: .integer(2)),
        Snippet("SELECT id FROM thing ORDER BY id LIMIT 1 OFFSET 2", gives: .integer(3)),
    ]

    /// Aggregates.
    private static let aggregates: [Snippet] = [
        Snippet("SELECT count(*) FILTER (WHERE score > 0) FROM thing", gives: .integer(2)),
        Snippet("SELECT sum(amount) FROM tick WHERE thing_id = 9", gives: .null),
        Snippet("SELECT coalesce(sum(amount), 0) FROM tick WHERE thing_id = 9", gives: .integer(0)),
        Snippet("SELECT count(amount) FROM tick", gives: .integer(5)),
        Snippet("SELECT count(DISTINCT at) FROM tick", gives: .integer(4)),
        Snippet(
            "SELECT thing_id, max(at) FROM tick GROUP BY thing_id HAVING count(*) > 1 ORDER BY thing_id",
            rows: [[.integer(1), .integer(30)], [.integer(4), .integer(40)]]),
        Snippet("SELECT sum(amount) FILTER (WHERE at > 10) FROM tick WHERE thing_id = 1", gives: .integer(16)),
        Snippet("SELECT CAST(avg(amount) AS double precision) FROM tick WHERE thing_id = 1", gives: .real(7)),
        Snippet("SELECT min(at) FROM tick", gives: .integer(10)),
    ]

    /// Look-ups, joins and windows.
    private static let lookUps: [Snippet] = [
        Snippet("SELECT (SELECT amount FROM tick WHERE thing_id = 1 ORDER BY at DESC LIMIT 1)", gives: .integer(9)),
        Snippet(
            "SELECT count(*) FROM thing AS a WHERE EXISTS (SELECT 1 FROM tick AS t WHERE t.thing_id = a.id AND t.at > 20)",
            gives: .integer(2)),
        Snippet(
            "SELECT count(*) FROM thing AS a LEFT JOIN (SELECT thing_id FROM tick GROUP BY thing_id) AS g ON g.thing_id = a.id WHERE g.thing_id IS NULL",
            gives: .integer(1)),
        Snippet("SELECT count(*) FROM thing AS a CROSS JOIN thing AS b", gives: .integer(16)),
        Snippet(
            "SELECT (SELECT x.v + 1 FROM (SELECT a.id AS v) AS x) FROM thing AS a WHERE a.id = 3", gives: .integer(4)),
        Snippet(
            """
            SELECT thing_id, amount FROM (SELECT thing_id, amount, row_number() OVER (PARTITION BY thing_id ORDER BY at DESC) AS n
            FROM tick) AS t WHERE n = 1 ORDER BY thing_id
            """, rows: [[.integer(1), .integer(9)], [.integer(2), .integer(1)], [.integer(4), .null]]),
        Snippet("WITH big AS (SELECT id FROM thing WHERE score > 1) SELECT count(*) FROM big", gives: .integer(2)),
        Snippet(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n",
            gives: .integer(15)),
        Snippet("SELECT count(*) FROM (SELECT id FROM thing UNION SELECT thing_id FROM tick) AS u", gives: .integer(4)),
        Snippet("SELECT count(*) FROM (VALUES (1), (2), (3)) AS v", gives: .integer(3)),
    ]

    /// Arguments.
    private static let parameters: [Snippet] = [
        Snippet(
            "SELECT CAST(:b AS bigint) - CAST(:a AS bigint)", ["a": .integer(1), "b": .integer(5)], gives: .integer(4)),
        Snippet("SELECT CAST(:a AS bigint) + CAST(:a AS bigint)", ["a": .integer(2)], gives: .integer(4)),
        Snippet("SELECT CAST(:t AS text) || '!'", ["t": .text("hi")], gives: .text("hi!")),
    ]

    /// Writing.
    private static let writes: [Snippet] = [
        Snippet(
            """
            INSERT INTO tick (thing_id, at, amount) SELECT thing_id, at, amount + 1 FROM tick WHERE thing_id = 2
            ON CONFLICT (thing_id, at) DO UPDATE SET amount = excluded.amount RETURNING amount
            """, gives: .integer(2)),
        Snippet(
            """
            INSERT INTO tick (thing_id, at, amount) SELECT 2, 10, 100 WHERE true
            ON CONFLICT (thing_id, at) DO UPDATE SET amount = tick.amount + excluded.amount RETURNING amount
            """, gives: .integer(101)),
        Snippet("INSERT INTO tick (thing_id, at) VALUES (2, 10) ON CONFLICT DO NOTHING RETURNING at", rows: []),
        Snippet(
            "UPDATE thing SET score = t.amount FROM tick AS t WHERE t.thing_id = thing.id AND t.at = 20 RETURNING id",
            gives: .integer(1)),
        Snippet(
            "UPDATE thing SET kept = 0 WHERE id IN (SELECT id FROM thing ORDER BY id LIMIT 1) RETURNING id",
            gives: .integer(1)),
        Snippet(
            "DELETE FROM tick WHERE thing_id = 4 AND at > 10 RETURNING at", rows: [[.integer(30)], [.integer(40)]]),
    ]
}

struct PortableSQLTests {
    @Test func theTableHasFiftySnippets() {
        #expect(PortableSQL.snippets.count >= 50)
    }

    @Test(arguments: PortableSQL.snippets)
    func sqliteGivesTheAnswer(_ snippet: PortableSQL.Snippet) throws {
        let store = try Scratch().store()
        try store.read { connection in
            for statement in PortableSQL.setUp { try connection.execute(statement) }
            let rows = try connection.query(snippet.sql, snippet.arguments).map(\.values)
            #expect(rows == snippet.rows)
        }
    }
}
