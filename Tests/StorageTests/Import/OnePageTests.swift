import Playbooks
import Storage
import Testing

/// Answers of an API that are not all there is, and headings of days that are not all there is to say.
struct OnePageTests {
    private let row = "{\"account\":\"a\",\"day\":\"2026-03-01\",\"logins\":3}"

    private func load(_ text: String) throws -> ImportReport {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        return try world.importer.run(
            .metrics, from: .file(world.file(text, "page.json")), options: ImportOptions(closesDays: true),
            now: world.now)
    }

    @Test(arguments: [
        ("", ",\"has_more\":true"), ("\"hasMore\":true,", ""), ("", ",\"next\":\"https://x.example/?page=2\""),
        ("\"page\":1,", ",\"next_page\":2"), ("\"total\":3,", ""), ("", ",\"meta\":{\"total_count\":120}"),
        ("", ",\"paging\":{\"next\":{\"after\":\"NTI1\"}}"), ("\"totalSize\":2000,\"done\":false,", ""),
        ("", ",\"links\":{\"next\":\"/v1/usage?cursor=x\"}"), ("", ",\"nextPageToken\":\"abc\""),
        ("", ",\"@odata.nextLink\":\"https://x.example\""),
        ("", ",\"response_metadata\":{\"next_cursor\":\"dGVhbQ==\"}"),
    ])
    func onePageOfAnAnswerIsSaidAndClosesNoDay(before: String, after: String) throws {
        let report = try load("{\(before)\"data\":[\(row)]\(after)}")
        #expect(report.inserted == 1)
        #expect(
            report.warnings.contains { $0.hasPrefix("it is one page of an answer that has more") }, "\(report.warnings)"
        )
        #expect(report.daysClosed == 0)
    }

    @Test(arguments: [
        ",\"has_more\":false", ",\"has_more\":false,\"total\":3", ",\"next\":null", ",\"next_page\":\"\"",
        ",\"total\":1",
        ",\"paging\":{}", ",\"done\":true,\"totalSize\":1", "", ",\"page\":1,\"next_page\":null",
    ])
    func anAnswerThatIsAllThereIsClosesItsDays(after: String) throws {
        let report = try load("{\"data\":[\(row)]\(after)}")
        #expect(report.warnings == [])
        #expect(report.daysClosed == 1)
    }

    @Test func theLastOfSeveralPagesTells() throws {
        let other = row.replacing("03-01", with: "03-02")
        let whole = try load(
            "{\"data\":[\(row)],\"total\":2,\"next\":\"x\"}\n{\"data\":[\(other)],\"total\":2,\"next\":null}\n")
        #expect(whole.warnings == [])
        #expect(whole.daysClosed == 2)
        let half = try load("{\"data\":[\(row)],\"has_more\":true}\n{\"data\":[\(other)],\"has_more\":true}\n")
        #expect(half.daysClosed == 0)
    }

    @Test func initSaysThatAFileIsOnePage() throws {
        let files = try GuessedFiles([
            (
                "accounts.json",
                "{\"data\":[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"b\",\"name\":\"B\"}],\"has_more\":true}"
            )
        ])
        #expect(
            files.says("accounts.json: it is one page of an answer that has more (\"has_more\": true)"),
            "\(files.guess.notes)")
    }

    @Test(arguments: [
        ["Feb 02", "Feb 03", "Feb 04"], ["2/2", "2/3", "2/4"], ["Mon Feb 23", "Tue Feb 24", "Wed Feb 25"],
        ["1/2", "2/2", "3/2"], ["Feb 24", "Feb 25", "Feb 26"], ["01.02.", "02.02.", "03.02."],
        ["2. Feb", "3. Feb", "4. Feb"],
        ["12/30", "12/31", "1/1"],
    ])
    func daysOfNoYearAreNoMonths(headings: [String]) throws {
        let files = try GuessedFiles([
            ("accounts.csv", "Account ID,Name,Email\nC-1,A,a@x.example\nC-2,B,b@x.example\n"),
            ("logins.csv", "Account ID,\(headings.joined(separator: ","))\nC-1,5,5,5\nC-2,1,2,3\n"),
        ])
        #expect(files.says("days, weeks or months of no year"), "\(files.guess.notes)")
        #expect(try files.rows("SELECT count(*) FROM series_rows") == ["0"])
    }

    @Test(arguments: [["Dec 25", "Jan 26", "Feb 26"], ["12/25", "01/26", "02/26"], ["Nov 24", "Dec 24", "Jan 25"]])
    func monthsOfShortYearsAreMonths(headings: [String]) throws {
        let files = try GuessedFiles([
            ("accounts.csv", "Account ID,Name,Email\nC-1,A,a@x.example\nC-2,B,b@x.example\n"),
            ("logins.csv", "Account ID,\(headings.joined(separator: ","))\nC-1,5,5,5\nC-2,1,2,3\n"),
        ])
        #expect(files.says("3 months of the metric logins"), "\(files.guess.notes)")
    }
}
