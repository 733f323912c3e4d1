import Playbooks
import Storage
import Testing

/// Wishes as email tools and people write them beside accounts: refusals are noticed, and others are no refusals.
struct WishesOfToolsTests {
    private static let accounts =
        "id,company,created,mrr\nC1,Acme,2025-01-01,49\nC2,Blue,2025-01-02,49\nC3,Cedar,2025-01-03,49\n"

    @Test(arguments: [
        ("Robinsonliste", "ja", "nein"), ("Avregistrerad", "Ja", "Nej"), ("Wypisany", "Tak", "Nie"),
        ("Opt-out (e-mail)", "Yes", "No"), ("No mailings", "TRUE", "FALSE"), ("List status", "Opted-out", "Opted-in"),
        ("List Status", "2", "1"), ("Subscription status", "2", "1"), ("Bounced Hard", "1", "0"),
        ("Hard bounces", "3", "0"), ("Email frequency", "Never", "Weekly"), ("Mail frequency", "none", "daily"),
        ("Tags", "vip;do-not-email", "vip;eu"), ("Labels", "\"eu, unsubscribed\"", "\"eu, new\""),
        ("Email verification", "undeliverable", "risky"), ("Einwilligung Werbung", "widerrufen", "erteilt"),
        ("GDPR status", "Objected", "Legitimate interest"), ("Marketingstatus", "Abgemeldet", "Abonniert"),
        ("Boletín", "De baja", "De alta"), ("Newsletter", "wypisany", "zapisany"),
        ("Do not allow Bulk Emails", "Do Not Allow", "Allow"), ("state", "bounced", "active"),
    ])
    func whoRefusesIsHeldBackAndNobodyElse(header: String, out: String, within: String) throws {
        let files = try GuessedFiles([
            ("accounts.csv", Self.accounts),
            (
                "contacts.csv",
                "id,account_id,email,name,\(header)\n1,C1,a@acme.example,A,\(within)\n2,C2,b@blue.example,B,\(within)\n"
                    + "3,C3,c@cedar.example,C,\(out)\n"
            ),
        ])
        #expect(
            try files.rows("SELECT address FROM suppression") == ["c@cedar.example"],
            "\(files.guess.yaml)\(files.guess.notes)\(files.warnings)")
    }

    @Test func theStatusOfASubscriptionOfWooCommerceIsNoWish() throws {
        let rows = (1...6).map {
            "70\($0),\($0 == 3 ? "wc-cancelled" : "wc-active"),\($0),u\($0)@w.example,Co \($0),19.00\n"
        }
        let files = try GuessedFiles(
            "subscription_id,subscription_status,customer_id,customer_email,billing_company,recurring_total\n"
                + rows.joined())
        #expect(try files.rows("SELECT address FROM suppression") == [], "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT key, status FROM account WHERE status = 'churned'") == ["3|churned"],
            "\(files.guess.yaml)")
    }

    @Test(arguments: ["Correo electrónico", "Courriel", "Adresse e-mail", "E-postadress", "Correo del cliente"])
    func aListIsReadWhateverItsAddressesAreCalled(header: String) throws {
        let world = try ImportWorld()
        try world.load(.suppressions, "Nombre,\(header),Fecha\nA,a@x.example,2026-01-01\n")
        #expect(try world.rows("SELECT address FROM suppression") == ["a@x.example"])
    }
}
