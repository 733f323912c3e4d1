import Foundation
import Playbooks
import Testing

@testable import Storage

/// Accounts of which a file said that they leave on a day that lay ahead: on the day they leave by themselves.
struct DueDepartureTests {
    private let world: ImportWorld
    private let end: Int64

    init() throws {
        world = try ImportWorld()
        end = try ImportWorld.milliseconds("2026-04-10T00:00:00Z")
    }

    private static let customers = "key,status,churned_at,churn_reason\na,active,,\nb,active,,\n"
    private static let leaving = "key,status,churned_at,churn_reason\na,churned,2026-04-10,price\nb,active,,\n"
    private static let churn = "account,event,at,reason\na,churned,2026-04-10,price\n"

    @discardableResult
    private func take() throws -> Bool {
        try DueDepartures(store: world.store, dataMap: world.dataMap, configuration: world.configuration)
            .take(now: world.now)
    }

    private func status(_ key: String = "a") throws -> [String] {
        try world.rows("SELECT status, churned_at, churn_reason FROM account WHERE key = '\(key)'")
    }

    private func tell(_ kind: ImportKind) throws {
        try world.load(.accounts, Self.customers)
        try world.load(kind, kind == .accounts ? Self.leaving : Self.churn)
    }

    private var churns: [String] {
        get throws { try world.events.filter { $0.contains("churned") || $0.contains("reactivated") } }
    }

    private var left: [String] { ["churned|\(end)|price"] }

