import Playbooks
import Storage
import Testing

/// Wishes and complaints belong to a person, bounces to an address.
@Suite struct WishesTests {
    private func world() throws -> ImportWorld {
        let world = try ImportWorld()
        try world.load(.accounts, "key,contact_email\na,ada@old.example\nb,\n")
        try world.load(.contacts, "account,key,email\nb,7,ada@old.example\n")
        return world
    }

    private func suppress(_ reason: String, _ category: String? = nil, in world: ImportWorld) throws {
        try world.store.write {
            try Suppressions.add("ada@old.example", category: category, reason: reason, at: world.now, $0)
        }
    }

    private func suppressed(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT address, category, reason FROM suppression ORDER BY address, category")
            .filter { !$0.hasPrefix("ada@old.example") }
    }

    @Test(arguments: [Suppressions.unsubscribed, Suppressions.complaint, "by hand"])
    func aWishGoesWithTheContactToANewAddress(reason: String) throws {
        let world = try world()
        try suppress(reason, "education", in: world)
        try world.load(.accounts, "key,contact_email\na,Ada@new.example\n")
        #expect(try suppressed(world) == ["ada@new.example|education|\(reason)"])
        // The same person at another account, by way of no address at all.
        try world.load(.contacts, "account,key,email\nb,7,\n")
        try world.load(.contacts, "account,key,email\nb,7,ada@other.example\n")
        #expect(
            try suppressed(world) == [
                "ada@new.example|education|\(reason)", "ada@other.example|education|\(reason)",
            ])
    }

    @Test(arguments: [Suppressions.hardBounce, Suppressions.softBounced, Suppressions.notWritten])
    func aBounceStaysWithItsAddress(reason: String) throws {
        let world = try world()
        try suppress(reason, in: world)
        try world.load(.accounts, "key,contact_email\na,ada@new.example\n")
        #expect(try suppressed(world) == [])
    }

    @Test func whatIsToldOfAnOldMessageHoldsForTheAddressOfToday() throws {
        let world = try world()
        try world.store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO playbook (name, state) VALUES ('p', 'live');
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive, begun) VALUES (1, 1, 1, '', 1, 'treated', 0, 0, 1);
                INSERT INTO touch (enrollment_id, account_id, playbook_id, version_id, step, contact_id, recipient, kind,
                    channel, category, message, ghost, state, priority, due_at, not_before, expires_at, variables,
                    claimed_at, settled_at)
                VALUES (1, 1, 1, 1, 'email_1', 1, 'ada@old.example', 'email', 'mail', 'education', 'm', 0, 'sent', 50, 0, 0,
                    0, '{}', 5, 5)
                """)
        }
        try world.load(.accounts, "key,contact_email\na,ada@new.example\n")
        try world.store.write { connection in
            let notices = Notices(connection, channel: "mail", of: ["mail", "app"], workspace: "acme", now: world.now)
            for kind in [Outcome.Kind.bounced, .complained] {
                var notice = Notice(kind, id: kind.rawValue, body: "{}")
                notice.touch = "t1"
                try notices.take(notice)
            }
        }
        #expect(try suppressed(world) == ["ada@new.example||complaint"])
    }

    @Test func aChangedContactIsAChangeOfItsAccount() throws {
        let world = try world()
        var report = try world.load(.accounts, "key,contact_email\na,ada@new.example\nb,\n")
        #expect((report.updated, report.unchanged) == (1, 1))
        report = try world.load(.accounts, "key,name,contact_email\na,Acme,ada@newer.example\nb,,bob@b.example\n")
        #expect((report.updated, report.unchanged) == (2, 0))
        report = try world.load(.accounts, "key,name,contact_email\na,Acme,ada@newer.example\nb,,bob@b.example\n")
        #expect((report.updated, report.unchanged) == (0, 2))
    }
}
