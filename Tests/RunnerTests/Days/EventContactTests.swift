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

    /// The event names another person, or one at last, while the message waits for the morning.
    @Test(arguments: [true, false]) func whomTheEventNamesNowGetsWhatWaits(namesSomebody: Bool) async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "on: signed", more: ["to: [event.contact, owner]"])],
            more: "send_window: { days: mon-sun, hours: 09:00-17:00 }")
        try world.test.addAccounts(1)
        for key in ["sam", "tom"] { try world.addContact(key, role: "support") }
        try await world.run(noon(20_000, hours: -1))
        try world.tell("signed", at: noon(20_000, hours: 7), by: "sam")
        if !namesSomebody { try world.test.execute("UPDATE event SET contact_id = NULL") }
        try await world.run(noon(20_000, hours: 8))
        let recipient = try world.test.rows("SELECT recipient FROM touch")
        #expect(recipient == [namesSomebody ? "sam@example.com" : "a1@example.com"])
        try world.test.execute("UPDATE event SET contact_id = (SELECT id FROM contact WHERE key = 'tom')")
        try await world.run([noon(20_001, hours: -2), noon(20_002, hours: -2)])
        #expect(world.mails == ["tom@example.com: Hello a1"])
    }

    /// What is told of an event later without its person takes nobody's message.
    @Test func whomAnEventNamedKeepsWhatWaitsWhereItNamesNobodyNow() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "on: signed", more: ["to: event.contact"])],
            more: "send_window: { days: mon-sun, hours: 09:00-17:00 }")
        try world.test.addAccounts(1)
        try world.addContact("sam", role: "support")
        try await world.run(noon(20_000, hours: -1))
        try world.tell("signed", at: noon(20_000, hours: 7), by: "sam")
        try await world.run(noon(20_000, hours: 8))
        try world.test.execute("UPDATE event SET contact_id = NULL")
        try await world.run(noon(20_001, hours: -2))
        #expect(world.mails == ["sam@example.com: Hello a1"])
    }
}
