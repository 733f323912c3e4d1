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

@Test func aRestoredBackUpNoLongerAgreesWithItsInstanceFile() throws {
    let scratch = try Scratch()
    do {
        let store = try scratch.store()
        #expect(try Instance.check(store) == .new)
        try Instance.renew(store, id: "first")
        #expect(try Instance.check(store) == .same)
    }
    try FileManager.default.copyItem(atPath: scratch.database, toPath: scratch.path("backup.db"))
    do {
        let store = try scratch.store()
        try Instance.renew(store, id: "second")
        #expect(try Instance.check(store) == .same)
    }
    try FileManager.default.removeItem(atPath: scratch.database)
    try FileManager.default.copyItem(atPath: scratch.path("backup.db"), toPath: scratch.database)
    #expect(try Instance.check(try scratch.store()) == .different)
}

@Test func aCopiedDatabaseIsNoticed() throws {
    let scratch = try Scratch()
    do { try Instance.renew(try scratch.store(), id: "first") }
    let elsewhere = try Scratch()
    try FileManager.default.copyItem(atPath: scratch.database, toPath: elsewhere.database)
    #expect(try Instance.check(try elsewhere.store()) == .different)
}

@Test func aCrashWhileRenewingIsNoRestoredBackUp() throws {
    let scratch = try Scratch()
    let store = try scratch.store()
    try Instance.renew(store, id: "first")
    // The file was written, the database was not.
    try Data("second\nfirst\n".utf8).write(to: URL(fileURLWithPath: scratch.database + ".instance"))
    #expect(try Instance.check(store) == .same)
}
