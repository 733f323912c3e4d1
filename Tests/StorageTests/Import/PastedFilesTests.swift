import Storage
import Testing

/// Files of which some rows say what others have said.
struct PastedFilesTests {
    @Test func theHeaderOfAnExportThatWasPastedBelowIsNoCustomer() throws {
        let header = "Customer ID,Company,Email,Status,MRR,Since\n"
        func rows(_ rows: ClosedRange<Int>) -> String {
            rows.map { "\($0),Firm \($0),u\($0)@x.example,active,49,2025-03-01\n" }.joined()
        }
        let files = try GuessedFiles(header + rows(1...4) + header + rows(5...8))
        #expect(try files.rows("SELECT count(*) FROM account") == ["8"])
        #expect(files.reports.allSatisfy { $0.rejected == 0 && $0.cellsLeftOut == 0 })
        #expect(
            files.warnings.contains { $0.hasPrefix("1 line that names the columns once more") }, "\(files.warnings)")
    }

    @Test(arguments: [1, 10]) func oldRowsOfACustomerAreNoCustomersOfTheirOwn(repeats: Int) throws {
        let files = try GuessedFiles(
            "Customer ID,Name,Email,Status,MRR,Signup\n"
                + (1...10).map { index in
                    (index <= repeats ? "\(index),Firm \(index),old\(index)@x.example,active,1,2025-01-01\n" : "")
                        + "\(index),Firm \(index),u\(index)@x.example,active,49,2025-01-01\n"
                }.joined())
        #expect(try files.rows("SELECT count(*), min(mrr) FROM account") == ["10|4900"], "\(files.guess.yaml)")
        #expect(
            files.says("\(repeats) of \(10 + repeats) rows name an account that another row does"),
            "\(files.guess.notes)")
    }
}
