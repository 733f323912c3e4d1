import Testing

@testable import keeptouch

@Suite struct TableTests {
    private func csv(_ cell: String) -> String {
        var table = Table([("a", .left)])
        table.rows = [[cell]]
        return table.csv
    }

    @Test(arguments: ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\tx", "=\u{301}1+1", "=HYPERLINK(A1)"])
    func aCellThatASpreadsheetWouldRunIsMadeText(cell: String) {
        #expect(csv(cell) == "a\r\n'\(cell)")
    }

    @Test func aLineBreakInFrontIsQuotedToo() {
        #expect(csv("\r\n=1+1") == "a\r\n\"'\r\n=1+1\"")
    }

    @Test(arguments: ["-3", "+4.5", "-1e3", "plain", "a=b", ""])
    func numbersAndWordsStayAsTheyAre(cell: String) {
        #expect(csv(cell) == "a\r\n\(cell)")
    }

    @Test func whatPartsCellsIsQuotedWhateverIsJoinedToIt() {
        #expect(csv("a,\u{301}b") == "a\r\n\"a,\u{301}b\"")
        #expect(csv("a\"\u{301}b") == "a\r\n\"a\"\"\u{301}b\"")
        #expect(csv("two\nlines") == "a\r\n\"two\nlines\"")
    }
}
