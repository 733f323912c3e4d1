import Playbooks
import Storage
import Testing

/// Columns of consents that say who has taken theirs back, who never gave one, and those that nobody understands.
struct WithdrawnConsentTests {
    private func files(_ column: String, _ cell: (Int) -> String) throws -> GuessedFiles {
        try GuessedFiles(
            "Customer ID,Company,Email,Status,MRR,Since,\(column)\n"
                + (1...9).map { "C\($0),Firm \($0),u\($0)@firm\($0).example,active,49,2025-03-01,\(cell($0))\n" }
                .joined())
    }

    private func suppressed(_ files: GuessedFiles) throws -> [String] {
        try files.rows("SELECT address FROM suppression ORDER BY 1").map { String($0.prefix(2)) }
    }

    @Test(arguments: [
        "Consent withdrawn", "Consent revoked", "Opt-in revoked", "GDPR deletion requested", "GDPR erased",
        "GDPR objection", "GDPR restricted", "Exclude from newsletter", "Einwilligung widerrufen",
        "Consentement retiré", "Consenso revocato", "Consentimiento retirado", "Toestemming ingetrokken",
        "Dado de baja del boletín", "Rifiuta newsletter", "Refuse les e-mails", "Kontaktsperre", "Kein Mailing",
        "Geen mailings", "Stop emails", "Never email", "Removed from list", "Excluded from mailings",
        "Marketing blocked", "Bad email", "Hard bounce",
    ])
    func yesToAWithdrawalMeansThatNothingIsWanted(column: String) throws {
        let files = try files(column) { $0 == 3 ? "yes" : "no" }
        #expect(try suppressed(files) == ["u3"], "\(files.guess.yaml)")
    }

    @Test func theDayOfAWithdrawalIsOne() throws {
        let files = try files("consent_revoked_at") { $0 == 3 ? "2026-02-01" : "" }
        #expect(try suppressed(files) == ["u3"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        ("Accepte les e-mails", "non", "oui"), ("E-Mail-Werbung erlaubt", "nein", "ja"),
        ("Acepta comunicaciones comerciales", "no", "sí"), ("Suscrito", "no", "sí"),
        ("Aceita receber e-mails", "não", "sim"), ("Can we email?", "no", "yes"), ("Okay to contact", "no", "yes"),
        ("Mailing list", "no", "yes"), ("Email notifications", "off", "on"), ("Zgoda marketingowa", "nie", "tak"),
        ("Nyhetsbrev", "nej", "ja"), ("Newsletter?", "✗", "✓"), ("Newsletter", "❌", "✅"), ("Newsletter", "x", "✓"),
    ])
    func noToAPermissionMeansThatNothingIsWanted(column: String, no: String, yes: String) throws {
        let files = try files(column) { $0 == 3 ? no : yes }
        #expect(try suppressed(files) == ["u3"], "\(files.guess.yaml)")
    }

    @Test(arguments: [
        ("Unsubscribed", "all", ""), ("Unsubscribed", "All emails", "none"), ("Opt out", "all", ""),
        ("Opted out of", "everything", "nothing"), ("Unsubscribed", "✓", "✗"), ("Unsubscribed", "☑", "☐"),
    ])
    func whoIsUnsubscribedOfAllWantsNothing(column: String, out: String, other: String) throws {
        let files = try files(column) { $0 == 3 ? out : other }
        #expect(try suppressed(files) == ["u3"], "\(files.guess.yaml)")
    }

    @Test(arguments: [("Double opt-in", "2026-01-01"), ("Newsletter OK?", "checked"), ("Newsletter", "x")])
    func whoNeverTickedAPermissionIsHeldBackAndItIsSaid(column: String, tick: String) throws {
        let files = try files(column) { $0 == 3 ? "" : tick }
        #expect(try suppressed(files) == ["u3"], "\(files.guess.yaml)")
        #expect(
            files.says("\"\(column)\": 8 of 9 have given this permission; the other 1 never"), "\(files.guess.notes)")
    }

    /// A cross alone may say either.
    @Test func aCrossThatStandsAloneHoldsBackUntilItIsKnown() throws {
        let files = try files("Unsubscribed") { $0 == 3 ? "✗" : "" }
        #expect(
            try files.rows("SELECT address, reason FROM suppression") == [
                "u3@firm3.example|a wish that is not understood"
            ])
    }

    @Test(arguments: [
        ("email_confirmed", "f", "t"), ("GDPR basis", "contract", "interest"), ("Contact me", "no", "yes"),
    ])
    func whatSpeaksOfMessagesIsNamedWithTheLine(column: String, no: String, yes: String) throws {
        let files = try files(column) { $0 == 3 ? no : yes }
        #expect(
            files.guess.notes.contains {
                $0.hasPrefix("\"\(column)\" s")
                    && $0.contains("attributes: { contact_subscribed: { column: \"\(column)\" } }")
            }, "\(files.guess.notes)")
    }

    @Test(arguments: ["Email provider", "Contact role", "Subscription", "Marketing budget"])
    func whatIsNoWishIsNotNamed(column: String) throws {
        let files = try files(column) { $0 == 3 ? "a" : "b" }
        #expect(!files.guess.notes.contains { $0.hasPrefix("\"\(column)\"") }, "\(files.guess.notes)")
    }

    @Test func aListOfAllIsReadRowByRow() throws {
        let world = try ImportWorld()
        for file in [
            "Email,Status\na@x.example,subscribed\nb@x.example,unsubscribed\nc@x.example,active\nd@x.example,RESUBSCRIBED\n",
            "email,unsubscribed\na@x.example,no\nb@x.example,yes\nc@x.example,no\n",
            "email,opted_in\na@x.example,yes\nb@x.example,no\n",
            "email\n*@worse.example\n@bad.example\nb@x.example\n",
            "email,unsubscribed,reason\na@x.example,no,\nb@x.example,no,hard bounce\n",
        ] {
            try world.load(.suppressions, file)
            #expect(try world.rows("SELECT address FROM suppression") == ["b@x.example"], "\(file)")
        }
    }
}
