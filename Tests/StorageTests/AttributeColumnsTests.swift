import Playbooks
import Storage
import Testing

private func map(_ attributes: [Attribute], contacts: [Attribute] = []) -> DataMap {
    var map = DataMap()
    map.attributes = attributes
    map.contactAttributes = contacts
    return map
}

private func columns(_ store: Store, _ table: String) throws -> [String: String] {
    try store.read { connection in
        let rows = try connection.query("SELECT name, type FROM pragma_table_info('\(table)')")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0].text ?? "", $0[1].text ?? "") })
    }
}

@Test func declaredAttributesBecomeTypedColumns() throws {
    let store = try Scratch().store()
    let map = map(
        [
            Attribute("seats", .number), Attribute("share", .percent), Attribute("spend", .money),
            Attribute("plan", .text),
            Attribute("why", .reason), Attribute("vip", .boolean), Attribute("renewal_at", .date),
            Attribute("seen_at", .instant), Attribute("trial", .duration),
        ], contacts: [Attribute("title", .text)])
    try AttributeColumns(map).apply(to: store)
    let account = try columns(store, "account")
    #expect(account["a_seats"] == "REAL" && account["a_share"] == "REAL")
    #expect(account["a_plan"] == "TEXT" && account["a_why"] == "TEXT")
    for name in ["a_spend", "a_vip", "a_renewal_at", "a_seen_at", "a_trial"] { #expect(account[name] == "INTEGER") }
    #expect(try columns(store, "contact")["c_title"] == "TEXT")
    #expect(AttributeColumns.ofAccount("seats") == "\"a_seats\"")
    #expect(AttributeColumns.ofAccount("mrr") == "\"mrr\"")
    #expect(AttributeColumns.ofContact("title") == "\"c_title\"")
}

@Test func columnsAreAddedAndNeverDropped() throws {
    let store = try Scratch().store(accounts: 1)
    try AttributeColumns(map([Attribute("plan", .text)])).apply(to: store)
    try store.write { try $0.execute("UPDATE account SET a_plan = 'pro'") }
    try AttributeColumns(map([Attribute("seats", .number)])).apply(to: store)
    try AttributeColumns(map([Attribute("seats", .percent), Attribute("plan", .reason)])).apply(to: store)
    #expect(try store.read { try $0.first("SELECT a_plan, a_seats FROM account")?.values } == [.text("pro"), .null])
}

@Test func aChangedTypeIsRefusedBeforeAnythingIsAdded() throws {
    let store = try Scratch().store(accounts: 1)
    try AttributeColumns(map([Attribute("spend", .money)])).apply(to: store)
    try store.write { try $0.execute("UPDATE account SET a_spend = 4900") }
    let error = #expect(throws: StorageError.self) {
        try AttributeColumns(map([Attribute("plan", .text), Attribute("spend", .date)])).apply(to: store)
    }
    #expect(error?.description.contains("\"spend\" was money and is now date") == true)
    #expect(error?.description.contains("put `type: money` back") == true)
    #expect(try columns(store, "account")["a_plan"] == nil)
}

@Test func theTypeOfAnEmptyColumnChangesWithTheDataMap() throws {
    let store = try Scratch().store(accounts: 1)
    try AttributeColumns(map([Attribute("seats", .text)])).apply(to: store)
    try AttributeColumns(map([Attribute("seats", .number)])).apply(to: store)
    #expect(try columns(store, "account")["a_seats"] == "REAL")
    try store.write { try $0.execute("UPDATE account SET a_seats = 3") }
    try AttributeColumns(map([Attribute("seats", .number)])).apply(to: store)
}

@Test func aRetypedColumnKeepsWhatItsNewTypeCanHoldAndNamesTheRest() throws {
    let store = try Scratch().store(accounts: 4)
    var seats = Attribute("seats", .text)
    seats.track = true
    seats.values = ["many"]
    seats.form.column = "Seats"
    let declared = map([seats])
    try AttributeColumns(declared).apply(to: store)
    try store.write { connection in
        try connection.execute(
            "INSERT INTO history (account_id, attribute, at, value, previous) VALUES (1, 'seats', 5, '12', 'a few')")
        for (id, value) in [(1, "12"), (2, "1.5"), (3, "many")] {
            try connection.execute(
                "UPDATE account SET a_seats = :value WHERE id = :id",
                ["value": .text(value), "id": .integer(Int64(id))])
        }
    }
    let configuration = Configuration(
        workspace: "w", zone: try #require(Zone("UTC")), evaluate: try Schedule.parse("daily at 06:00").get())
    func retyping(_ type: ValueType, _ connection: Connection) throws -> Retyping {
        try Retyping(
            "seats", to: type, dataMap: declared, configuration: configuration, now: Instant(milliseconds: 0),
            connection)
    }
    let change = try store.read { try retyping(.number, $0) }
    #expect((change.values, change.lost) == (3, ["many": 1]))
    #expect(try columns(store, "account")["a_seats"] == "TEXT")
    try store.write { try retyping(.number, $0).apply($0) }
    #expect(
        try store.read { try $0.query("SELECT a_seats FROM account ORDER BY id").map { $0[0] } }
            == [.real(12), .real(1.5), .null, .null])
    // Its past is asked of it in the new type, and what else is declared stays.
    #expect(
        try store.read { try $0.first("SELECT value, previous FROM history")?.values } == [.real(12), .null])
    #expect(change.declaration == "attributes: { seats: { type: number, track: true, column: \"Seats\" } }")
    try AttributeColumns(map([Attribute("seats", .number)])).apply(to: store)
    #expect(throws: StorageError.self) { try store.read { try retyping(.number, $0) } }
    // And back: nothing is lost.
    try store.write { try retyping(.text, $0).apply($0) }
    #expect(
        try store.read { try $0.query("SELECT a_seats FROM account ORDER BY id").map { $0[0] } }
            == [.text("12"), .text("1.5"), .null, .null])
}

@Test(arguments: ["", "a b", "x\"; DROP TABLE account; --", "a-b"])
func aNameThatIsNoWordIsRefused(_ name: String) {
    #expect(throws: StorageError.self) { try AttributeColumns(map([Attribute(name, .text)])) }
}

@Test func namesThatDifferOnlyInCaseAreRefused() {
    let error = #expect(throws: StorageError.self) {
        try AttributeColumns(map([Attribute("Plan", .text), Attribute("plan", .text)]))
    }
    #expect(error?.description.contains("\"Plan\" and \"plan\"") == true)
}
