import Playbooks
import Storage
import Testing

/// Sheets in Swedish, Danish, Norwegian and Polish, as spreadsheets there write them.
struct NordicSheetsTests {
    struct Sheet: CustomTestStringConvertible {
        var of: String
        var header: String
        var there: String
        var gone: String
        var amount: String
        var currency: String
        var wantsNone: String
        var wants: String
        var total: String
        var testDescription: String { of }
    }

    static let sheets = [
        Sheet(
            of: "Swedish",
            header: "Kundnr;Företag;Kontaktperson;E-post;Kund sedan;Månadspris;Inga utskick;Status;Uppsagd",
            there: "Kund", gone: "Tidigare kund", amount: "1 249,50 kr", currency: "SEK", wantsNone: "x", wants: "",
            total: "Summa"),
        Sheet(
            of: "Danish",
            header: "Kundenr.;Virksomhed;Kontaktperson;Mail;Kunde siden;Månedlig pris;Nyhedsbrev;Status;Opsagt pr.",
            there: "Kunde", gone: "Tidligere kunde", amount: "1.249,50 kr.", currency: "DKK", wantsNone: "nej",
            wants: "ja", total: "I alt"),
        Sheet(
            of: "Polish",
            header:
                "Nr klienta;Nazwa firmy;Kontakt;E-mail;Data rozpoczęcia;Opłata miesięczna;Nie wysyłać;Status;Data rezygnacji",
            there: "Klient", gone: "Były klient", amount: "1 249,50 zł", currency: "PLN", wantsNone: "x", wants: "",
            total: "Razem"),
    ]

    @Test(arguments: sheets)
    func whoIsACustomerSinceWhenForHowMuchAndWhoWantsNoMessages(sheet: Sheet) throws {
        let rows = (1...20).map { number in
            let isGone = number % 5 == 0
            return
                "\(100 + number);Firma \(number);Ada \(number);p\(number)@firma\(number).example;2024-03-\(number + 9);"
                + "\(sheet.amount);\(number == 7 ? sheet.wantsNone : sheet.wants);\(isGone ? sheet.gone : sheet.there);"
                + "\(isGone ? "2025-06-\(number + 9)" : "")\n"
        }
        let files = try GuessedFiles(sheet.header + "\n" + rows.joined() + "\(sheet.total);;;;;25 000,00;;;\n")
        #expect(files.guess.currency == sheet.currency)
        #expect(
            try files.rows(
                "SELECT status, count(*), min(mrr), date(min(created_at) / 1000, 'unixepoch'), "
                    + "date(min(churned_at) / 1000, 'unixepoch') FROM account GROUP BY status ORDER BY status")
                == ["active|16|124950|2024-03-10|", "churned|4|124950|2024-03-14|2025-06-14"], "\(files.guess.yaml)")
        #expect(
            try files.rows("SELECT address FROM contact WHERE unsubscribed = 1") == ["p7@firma7.example"],
            "\(files.guess.yaml)")
        #expect(try files.rows("SELECT name FROM account WHERE key = '101'") == ["Firma 1"])
    }
}
