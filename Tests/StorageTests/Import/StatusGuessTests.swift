import Playbooks
import Storage
import Testing

/// A column of statuses is understood in the words of the usual systems and languages, and what is not is said.
struct StatusGuessTests {
    struct Words: CustomTestStringConvertible {
        var of: String
        var active: [String]
        var gone: [String]
        var header = "Status"
        var testDescription: String { of }
    }

    static let known = [
        Words(of: "German", active: ["Aktiv", "Test", "Pausiert"], gone: ["Gekündigt", "GEKÜNDIGT", "Abgelaufen"]),
        Words(
            of: "French", active: ["Actif", "En cours", "Essai"], gone: ["Résilié", "Annulée", "Ancien client"],
            header: "Statut"),
        Words(of: "Spanish", active: ["Activo", "En prueba"], gone: ["Cancelado", "De baja"], header: "Estado"),
        Words(of: "Dutch", active: ["Actief", "Proef"], gone: ["Opgezegd", "Beëindigd"], header: "Klantstatus"),
        Words(of: "Italian", active: ["Attivo", "In prova"], gone: ["Disdetto", "Scaduto"], header: "Stato"),
        Words(
            of: "Portuguese", active: ["Ativo", "Inadimplente"], gone: ["Cancelado", "Encerrado"], header: "Situação"),
        Words(
            of: "Stripe", active: ["trialing", "active", "past_due", "unpaid", "paused"],
            gone: ["canceled", "incomplete", "incomplete_expired"]),
        Words(of: "Chargebee", active: ["in_trial", "non_renewing", "ACTIVE"], gone: ["cancelled", "future"]),
        Words(
            of: "Recurly and Paddle", active: ["active", "trialing", "paused", "past_due"],
            gone: ["expired", "canceled"]),
        Words(
            of: "Salesforce stages", active: ["Closed Won"], gone: ["Closed Lost", "Prospecting"],
            header: "Opportunity Stage"),
        Words(
            of: "Salesforce contracts", active: ["Activated"], gone: ["Terminated", "Expired", "Draft"],
            header: "Contract Status"),
        Words(
            of: "HubSpot", active: ["Customer", "Evangelist"],
            gone: ["Former Customer", "Lead", "Marketing Qualified Lead"],
            header: "Lifecycle Stage"),
        Words(of: "yes and no", active: ["ja"], gone: ["nein"], header: "Aktiv"),
    ]

    private func brought(_ words: [String], header: String) throws -> (DataMapGuess, ImportWorld) {
        let world = try ImportWorld()
        let rows = words.enumerated().map { "c\($0.offset),Co \($0.offset),u\($0.offset)@c.example,\($0.element)\n" }
        let source = ImportSource.file(try world.file("id,company,email,\(header)\n" + rows.joined()))
        let guess = try DataMapGuess(from: source, configuration: world.configuration, now: world.now)
        let (workspace, diagnostics) = WorkspaceReader.read([
            "keeptouch.yaml": "workspace: acme\ntimezone: UTC\n", "data.yaml": guess.yaml,
        ])
        #expect(diagnostics.filter { $0.position.file == "data.yaml" } == [], "\(guess.yaml)")
        world.dataMap = try #require(workspace).dataMap
        let report = try world.importer.run(.accounts, from: source, now: world.now)
        #expect(report.isClean, "\(report.groups)")
        return (guess, world)
    }

    @Test(arguments: known) func theWordsOfTheUsualSystemsAreKnown(words: Words) throws {
        let all = Array(repeating: words.active + words.gone, count: 3).flatMap { $0 }
        let (guess, world) = try brought(all, header: words.header)
        #expect(
            try world.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["\(words.gone.count * 3)"],
            "\(guess.yaml)")
        #expect(!guess.notes.contains { $0.contains("nobody knows") }, "\(guess.notes)")
        // Without a date nobody left on a day that anybody knows.
        #expect(try world.events.filter { $0.contains("|churned|") } == [])
    }

    @Test func wordsThatNobodyKnowsAreSaidWithTheLineToComplete() throws {
        for (words, share) in [
            (["Aktiv", "Gekündigt", "Ruhend", "Sonder", "Sonder"], 2), (["A", "B", "B", "C", "C"], 0),
        ] {
            let (guess, world) = try brought(words, header: "Status")
            let note = try #require(guess.notes.first { $0.contains("nobody knows") })
            #expect(
                note.contains("(2)") && note.contains("status: {") && note.contains(": <active or churned>"), "\(note)")
            #expect(guess.yaml.contains("# " + note))
            #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'churned'") == ["\(share / 2)"])
        }
    }

    @Test func whoIsNoCustomerYetIsNamed() throws {
        let (guess, _) = try brought(["Customer", "Lead", "Lead", "Customer"], header: "Lifecycle Stage")
        #expect(guess.notes.contains { $0.contains("\"Lead\" (2) are no customers yet") }, "\(guess.notes)")
    }

    @Test func aStateOfTheCountryIsNoStatus() throws {
        let (guess, world) = try brought(["CA", "NY", "TX", "CA"], header: "State")
        #expect(!guess.notes.contains { $0.contains("nobody knows") })
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["4"])
    }

    @Test(arguments: [("is_active", "1", "0"), ("active", "1", "0"), ("cancelled", "0", "1")])
    func oneAndZeroAreYesAndNo(header: String, active: String, gone: String) throws {
        let world = try ImportWorld()
        let rows = (1...12).map { "k\($0),\($0 % 3 == 0 ? gone : active)" }
        let file = try world.file("key,\(header)\n" + rows.joined(separator: "\n") + "\n", "accounts.csv")
        let guess = try DataMapGuess(
            from: [.file(file)], paths: ["accounts.csv"], configuration: world.configuration, now: world.now)
        #expect(guess.yaml.contains("status: "), "\(guess.yaml)")
    }

    @Test(arguments: ["Stage", "Phase"]) func theStageOfAJourneyIsNoStatus(header: String) throws {
        let world = try ImportWorld()
        let words = ["trial", "active", "customer"]
        let rows = (1...12).map { "k\($0),\(words[$0 % 3])" }
        let file = try world.file("key,\(header)\n" + rows.joined(separator: "\n") + "\n", "accounts.csv")
        let guess = try DataMapGuess(
            from: [.file(file)], paths: ["accounts.csv"], configuration: world.configuration, now: world.now)
        #expect(!guess.yaml.contains("status: "), "\(guess.yaml)")
    }
}
