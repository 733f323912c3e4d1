import Playbooks
import Storage
import Testing

/// A file whose column of MRR comes empty.
struct EmptiedRevenueTests {
    private func file(empty: Int, of accounts: Int = 30) -> String {
        "key,status,mrr\n" + (1...accounts).map { "k\($0),active,\($0 <= empty ? "" : "50")\n" }.joined()
    }

    @Test(arguments: [(0, false), (3, false), (4, true), (30, true)])
    func moreThanATenthIsTold(empty: Int, isTold: Bool) throws {
        let world = try ImportWorld()
        try world.load(.accounts, file(empty: 0))
        world.advance(days: 1)
        let report = try world.load(.accounts, file(empty: empty))
        let told = report.warnings.first { $0.contains("without the MRR that was there") }
        #expect((told != nil) == isTold, "\(report.warnings)")
        if empty == 4 {
            #expect(told?.hasPrefix("4 accounts (k1, k2, k3, ...) are without the MRR that was there, of 30") == true)
        }
        // The next night it is no news.
        world.advance(days: 1)
        #expect(try world.load(.accounts, file(empty: empty)).warnings.filter { $0.contains("the MRR") }.isEmpty)
    }
}
