import Foundation
import Reliability
import Testing

@testable import Storage

private let statementLog = ProcessInfo.processInfo.environment["KEEPTOUCH_SQL_STATEMENTS"]

/// Every statement that the tests were seen to make, given to a PostgreSQL server: `Tests/sql/prepare` runs it.
///
/// How many of them it refuses stands in the first line of `Tests/sql/refusals`, and may only fall; the reasons stand below it.
@Suite(.enabled(if: statementLog != nil)) struct RefusedStatementsTests {
    private struct Line: Codable, Hashable {
        var sql: String
        /// What was given to the parameters; nil for a script.
        var given: String?
    }

    private struct Refusal: Codable {
        var sql: String
        var why: String
    }

    /// What says that a text is about SQLite itself, or about its file.
    private static let ofSQLite = [
        "sqlite_", "pragma_", "dbstat", "series_rows", "zeroblob", "INSERT OR REPLACE", "last_insert_rowid", "strftime",
        "PRAGMA", "EXPLAIN", "ATTACH", "AS BLOB",
    ]

    /// Tables that tests make for themselves, and schemas of other tests.
    private static let ofTests = [
        "thing", "tick", "person", "customers", "candidate", "counted", "blob", "numbered",
    ]

    /// What `Dialect` spells otherwise.
    private static let spellings = [
        ("INSERT OR FAIL INTO", "INSERT INTO"), ("NOT INDEXED", ""), ("GROUP BY +", "GROUP BY "),
        ("group_concat(", "string_agg("), ("RETURNING account_id", "RETURNING 1"),
    ]

    @Test func noMoreAreRefusedThanWere() throws {
        let log = try #require(statementLog)
        let lines = Set(
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
                try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
            })
        let address = try PostgreSQLAddress(TestPostgreSQL.shared.get().address())
        let driver = try PostgreSQLDriver(address, canWrite: true)
        try driver.prepareForWriting(address.schema)
        for script in lines where script.given == nil { try define(script.sql, on: driver) }
        var refusals: [Refusal] = []
        let texts = Dictionary(grouping: lines.filter { $0.given != nil }, by: \.sql)
        var count = 0
        for (sql, lines) in texts.sorted(by: { $0.key < $1.key })
        where !Self.ofSQLite.contains(where: sql.contains) && !Self.isOfTests(sql) {
            let text = Self.spellings.reduce(sql) { $0.replacing($1.0, with: $1.1) }
            guard
                text.hasPrefix("SELECT") || text.hasPrefix("INSERT") || text.hasPrefix("UPDATE")
                    || text.hasPrefix("DELETE") || text.hasPrefix("WITH")
            else { continue }
            count += 1
            do {
                try driver.check(text, given: lines.compactMap(\.given))
            } catch {
                refusals.append(Refusal(sql: text, why: "\(error)"))
            }
        }
        let list = JSONEncoder()
        list.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        try list.encode(refusals).write(to: URL(fileURLWithPath: log + ".refused"))
        let most = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../sql/refusals")
        let known = try #require(
            Int(String(contentsOf: most, encoding: .utf8).prefix { $0.isNumber }))
        print("\(refusals.count) of \(count) statements are refused; \(log).refused lists them")
        #expect(count > 500)
        #expect(refusals.count <= known)
    }

    private static func isOfTests(_ sql: String) -> Bool {
        sql.contains(".migration") || sql.contains("'numbered_")
            || ofTests.contains { sql.contains("INTO \($0) ") || sql.contains("FROM \($0)") }
    }

    /// Makes the columns and temporary tables of a script, in addition to those that other tests have.
    private func define(_ sql: String, on driver: PostgreSQLDriver) throws {
        for match in sql.matches(of: /ALTER TABLE (account|contact) ADD COLUMN ("[^"]+"|\w+) (\w+)/) {
            try driver.executeScript(
                PostgreSQLSchema.translated(
                    "ALTER TABLE \(match.1) ADD COLUMN IF NOT EXISTS \(match.2) \(match.3)"))
        }
        for match in sql.matches(of: /CREATE TEMP TABLE (?:IF NOT EXISTS )?(\w+) \((?s:(.*?))\n?\s*\)(?:;|\s+STRICT|$)/)
        {
            try driver.executeScript("CREATE TEMP TABLE IF NOT EXISTS \(match.1) ()")
            for column in match.2.split(separator: /,\s*(?![^(]*\))/) {
                let words = column.split(whereSeparator: \.isWhitespace)
                guard let name = words.first, name != "PRIMARY", words.count > 1 else { continue }
                let type = words.dropFirst().joined(separator: " ")
                try driver.executeScript(
                    PostgreSQLSchema.translated(
                        "ALTER TABLE \(match.1) ADD COLUMN IF NOT EXISTS \(name) \(type)"))
            }
        }
    }
}

extension PostgreSQLDriver {
    /// Whether a text is taken, with what was given to its parameters.
    fileprivate func check(_ sql: String, given: [String]) throws {
        let plan = PostgreSQLPlan(sql)
        try prepare(plan)
        for kinds in given {
            for (index, kind) in kinds.enumerated() {
                let value: SQLValue =
                    switch kind {
                    case "i": .integer(1)
                    case "r": .real(1.5)
                    case "t": .text("")
                    case "b": .blob([])
                    default: .null
                    }
                guard value != .null, let type = BinaryValue.Kind(rawValue: plan.parameters[index]) else { continue }
                // `Dialect.stored` spells what `history` keeps.
                if sql.contains("history"), type == .text { continue }
                if BinaryValue.bytes(of: value, as: type) == nil {
                    throw StorageError("parameter \(index + 1) is \(type) and was given \(value)")
                }
            }
        }
    }
}
