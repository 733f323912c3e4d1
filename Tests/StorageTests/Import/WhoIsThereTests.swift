import Playbooks
import Storage
import Testing

/// Files of people that say who is not there any more: nobody who has left is written to.
struct WhoIsThereTests {
    private static let accounts =
        "id,name,created_at,mrr\n1,Acme,2025-01-01,49\n2,Blue,2025-01-02,59\n3,Cedar,2025-01-03,69\n"
    private let statuses = "SELECT status FROM contact ORDER BY email"

    private func users(_ header: String, _ gone: String, _ there: String) throws -> GuessedFiles {
        let rows = [there, gone, there].enumerated().map { index, cell in
            "1\(index),\(index + 1),p\(index)@c\(index).example,Person \(index),\(cell)\n"
        }
        return try GuessedFiles([
            ("accounts.csv", Self.accounts), ("users.csv", "id,account_id,email,name,\(header)\n" + rows.joined()),
        ])
    }

    @Test(arguments: [
        // Days
        ("deactivated_at", "2026-01-05 10:00:00", ""), ("Removed on", "2026-01-05", ""), ("Left on", "05/01/2026", ""),
        ("Austrittsdatum", "05.01.2026", ""), ("Fecha de salida", "05/01/2026", ""), ("suspendedAt", "1767607200", ""),
        ("Offboarding date", "05-Jan-2026", ""), ("Date of termination", "2026-01-05", ""),
        ("Inaktiv seit", "05.01.2026", "-"), ("Archived at", "2026-01-05T10:00:00Z", "null"),
        // Yes and no
        ("is_active", "false", "true"), ("Active", "No", "Yes"), ("isDisabled", "1", "0"),
        ("archived", "true", "false"),
        ("Still employed", "No", "Yes"), ("No longer at company", "TRUE", "FALSE"), ("Gesperrt", "ja", "nein"),
        ("Actif", "Non", "Oui"), ("Bloqueado", "Sí", "No"), ("Works here", "n", "y"), ("Deceased", "Yes", "No"),
        ("Left the company", "x", ""), ("Nicht mehr im Unternehmen", "ja", "nein"), ("Eliminato", "Sì", "No"),
        ("Zablokowany", "Tak", "Nie"), ("Inactive user", "TRUE", "FALSE"), ("Inactief", "ja", "nee"),
        ("Uit dienst", "05-01-2026", ""), ("Baja", "S", "N"),
        ("Block sign in", "True", "False"), ("Status [READ ONLY]", "Suspended", "Active"),
        // Words
        ("User status", "Suspended", "Active"), ("state", "blocked", "active"),
        ("account_status", "Deactivated", "Active"),
        ("Member status", "Locked out", "Active"), ("Status", "Former employee", "Active"),
        ("Statut du compte", "Désactivé", "Actif"), ("Benutzerstatus", "gesperrt", "aktiv"),
        ("Employment status", "Terminated", "Employed"), ("Login state", "DEPROVISIONED", "ACTIVE"),
    ])
    func whoHasLeftGetsNothing(header: String, gone: String, there: String) throws {
        let files = try users(header, gone, there)
        #expect(
            try files.rows(statuses) == ["active", "left", "active"],
            "\(files.guess.yaml)\(files.guess.notes)\(files.warnings)")
        #expect(files.says("1 of 3 has left"), "\(files.guess.notes)")
    }

    @Test(arguments: [
        ("Last active", "2026-01-05", "2026-02-01"), ("Seats left", "3", "4"),
        ("Active since", "2026-01-05", "2025-01-05"),
        ("State", "CA", "TX"), ("Deleted by", "Jo", ""), ("Activated", "false", "true"), ("Active projects", "0", "1"),
        ("Department", "Exit Planning", "Sales"), ("Blocked reason", "none", ""),
    ])
    func otherColumnsSayNothingOfIt(header: String, one: String, other: String) throws {
        let files = try users(header, one, other)
        #expect(try files.rows(statuses) == ["active", "active", "active"], "\(files.guess.yaml)")
    }

    @Test func whoHasLeftByOneColumnHasLeftAndComesBackWhenTheDayIsTakenOut() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        let header = "account,email,is_active,deactivated_at,last_day\n"
        let report = try world.load(
            .contacts,
            header
                + "a,1@a.example,true,,\na,2@a.example,true,2026-01-05,\na,3@a.example,false,,\na,4@a.example,true,,2026-12-31\n"
        )
        #expect(try world.rows(statuses) == ["active", "left", "left", "active"])
        #expect(
            report.warnings.contains { $0.contains("2 people have left by \"is_active\", \"deactivated_at\"") },
            "\(report.warnings)")
        try world.load(.contacts, header + "a,2@a.example,true,,\n")
        #expect(try world.rows(statuses) == ["active", "active", "left", "active"])
    }

    @Test func dataYamlSaysWhichColumnCountsAndWhatItsWordsMean() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key\na\n")
        var map = ImportMap("contacts", .contacts)
        map.columns["status"] = ColumnForm(column: "Flag")
        map.columns["status"]?.map = ["g": "left", "h": "active"]
        try world.load(
            .contacts, "account,email,Flag,archived\na,1@a.example,g,no\na,2@a.example,h,yes\n", ImportOptions(map: map)
        )
        #expect(try world.rows(statuses) == ["left", "active"])
    }

    @Test func aColumnByWhichMostHaveLeftIsNotRead() throws {
        let people = (0..<8).map { "1\($0),1,p\($0)@a.example,\($0 < 6 ? "no" : "yes")\n" }.joined()
        let files = try GuessedFiles([
            ("accounts.csv", Self.accounts), ("users.csv", "id,account_id,email,enabled\n" + people),
        ])
        #expect(files.says("6 of 8 have left by it, which nobody believes"), "\(files.guess.notes)")
    }

    @Test func wordsThatSayNothingOfItCostNobody() throws {
        let files = try users("Status", "Deactivated", "Member")
        #expect(try files.rows(statuses) == ["active", "left", "active"], "\(files.warnings)")
        #expect(
            files.warnings.contains { $0.contains("\"Member\" (2) in \"Status\" says of nobody") }, "\(files.warnings)")
    }

    @Test func anAudienceWithTheStatusOfEachIsOneOfPeople() throws {
        for (status, gone) in [
            ("Status", "Unsubscribed"), ("List status", "Opted-out"), ("Subscriber state", "Unsubscribed"),
        ] {
            let files = try GuessedFiles([
                (
                    "accounts.csv",
                    "account_id,company,email,signed_up,mrr\nC1,Acme,a@acme.example,2025-01-01,49\nC2,Blue,b@blue.example,2025-01-01,49\nC3,Cedar,c@cedar.example,2025-01-01,49\n"
                ),
                (
                    "contacts-export.csv",
                    "Email,First Name,Last Name,Phone,Date Created,Tags,\(status)\na@acme.example,A,A,,2025-01-01 10:00:00,,Active\nb@blue.example,B,B,,2025-01-01 10:00:00,,\(gone)\nc@cedar.example,C,C,,2025-01-01 10:00:00,,Active\n"
                ),
            ])
            #expect(
                try files.rows("SELECT address FROM suppression") == ["b@blue.example"],
                "\(files.guess.yaml)\(files.guess.notes)")
        }
    }
}
