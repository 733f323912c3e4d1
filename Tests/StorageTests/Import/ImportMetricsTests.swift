import Playbooks
import Storage
import Testing

struct ImportMetricsTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\nc\n")
        return world
    }

    private func values(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT account, metric, date, value FROM series_rows ORDER BY metric, account, day")
    }

    @Test func longAndWideFilesBringTheSame() throws {
        let long = try world()
        try long.load(
            .metrics,
            """
            account,metric,day,value
            a,logins,2026-03-01,5
            a,logins,20260302,6.5
            a,Reports run,2026-03-01,0
            b,reports,2026-03-01T10:00:00Z,2
            """)
        let wide = try world()
        let report = try wide.load(
            .metrics, "account,day,logins,Reports run\na,2026-03-01,5,0\na,2026-03-02,6.5,\nb,2026-03-01,,2\n")
        #expect(report.inserted == 4)
        let expected = [
            "a|logins|2026-03-01|5.0", "a|logins|2026-03-02|6.5", "a|reports|2026-03-01|0.0",
            "b|reports|2026-03-01|2.0",
        ]
        #expect(try values(long) == expected)
        #expect(try values(wide) == expected)
        #expect(
            try wide.rows(
                "SELECT name, day, accounts, closed FROM metric_day JOIN metric ON id = metric_id ORDER BY 1, 2") == [
                    "logins|20513|1|0", "logins|20514|1|0", "reports|20513|2|0",
                ])
    }

    @Test func theSameFileTwiceChangesNothing() throws {
        let world = try world()
        let text = "account,day,logins\na,2026-03-01,5\nb,2026-03-01,6\n"
        #expect(try world.load(.metrics, text).inserted == 2)
        let again = try world.load(.metrics, text)
        #expect((again.inserted, again.updated, again.unchanged) == (0, 0, 2))
        let corrected = try world.load(.metrics, "account,day,logins\na,2026-03-01,7\nc,2026-03-01,1\n")
        #expect((corrected.inserted, corrected.updated) == (1, 1))
        #expect(try world.rows("SELECT accounts FROM metric_day") == ["3"])
    }

    @Test func ofADayThatComesTwiceTheLastValueCounts() throws {
        let world = try world()
        let report = try world.load(
            .metrics, "account,metric,day,value\na,logins,2026-03-01,5\na,logins,2026-03-01,7\n")
        #expect(report.duplicates == 1)
        #expect(try values(world) == ["a|logins|2026-03-01|7.0"])
    }

    @Test func badRowsAreRejectedWhole() throws {
        let world = try world()
        let report = try world.load(
            .metrics,
            """
            account,metric,day,value
            x,logins,2026-03-01,1
            a,login,2026-03-01,1
            a,logins,03/01/2026,1
            a,logins,2026-04-01,1
            a,logins,2026-03-01,
            a,logins,2026-03-01,inf
            """)
        #expect(
            report.firstRejected.map(\.reason) == [
                "account: there is no account with the key \"x\"",
                "metric: \"login\" is not a metric of data.yaml; did you mean \"logins\"?",
                "day: \"03/01/2026\" is not a day written 2026-03-01 or 20260301",
                "day: \"2026-04-01\" lies in the future",
                "value: is empty", "value: \"inf\" is not a number",
            ])
        #expect(try values(world) == [])
    }

    @Test func aBadCellOfAWideRowCostsTheCell() throws {
        let world = try world()
        let report = try world.load(.metrics, "account,day,logins,reports\na,2026-03-01,1,many\n")
        #expect((report.rejected, report.cellsLeftOut) == (0, 1))
        #expect(try values(world) == ["a|logins|2026-03-01|1.0"])
    }

    @Test func columnsMayBeCalledAfterDaysAndMonths() throws {
        let world = try world()
        var map = ImportMap("usage", .metrics)
        (map.metric, map.days) = ("logins", ["y-m-d"])
        map.columns["account"] = ColumnForm(column: "Customer")
        try world.load(
            .metrics, "Customer,2026-03-01,2026-03-02,2026-04-01\na,1,2,3\nb,,4,\nTotal,1,6,3\n",
            ImportOptions(map: map))
        #expect(
            try values(world) == ["a|logins|2026-03-01|1.0", "a|logins|2026-03-02|2.0", "b|logins|2026-03-02|4.0"])

        let months = try self.world()
        (map.metric, map.days, map.columns) = ("reports", ["mmm y"], [:])
        try months.load(
            .metrics, "Account ID,Reports Jan 2026,Reports Feb 2026,Reports Mar 2026\na,31,56,9\n",
            ImportOptions(map: map))
        #expect(
            try months.rows(
                """
                SELECT substr(date, 1, 7) AS month, count(*), min(value), max(value) FROM series_rows
                GROUP BY 1 ORDER BY 1
                """) == ["2026-01|31|1.0|1.0", "2026-02|28|2.0|2.0", "2026-03|9|1.0|1.0"])
    }

    @Test func namesOfMetricsAreComparedWithoutCase() throws {
        let world = try world()
        let report = try world.load(
            .metrics, "Account ID,Metric,Date,Value\na,Logins,2026-03-01,1\na,REPORTS RUN,2026-03-01,2\n")
        #expect(report.isClean)
        #expect(try values(world) == ["a|logins|2026-03-01|1.0", "a|reports|2026-03-01|2.0"])
    }

    @Test func completeClosesTheDaysOfTheFile() throws {
        let world = try world()
        let report = try world.load(
            .metrics, "account,day,logins\na,2026-03-01,5\na,2026-03-02,6\n", ImportOptions(closesDays: true))
        #expect(report.daysClosed == 2)
        #expect(try world.rows("SELECT day FROM metric_day WHERE closed = 1 ORDER BY day") == ["20513", "20514"])
    }

    @Test func daysOfWhichMuchWasRejectedStayOpen() throws {
        let world = try world()
        let report = try world.load(
            .metrics, "account,day,logins\na,2026-03-01,5\nx,2026-03-01,6\n", ImportOptions(closesDays: true))
        #expect(report.daysClosed == 0)
        #expect(report.warnings.contains { $0.hasPrefix("the days were not closed") })
    }

    @Test func aFileWithoutMetricsIsAnError() throws {
        let world = try world()
        let error = #expect(throws: ImportError.self) {
            try world.load(.metrics, "account,day,visits\na,2026-03-01,1\n")
        }
        #expect(error?.description.contains("logins, reports") == true)
    }

    @Test func manyAccountsAreFoundInMemory() throws {
        let world = try ImportWorld()
        let keys = (0..<3_000).map { "k\($0)" }
        try world.load(.accounts, "key\n" + keys.joined(separator: "\n"))
        let text =
            "account,day,logins\n"
            + keys.shuffled().map { "\($0),2026-03-01,\($0.dropFirst())" }.joined(separator: "\n")
        let report = try world.load(.metrics, text + "\nunknown,2026-03-01,1\n")
        #expect((report.inserted, report.rejected) == (3_000, 1))
        #expect(
            try world.rows("SELECT count(*) FROM series_rows WHERE 'k' || CAST(value AS INTEGER) = account") == ["3000"]
        )
    }
}