    @Test(arguments: [ImportKind.accounts, .events]) func theyLeaveOnTheirDay(kind: ImportKind) throws {
        try tell(kind)
        world.advance(days: 30)
        #expect(try !take())
        #expect(try status() == ["active||\(kind == .accounts ? "price" : "")"])
        world.advance(days: 1)
        #expect(try world.store.read { try DueDepartures.count($0, now: world.now) } == 1)
        #expect(try take())
        #expect(try world.store.read { try DueDepartures.count($0, now: world.now) } == 0)
        #expect(try !take())
        #expect(try status() == left)
        #expect(try status("b") == ["active||"])
        #expect(try churns == ["a|churned|\(end)|{\"reason\":\"price\"}|0"])
        #expect(try world.history == ["a|status|\(end)|active|churned"])
        #expect(try world.rows("SELECT type, at, detail FROM change") == ["churned|\(end)|{\"reason\":\"price\"}"])
        #expect(
            try world.rows("SELECT leaves_told, leaves_event, leaves_reason FROM account") == ["||", "||"])
    }

    @Test(arguments: [ImportKind.accounts, .events], [true, false])
    func aNightlyFileThatRepeatsItMakesNoSecondChurn(kind: ImportKind, isFileFirst: Bool) throws {
        try tell(kind)
        for _ in 0..<40 {
            world.advance(days: 1)
            if !isFileFirst { try take() }
            try world.load(kind, kind == .accounts ? Self.leaving : Self.churn)
            if isFileFirst { try take() }
        }
        #expect(try status() == left)
        #expect(try churns.count == 1)
        #expect(try world.rows("SELECT count(*) FROM change") == ["1"])
    }

    /// The day stays beside the word of a customer, before it has come and behind it.
    @Test(arguments: [true, false]) func aFileThatCallsThemCustomersAllAlongBringsNobodyBack(isFileFirst: Bool) throws {
        let announced = "key,status,churned_at,churn_reason\na,active,2026-04-10,price\nb,active,,\n"
        try world.load(.accounts, Self.customers)
        var said: [String] = []
        for _ in 0..<40 {
            world.advance(days: 1)
            if !isFileFirst { try take() }
            said += try world.load(.accounts, announced).warnings
            if isFileFirst { try take() }
        }
        #expect(try status() == left)
        #expect(try churns == ["a|churned|\(end)|{\"reason\":\"price\"}|0"])
        #expect(!said.contains { $0.contains("it gets messages") }, "\(said)")
        // What is new is believed: they have left, and are back, with the day of before beside it.
        try world.load(.accounts, Self.leaving)
        try world.load(.accounts, announced)
        #expect(try status()[0].hasPrefix("active|"))
    }

    @Test func aLaterRowWithoutADayTakesItBack() throws {
        try tell(.accounts)
        world.advance(days: 1)
        // A file without the column says nothing of it.
        try world.load(.accounts, "key,status\na,active\n")
        #expect(try world.rows("SELECT leaves_told FROM account WHERE key = 'a'") == ["\(end)"])
        try world.load(.accounts, Self.customers)
        world.advance(days: 60)
        #expect(try !take())
        #expect(try world.rows("SELECT status, service_end_at FROM account") == ["active|", "active|"])
    }

    @Test(arguments: ["cancel_withdrawn", "reactivated"])
    func whoAsksToStayLeavesNot(event: String) throws {
        try world.load(.accounts, Self.customers)
        let told =
            "account,event,at\na,cancel_withdrawn,2025-02-01\na,cancel_requested,2026-03-01\na,churned,2026-04-10\n"
        try world.load(.events, told)
        try world.load(.events, told)
        #expect(try world.rows("SELECT leaves_event FROM account WHERE key = 'a'") == ["\(end)"])
        // The export of all goes on to tell of the day that lies ahead.
        for _ in 0..<29 {
            world.advance(days: 1)
            try world.load(.events, told + "a,\(event),2026-03-11T08:00Z\n")
        }
        world.advance(days: 30)
        #expect(try !take())
        #expect(try status() == ["active||"])
        #expect(try churns.filter { $0.contains("churned") }.isEmpty)
    }

    @Test func whoTakesTheRequestBackInAFileOfAccountsStays() throws {
        try world.load(.accounts, "key,status,cancel_requested_at\na,active,2026-03-01\n")
        try world.load(.events, Self.churn)
        world.advance(days: 1)
        try world.load(.accounts, "key,status,cancel_requested_at\na,active,\n")
        world.advance(days: 60)
        #expect(try !take())
    }

    @Test func aNightlyFileThatSaysActiveUndoesNoEvent() throws {
        try tell(.events)
        for _ in 0..<40 {
            world.advance(days: 1)
            try take()
            try world.load(.accounts, Self.customers)
        }
        #expect(try status() == ["churned|\(end)|price"])
        #expect(try churns.count == 1)
    }

    @Test func whomAFileOfAccountsCallsACustomerBehindTheDayIsOne() throws {
        try tell(.accounts)
        world.advance(days: 40)
        try take()
        try world.load(.accounts, Self.customers)
        #expect(try status() == ["active||"])
        #expect(try churns.map { $0.split(separator: "|")[1] } == ["churned", "reactivated"])
    }

    @Test func whoHasLeftEarlierLeavesOnce() throws {
        try tell(.accounts)
        try world.load(.events, Self.churn)
        world.advance(days: 2)
        try world.load(.events, "account,event,at\na,churned,2026-03-11\n")
        world.advance(days: 40)
        #expect(try !take())
        #expect(try churns.count == 1)
        #expect(try status()[0].hasPrefix("churned|\(try ImportWorld.milliseconds("2026-03-11T00:00:00Z"))"))
    }

    /// The import is at noon: the next midnight lies ahead.
    @Test(arguments: [ImportKind.accounts, .events]) func tomorrowLiesAheadToo(kind: ImportKind) throws {
        world.advance(days: 30)
        try tell(kind)
        #expect(try status()[0].hasPrefix("active|"))
        world.advance(days: 1)
        try take()
        #expect(try status() == left)
    }

    @Test func aFileThatMakesEverybodyLeaveOnADayAheadIsRefused() throws {
        func file(_ end: String) -> String {
            "key,status,churned_at\n" + (1...30).map { "k\($0),active,\($0 < 15 ? end : "")\n" }.joined()
        }
        try world.load(.accounts, file(""))
        let refused = try world.load(.accounts, file("2026-12-31"))
        #expect(
            refused.stopped?.contains("14 of 30 active customers would leave on days that lie ahead") == true,
            "\(refused)")
        #expect(try world.load(.accounts, file("2026-12-31"), ImportOptions(takesDepartures: true)).stopped == nil)
        // Who is known to leave is no news the next night.
        #expect(try world.load(.accounts, file("2026-12-31")).stopped == nil)
    }

    @Test func aReasonThatNoListKnowsKeepsNobody() throws {
        try world.load(.accounts, Self.customers)
        try world.load(.accounts, Self.leaving.replacing("price", with: "moon"))
        world.advance(days: 40)
        try take()
        #expect(try status() == ["churned|\(end)|moon"])
    }

    @Test func aDatabaseOfTheVersionBeforeTakesThem() throws {
        guard world.store.server == nil else { return }
        let version = try #require(Schema.migrations.firstIndex(of: Schema.leaving))
        let path = world.scratch.path("before.db")
        // Reading and writing a file that is made.
        let driver = try SQLiteDriver(path: path, flags: 6, busyTimeout: 0)
        try driver.migrate(to: version)
        let old = Connection(driver)
        try old.executeScript("INSERT INTO account (key, created_at, service_end_at) VALUES ('a', 0, \(end))")
        old.close()
        let store = try Store(path: path, mode: .readWrite)
        let file = try world.file(Self.churn)
        let importer = Importer(store: store, dataMap: world.dataMap, configuration: world.configuration)
        #expect(try importer.run(.events, from: .file(file), now: world.now).updated == 1)
        let due = DueDepartures(store: store, dataMap: world.dataMap, configuration: world.configuration)
        #expect(try due.take(now: world.now + .days(40)))
        #expect(try store.read { try $0.integer("SELECT count(*) FROM account WHERE status = 'churned'") } == 1)
    }
}
