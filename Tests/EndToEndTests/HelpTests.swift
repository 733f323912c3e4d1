import Foundation
import Testing

/// What the program says to somebody who is new: whom it found, why not, and what to do.
@Suite struct HelpTests {
    @Test func accountsAreFoundByKeyNameAndAddress() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(12)
        for name in ["a3", "account 3", "Owner@A3.example"] {
            let explained = try scratch.keeptouch("explain", name)
            #expect(explained.code == 0 && explained.output.hasPrefix("a3 (Account 3), active"), "\(explained)")
            let preview = try scratch.keeptouch("preview", "hello", "--account", name)
            #expect(preview.code == 0 && preview.output.contains("owner@a3.example"), "\(preview)")
            #expect(try scratch.keeptouch("touches", "--account", name).code == 0)
        }
        for command in [
            ["explain", "Acount 3"], ["preview", "hello", "--account", "Acount 3"],
            ["touches", "--account", "Acount 3"],
        ] {
            let outcome = try Program.run(command, in: scratch.folder)
            #expect(outcome.code == 1, "\(outcome)")
            #expect(
                outcome.complaints.contains(
                    "there is no account \"Acount 3\", by key, name or address; did you mean \"Account 3\"?"),
                "\(outcome)")
        }
        try scratch.write("more.csv", "key,name,seats\nb1,Twin,1\nb2,twin,1\n")
        #expect(try scratch.keeptouch("import", "accounts", "more.csv").code == 0)
        #expect(
            try scratch.keeptouch("explain", "Twin").complaints.contains(
                "\"Twin\" is several accounts; name one by its key: b1, b2"))
    }

    @Test func whoHasNoRoleStandsInAndThePlanSaysSo() throws {
        let scratch = try Scratch(small: "email")
        try scratch.write("accounts.csv", "key,name,seats\na1,One,3\na2,Two,3\na3,Three,3\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        try scratch.write(
            "contacts.csv",
            "Account ID,Contact ID,Work Email,Role\na1,c1,c1@a1.example,\na2,c2,c2@a2.example,admin\na3,c3,c3@a3.example,owner\n"
        )
        let outcome = try scratch.keeptouch("import", "contacts", "contacts.csv")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try scratch.keeptouch("suppress", "c3@a3.example").code == 0)
        let plan = try scratch.keeptouch("plan")
        #expect(
            plan.output.contains("in 2 accounts nobody has a role of \"to:\"; their only or first contact stands in"),
            "\(plan)")
        let who = try scratch.keeptouch("plan", "--who", "--format", "csv")
        #expect(who.output.contains("unreachable"), "\(who)")
        #expect(who.output.contains("its only contact is suppressed"), "\(who)")
        let preview = try scratch.keeptouch("preview", "hello", "--account", "a3")
        #expect(
            preview.code == 1 && preview.complaints.contains("a3: no contact that may be written to: its only contact"),
            "\(preview)")
        let token = try scratch.keeptouch("inbox-token", "a1", "owner")
        #expect(token.complaints.contains("there is no contact \"owner\" of the account \"a1\"; it has c1"), "\(token)")
    }

    @Test func columnsAreNamedOnTheCommandLineOrInTheDataMap() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(2)
        try scratch.write("people.csv", "Firm,Mail address,Job\na1,x@a1.example,admin\na2,y@a2.example,admin\n")
        let bare = try scratch.keeptouch("import", "contacts", "people.csv")
        #expect(bare.code == 1 && bare.complaints.contains("there is no column \"account\""), "\(bare)")
        let mapped = try scratch.keeptouch(
            "import", "contacts", "people.csv", "--map", "account=Firm", "email=Mail address", "role=Job")
        #expect(
            mapped.code == 0 && mapped.output == "people.csv: 2 contacts read, 2 new, 2 events made from columns\n",
            "\(mapped)")
        let text = try scratch.text("data.yaml")
        try scratch.write(
            "data.yaml",
            text + "imports:\n  people:\n    kind: contacts\n    file: people.csv\n"
                + "    columns: { account: Firm, email: Mail address, role: { column: Job, map: { Admin: owner } } }\n")
        let check = try scratch.keeptouch("check")
        #expect(check.code == 0, "\(check)")
        let named = try scratch.keeptouch("import", "people")
        #expect(named.code == 0 && named.output.hasPrefix("people.csv: 2 contacts read, 2 updated"), "\(named)")
        #expect(try scratch.keeptouch("import", "all").code == 0)
        let wrong = try scratch.keeptouch("import", "peple", "people.csv")
        #expect(wrong.complaints.contains("there is no import \"peple\"; did you mean \"people\"?"), "\(wrong)")
    }

    @Test func aTypeIsChangedWhenItIsSaidWhatIsLost() throws {
        let scratch = try Scratch(small: "email")
        try scratch.importAccounts(3)
        let said = try scratch.keeptouch("retype", "seats", "boolean")
        #expect(
            said.output == "seats: number to boolean: 0 of 3 values can be read, 3 would be lost: \"3\" (3)\n"
                && said.complaints == "do it with: keeptouch retype seats boolean --yes\n", "\(said)")
        // Edited alone, it is refused by who looks ahead as by who acts.
        try scratch.replace("seats: { type: number }", with: "seats: { type: text }", in: "data.yaml")
        for command in ["plan", "run"] {
            let refused = try scratch.keeptouch(command)
            #expect(
                refused.code != 0 && refused.complaints.contains("the attribute \"seats\" was number and is now text"),
                "\(refused)")
        }
        try scratch.replace("seats: { type: text }", with: "seats: { type: number }", in: "data.yaml")
        let done = try scratch.keeptouch("retype", "seats", "text", "--yes")
        #expect(done.output.hasSuffix("3 of 3 values can be read, none is lost; it is text now\n"), "\(done)")
        #expect(
            done.code == 0 && done.complaints == "now write in data.yaml: attributes: { seats: { type: text } }\n",
            "\(done)")
        try scratch.replace("seats: { type: number }", with: "seats: { type: text }", in: "data.yaml")
        #expect(try scratch.query("SELECT a_seats FROM account") == [["3"], ["3"], ["3"]])
    }
}
