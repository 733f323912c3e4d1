import Playbooks
import Storage
import Testing

/// The first import of all: a column that is misread makes everybody somebody who has left, and nobody would notice.
struct FirstImportTests {
    private static func file(_ customers: Int, of all: Int) -> String {
        "key,status,mrr\n" + (0..<all).map { "k\($0),\($0 < customers ? "active" : "churned"),49\n" }.joined()
    }

    private let named = ImportOptions(map: ImportMap("accounts", .accounts))

    @Test func ofWhichMoreThanFourInFiveAreNoCustomersIsAskedAbout() throws {
        let world = try ImportWorld()
        let refused = try world.load(.accounts, Self.file(5, of: 40), named)
        #expect(
            refused.stopped?.contains(
                "35 of 40 accounts would be no customers from the beginning, more than four in five")
                == true, "\(refused)")
        #expect(try world.rows("SELECT count(*) FROM account") == ["0"])
        var complete = named
        complete.takesDepartures = true
        #expect(try world.load(.accounts, Self.file(5, of: 40), complete).isClean)
    }

    @Test func aLongHistoryAndAFileOfFormerCustomersAreTaken() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, Self.file(12, of: 40), named).isClean)
        let former = "key,status\n" + (0..<60).map { "f\($0),churned\n" }.joined()
        #expect(try world.load(.accounts, former, ImportOptions(map: ImportMap("former", .accounts))).isClean)
    }

    @Test func whoWasACustomerByTheSameFileLeavesAsLaterOn() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, Self.file(30, of: 30), named).isClean)
        let refused = try world.load(.accounts, Self.file(0, of: 30), named)
        #expect(refused.stopped?.contains("30 of 30 active customers would leave at once") == true, "\(refused)")
    }

    @Test func anotherFileOfTheFirstDayMaySayWhoHasLeft() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr\n" + (0..<30).map { "k\($0),49\n" }.joined(), named)
        let subscriptions = ImportOptions(map: ImportMap("subscriptions", .accounts))
        #expect(try world.load(.accounts, Self.file(18, of: 30), subscriptions).isClean)
    }
}
