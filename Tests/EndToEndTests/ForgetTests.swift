import Foundation
import Testing

/// What `forget` leaves of a person, in the database and in its bytes.
@Suite struct ForgetTests {
    /// A workspace whose twenty accounts have been written to, and account `a3` twice.
    private func sent() throws -> Scratch {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(20)
        try scratch.write(
            "more.csv",
            "account,key,email,name,role\na3,second,Zoe.Quill@Example.com,Zoe Quillfeather,admin\n")
        #expect(try scratch.keeptouch("import", "contacts", "more.csv").code == 0)
        try scratch.write(
            "events.csv",
            "account,event,at,contact,score\na3,report_made,2026-01-05T10:00Z,owner@a3.example,7\n")
        let events = try scratch.keeptouch("import", "events", "events.csv")
        #expect(events.code == 0, "\(events)")
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0, "\(run)")
        #expect(try endpoint.stop().count == 20)
        return scratch
    }

    private func bytes(_ scratch: Scratch, hold text: String) -> Bool {
        ["", "-wal"].contains { ending in
            guard let data = FileManager.default.contents(atPath: scratch.database + ending) else { return false }
            return data.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func nothingOfAPersonIsLeftButAHash() throws {
        let scratch = try sent()
        #expect(bytes(scratch, hold: "owner@a3.example"))
        let preview = try scratch.keeptouch("forget", "owner@a3.example", "--dry-run")
        #expect(preview.code == 0 && preview.output.hasPrefix("Would be erased: 1 contact."), "\(preview)")
        #expect(preview.output.contains("Would be emptied, the rows stay"), "\(preview)")
        #expect(preview.output.contains("1 address would be suppressed"), "\(preview)")
        #expect(try scratch.number("SELECT count(*) FROM contact") == 21)
        #expect(try scratch.number("SELECT count(*) FROM suppression") == 0)

        let outcome = try scratch.keeptouch("forget", "Owner@A3.example")
        #expect(outcome.code == 0 && outcome.output.hasPrefix("Erased: 1 contact."), "\(outcome)")
        #expect(!bytes(scratch, hold: "owner@a3.example"))
        #expect(try scratch.number("SELECT count(*) FROM contact") == 20)
        #expect(try scratch.states() == ["sent": 20])
        #expect(
            try scratch.query(
                """
                SELECT substr(t.recipient, 1, 7), t.variables, t.provider_id, t.state FROM touch AS t
                JOIN account AS a ON a.id = t.account_id WHERE a.key = 'a3'
                """) == [["erased:", "{}", "", "sent"]])
        #expect(
            try scratch.query(
                """
                SELECT contact_id, properties FROM event AS e JOIN event_kind AS k ON k.id = e.kind_id
                WHERE k.name = 'report_made'
                """) == [["", ""]])
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
        // The other contact of the account is somebody else.
        #expect(bytes(scratch, hold: "Zoe Quillfeather"))

        let again = try scratch.keeptouch("forget", "owner@a3.example")
        #expect(again.code == 0 && again.output.contains("nothing of it in the database"), "\(again)")
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0 && run.output.contains("The books balance"), "\(run)")
    }

    /// Why somebody did something with an account or a touch of the person; an address counts wherever it stands.
    @Test func whatTheAuditLogSaysOfAPersonGoesToo() throws {
        let scratch = try sent()
        for arguments in [
            ["exclude", "a3", "--reason", "Zoe Quillfeather is in hospital"], ["include", "a3"],
            ["snooze", "a4", "7d", "--reason", "she is with owner@a3.example"],
            ["unsuppress", "owner@a3.example"], ["suppress", "zoe.quill@example.com"],
            ["pause", "hello", "--reason", "Zoe.Quill@example.com complained"], ["resume", "hello"],
        ] {
            let outcome = try Program.run(arguments, in: scratch.folder)
            #expect(outcome.code == 0 || arguments[0] == "unsuppress", "\(outcome)")
        }
        let lines = try scratch.number("SELECT count(*) FROM audit")
        #expect(lines > 5)
        #expect(bytes(scratch, hold: "in hospital"))
        for address in ["zoe.quill@example.com", "owner@a3.example"] {
            #expect(try scratch.keeptouch("forget", address).code == 0)
        }
        for text in ["Quillfeather", "uill@", "owner@a3", "in hospital", "she is with"] {
            #expect(!bytes(scratch, hold: text), "\(text)")
        }
        // That something was done stays, and whom nobody asked to forget.
        #expect(try scratch.number("SELECT count(*) FROM audit") >= lines)
        #expect(bytes(scratch, hold: "owner@a4.example"))
    }

    @Test func anErasedAddressStaysSuppressedWhenItComesBack() throws {
        let scratch = try sent()
        #expect(try scratch.keeptouch("forget", "owner@a3.example").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM suppression WHERE address LIKE 'erased:%'") == 1)
        let back = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(back.complaints.contains("1 address was erased before and will not be written to"), "\(back)")
        #expect(
            try scratch.query("SELECT reason FROM suppression WHERE address = 'owner@a3.example'") == [["erased"]])
        // What the file calls them is not kept again.
        try scratch.write("more.csv", "account,key,email,name,role\na3,x,owner@a3.example,Ida Brightwater,owner\n")
        #expect(try scratch.keeptouch("import", "contacts", "more.csv").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM contact WHERE name LIKE '%Brightwater%'") == 0)
        #expect(
            try scratch.number("SELECT count(*) FROM contact WHERE key = 'x' AND name IS NULL AND role IS NULL") == 1)
        #expect(try scratch.keeptouch("unsuppress", "owner@a3.example").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM suppression") == 0)
    }

    @Test func withoutItsSecretNobodyIsTakenInUnrecognized() throws {
        let scratch = try sent()
        #expect(try scratch.keeptouch("forget", "owner@a3.example").code == 0)
        let secret = scratch.folder.appendingPathComponent("keeptouch.db.secret")
        let kept = try Data(contentsOf: secret)
        try FileManager.default.removeItem(at: secret)
        let without = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(without.code == 1 && without.complaints.contains("restore it from a back-up"), "\(without)")
        try Data(0..<32).write(to: secret)
        chmod(secret.path, 0o600)
        for command in [["import", "accounts", "accounts.csv"], ["forget", "other@a4.example"]] {
            let wrong = try Program.run(command, in: scratch.folder)
            #expect(wrong.code == 1 && wrong.complaints.contains("is not the secret"), "\(wrong)")
        }
        try kept.write(to: secret)
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
    }

    @Test func touchesThatWaitAreCancelledAndTheEnrollmentGoesOn() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.importAccounts(2)
        #expect(try scratch.keeptouch("pause", "channel:carrier").code == 0)
        _ = try scratch.keeptouch("run")
        #expect(try scratch.states() == ["pending": 2])
        let outcome = try scratch.keeptouch("forget", "owner@a1.example")
        #expect(outcome.output.contains("1 of them open and then cancelled"), "\(outcome)")
        #expect(try scratch.query("SELECT state, reason FROM touch WHERE id = 1") == [["cancelled", "erased"]])
        #expect(try scratch.keeptouch("resume", "channel:carrier").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.states() == ["cancelled": 1, "sent": 1])
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.query("SELECT state FROM enrollment ORDER BY id") == [["ended"], ["ended"]])
        #expect(try endpoint.stop().count == 1)
    }

    @Test func anAccountLosesItsNameAndItsPeopleAndKeepsItsDates() throws {
        let scratch = try sent()
        let outcome = try scratch.keeptouch("forget", "--account", "a3")
        #expect(outcome.code == 0 && outcome.output.hasPrefix("Erased: 1 account and 2 contacts."), "\(outcome)")
        for text in ["owner@a3.example", "Zoe Quillfeather", "zoe.quill@example.com"] {
            #expect(!bytes(scratch, hold: text), "\(text)")
        }
        #expect(
            try scratch.query(
                "SELECT name, status, a_seats, churned_at IS NOT NULL FROM account WHERE key LIKE 'erased-%'")
                == [["", "churned", "", "1"]])
        #expect(try scratch.number("SELECT count(*) FROM account") == 20)
        #expect(try scratch.keeptouch("status").output.contains("small: 19 accounts, "))
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0 && run.output.contains("The books balance"), "\(run)")
        let again = try scratch.keeptouch("forget", "--account", "a3")
        #expect(again.code == 1 && again.complaints.contains("no account with the key \"a3\""), "\(again)")
    }

    @Test func aContactIsNamedByKeyWhereItIsOneOnly() throws {
        let scratch = try sent()
        let several = try scratch.keeptouch("forget", "owner")
        #expect(several.code == 1 && several.complaints.contains("say which one with --account"), "\(several)")
        let one = try scratch.keeptouch("forget", "second")
        #expect(one.code == 0 && one.output.hasPrefix("Erased: 1 contact."), "\(one)")
        #expect(!bytes(scratch, hold: "Zoe Quill"))
        let other = try scratch.keeptouch("forget", "owner", "--account", "a4")
        #expect(other.code == 0 && other.output.hasPrefix("Erased: 1 contact."), "\(other)")
        let nothing = try scratch.keeptouch("forget")
        #expect(nothing.code == 64, "\(nothing)")
    }

    @Test func whoIsNotFoundIsSaidToBeUnknown() throws {
        let scratch = try sent()
        let preview = try scratch.keeptouch("forget", "ownr@a3.example", "--dry-run")
        #expect(preview.code == 1 && preview.complaints.contains("nothing was changed"), "\(preview)")
        let slip = try scratch.keeptouch("forget", "ownr@a3.example")
        #expect(slip.code == 1 && slip.complaints.contains("nobody here has the address ownr@a3.example"), "\(slip)")
        #expect(slip.complaints.contains("keeptouch unsuppress ownr@a3.example"), "\(slip)")
        #expect(try scratch.keeptouch("unsuppress", "ownr@a3.example").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM suppression") == 0)
        let name = try scratch.keeptouch("forget", "zoe quillfeather")
        #expect(name.code == 1 && name.complaints.contains("zoe.quill@example.com"), "\(name)")
        #expect(try scratch.keeptouch("forget", "zoe.quill@example.com", "--also", "Zoe").code == 64)
    }

    @Test func whatIsOldGoesAfterItsTime() throws {
        let scratch = try sent()
        try scratch.write(
            "keeptouch.yaml", try scratch.text("keeptouch.yaml") + "retention: { variables: 30d, events: 60d }\n")
        try scratch.execute(
            """
            UPDATE touch SET settled_at = settled_at - 31 * 86400000 WHERE id <= 5;
            UPDATE event SET at = at - 61 * 86400000
            """)
        let before = try scratch.number("SELECT count(*) FROM event")
        #expect(before > 0)
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0, "\(run)")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE variables = '{}'") == 5)
        #expect(try scratch.number("SELECT count(*) FROM event") == 0)
        #expect(try scratch.states() == ["sent": 20])
    }
}
