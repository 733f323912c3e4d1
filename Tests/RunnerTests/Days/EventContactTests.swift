import Playbooks
import Runner
import Testing

/// Messages to the person of an event.
@Suite struct EventContactTests {
    /// - Parameter to: with and without a role behind the event's contact.
    @Test(arguments: ["event.contact", "[event.contact, billing]"])
    func whoMustNotBeWrittenToHasNoStandIn(to: String) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "on: signed", more: ["to: \(to)"])])
        try world.test.addAccounts(3)
        for account in 1...3 { try world.addContact("sam\(account)", role: "support", of: account) }
        try world.test.execute(
            "INSERT INTO suppression (address, category, reason, at) VALUES ('sam1@example.com', '', 'by hand', 1)")
        try world.test.execute("UPDATE contact SET address = NULL, email = NULL WHERE key = 'sam2'")
        try await world.run(noon(20_000, hours: -1))
        for account in 1...3 {
            try world.tell("signed", of: "a\(account)", at: noon(20_000), by: "sam\(account)")
        }
        try await world.run(noon(20_000, hours: 1))
        #expect(world.mails == ["sam3@example.com: Hello a3"])
        #expect(
            try world.test.rows("SELECT reason FROM standing WHERE verdict = 'unreachable' ORDER BY account_id") == [
                "no active contact for \"to: \(to)\" that may be written to: "
                    + "the contact that the event names is suppressed (by hand)",
                "no active contact for \"to: \(to)\" that may be written to: "
                    + "the contact that the event names has no address",
            ])
    }

    @Test func whoHasLeftIsSaidToHave() async throws {
        let world = try LivedWorkspace([
            "main": TestWorkspace.playbook("main", "on: signed", more: ["to: event.contact"])
        ])
        try world.test.addAccounts(1)
        try world.addContact("sam", role: "support")
        try world.test.execute("UPDATE contact SET status = 'left' WHERE key = 'sam'")
        try await world.run(noon(20_000, hours: -1))
        try world.tell("signed", at: noon(20_000), by: "sam")
        try await world.run(noon(20_000, hours: 1))
        #expect(world.mails == [])
        #expect(
            try world.test.rows("SELECT reason FROM standing") == [
                "no active contact for \"to: event.contact\" that may be written to: "
                    + "the contact that the event names has left"
            ])
    }
}
