import Basics
import Playbooks
import Storage
import Testing

/// A number has one reading: that of its source where it is a number there, else that of the declared style; what could be
/// another one, a thousand times as large, is never taken for the small one.
struct NumberReadingTests {
    /// A world whose numbers and amounts are declared with a decimal comma.
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        var form = ColumnForm()
        form.decimal = .comma
        for index in world.dataMap.attributes.indices
        where ["seats", "budget"].contains(world.dataMap.attributes[index].name) {
            world.dataMap.attributes[index].form = form
        }
        return world
    }

    private let figures = "SELECT key, a_seats, a_budget FROM account ORDER BY key"

    @Test func aNumberOfJSONIsNoTextOfTheDeclaredStyle() throws {
        let world = try world()
        let report = try world.load(
            .accounts,
            "{\"key\":\"a\",\"seats\":33.333,\"budget\":1234.567}\n{\"key\":\"b\",\"seats\":\"33.333\",\"budget\":\"1.234,56\"}\n"
        )
        #expect(report.rejected + report.cellsLeftOut == 0)
        #expect(try world.rows(figures) == ["a|33.333|123457", "b|33333.0|123456"])
    }

    @Test func aNumberOfSQLiteIsNoTextOfTheDeclaredStyle() throws {
        let world = try world()
        let sql = """
            SELECT 'a' AS key, 33.333 AS seats, 1.234 AS budget
            UNION ALL SELECT 'b', '33.333', '1.234,00' UNION ALL SELECT 'c', 12, 12
            """
        _ = try world.importer.run(
            .accounts, from: .query(database: world.scratch.database, sql: sql), now: world.now)
        #expect(try world.rows(figures) == ["a|33.333|123", "b|33333.0|123400", "c|12.0|1200"])
    }

    @Test func aNumberOfARequestIsNoTextOfTheDeclaredStyle() throws {
        let world = try world()
        try AttributeColumns(world.dataMap).apply(to: world.store)
        func field(_ column: String, _ value: JSON) -> IncomingRow.Field {
            IncomingRow.Field(column, value, at: "/\(column)")
        }
        let intake = Intake(store: world.store)
        let rows = [
            [field("key", .text("a")), field("seats", .number(33.333)), field("budget", .number(1.234))],
            [field("key", .text("b")), field("seats", .text("33.333")), field("budget", .text("1,5"))],
        ].map { IncomingRow(.accounts, $0, at: "") }
        let rules = IntakeRules(dataMap: world.dataMap, configuration: world.configuration)
        let report = try world.store.write { try intake.take(rows, rules: rules, now: world.now, $0) }
        #expect(report.rejected == [])
        #expect(try world.rows(figures) == ["a|33.333|123", "b|33333.0|150"])
    }

    @Test func aPropertyThatIsANumberIsReadSoToo() throws {
        let world = try ImportWorld()
        var comma = EventKind.Property("score", .number)
        comma.form.decimal = .comma
        world.dataMap.events.append(EventKind("measured", properties: [comma]))
        try world.load(.accounts, "key\na\n")
        try world.load(
            .events,
            """
            {"account":"a","event":"measured","at":"2026-03-01","properties":{"score":33.333}}
            {"account":"a","event":"measured","at":"2026-03-02","properties":{"score":"33.333"}}
            {"account":"a","event":"measured","at":"2026-03-03","score":1.5}

            """)
        #expect(
            try world.rows("SELECT properties FROM event ORDER BY at")
                == ["{\"score\":33.333}", "{\"score\":33333}", "{\"score\":1.5}"])
    }

    @Test(arguments: ["1.400", "12.345", "-999.999"])
    func aNumberWithTwoReadingsIsRefusedWhereNoStyleIsDeclared(text: String) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        for (kind, file) in [
            (ImportKind.accounts, "key,seats\na,\(text)\n"), (.metrics, "account,day,logins\na,2026-03-01,\(text)\n"),
            (.metrics, "account,day,metric,value\na,2026-03-01,logins,\(text)\n"),
        ] {
            let report = try world.load(kind, file)
            #expect(report.rejected + report.cellsLeftOut == 1)
            let group = try #require(report.groups.first)
            #expect(group.first.reason.contains("has two readings; say decimal: comma"), "\(group.first.reason)")
            #expect(group.hint?.contains("decimal: <comma or point>") == true, "\(group.hint ?? "")")
        }
        #expect(try world.rows("SELECT a_seats FROM account") == [""])
    }

    @Test(arguments: [("0.400", 0.4), ("1.4", 1.4), ("1.4000", 1.4), ("1400.125", 1400.125), ("1,234.567", 1234.567)])
    func aNumberWithOneReadingIsTaken(text: String, value: Double) throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,seats\na,\"\(text)\"\n")
        #expect(try world.rows("SELECT a_seats FROM account") == ["\(value)"])
    }

    @Test func aLeadingZeroPartsNoGroups() throws {
        let world = try world()
        let report = try world.load(.accounts, "key,seats\na,0.400\nb,\"0,4\"\n")
        #expect(report.cellsLeftOut == 1)
        #expect(try world.rows("SELECT key, a_seats FROM account ORDER BY id") == ["a|", "b|0.4"])
    }

    // MARK: What init finds

    private func guess(_ files: [(String, String)]) throws -> DataMapGuess {
        let world = try ImportWorld()
        let paths = try files.map { try world.file($0.1, $0.0) }
        return try DataMapGuess(
            from: paths.map { .file($0) }, paths: files.map(\.0), configuration: world.configuration, now: world.now)
    }

    private let accounts = ("accounts.csv", "Customer No,Company,MRR\n00012,A,49\n13,B,49\n")

    @Test(arguments: [
        ("usage.csv", "Customer No,Day,Logins\n00012,28.02.2026,1.400\n13,28.02.2026,2.100\n"),
        ("tage.csv", "Customer No;Tag;Logins\n00012;28.02.2026;1.400\n13;28.02.2026;70\n"),
        (
            "weekly.csv",
            "Customer No,Week starting,Logins,Revenue\n00012,23.02.2026,1.400,\"1.234,56\"\n13,23.02.2026,70,9\n"
        ),
    ])
    func usageOfAGermanFileIsReadWithItsGroups(file: (String, String)) throws {
        let guess = try guess([accounts, file])
        #expect(guess.yaml.contains("logins: { column: \"Logins\", decimal: comma }"), "\(guess.yaml)")
    }

    @Test func whyGroupsAreReadSoIsSaid() throws {
        let guess = try guess([accounts, ("usage.csv", "Customer No,Day,Logins\n00012,28.02.2026,1.400\n")])
        #expect(
            guess.notes.contains {
                $0.contains(
                    "\"Logins\": 1.400 is read with points between groups of three, because dates are written d.m.y")
            }, "\(guess.notes)")
    }

    @Test func theStyleOfTheAccountsTellsThatOfTheirUsage() throws {
        let guess = try guess([
            ("accounts.csv", "Customer No;Company;MRR\n00012;A;49,50\n13;B;49,00\n"),
            ("usage.csv", "Customer No;Day;Logins\n00012;2026-02-28;1.400\n"),
        ])
        #expect(guess.yaml.contains("logins: { column: \"Logins\", decimal: comma }"), "\(guess.yaml)")
        #expect(guess.notes.contains { $0.contains("because accounts.csv has a decimal comma") }, "\(guess.notes)")
    }

    @Test func wideUsageAndLongUsageFollowTheStyleToo() throws {
        let wide = try guess([
            accounts, ("usage.csv", "Customer No;27.02.2026;28.02.2026\n00012;1.400;2,5\n13;7;1.200\n"),
        ])
        #expect(wide.yaml.contains("value: { decimal: comma }"), "\(wide.yaml)")
        let long = try guess([
            accounts,
            ("usage.csv", "Customer No;Day;Metric;Value\n00012;28.02.2026;logins;1.400\n13;28.02.2026;logins;3\n"),
        ])
        #expect(long.yaml.contains("value: { column: \"Value\", decimal: comma }"), "\(long.yaml)")
    }

    @Test func whatNothingTellsIsSaidAndNotDeclared() throws {
        let guess = try guess([
            accounts, ("usage.csv", "Customer No,Day,Logins\n00012,2026-02-28,1.400\n13,2026-02-28,2\n"),
        ])
        #expect(guess.yaml.contains("logins: { column: \"Logins\" }"), "\(guess.yaml)")
        #expect(
            guess.notes.contains { $0.contains("nothing tells whether the point of 1.400 is a decimal one") },
            "\(guess.notes)")
    }

    @Test func aPointThatOtherNumbersOfTheColumnShowIsDeclared() throws {
        let guess = try guess([
            accounts, ("usage.csv", "Customer No,Day,Minutes\n00012,2026-02-28,1.400\n13,2026-02-28,2.25\n"),
        ])
        #expect(guess.yaml.contains("minutes: { column: \"Minutes\", decimal: point }"), "\(guess.yaml)")
        let groups = try self.guess([accounts, ("usage.csv", "Customer No,Day,Minutes\n00012,2026-02-28,\"1,400\"\n")])
        #expect(groups.yaml.contains("minutes: { column: \"Minutes\", decimal: point }"), "\(groups.yaml)")
    }
}
