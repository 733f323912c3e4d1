import Playbooks
import Storage
import Testing

/// What one source tells of a customer is compared with what the same source told before.
struct ToldStatusTests {
    private let world: ImportWorld

    init() throws {
        world = try ImportWorld()
        try AttributeColumns(world.dataMap).apply(to: world.store)
    }

    @discardableResult
    private func post(_ fields: [(String, String)]) throws -> IntakeReport {
        let rules = IntakeRules(dataMap: world.dataMap, configuration: world.configuration)
        let row = IncomingRow(.accounts, fields.map { IncomingRow.Field($0.0, $0.1, at: "/\($0.0)") }, at: "")
        // As in a process of its own.
        let intake = Intake(store: world.store)
        let report = try world.store.write { try intake.take([row], rules: rules, now: world.now, $0) }
        #expect(report.rejected == [])
        return report
    }

    private func load(_ text: String, as name: String = "accounts") throws -> ImportReport {
        world.advance(days: 1)
        return try world.load(.accounts, text, ImportOptions(map: ImportMap(name, .accounts)))
    }

    private func status() throws -> String? { try world.rows("SELECT status FROM account WHERE key = 'a'").first }

    @Test func aNightlyFileDoesNotUndoAChurnThatWasToldOverHTTP() throws {
        let file = "key,name,status\na,Acme,active\nb,Bolt,active\n"
        _ = try load(file)
        world.advance(days: 1)
        try post([("key", "a"), ("status", "churned")])
        for _ in 0..<2 {
            let report = try load(file)
            #expect(try status() == "churned")
            #expect(report.unchanged == 2 && report.eventsMade == 0)
            #expect(
                report.warnings.contains { $0.hasPrefix("1 account (a) is active here as before") },
                "\(report.warnings)")
        }
        // What is left of the row is taken.
        #expect(try load("key,name,status\na,Acme GmbH,active\nb,Bolt,active\n").updated == 1)
        #expect(try world.rows("SELECT name, status FROM account WHERE key = 'a'") == ["Acme GmbH|churned"])
        // Each source may change its mind.
        try post([("key", "a"), ("status", "active")])
        #expect(try status() == "active")
    }

    @Test func aFileThatCallsSomebodyBackDoesSo() throws {
        _ = try load("key,status\na,active\n")
        try post([("key", "a"), ("status", "churned")])
        _ = try load("key,status\na,churned\n")
        _ = try load("key,status\na,active\n")
        #expect(try status() == "active")
    }

    @Test func theFirstWordOfASourceIsNews() throws {
        _ = try load("key,status\na,churned\n")
        try post([("key", "a"), ("status", "active")])
        #expect(try status() == "active")
    }

    @Test func twoNightlyFilesThatContradictEachOtherSendNobodyToAndFro() throws {
        let (crm, billing) = ("key,status\na,active\nb,active\n", "key,status\na,canceled\nb,active\n")
        for _ in 0..<3 {
            _ = try load(crm, as: "crm")
            _ = try load(billing, as: "billing")
            #expect(try status() == "churned")
        }
        #expect(try world.events.filter { $0.contains("|reactivated|") } == [])
        _ = try load("key,status\na,active\nb,active\n", as: "billing")
        #expect(try status() == "active")
        _ = try load(crm, as: "crm")
        #expect(try status() == "active")
    }

    @Test func whoCameBackByAnEventHasLeftWhenAnotherOneSaysSo() throws {
        _ = try load("key,status\na,churned\n")
        func event(_ kind: String) throws {
            world.advance(days: 1)
            try world.importer.recordEvent(account: "a", event: kind, now: world.now)
        }
        try event("reactivated")
        _ = try load("key,status\na,active\n")
        try event("churned")
        _ = try load("key,status\na,active\n")
        #expect(try status() == "churned")
    }

    @Test func aNightlyFileDoesNotUndoTheRevenueThatWasToldOverHTTP() throws {
        _ = try load("key,mrr\na,49\n")
        try post([("key", "a"), ("mrr", "99")])
        let report = try load("key,mrr\na,49\n")
        #expect(try world.rows("SELECT mrr FROM account") == ["9900"])
        #expect(
            report.warnings.contains { $0.contains("billing or another source has changed since") },
            "\(report.warnings)")
        _ = try load("key,mrr\na,59\n")
        #expect(try world.rows("SELECT mrr FROM account") == ["5900"])
    }
}
