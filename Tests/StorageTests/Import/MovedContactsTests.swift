import Playbooks
import Storage
import Testing

/// A person whom a file has at another account than before.
@Suite struct MovedContactsTests {
    /// Accounts a, b and c; Ada, Bob and Cy, numbered by a CRM, at a and b.
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\nc\n")
        try world.load(
            .contacts,
            """
            account,key,email,name,title
            a,p1,ada@x.example,Ada,CTO
            a,p2,bob@x.example,Bob,
            b,p3,cy@x.example,Cy,

            """)
        world.advance(days: 1)
        return world
    }

    private func people(_ world: ImportWorld) throws -> [String] {
        try world.rows(
            """
            SELECT a.key, c.key, c.status FROM contact c JOIN account a ON a.id = c.account_id ORDER BY c.key, a.key
            """)
    }

    @Test func aPersonWithItsKeyAtAnotherAccountHasLeftTheOldOne() throws {
        let world = try world()
        let report = try world.load(
            .contacts, "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n")
        #expect(try people(world) == ["a|p1|left", "b|p1|active", "a|p2|active", "b|p3|active"])
        #expect(
            try world.rows("SELECT name, c_title FROM contact WHERE key = 'p1' AND status = 'active'") == ["Ada|CTO"])
        #expect(
            try world.events.suffix(2) == [
                "b|contact_added|\(world.now.milliseconds)||0", "a|contact_left|\(world.now.milliseconds)||0",
            ])
        #expect(
            report.warnings == [
                "1 person is at another account now (p1: a → b) and has left the one before; what waits there goes to whom it "
                    + "still has, or ends"
            ])
        // The same file says nothing new.
        let again = try world.load(
            .contacts, "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n")
        #expect((again.unchanged, again.eventsMade) == (3, 0))
        #expect(again.warnings.allSatisfy { $0.hasPrefix("1 of 4 active contacts is not in this file") })
    }

    @Test func aPersonWithoutAKeyIsKnownByItsAddress() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        try world.load(.contacts, "account,email\na,ada@x.example\na,bob@x.example\n")
        world.advance(days: 1)
        try world.load(.contacts, "account,email\nb,ADA@x.example\na,bob@x.example\n")
        #expect(
            try people(world) == ["a|ada@x.example|left", "b|ada@x.example|active", "a|bob@x.example|active"])
    }

    @Test func aFileThatHasThePersonAtBothAccountsMeansBoth() throws {
        let world = try world()
        let report = try world.load(
            .contacts,
            "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\na,p1,ada@x.example\n")
        #expect(try people(world) == ["a|p1|active", "b|p1|active", "a|p2|active", "b|p3|active"])
        #expect(report.warnings.isEmpty)
    }

    @Test func aFileOfAFewPeopleMovesNobodyAndSaysWhoIsAtBoth() throws {
        let world = try world()
        let report = try world.load(.contacts, "account,key,email\nc,p1,ada@x.example\n")
        #expect(try people(world).prefix(2) == ["a|p1|active", "c|p1|active"])
        #expect(
            report.warnings == [
                "1 person is new at one account and still at another (p1: a → c), and is written to for both; if they have "
                    + "moved, give the row of the old one the status left, or import a file of everybody with --complete"
            ])
    }

    @Test func whoWasUnsubscribedStaysSoUnderANewAddressAtTheNewAccount() throws {
        let world = try world()
        try world.load(.contacts, "account,key,unsubscribed\na,p1,yes\n")
        try world.load(
            .contacts,
            "account,key,email,unsubscribed\nb,p1,ada@y.example,\na,p2,bob@x.example,\nb,p3,cy@x.example,\n")
        #expect(try people(world).prefix(2) == ["a|p1|left", "b|p1|active"])
        #expect(
            try world.rows("SELECT address, reason FROM suppression ORDER BY address") == [
                "ada@x.example|unsubscribed", "ada@y.example|unsubscribed",
            ])
    }

    @Test func keysThatEachAccountCountsByItselfMoveNobody() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\nc\n")
        try world.load(
            .contacts, "account,key,email\na,1,ada@x.example\nb,1,bob@x.example\nb,2,di@x.example\na,3,cy@x.example\n")
        world.advance(days: 1)
        let report = try world.load(
            .contacts, "account,key,email\na,1,ada@x.example\nb,1,bob@x.example\nb,2,di@x.example\nc,3,eve@x.example\n")
        #expect(try people(world).filter { $0.contains("|3|") } == ["a|3|active", "c|3|active"])
        #expect(report.warnings.allSatisfy { $0.hasPrefix("1 of 5 active contacts is not in this file") })
    }

    @Test func whoComesBackIsActiveAgainAndFilesThatContradictEachOtherMoveNobodyToAndFro() throws {
        let world = try world()
        let there = "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n"
        let here = "account,key,email\na,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n"
        try world.load(.contacts, there)
        world.advance(days: 1)
        let report = try world.load(.contacts, here)
        #expect(try people(world).prefix(2) == ["a|p1|active", "b|p1|active"])
        #expect(
            report.warnings.first?.hasPrefix("1 person is new at one account and still at another (p1: b → a)") == true)
        world.advance(days: 1)
        let again = try world.load(.contacts, there)
        #expect((again.unchanged, again.eventsMade) == (3, 0))
        #expect(again.warnings.allSatisfy { $0.hasPrefix("1 of 4 active contacts is not in this file") })
    }

    @Test func whoReturnsAfterALongTimeMovesBack() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n")
        world.advance(days: 90)
        try world.load(.contacts, "account,key,email\na,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n")
        #expect(try people(world).prefix(2) == ["a|p1|active", "b|p1|left"])
    }

    @Test func whoseOldAccountIsSaidToBeLeftDoesNotComeBack() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email\nb,p1,ada@x.example\na,p2,bob@x.example\nb,p3,cy@x.example\n")
        try world.load(.contacts, "account,key,status\na,p1,left\n")
        try world.load(.contacts, "account,key,email\na,p1,ada@x.example\n")
        #expect(try people(world).prefix(2) == ["a|p1|left", "b|p1|active"])
    }

    @Test func nobodyMovesWhereMoreThanOneInFiveWouldUnlessSomebodySaysSo() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\nb\n")
        func rows(_ account: (Int) -> String) -> String {
            "account,key,email\n" + (1...40).map { "\(account($0)),p\($0),p\($0)@x.example\n" }.joined()
        }
        try world.load(.contacts, rows { _ in "a" })
        world.advance(days: 1)
        let wrong = rows { $0 <= 15 ? "b" : "a" }
        let report = try world.load(.contacts, wrong)
        #expect(try world.rows("SELECT count(*) FROM contact WHERE status = 'left'") == ["0"])
        #expect(
            report.warnings == [
                "15 of 40 people are at another account in this file (p1: a → b, p2: a → b, p3: a → b, ...), more than one in "
                    + "five; nobody was moved, and they are written to for both; if it is right, import it with --complete"
            ])
        try world.load(.contacts, wrong, ImportOptions(takesDepartures: true))
        #expect(try world.rows("SELECT count(*) FROM contact WHERE status = 'left' AND account_id = 1") == ["15"])
    }

    @Test func theOneContactOfAFileOfAccountsIsThatFilesToMove() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,ada@x.example\nb,\n")
        world.advance(days: 1)
        try world.load(.contacts, "account,email\nb,ada@x.example\n")
        #expect(try people(world) == ["b|ada@x.example|active", "a|owner|active"])
    }
}
