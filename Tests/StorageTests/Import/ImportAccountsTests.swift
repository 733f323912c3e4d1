import Foundation
import Playbooks
import Storage
import Testing

struct ImportAccountsTests {
    @Test func accountsThatAFileOfNearlyAllDoesNotHaveAreNamed() throws {
        let world = try ImportWorld()
        func file(_ keys: ClosedRange<Int>) -> String { "key\n" + keys.map { "k\($0)\n" }.joined() }
        #expect(try world.load(.accounts, file(1...30)).warnings.allSatisfy { !$0.contains("not in this file") })
        let later = try world.load(.accounts, file(3...32))
        #expect(later.warnings.contains { $0.hasPrefix("2 active accounts are not in this file (k1, k2)") }, "\(later)")
        // A file of changes.
        #expect(try world.load(.accounts, file(1...5)).warnings.allSatisfy { !$0.contains("not in this file") })
    }

    @Test func ofManyThatAreNotInAFileItIsSaidHowManyAndThatNothingIsConcluded() throws {
        let world = try ImportWorld()
        func file(_ keys: ClosedRange<Int>) -> String { "key\n" + keys.map { "k\($0)\n" }.joined() }
        try world.load(.accounts, file(1...30))
        let warning = try #require(world.load(.accounts, file(11...30)).warnings.first)
        #expect(
            warning.hasPrefix(
                "10 of 30 active accounts are not in this file (k1, k10, k2, ...), more than one in ten; nothing was concluded from it"
            ), "\(warning)")
        #expect(warning.contains("If the file was cut, import it whole; if they have left, "))
        #expect(try world.rows("SELECT count(*) FROM account WHERE status = 'active'") == ["30"])
        // A row that was rejected may be the one that is not there.
        #expect(
            try world.load(.accounts, file(2...30) + "Total,\n\"\n").warnings
                .allSatisfy { !$0.contains("not in this file") })
    }

    @Test func valuesAreTypedByTheDataMap() throws {
        let world = try ImportWorld(zone: "America/Chicago")
        let report = try world.load(
            .accounts,
            """
            key,Name,status,created_at,mrr,timezone,locale,Subscription Plan,seats,trial,renewal_at,budget,notice
            a, Ada ,active,2026-01-05,"1,234.50",Europe/Berlin,de,pro,12.5,yes,3/7/2026,$10,14d
            b,,churned,2026-01-05T10:00:00Z,12,,,free,,no,12/31/26,0.005,1d 12h
            c,,,1767600000,,,,,,,,,
            """)
        #expect(report.firstRejected == [])
        let midnight = try ImportWorld.milliseconds("2026-01-05T06:00:00Z")
        #expect(
            try world.rows(
                """
                SELECT key, name, status, created_at, mrr, timezone, locale, a_plan, a_seats, a_trial, a_renewal_at, a_budget,
                    a_notice FROM account ORDER BY id
                """) == [
                    "a|Ada|active|\(midnight)|123450|Europe/Berlin|de|pro|12.5|1|20519|1000|1209600000",
                    "b||churned|\(midnight + 4 * 3_600_000)|1200|||free||0|20818|1|129600000",
                    "c||active|1767600000000|||||||||",
                ])
    }

    @Test func aBadCellCostsTheCellAndIsToldWithRowColumnAndValue() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts,
            """
            key,seats,mrr,trial,renewal_at,timezone,Subscription Plan,created_at,notice,status
            ,3,,,,,,,,
            a,many,,,,,,,,
            b,"1,234",,,,,,,,
            c,,"1.250",,,,,,,
            d,,,maybe,,,,,,
            e,,,,13/1/2026,,,,,
            f,,,,,PST,,,,
            g,,,,,,prro,,,
            h,,,,,,,2026-02-30,,
            i,,,,,,,,2 weeks,
            j,,,,,,,,,zombie
            k,nan,,,,,,,,
            """)
        #expect((report.inserted, report.rejected, report.cellsLeftOut) == (11, 1, 10))
        #expect(report.firstRejected.map(\.reason) == ["key: is empty"])
        let cells = report.groups.filter(\.isOfCells)
        #expect(cells.map(\.count).reduce(0, +) == 10)
        #expect(cells[0].column == "seats" && cells[0].count == 3 && cells[0].first.row == 3)
        let reasons = cells.map(\.first.reason)
        #expect(reasons[0] == "seats: \"many\" is not a number")
        for begin in [
            "mrr: \"1.250\" has two readings; say decimal: comma or decimal: point",
            "trial: \"maybe\" is not yes or no",
            "renewal_at: \"13/1/2026\" is not a date written m/d/y", "timezone: \"PST\" is not a time zone",
            "created_at: \"2026-02-30\" is not a moment", "notice: \"2 weeks\" is not a duration",
            "status: \"zombie\" is not one of active, churned",
        ] {
            #expect(reasons.contains { $0.hasPrefix(begin) }, "\(begin) \(reasons)")
        }
        // A value that no list knows is taken and told.
        #expect(try world.rows("SELECT a_plan FROM account WHERE key = 'g'") == ["prro"])
        #expect(report.warnings.contains { $0.contains("\"prro\" (1; did you mean \"pro\"?)") }, "\(report.warnings)")
    }

    @Test func aBadCellLeavesWhatWasThereAlone() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,seats,mrr,contact_email\na,5,49,ada@example.com\nb,6,59,bo@example.com\n")
        world.advance(days: 1)
        let report = try world.load(.accounts, "key,seats,mrr,contact_email\na,?,50,n/a\nb,,60,\n")
        #expect((report.updated, report.cellsLeftOut) == (2, 2))
        #expect(try world.rows("SELECT key, a_seats, mrr FROM account ORDER BY key") == ["a|5.0|5000", "b||6000"])
        // A bad cell leaves the address alone, an empty one takes it away.
        #expect(
            try world.rows("SELECT address, last_address FROM contact ORDER BY id") == [
                "ada@example.com|", "|bo@example.com",
            ])
        #expect(
            report.warnings.contains {
                $0
                    == "1 account (b) is without the address that was there: an empty contact_email takes it away, and nobody is written to"
            }, "\(report.warnings)")
        // A file without the column says nothing of it, and another address is taken.
        try world.load(.accounts, "key,seats\na,7\n")
        try world.load(.accounts, "key,contact_email\nb,bo.new@example.com\n")
        #expect(try world.rows("SELECT address FROM contact ORDER BY id") == ["ada@example.com", "bo.new@example.com"])
    }

    /// The CRM is slower than the billing: it says what it said the night before.
    @Test func aFileThatStaysAsItWasBringsNobodyBack() throws {
        let world = try ImportWorld()
        let file = "key,status\na,active\nb,active\n"
        try world.load(.accounts, file)
        world.advance(days: 1)
        try world.load(.events, "account,event,at,reason\na,churned,2026-03-11T10:00:00Z,price\n")
        let statuses = "SELECT key, status, churned_at IS NOT NULL, churn_reason FROM account ORDER BY key"
        #expect(try world.rows(statuses) == ["a|churned|1|price", "b|active|0|"])
        for _ in 1...2 {
            world.advance(days: 1)
            let report = try world.load(.accounts, file)
            #expect((report.unchanged, report.eventsMade) == (2, 0), "\(report)")
            #expect(
                report.warnings.contains {
                    $0.hasPrefix("1 account (a) is active here as before, and left since by an event")
                })
            #expect(try world.rows(statuses) == ["a|churned|1|price", "b|active|0|"])
        }
        // It catches up; what it says then is a change.
        world.advance(days: 1)
        try world.load(.accounts, "key,status\na,churned\nb,active\n")
        #expect(try world.rows(statuses) == ["a|churned|1|price", "b|active|0|"])
        world.advance(days: 1)
        #expect(try world.load(.accounts, file).eventsMade == 1)
        #expect(try world.rows(statuses) == ["a|active|0|", "b|active|0|"])
    }

    @Test func wordsAreMappedAndCapitalsDoNotCount() throws {
        let world = try ImportWorld()
        var status = Attribute("status", .text, values: ["active", "churned"], track: true)
        status.form.map = ["on hold": "active", "gekündigt": "churned"]
        world.dataMap.builtInColumns = [status]
        world.dataMap.attributes[0].form.map = ["Gold plan": "pro"]
        let report = try world.load(
            .accounts,
            "key,status,Subscription Plan\na,Active,PRO\nb,On Hold,gold PLAN\nc,gekündigt,free\nd,Cancelled,\n")
        #expect(report.isClean && report.cellsLeftOut == 0)
        #expect(
            try world.rows("SELECT key, status, a_plan FROM account ORDER BY key") == [
                "a|active|pro", "b|active|pro", "c|churned|free", "d|churned|",
            ])
    }

    @Test func severalFormatsAndAZoneAreDeclaredForAColumn() throws {
        let world = try ImportWorld()
        var created = Attribute("created_at", .instant)
        created.form.formats = ["m/d/y", "y-m-d", "mmm d y"]
        created.form.zone = Zone("America/New_York")
        world.dataMap.builtInColumns = [created]
        let report = try world.load(
            .accounts,
            "key,created_at\na,01/31/2026 10:00\nb,2026-01-31T10:00:00Z\nc,\"Jan 31, 2026\"\nd,31.01.2026\n")
        #expect(
            report.groups.map(\.first.reason) == [
                "created_at: \"31.01.2026\" is not a moment written m/d/y or y-m-d or mmm d y"
            ])
        #expect(
            report.groups.first?.hint
                == "attributes: { created_at: { format: [m/d/y, y-m-d, \"mmm d y\", d.m.y], timezone: America/New_York } }"
        )
        let ten = try ImportWorld.milliseconds("2026-01-31T10:00:00Z")
        #expect(
            try world.rows("SELECT created_at FROM account ORDER BY key").prefix(3) == [
                "\(ten + 5 * 3_600_000)", "\(ten)", "\(ten - 5 * 3_600_000)",
            ])
    }

    @Test func totalsTitlesAndSeparatorLinesAreNoAccounts() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts,
            """
            sep=;
            Customers by region;;;;
            Exported on;10/03/2026;;;

            key;name;seats;timezone;locale
            a;Ada;1;UTC;en
            b;Bob;2;;
            Total;;3;;
            ;Grand total;3;;
            """)
        #expect((report.inserted, report.rejected) == (2, 0))
        #expect(
            report.warnings == ["2 rows of totals were left out", "the 2 lines above the header were left out"])
    }

    @Test func theSameFileTwiceChangesNothing() throws {
        let world = try ImportWorld()
        let text = """
            key,name,status,mrr,churned_at,cancel_requested_at,health,stage,contact_email,contact_name,churn_reason
            a,Ada,active,10,,,1,activated,Ada@Example.com,Ada L,
            b,Bob,churned,20,2026-02-01,2026-01-20,2,,bob@example.com,,price
            c,Cy,churned,,,,,,,,
            """
        let first = try world.load(.accounts, text)
        #expect(first.inserted == 3)
        let before = try dump(world)
        world.advance(days: 1)
        let second = try world.load(.accounts, text)
        #expect((second.inserted, second.updated, second.unchanged, second.eventsMade) == (0, 0, 3, 0))
        #expect(try dump(world) == before)
        #expect(try world.history == [])
    }

    @Test func anAbsentColumnLeavesAValueAloneAndAnEmptyCellEmptiesIt() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,name,seats,created_at\na,Ada,5,2026-01-01\n")
        try world.load(.accounts, "key,seats,created_at\na,,\n")
        let created = try ImportWorld.milliseconds("2026-01-01T00:00:00Z")
        #expect(try world.rows("SELECT name, a_seats, created_at FROM account") == ["Ada||\(created)"])
    }

    @Test func ofAKeyThatComesTwiceTheLastRowCounts() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,mrr\na,1\nb,5\na,2\na,3\n")
        #expect((report.inserted, report.duplicates) == (2, 2))
        #expect(report.warnings.contains { $0.hasPrefix("2 rows have a key that comes again") })
        #expect(try world.rows("SELECT key, mrr FROM account ORDER BY key") == ["a|300", "b|500"])
        #expect(try world.history == [])
    }

    @Test func repeatedKeysFarApartLeaveNoHistoryTheSecondTime() throws {
        let world = try ImportWorld()
        let filler = (0..<3_000).map { "f\($0),7" }.joined(separator: "\n")
        let text = "key,mrr\na,1\n\(filler)\na,2\n"
        try world.load(.accounts, text)
        world.advance(days: 1)
        let before = try world.history
        let report = try world.load(.accounts, text)
        #expect(report.duplicates == 1)
        #expect(try world.rows("SELECT mrr FROM account WHERE key = 'a'") == ["200"])
        #expect(try world.history == before)
    }

    @Test func changesOfTrackedAttributesAreKeptWithTheValueBefore() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,mrr,health,seats,stage\na,10,1,1,new\nb,10,1,1,new\n")
        #expect(try world.history == [])
        world.advance(days: 1)
        try world.load(.accounts, "key,mrr,health,seats,stage\na,12,1,2,grown\nb,10,,1,new\n")
        let at = world.now.milliseconds
        #expect(
            try world.history == [
                "a|mrr|\(at)|1000|1200", "a|stage|\(at)|new|grown", "b|health|\(at)|1.0|",
            ])
        #expect(try world.rows("SELECT stage_since FROM account WHERE key = 'a'") == ["\(at)"])
    }

    @Test func columnsMakeEventsWithTheirTrueDates() throws {
        let world = try ImportWorld()
        let asked = try ImportWorld.milliseconds("2026-01-20T00:00:00Z")
        let left = try ImportWorld.milliseconds("2026-02-01T00:00:00Z")
        let text = "key,churned_at,cancel_requested_at,churn_reason\na,2026-02-01,2026-01-20,price\nb,,,\n"
        #expect(try world.load(.accounts, text).eventsMade == 2)
        #expect(
            try world.events.sorted() == [
                "a|cancel_requested|\(asked)||0", "a|churned|\(left)|{\"reason\":\"price\"}|0",
            ])
        #expect(try world.rows("SELECT key, status FROM account ORDER BY key") == ["a|churned", "b|active"])
    }

    @Test func aStatusThatChangesMakesTheEventAndTheDate() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,status,cancel_requested_at\na,active,2026-03-01\n")
        world.advance(days: 1)
        let left = world.now.milliseconds
        try world.load(.accounts, "key,status\na,churned\n")
        #expect(try world.rows("SELECT status, churned_at FROM account") == ["churned|\(left)"])
        world.advance(days: 1)
        let back = world.now.milliseconds
        try world.load(.accounts, "key,status,cancel_requested_at\na,active,\n")
        #expect(try world.rows("SELECT status, churned_at, cancel_requested_at FROM account") == ["active||"])
        #expect(
            try world.events.dropFirst() == [
                "a|churned|\(left)||0", "a|reactivated|\(back)||0", "a|cancel_withdrawn|\(back)||0",
            ])
        #expect(try world.history == ["a|status|\(left)|active|churned", "a|status|\(back)|churned|active"])
    }

    @Test func anAccountThatIsNewAndChurnedWithoutADateMakesNoEvent() throws {
        let world = try ImportWorld()
        #expect(try world.load(.accounts, "key,status\na,churned\n").eventsMade == 0)
        #expect(try world.rows("SELECT status, churned_at FROM account") == ["churned|"])
    }

    @Test func aRequestThatLiesInTheFutureIsLeftOut() throws {
        let world = try ImportWorld()
        let report = try world.load(.accounts, "key,cancel_requested_at\na,2027-01-01\nb,2026-03-11\n")
        #expect(
            report.groups.map(\.first.reason)
                == ["cancel_requested_at: lies in the future; a planned end is `service_end_at`"])
        #expect(report.inserted == 2)
        #expect(
            try world.rows("SELECT key FROM account WHERE cancel_requested_at IS NOT NULL") == ["b"])
    }

    @Test func theOneContactBecomesTheOwner() throws {
        let world = try ImportWorld()
        let report = try world.load(
            .accounts, "key,contact_email,contact_name\na, Ada@Example.COM ,Ada\nb,,Nobody\nc,nobody,\n")
        #expect(report.groups.map(\.first.reason) == ["contact_email: \"nobody\" is not an email address"])
        #expect(
            try world.rows("SELECT key, email, address, name, role, status FROM contact") == [
                "owner|Ada@Example.COM|ada@example.com|Ada|owner|active"
            ])
        #expect(try world.events == ["a|contact_added|\(world.now.milliseconds)||1"])
        world.advance(days: 1)
        #expect(try world.load(.accounts, "key,email\na,bob@example.com\nb,\n").updated == 1)
        #expect(try world.rows("SELECT address, name FROM contact") == ["bob@example.com|Ada"])
    }

    @Test func manyRowsGoInSlicesAndComeBackWhole() throws {
        let world = try ImportWorld()
        let text = "key,seats\n" + (0..<25_000).map { "k\($0),\($0 % 7)" }.joined(separator: "\n")
        var calls = 0
        let report = try world.importer.run(.accounts, from: .file(world.file(text)), now: world.now) { _ in calls += 1
        }
        #expect(report.inserted == 25_000)
        #expect(calls == 3)
        #expect(try world.rows("SELECT count(*), max(id), sum(a_seats) FROM account") == ["25000|25000|74994.0"])
        #expect(try world.load(.accounts, text).unchanged == 25_000)
        #expect(try world.rows("SELECT seq FROM sqlite_sequence WHERE name = 'account'") == ["25000"])
    }

    private func dump(_ world: ImportWorld) throws -> [String] {
        try world.rows("SELECT * FROM account ORDER BY id") + world.rows("SELECT * FROM contact ORDER BY id")
            + world.events
    }

    @Test func aRequestThatLiesInTheFutureLeavesTheStoredOneAlone() throws {
        let world = try ImportWorld()
        try world.load(.accounts, "key,cancel_requested_at\na,2026-03-01\n")
        let stored = try world.rows("SELECT cancel_requested_at FROM account")
        let report = try world.load(.accounts, "key,cancel_requested_at\na,2026-09-01\n")
        #expect(report.groups.first?.isOfCells == true)
        #expect(try world.rows("SELECT cancel_requested_at FROM account") == stored)
        #expect(
            try world.rows(
                "SELECT count(*) FROM event e JOIN event_kind k ON k.id = e.kind_id WHERE k.name = 'cancel_withdrawn'")
                == ["0"])
    }

    @Test func wordsForNoValueStopNoImport() throws {
        let world = try ImportWorld()
        let rows = (1...200).map { "a\($0),\($0 % 3 == 0 ? "7" : "n/a"),-" }.joined(separator: "\n")
        let report = try world.load(.accounts, "key,seats,Budget\n" + rows + "\n")
        #expect(report.stopped == nil && report.inserted == 200, "\(report)")
    }
}
