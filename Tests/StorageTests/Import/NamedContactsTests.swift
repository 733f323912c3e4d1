import Playbooks
import Storage
import Testing

/// People who were known by their address until a file gives them a key.
@Suite struct NamedContactsTests {
    private func people(_ world: ImportWorld) throws -> [String] {
        try world.rows(
            """
            SELECT a.key, c.key, c.role, c.status FROM contact c JOIN account a ON a.id = c.account_id
            ORDER BY a.key, c.key
            """)
    }

    @Test func aFileThatGainsKeysNamesThePeopleWhoAreThere() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(.contacts, "account,email,role\na,olga@x.example,owner\na,Udo@x.example,user\n")
        world.advance(days: 1)
        let events = try world.events.count
        let named = try world.load(
            .contacts, "account,key,email,role\na,o,olga@x.example,owner\na,u,udo@x.example,user\n")
        #expect(named.inserted == 0 && named.eventsMade == 0)
        #expect(
            named.warnings == [
                "2 contacts were known by their address until now, and have the key of this file from now on"
            ])
        #expect(try people(world) == ["a|o|owner|active", "a|u|user|active"])
        #expect(try world.events.count == events)
        world.advance(days: 1)
        try world.load(.contacts, "account,key,email,role,status\na,u,new@x.example,user,left\n")
        #expect(try people(world) == ["a|o|owner|active", "a|u|user|left"])
    }

    /// Two people who share a mailbox are two: one of them was there.
    @Test func oneOfTwoPeopleWithOneAddressIsTheOneWhoWasThere() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        try world.load(.contacts, "account,email\na,team@x.example\n")
        try world.load(.contacts, "account,key,email\na,p,team@x.example\na,q,team@x.example\n")
        #expect(try world.rows("SELECT key FROM contact ORDER BY key") == ["p", "q"])
    }

    @Test func theContactOfAFileOfAccountsIsTheOneThatAFileOfContactsNames() throws {
        let world = try ImportWorld()
        let accounts = "key,contact_email,contact_name\na,ada@x.example,Ada\nb,bob@x.example,Bob\n"
        let contacts = "account,key,email,role\na,c0,ada@x.example,admin\nb,c1,bob@x.example,admin\n"
        try world.load(.accounts, accounts)
        try world.load(.contacts, contacts)
        let both = ["a|c0|admin|active", "b|c1|admin|active"]
        #expect(try people(world) == both)
        world.advance(days: 1)
        // Night after night both files come again.
        let night = try world.load(.accounts, accounts)
        #expect(night.unchanged == 2 && night.eventsMade == 0)
        #expect(try world.load(.contacts, contacts).unchanged == 2)
        #expect(try people(world) == both)
        try world.load(.contacts, "account,key,email,role,status\na,c0,ada@x.example,admin,left\n")
        try world.load(.accounts, accounts)
        #expect(try people(world) == ["a|c0|admin|left", "b|c1|admin|active"])
        // Somebody whom no file of contacts has named.
        try world.load(.accounts, "key,contact_email,contact_name\na,eve@x.example,Eve\n")
        #expect(try people(world) == ["a|c0|admin|left", "a|owner|owner|active", "b|c1|admin|active"])
    }
}
