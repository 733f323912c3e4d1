import Playbooks
import Storage
import Testing

/// Columns of contacts that say that mail does not arrive hold back everything, as a bounce that a webhook tells does.
struct BouncedContactsTests {
    private let held = "SELECT address, category, reason FROM suppression ORDER BY address"

    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        return world
    }

    @Test(arguments: [
        ("Hard bounced", "no", "yes", "hard bounce"), ("Bounced", "false", "true", "hard bounce"),
        ("Bounced At", "", "2026-01-02", "hard bounce"), ("Hard Bounce Reason", "", "550 no such user", "hard bounce"),
        ("Bounce type", "soft", "hard", "hard bounce"),
        ("Email subscription status", "subscribed", "hard bounced", "hard bounce"),
        ("Status", "Active", "Bounced", "hard bounce"), ("Marked email as spam", "false", "true", "complaint"),
        ("Email Opt Out", "no", "yes", "unsubscribed"), ("Email bounced reason", "", "mailbox full", "unsubscribed"),
    ]) func mailThatDoesNotArriveHoldsBackEverything(name: String, fine: String, bad: String, reason: String) throws {
        let world = try world()
        let report = try world.load(
            .contacts, "account,email,\(name)\na,1@a.example,\(fine)\na,2@a.example,\(bad)\n")
        #expect(try world.rows(held) == ["2@a.example||\(reason)"])
        #expect(report.bounced == (reason == "unsubscribed" ? 0 : 1))
        // A complaint is a wish, too.
        #expect(report.unsubscribed == (reason == "hard bounce" ? 0 : 1))
    }

    @Test func aBounceIsOneOfTheAddressAndNotOfThePerson() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email,Bounced\na,k,old@a.example,yes\n")
        try world.load(.contacts, "account,key,email,Bounced\na,k,new@a.example,no\n")
        #expect(try world.rows(held) == ["old@a.example||hard bounce"])
        // Without an address somebody is held back all the same.
        try world.load(.contacts, "account,key,Bounced\na,k,yes\n")
        #expect(try world.rows(held) == ["new@a.example||unsubscribed", "old@a.example||hard bounce"])
    }

    @Test func whoIsLetInByHandStaysInThoughTheFileComesEveryNight() throws {
        let world = try world()
        let file = "account,email,Bounced\na,1@a.example,yes\n"
        try world.load(.contacts, file)
        try world.store.write { _ = try Suppressions.remove("1@a.example", category: nil, $0) }
        try world.load(.contacts, file)
        #expect(try world.rows(held) == [])
    }

    @Test func theContactOfAnAccountAndPeopleOfNoAccountToo() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,email,Hard bounced\na,1@a.example,yes\nb,2@a.example,no\n")
        try world.load(.contacts, "account,email,Bounced\nnobody,3@a.example,yes\n")
        #expect(try world.rows(held) == ["1@a.example||hard bounce", "3@a.example||hard bounce"])
    }
}
