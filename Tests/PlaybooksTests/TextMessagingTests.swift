import Playbooks
import Testing

/// What `sms:` says, and what is said of messages that become text messages.
@Suite struct TextMessagingTests {
    private func read(
        _ sms: String = "sms: { phone: mobile, consent: sms_ok }", _ message: String = "Hi {{contact.first_name}}!\n",
        file: String = "m.md", data: String = "contact_attributes: { mobile: text, sms_ok: boolean }\n",
        category: String = "tips", more: [String: String] = [:]
    ) -> (workspace: Workspace?, complaints: [String]) {
        let files = [
            "keeptouch.yaml":
                "workspace: w\ntimezone: UTC\nchannels: { sms: phone }\ncategories: { tips: Tips }\n\(sms)\n",
            "data.yaml": data,
            "channels/phone.yaml":
                "channel: phone\nkind: sms\nrequest: { url: \"https://p.example\" }\n"
                + "body: { kind: json, template: { to: \"{{ to.phone }}\", text: \"{{ text }}\" } }\n",
            "playbooks/p/playbook.yaml":
                "playbook: p\nstate: live\ncategory: \(category)\nwhen: mrr > 1\nsteps: [{ sms: \(file) }]\n",
            "playbooks/p/\(file)": message,
        ]
        let (workspace, diagnostics) = WorkspaceReader.read(files.merging(more) { $1 })
        return (workspace, diagnostics.map(\.description))
    }

    @Test func aStepSendsATextMessage() throws {
        let (workspace, complaints) = read(
            "sms: { phone: mobile, consent: sms_ok, country: US, segments: 2, price: 0.0079, opt_out: { de: Ende mit STOP } }"
        )
        #expect(complaints == [])
        let settings = try #require(workspace?.configuration.sms)
        #expect(settings.country?.name == "US" && settings.mostSegments == 2 && settings.price == 0.0079)
        #expect(settings.optOut == ["de": "Ende mit STOP"])
        #expect(workspace?.dataMap.sms == settings)
        guard case .send(let send)? = workspace?.playbooks.first?.steps.first?.action else {
            Issue.record("no step that sends")
            return
        }
        #expect(send.kind == .sms && send.kind.isCapped)
        #expect(TextCost(of: 3, try #require(workspace).configuration)?.description == "0.0237 USD")
        #expect(TextCost(of: 3_000, try #require(workspace).configuration)?.description == "23.70 USD")
    }

    @Test func whatIsNamedMustBeThereAndOfItsType() {
        let place = "keeptouch.yaml:5:1: error:"
        #expect(
            read(data: "contact_attributes: { mobil: text, sms_ok: text }\n").complaints == [
                "\(place) \"sms: { consent: sms_ok }\" needs an attribute of contacts of the type boolean; \"sms_ok\" is text",
                "\(place) \"sms: { phone: mobile }\" needs an attribute of contacts of the type text; declare it under "
                    + "contact_attributes in data.yaml, as mobile: text; did you mean \"mobil\"?",
            ])
        #expect(
            read("").complaints == [
                "playbooks/p/playbook.yaml:5:9: error: a text message needs \"sms\" in keeptouch.yaml, with the phone and "
                    + "the consent of contacts"
            ])
        #expect(
            read("sms: { phone: mobile, consent: sms_ok, country: UK }").complaints.first?.hasPrefix(
                "keeptouch.yaml:5:49: error: the national numbers of the country \"UK\" are not known here") == true)
        #expect(
            read("sms: { phone: mobile }").complaints.contains(
                "keeptouch.yaml:5:6: error: \"consent\" is missing in \"sms\""))
    }

    @Test func aCharacterThatAloneDoublesTheLengthIsToldWithItsPlace() {
        #expect(
            read(more: ["playbooks/p/m.md": "Hi,\nit’s time {{contact.first_name}}\n"]).complaints == [
                "playbooks/p/m.md:2:3: warning: \"’\" alone makes the text message UCS-2, of 70 instead of 160 characters a "
                    + "segment, and \"'\" would do"
            ])
        #expect(
            read(more: ["playbooks/p/m.md": "Say “hi”…\n"]).complaints == [
                "playbooks/p/m.md:1:5: warning: \"“\" and 2 more like it make the text message UCS-2, of 70 instead of 160 "
                    + "characters a segment, and \"\"\" would do"
            ])
        // A language that is not written otherwise is no mistake.
        #expect(read(more: ["playbooks/p/m.md": "Привет, как дела?\n"]).complaints == [])
        #expect(read(more: ["playbooks/p/m.md": "Tschüß, grüne Größe für {{contact.name}}\n"]).complaints == [])
    }

    @Test func aLineThatMakesAllMessagesLongerIsToldOf() {
        #expect(
            read("sms: { phone: mobile, consent: sms_ok, opt_out: { en: That’s all? STOP, ru: СТОП } }").complaints == [
                "keeptouch.yaml:5:55: warning: \"’\" makes every text message that has this line UCS-2, of 70 instead of 160 "
                    + "characters a segment, and \"'\" would do"
            ])
    }

    @Test(arguments: [
        (
            "goodbye",
            "5:49: error: \"goodbye\" does not say by which word text messages end: it holds one that is understood"
        ),
        ("\"\"", "5:49: error:"), ("\"{{account.name}} STOP\"", "5:49: error: no value is filled into this line"),
        ("{ de: Tschüss }", "5:55: error: \"Tschüss\" does not say"),
    ])
    func aLineThatEndsNothingIsRefused(line: String, complaint: String) {
        let complaints = read("sms: { phone: mobile, consent: sms_ok, opt_out: \(line) }").complaints
        #expect(complaints.contains { $0.hasPrefix("keeptouch.yaml:\(complaint)") }, "\(complaints)")
    }

    @Test(arguments: [
        "Text STOP to end", "Ende mit Stopp.", "回复TD退订", "配信停止はSTOPと返信", "Answer opt out", "Для отмены: СТОП",
    ])
    func aLineWithAWordThatIsUnderstoodIsTaken(line: String) {
        #expect(read("sms: { phone: mobile, consent: sms_ok, opt_out: \"\(line)\" }").complaints == [])
    }

    @Test func aMessageOfManyPartsIsWarnedOf() {
        let long = String(repeating: "0123456789", count: 46)
        #expect(
            read(more: ["playbooks/p/m.md": long + "\n"]).complaints == [
                "playbooks/p/m.md:1:1: warning: as a text message it is GSM-7, 483 characters, 4 segments before its values "
                    + "are filled in, and more than 3 are warned of (segments: of sms: in keeptouch.yaml)"
            ])
        // 460 without the line that says how to end them.
        #expect(read(category: "service", more: ["playbooks/p/m.md": long.prefix(459) + "\n"]).complaints == [])
    }

    @Test func whatATextMessageCannotHaveIsRefused() {
        #expect(
            read(more: ["playbooks/p/m.md": "Bye {{unsubscribe_url}}\n"]).complaints.contains {
                $0.hasPrefix("playbooks/p/m.md:1:5: error: a text message has no unsubscribe_url")
            })
        #expect(
            read(
                file: "m.html", more: ["playbooks/p/m.html": "<p>Hi</p>\n"]
            ).complaints.contains {
                $0
                    == "playbooks/p/m.html:1:1: error: a text message has no HTML; write it as Markdown, in a file that ends "
                    + "in .md"
            })
    }
}
