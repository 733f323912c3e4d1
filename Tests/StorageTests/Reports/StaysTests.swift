import Foundation
import Playbooks
import Statistics
import Storage
import Testing

struct StaysTests {
    private static let texts = [
        "keeptouch.yaml": "workspace: test\ntimezone: UTC\nevaluate: daily at 06:00\n", "data.yaml": "attributes: {}\n",
    ]

    private static func day(_ text: String) throws -> Day { try Day.parse(text).get() }
    private static func start(_ day: Day) -> SQLValue { .integer(Int64(day.number) * 86_400_000) }

    /// A CSV file of the vectors: its rows by the names of the columns.
    private static func rows(_ name: String) throws -> [[String: String]] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Vectors"))
        let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
        let header = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(header, fields))
        }
    }

    private static func cases(_ section: String) throws -> [[String: Any]] {
        let url = try #require(
            Bundle.module.url(forResource: "attrition", withExtension: "json", subdirectory: "Vectors"))
        let root = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        let all = try #require(root["cases"] as? [[String: Any]])
        return all.filter { $0["section"] as? String == section }
    }

    /// The subscriptions of the vectors as accounts that pay the sum of theirs, day by day.
    private static func subscriptions() throws -> Store {
        var changes: [String: [Day: Int64]] = [:]
        for row in try rows("subscriptions.csv") {
            let account = try #require(row["account_id"])
            let mrr = try #require(row["mrr"].flatMap { Int64($0) }) * 100
            changes[account, default: [:]][try day(try #require(row["start_date"])), default: 0] += mrr
            if let end = row["end_date"], !end.isEmpty { changes[account]?[try day(end), default: 0] -= mrr }
        }
        let store = try Scratch().store()
        try store.write { connection in
            for (account, changes) in changes {
                let days = changes.sorted { $0.key < $1.key }
                let first = try #require(days.first)
                let id = try connection.integer(
                    "INSERT INTO account (key, created_at, mrr) VALUES (:key, :at, :mrr) RETURNING id",
                    [
                        "key": .text(account), "at": start(first.key),
                        "mrr": .integer(days.reduce(0) { $0 + $1.value }),
                    ])
                var mrr = first.value
                for (day, change) in days.dropFirst() where change != 0 {
                    try connection.execute(
                        """
                        INSERT INTO history (account_id, attribute, at, value, previous)
                        VALUES (:id, 'mrr', :at, :value, :previous)
                        """,
                        [
                            "id": .integer(id), "at": start(day),
                            "value": connection.dialect.stored(.integer(mrr + change)),
                            "previous": connection.dialect.stored(.integer(mrr)),
                        ])
                    mrr += change
                }
            }
        }
        return store
    }

    private static func tenures(_ store: Store, asOf day: String) throws -> Tenures {
        let moment = Instant(milliseconds: Int64(try Self.day(day).number) * 86_400_000)
        let workspace = try #require(WorkspaceReader.read(texts).workspace)
        return try store.read { try Tenures($0, workspace: workspace, asOf: moment) }
    }

    @Test func conventionsOfChurnAreThoseOfTheLedger() throws {
        let store = try Self.subscriptions()
        let tenures = try Self.tenures(store, asOf: "2026-06-01")
        for item in try Self.cases("saas_churn_definitions") {
            let inputs = try #require(item["inputs"] as? [String: Any])
            let expected = try #require(item["outputs"] as? [String: Any])
            let mrr = try #require(expected["mrr"] as? [String: Any])
            let flow = tenures.flow(
                from: try Self.day(try #require(inputs["period_start"] as? String)),
                to: try Self.day(try #require(inputs["period_end"] as? String)))
            let name = "\(item["case"] ?? "")"
            func number(_ section: String, _ key: String) -> Double? {
                ((expected[section] as? [String: Any])?[key] as? NSNumber)?.doubleValue
            }
            #expect(flow.start == expected["start_accounts"] as? Int, "\(name)")
            #expect(flow.end == expected["end_accounts"] as? Int, "\(name)")
            #expect(Double(flow.startMRR) / 100 == (expected["start_mrr"] as? NSNumber)?.doubleValue, "\(name)")
            #expect(Double(flow.endMRR) / 100 == (expected["end_mrr"] as? NSNumber)?.doubleValue, "\(name)")
            #expect(Double(flow.gone) == number("set_based", "churned"), "\(name)")
            #expect(Double(flow.departures) == number("event_based_baremetrics", "churn_events"), "\(name)")
            #expect(Double(flow.accountDays) == number("person_time", "account_days"), "\(name)")
            let start = Double(flow.startMRR)
            #expect(
                abs((start - Double(flow.lostMRR)) / start - (mrr["GRR"] as? Double ?? 0)) < 1e-12, "\(name)")
            #expect(
                abs(
                    (start - Double(flow.lostMRR) + Double(flow.expandedMRR)) / start - (mrr["NRR"] as? Double ?? 0))
                    < 1e-12, "\(name)")
        }
    }

    @Test func monthsAddUpToTheWindowsBetweenTheirLastDays() throws {
        let store = try Self.subscriptions()
        let tenures = try Self.tenures(store, asOf: "2026-06-15")
        let months = tenures.months()
        #expect(months.count > 12)
        #expect(months.last?.month.description == "2026-05")
        for (month, flow) in months {
            var whole = tenures.flow(
                from: Day(number: month.first.number - 1), to: Day(number: (month + 1).first.number - 1))
            whole.accountDays = 0
            #expect(flow == whole, "\(month)")
        }
    }

    @Test func whoComesOnTheFirstComesInThatMonth() throws {
        let store = try Scratch().store()
        try store.write { connection in
            try connection.executeScript("INSERT INTO event_kind (name) VALUES ('churned')")
            for (key, day) in [("a", "2025-10-01"), ("b", "2025-11-01"), ("c", "2025-11-30"), ("d", "2025-12-01")] {
                try connection.execute(
                    "INSERT INTO account (key, created_at) VALUES (:key, :at)",
                    ["key": .text(key), "at": Self.start(try Self.day(day))])
            }
        }
        let tenures = try Self.tenures(store, asOf: "2026-01-15")
        #expect(
            tenures.months().map { "\($0.month) \($0.flow.start) \($0.flow.arrivals)" } == [
                "2025-10 0 1", "2025-11 1 2", "2025-12 3 1",
            ])
        #expect(
            tenures.cohorts(from: Month(number: 0)).map { "\($0.month) \($0.accounts)" }
                == ["2025-10 1", "2025-11 2", "2025-12 1"])
    }

    /// A nightly feed that begins with survivors, and dates departures by the day: the first is told a day later.
    @Test func monthsBeforeAnybodyWasWatchedAreNoMonthsWithoutDepartures() throws {
        let store = try Scratch().store()
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO event_kind (name) VALUES ('churned');
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
                INSERT INTO account (key, created_at, seen_at, mrr)
                SELECT 'old' || i, i * CAST(86400000 AS bigint), 1000 * CAST(86400000 AS bigint) + 18000000, 5 FROM n;
                INSERT INTO account (key, created_at, seen_at, mrr)
                VALUES ('new', 975 * CAST(86400000 AS bigint), 1000 * CAST(86400000 AS bigint) + 18000000, 5),
                    ('yesterday', 999 * CAST(86400000 AS bigint), 1000 * CAST(86400000 AS bigint) + 18000000, 5);
                UPDATE account SET status = 'churned', churned_at = 1000 * CAST(86400000 AS bigint) WHERE key = 'old7';
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT id, 1, 1000 * CAST(86400000 AS bigint), 1001 * CAST(86400000 AS bigint) + 18000000, 'x' FROM account WHERE key = 'old7';
                """)
        }
        let tenures = try Self.tenures(store, asOf: "1972-12-15")
        #expect(tenures.firstDay == Day(number: 999) && tenures.watchedSince == Day(number: 1_000))
        let months = tenures.months()
        #expect(months.first?.month.description == "1972-09", "\(months)")
        #expect(months.first?.flow.start == 0 && months.first?.flow.entered == 201, "\(months)")
        #expect(months.dropFirst().first?.flow.start == 201)
    }

    @Test func cohortsAreThoseOfTheVectors() throws {
        let store = try Scratch().store()
        try store.write { connection in
            try connection.execute("INSERT INTO event_kind (name) VALUES ('churned')")
            for row in try Self.rows("cohort_accounts.csv") {
                let id = try connection.integer(
                    "INSERT INTO account (key, created_at) VALUES (:key, :at) RETURNING id",
                    [
                        "key": .text(try #require(row["account_id"])),
                        "at": Self.start(try Self.day(try #require(row["start_date"]))),
                    ])
                guard let end = row["end_date"], !end.isEmpty else { continue }
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (:id, 1, :at, :at, :dedup)
                    """, ["id": .integer(id), "at": Self.start(try Self.day(end)), "dedup": .text("\(id)")])
            }
        }
        let item = try #require(try Self.cases("cohort_triangle").first)
        let expected = try #require((item["outputs"] as? [String: Any])?["triangle"] as? [String: [[String: Any]]])
        let tenures = try Self.tenures(store, asOf: "2026-01-01")
        let cohorts = tenures.cohorts(from: Month(number: 0))
        #expect(cohorts.map(\.month.description) == expected.keys.sorted())
        for cohort in cohorts {
            for cell in expected[cohort.month.description] ?? [] {
                let index = try #require(cell["k"] as? Int)
                let eligible = try #require(cell["eligible"] as? Int)
                #expect(cohort.isComplete(index) == (cell["complete"] as? Bool), "\(cohort.month) \(index)")
                guard eligible > 0 else {
                    #expect(!cohort.cells.indices.contains(index))
                    continue
                }
                #expect(cohort.cells[index].eligible == eligible, "\(cohort.month) \(index)")
                // Of an incomplete cell only those count whose anniversary has come.
                #expect(cohort.cells[index].retained == cell["retained"] as? Int, "\(cohort.month) \(index)")
            }
        }
    }

    @Test func anAccountThatComesBackGoesOnAgeing() throws {
        let store = try Scratch().store(accounts: 3)
        try store.write { connection in
            try connection.executeScript(
                """
                UPDATE account SET mrr = 1000;
                INSERT INTO event_kind (name) VALUES ('churned'), ('reactivated');
                """)
            let turns: [(Int64, Int64, Int64)] = [(1, 1, 10), (1, 2, 30), (1, 1, 40), (2, 1, 20), (2, 1, 25)]
            for (index, turn) in turns.enumerated() {
                try connection.execute(
                    "INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES (:a, :k, :at, :at, :dedup)",
                    [
                        "a": .integer(turn.0), "k": .integer(turn.1), "at": .integer(turn.2 * 86_400_000),
                        "dedup": .text("\(index)"),
                    ])
            }
        }
        let tenures = try Self.tenures(store, asOf: "1970-02-20")
        let table = RiskTable(tenures.lifetimes().flatMap(\.lifetimes))
        #expect(table.rows.map(\.time) == [10, 20, 40, 50])
        #expect(table.rows.map(\.events) == [1, 1, 1, 0])
        // The first is away from 10 to 30.
        #expect(table.rows.map(\.atRisk) == [3, 2, 2, 1])
        let flow = tenures.flow(from: Day(number: 5), to: Day(number: 45))
        #expect(flow.gone == 2)
        #expect(flow.departures == 3)
        #expect(flow.arrivals == 1)
    }

    @Test func pairedLifetimesPutTheSameNumbersAtRisk() throws {
        let rows = try Self.rows("left_truncated.csv").map { row in
            Lifetime(
                entry: row["entry"].flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil },
                duration: try #require(row["duration"].flatMap(Double.init)), left: row["event"] == "1")
        }
        let durations = rows.sorted { $0.duration < $1.duration }.map { (days: $0.duration, left: $0.left, count: 1) }
        let entries = rows.compactMap(\.entry).sorted().map { (days: $0, count: 1) }
        let paired = Tenures.paired(durations, entries)
        #expect(paired.count == rows.count)
        #expect(RiskTable(paired).rows == RiskTable(rows).rows)
    }

    @Test func accountsOfAnImportWithoutDepartedOnesEnterLate() throws {
        let store = try Scratch().store(accounts: 4)
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO event_kind (name) VALUES ('churned');
                UPDATE account SET seen_at = 100 * CAST(86400000 AS bigint) WHERE id <= 2;
                UPDATE account SET seen_at = 120 * CAST(86400000 AS bigint) WHERE id > 2;
                INSERT INTO event (account_id, kind_id, at, received_at, dedup) VALUES
                    (1, 1, 110 * CAST(86400000 AS bigint), 110 * CAST(86400000 AS bigint), 'a'), (3, 1, 50 * CAST(86400000 AS bigint), 120 * CAST(86400000 AS bigint), 'b');
                """)
        }
        let tenures = try Self.tenures(store, asOf: "1970-06-01")
        let table = RiskTable(tenures.lifetimes().flatMap(\.lifetimes))
        // The second import brought one that had left: it knew the past.
        #expect(table.rows.map(\.time) == [50, 110, 151])
        #expect(table.rows.map(\.atRisk) == [2, 3, 2])
    }

    /// Old accounts come with the first import, new ones each morning after their creation.
    @Test(arguments: [(every: 1, delay: 1), (7, 1), (30, 1), (1, 2)])
    func accountsThatComeWithTheFeedAreWatchedFromTheirCreation(every: Int, delay: Int) throws {
        let store = try Scratch().store()
        try store.write { connection in
            try connection.executeScript(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
                INSERT INTO account (key, created_at, seen_at, mrr)
                SELECT 'old' || i, i * CAST(86400000 AS bigint), 1000 * CAST(86400000 AS bigint), 5 FROM n;
                WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 594)
                INSERT INTO account (key, created_at, seen_at, mrr)
                SELECT 'new' || i, (1000 + i / 5) * CAST(86400000 AS bigint),
                    (1000 + i / 5 + \(delay) + (\(every) - 1) - (i / 5) % \(every)) * CAST(86400000 AS bigint), 5 FROM n;
                """)
        }
        let tenures = try Self.tenures(store, asOf: "1974-01-01")
        #expect(tenures.cohorts(from: Month(number: 0)).reduce(0) { $0 + $1.accounts } == 595)
        let lifetimes = tenures.lifetimes().flatMap(\.lifetimes)
        #expect(lifetimes.filter { $0.entry == nil }.reduce(0) { $0 + $1.count } == 595)
        // The old ones come under observation at the age that they have.
        #expect(lifetimes.compactMap(\.entry).min() == 800)
    }

    @Test func whatIsImportedLaterChangesNothingOfBefore() throws {
        let store = try Self.subscriptions()
        func all(_ day: String) throws -> [String] {
            let tenures = try Self.tenures(store, asOf: day)
            return tenures.months().map { "\($0)" } + [
                "\(tenures.flow(from: try Self.day("2025-12-01"), to: try Self.day("2026-02-01")))",
                "\(tenures.lifetimes())", "\(tenures.cohorts(from: Month(number: 0)))",
            ]
        }
        let before = try all("2026-02-10")
        let later = Self.start(try Self.day("2026-03-01"))
        try store.write { connection in
            try connection.execute("INSERT INTO event_kind (name) VALUES ('churned')")
            // Of before, but received after; and a later change of price.
            try connection.execute(
                """
                INSERT INTO event (account_id, kind_id, at, received_at, dedup)
                SELECT id, 1, created_at + CAST(86400000 AS bigint), :later, key FROM account
                """, ["later": later])
            try connection.execute(
                "UPDATE account SET status = 'churned', churned_at = created_at + CAST(86400000 AS bigint)")
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                SELECT id, 'mrr', :later, 7, mrr FROM account
                """, ["later": later])
            try connection.execute("UPDATE account SET mrr = 7")
            try connection.execute(
                "INSERT INTO account (key, created_at, seen_at, mrr) VALUES ('new', 0, :later, 5)", ["later": later])
        }
        #expect(try all("2026-02-10") == before)
        #expect(try all("2026-03-02") != before)
    }
}
