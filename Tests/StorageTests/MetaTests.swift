import Foundation
import Playbooks
import Storage
import Testing

@Test func theClockOfDecisionsNeverRunsBackwards() throws {
    let store = try Scratch().store()
    #expect(try store.read { try Meta.lastNow($0) } == nil)
    let noon = Instant(milliseconds: 1_767_268_800_000)
    try store.write { try Meta.advance(to: noon, $0) }
    try store.write { try Meta.advance(to: noon, $0) }
    let error = #expect(throws: StorageError.self) {
        try store.write { try Meta.advance(to: Instant(milliseconds: noon.milliseconds - 1), $0) }
    }
    #expect(error?.description.contains("2026-01-01T12:00:00Z") == true)
    #expect(try store.read { try Meta.lastNow($0) } == noon)
}

@Test func aDatabaseBelongsToOneWorkspace() throws {
    let store = try Scratch().store()
    try store.write { try Meta.claim(for: "acme", $0) }
    try store.write { try Meta.claim(for: "acme", $0) }
    let error = #expect(throws: StorageError.self) { try store.write { try Meta.claim(for: "umbrella", $0) } }
    #expect(error?.description.contains("belongs to the workspace \"acme\"") == true)
}

@Test func aSimulationIsMarked() throws {
    let store = try Scratch().store()
    #expect(try store.read { try !Meta.isSimulation($0) })
    try store.write { try Meta.markAsSimulation($0) }
    #expect(try store.read { try Meta.isSimulation($0) })
}

private func check(_ store: Store) throws -> Instance {
    try Instance.check(store, listed: SendLog.count(database: store.path))
}

private func isDoubtful(_ store: Store) throws -> Bool {
    if case .doubtful = try check(store) { true } else { false }
}

@Test func aRestoredBackUpNoLongerAgreesWithItsInstanceFile() throws {
    let scratch = try Scratch()
    do {
        let store = try scratch.store()
        #expect(try check(store) == .new)
        try Instance.renew(store, id: "first")
        #expect(try check(store) == .same)
    }
    try FileManager.default.copyItem(atPath: scratch.database, toPath: scratch.path("backup.db"))
    do {
        let store = try scratch.store()
        try Instance.renew(store, id: "second")
        #expect(try check(store) == .same)
    }
    try FileManager.default.removeItem(atPath: scratch.database)
    try FileManager.default.copyItem(atPath: scratch.path("backup.db"), toPath: scratch.database)
    #expect(try isDoubtful(scratch.store()))
}

@Test func aBackUpFromAfterTheStartKnowsOfFewerRequests() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    let log = try SendLog(database: store.path)
    try Instance.renew(store, id: "first")
    try store.write { try Meta.count(sent: 2, $0) }
    try log.append([
        SendLog.Entry(touch: 1, print: "00000000000000aa"), SendLog.Entry(touch: 2, print: "00000000000000bb"),
    ])
    #expect(try Instance.check(store, listed: log.count) == .same)
    try log.append([SendLog.Entry(touch: 3, print: "00000000000000cc")])
    let reason = "the database is older than its sending: it knows of 2 of 3 requests that have left"
    #expect(try Instance.check(store, listed: log.count) == .doubtful(reason))
    #expect(
        try SendLog(database: store.path).entries(after: 2).entries == [
            SendLog.Entry(touch: 3, print: "00000000000000cc")
        ])
}

@Test func aLostMessageIsRememberedForThirtyDays() throws {
    let store = try Scratch().store()
    let now = Instant(milliseconds: 1_767_268_800_000)
    let entries = [
        SendLog.Entry(touch: 7, print: "00000000000000aa"), SendLog.Entry(touch: 7, print: "00000000000000aa"),
    ]
    try store.write { connection in
        let lost = LostSends(connection)
        // Two attempts at one touch are one message.
        #expect(try lost.settleRestored(entries, areAll: true, at: now, gap: 1_000_000).lost == 1)
        #expect(try connection.integer("SELECT sum(count) FROM lost_send") == 1)
        #expect(try connection.integer("SELECT seq FROM sqlite_sequence WHERE name = 'touch'") > 1_000_000)
        try lost.clean(at: now + .days(29))
        #expect(try connection.integer("SELECT count(*) FROM lost_send") == 1)
        try lost.clean(at: now + .days(31))
        #expect(try connection.integer("SELECT count(*) FROM lost_send") == 0)
    }
}

@Test func aListOfRequestsIsShortenedAndCountsOn() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    do {
        let log = try SendLog(database: store.path)
        try log.append((1...100).map { SendLog.Entry(touch: $0, print: "00000000000000ff") })
        try log.fill(to: 103)
    }
    let log = try SendLog(database: store.path, most: 50)
    #expect(log.count == 103)
    #expect(try !log.entries(after: 10).areAll)
    // The last three were filled in: nobody knows what they were.
    #expect(try !log.entries(after: 90).areAll)
    #expect(try log.entries(after: 90).entries.map(\.touch) == Array(91...100))
    try log.append([SendLog.Entry(touch: 200, print: "00000000000000ff")])
    #expect(try SendLog(database: store.path).entries(after: 103).entries.map(\.touch) == [200])
}

@Test func aFileThatIsNoListOfRequestsIsRefused() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    try Data(repeating: 65, count: 100).write(to: URL(fileURLWithPath: SendLog.path(ofDatabase: store.path)))
    #expect(throws: StorageError.self) { try SendLog(database: store.path) }
}

@Test func aCopiedDatabaseIsNoticed() throws {
    let scratch = try Scratch()
    do { try Instance.renew(try scratch.store(), id: "first") }
    let elsewhere = try Scratch()
    try FileManager.default.copyItem(atPath: scratch.database, toPath: elsewhere.database)
    #expect(try isDoubtful(elsewhere.store()))
    // With the file beside it, too: the files are others.
    try FileManager.default.copyItem(
        atPath: scratch.database + ".instance", toPath: elsewhere.database + ".instance")
    #expect(try isDoubtful(elsewhere.store()))
}

@Test func aCrashWhileRenewingIsNoRestoredBackUp() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    try Instance.renew(store, id: "first")
    // The file was written, the database was not.
    try Data("second\nfirst\n".utf8).write(to: URL(fileURLWithPath: scratch.database + ".instance"))
    #expect(try check(store) == .same)
}
