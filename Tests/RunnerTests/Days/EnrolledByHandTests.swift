import Decisions
import Playbooks
import Runner
import Storage
import Testing

/// Accounts that a person enrolls in a campaign.
@Suite struct EnrolledByHandTests {
    /// Enrolled so many hours before the hour of a campaign.
    @Test(arguments: [(Int64(1), 1), (23, 1), (25, 2)]) func aCampaignPassesOverWhoWasJustEnrolledInIt(
        hours: Int64, mails: Int
    ) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: weekly on fri at 12:00")])
        try world.test.addAccounts(2)
        try await world.run(noon(20_000, hours: -30))
        let asked = noon(20_000, hours: -hours)
        try world.test.store.write { connection in
            let hand = ByHand(connection, now: asked, zone: .utc, by: Author(from: .command, at: asked))
            _ = try hand.enroll(1, in: "main")
        }
        try await world.run(every(1, from: asked, through: noon(20_000, hours: 2)))
        #expect(try world.moments(of: "a1").count == mails)
        #expect(try world.moments(of: "a2").count == 1)
        if mails == 1 {
            #expect(
                try world.test.rows("SELECT verdict, reason FROM standing WHERE account_id = 1")
                    .contains("already|enrolled by hand less than 1d ago"))
        }
    }
}
