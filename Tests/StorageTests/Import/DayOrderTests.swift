import Playbooks
import Storage
import Testing

/// Dates that can be read both ways are read as those that leave no doubt, in the same file or in another of one export.
struct DayOrderTests {
    private static func accounts(_ end: (Int) -> String) -> String {
        "id,Name,MRR,Created Date,Contract End Date\n"
            + (1...7).map { "\($0),Co\($0),10,0\($0)/03/2025,\(end($0))\n" }.joined()
    }

    private static let usage =
        "account,day,logins\n" + (1...7).map { "\($0),0\($0)/02/2026,\($0)\n" }.joined()

    @Test func anotherColumnShowsThatTheDayComesFirst() throws {
        let files = try GuessedFiles(Self.accounts { "\(14 + $0)/01/2027" })
        let moment = try ImportWorld.milliseconds("2025-03-02T00:00:00Z")
        #expect(try files.rows("SELECT created_at FROM account WHERE key = '2'") == ["\(moment)"])
        #expect(
            files.says(
                "and those of \"Contract End Date\" only with the day first; d/m/y is taken. If that is wrong: format: m/d/y"
            ),
            "\(files.guess.notes)")
    }

    @Test func anotherColumnShowsThatTheMonthComesFirstThoughAmountsAreInEuros() throws {
        let text = Self.accounts { "01/\(14 + $0)/2027" }.replacing(",10,", with: ",€10.00,")
        let files = try GuessedFiles(text, currency: "EUR")
        let moment = try ImportWorld.milliseconds("2025-02-03T00:00:00Z")
        #expect(try files.rows("SELECT created_at FROM account WHERE key = '2'") == ["\(moment)"])
    }

    @Test func anotherFileShowsIt() throws {
        let files = try GuessedFiles([
            ("accounts.csv", Self.accounts { "\(14 + $0)/01/2027" }), ("usage.csv", Self.usage),
        ])
        #expect(files.guess.yaml.contains("day: { column: \"day\", format: d/m/y }"), "\(files.guess.yaml)")
        #expect(files.says("of \"Contract End Date\" of accounts.csv only with the day first"), "\(files.guess.notes)")
        let reversed = try GuessedFiles([
            ("accounts.csv", Self.accounts { "0\($0)/01/2027" }),
            ("usage.csv", Self.usage.replacing("7,07/02", with: "7,27/02")),
        ])
        #expect(reversed.guess.yaml.contains("created_at: { format: d/m/y"), "\(reversed.guess.yaml)")
    }

    @Test func whereTheyContradictEachOtherNothingIsConcluded() throws {
        let text =
            "id,Name,MRR,Created Date,Contract End Date,Last Call\n"
            + (1...7).map { "\($0),Co\($0),10,0\($0)/03/2025,\(14 + $0)/01/2027,01/\(14 + $0)/2026\n" }.joined()
        let files = try GuessedFiles(text)
        #expect(
            files.says("\"Created Date\": 7 dates can be read as m/d/y and as d/m/y, and none tells which"),
            "\(files.guess.notes)")
    }

    @Test func theLineToAddMendsEveryColumnOfTheFile() throws {
        let world = try ImportWorld()
        world.dataMap.attributes += [Attribute("called_on", .date, format: "m/d/y")]
        let rows = (1...30).map { "\($0),\(13 + $0 % 15)/01/2026,0\(1 + $0 % 9)/02/2026\n" }.joined()
        let report = try world.load(.accounts, "key,renewal_at,called_on\n" + rows)
        let hints = report.groups.compactMap(\.hint)
        #expect(
            hints == [
                "attributes: { renewal_at: { type: date, format: d/m/y } }\nattributes: { called_on: { type: date, format: d/m/y } }"
            ])
    }
}
