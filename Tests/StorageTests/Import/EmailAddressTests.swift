import Playbooks
import Storage
import Testing

/// One person's address is one text, however it is written.
@Suite struct EmailAddressTests {
    @Test(arguments: [
        (
            "ada@nb.example",
            ["Ada@NB.example", " ada@nb.example\u{a0}", "\u{feff}ada@nb.example", "ada@nb.example\u{202c}"]
        ),
        ("bob@zw.example", ["bob@zw\u{200b}.example", "b\u{ad}ob@zw.example", "\u{200e}bob@zw.example\u{3000}"]),
        ("ren\u{e9}@nf.example", ["rene\u{301}@nf.example", "REN\u{c9}@NF.EXAMPLE", "RENE\u{301}@nf.example"]),
        (
            "cy@xn--bcher-kva.example",
            ["cy@b\u{fc}cher.example", "CY@BU\u{308}CHER.example", "cy@XN--BCHER-KVA.example"]
        ),
        ("dee@xn--fiqs8s.example", ["dee@\u{4e2d}\u{56fd}\u{3002}example", "dee@\u{4e2d}\u{56fd}.\u{ff45}xample"]),
        ("\u{3c3}@x.example", ["\u{3c2}@x.example", "\u{3a3}@x.example"]),
    ])
    func oneAddressHasOneForm(form: String, spellings: [String]) {
        for spelling in spellings + [form] {
            #expect(EmailAddress.normalized(spelling)?.unicodeScalars.map(\.value) == form.unicodeScalars.map(\.value))
        }
    }

    @Test(arguments: [
        "ada@nb .example", "ada lovelace@x.example", "ada\u{a0}b@x.example", "ada@x\u{2003}y.example",
        "ada@x.example\u{fffd}",
        "ada", "ada@x", "@x.example", "ada@x..example", "ada@-x.example", "\u{200b}", "ada@\u{fc}",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(EmailAddress.normalized(text) == nil)
    }

    @Test func wideLettersAreLetters() {
        #expect(EmailAddress.normalized("\u{ff42}ob@er.example") == "bob@er.example")
    }

    @Test func otherPeopleStayOthers() {
        let all = [
            "stra\u{df}e@x.example", "strasse@x.example", "i@x.example", "\u{131}@x.example", "a@xn--strae-oqa.example",
        ]
        #expect(Set(all.compactMap(EmailAddress.normalized)).count == all.count)
    }

    /// Samples of RFC 3492, section 7.1, and IDNA tests of common languages.
    @Test(arguments: [
        ("\u{645}\u{62b}\u{627}\u{644}", "xn--mgbh0fb"), ("\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}", "xn--e1afmkfd"),
        ("\u{4ed6}\u{4eec}\u{4e3a}\u{4ec0}\u{4e48}\u{4e0d}\u{8bf4}\u{4e2d}\u{6587}", "xn--ihqwcrb4cv8a8dqg056pqjye"),
        ("3\u{5e74}b\u{7d44}\u{91d1}\u{516b}\u{5148}\u{751f}", "xn--3b-ww4c5e180e575a65lsy2b"),
        ("m\u{fc}nchen", "xn--mnchen-3ya"),
        ("\u{1f4a9}", "xn--ls8h"),
    ])
    func domainsAreWrittenInASCII(name: String, ascii: String) {
        #expect(EmailAddress.normalized("a@\(name).example") == "a@\(ascii).example")
    }

    @Test func imports() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts,
            "key,contact_email\na,\u{200b}Ren\u{65}\u{301}@B\u{fc}cher.example\u{a0}\nb,ada@x\u{a0}y.example\n")
        // The cell is no address; its account is one all the same.
        #expect(report.rejected == 0)
        #expect(
            try world.rows("SELECT email, address FROM contact") == [
                "Ren\u{e9}@B\u{fc}cher.example|ren\u{e9}@xn--bcher-kva.example"
            ])
        // The contact of an event is found by any spelling.
        let events = "account,event,at,contact\na,nps_response,2026-03-01,REN\u{c9}@xn--bcher-kva.EXAMPLE\n"
        #expect(try world.load(.events, events).warnings == [])
        #expect(try world.rows("SELECT count(*) FROM event WHERE contact_id = 1 AND kind_id > 7") != ["0"])
    }
}
