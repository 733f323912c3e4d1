import Playbooks
import Storage
import Testing

/// Telephone numbers of contacts, to which text messages go.
struct ImportNumbersTests {
    private func world(country: String? = nil) throws -> ImportWorld {
        let world = try ImportWorld()
        world.dataMap.contactAttributes = [Attribute("mobile", .text), Attribute("sms_ok", .boolean)]
        world.dataMap.sms = TextMessaging(
            phone: "mobile", consent: "sms_ok", country: country.flatMap(PhoneCountry.init(named:)),
            position: Position(file: "keeptouch.yaml"))
        try world.load(.accounts, "key\na\nb\n")
        return world
    }

    private let numbers = "SELECT key, phone, c_mobile, c_sms_ok FROM contact ORDER BY id"

    @Test func aNumberIsKeptInOneForm() throws {
        let world = try world(country: "US")
        try world.load(
            .contacts,
            "account,key,email,mobile,sms_ok\na,1,ada@a.example,(415) 555-0123,yes\na,2,bo@a.example,+49 171 1234567,no\n"
        )
        #expect(
            try world.rows(numbers) == ["1|+14155550123|+14155550123|1", "2|+491711234567|+491711234567|0"])
        // A file without the column leaves it, an empty cell takes it away.
        try world.load(.contacts, "account,key,sms_ok\na,1,no\n")
        #expect(try world.rows(numbers).first == "1|+14155550123|+14155550123|0")
        try world.load(.contacts, "account,key,mobile\na,1,\n")
        #expect(try world.rows(numbers).first == "1|||0")
    }

    @Test func aNumberOfWhichNobodyIsCertainIsSaidByNameAndTheRowStays() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email,mobile\na,1,ada@a.example,+14155550123\n")
        let report = try world.load(
            .contacts, "account,key,email,mobile,sms_ok\na,1,eve@a.example,415 555 0123,yes\na,2,bo@a.example,n/a,\n")
        #expect(report.rejected == 0 && report.cellsLeftOut == 2)
        #expect(
            report.groups.map { "\($0.column) \($0.count) \($0.first.row) \($0.first.reason)" } == [
                "mobile 2 2 mobile: \"415 555 0123\" is not a telephone number with the code of its country, such as "
                    + "+14155550123; where all are of one country, sms: { country: US } of keeptouch.yaml says which"
            ])
        // The number that was there stays, and the rest is taken.
        #expect(
            try world.rows("SELECT key, address, phone, c_sms_ok FROM contact ORDER BY id")
                == ["1|eve@a.example|+14155550123|1", "2|bo@a.example||"])
    }

    @Test func whatWasThereIsReadAnewWhenTheCountryIsDeclared() throws {
        let world = try ImportWorld()
        world.dataMap.contactAttributes = [Attribute("mobile", .text), Attribute("sms_ok", .boolean)]
        try world.load(.accounts, "key\na\n")
        try world.load(.contacts, "account,key,email,mobile\na,1,ada@a.example,0171 1234567\n")
        #expect(try world.rows(numbers) == ["1||0171 1234567|"])
        world.dataMap.sms = TextMessaging(
            phone: "mobile", consent: "sms_ok", country: PhoneCountry(named: "DE"),
            position: Position(file: "keeptouch.yaml"))
        try AttributeColumns(world.dataMap).apply(to: world.store)
        #expect(try world.rows(numbers) == ["1|+491711234567|0171 1234567|"])
        world.dataMap.sms?.country = nil
        try AttributeColumns(world.dataMap).apply(to: world.store)
        #expect(try world.rows(numbers) == ["1||0171 1234567|"])
    }

    @Test func whoHasSaidStopIsNotWrittenToAtANewNumber() throws {
        let world = try world()
        try world.load(.contacts, "account,key,email,mobile\na,1,ada@a.example,+14155550123\n")
        try world.store.write {
            try Suppressions.add(
                "+14155550123", category: nil, reason: Suppressions.stopped, at: world.now, $0)
        }
        try world.load(.contacts, "account,key,mobile\na,1,+14155550188\n")
        #expect(
            try world.rows("SELECT address, reason FROM suppression ORDER BY address")
                == ["+14155550123|STOP", "+14155550188|STOP"])
    }

    @Test func aContactThatBecomesAnotherPersonHasNoNumber() throws {
        let world = try world()
        try world.load(.accounts, "key,contact_email,contact_name\na,ada@a.example,Ada\n")
        try world.load(.contacts, "account,key,mobile\na,owner,+14155550123\n")
        #expect(try world.rows("SELECT phone FROM contact") == ["+14155550123"])
        try world.load(.accounts, "key,contact_email,contact_name\na,bo@a.example,Bo\n")
        #expect(try world.rows("SELECT name, phone FROM contact") == ["Bo|"])
    }
}
