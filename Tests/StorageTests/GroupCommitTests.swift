import Storage
import Testing

struct GroupCommitTests {
    private func counting(_ scratch: Scratch) throws -> (Store, GroupCommit) {
        let store = try scratch.store()
        try store.write { try $0.executeScript("CREATE TABLE counted (n INTEGER NOT NULL UNIQUE) STRICT") }
        return (store, GroupCommit(store: try scratch.store()))
    }

    @Test func writesOfManyCallersAreAllThereWhenTheyAreAnswered() async throws {
        let scratch = try Scratch()
        let (store, writes) = try counting(scratch)
        defer { writes.end() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...500 {
                group.addTask {
                    try await writes.write { connection in
                        _ = try connection.execute("INSERT INTO counted VALUES (:n)", ["n": .integer(Int64(number))])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.read { try $0.integer("SELECT count(*) FROM counted") } == 500)
    }

    @Test func aWriteThatFailsIsUndoneAndTheOthersStay() async throws {
        let scratch = try Scratch()
        let (store, writes) = try counting(scratch)
        defer { writes.end() }
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 1...100 {
                group.addTask {
                    do {
                        try await writes.write { connection in
                            try connection.execute("INSERT INTO counted VALUES (:n)", ["n": .integer(Int64(number))])
                            if number % 2 == 0 { throw StorageError("even") }
                        }
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 50)
        #expect(try store.read { try $0.integer("SELECT count(*) FROM counted") } == 50)
    }

    @Test func whatComesAfterTheEndIsRefused() async throws {
        let scratch = try Scratch()
        let (_, writes) = try counting(scratch)
        writes.end()
        await #expect(throws: GroupCommit.Busy.self) { try await writes.write { _ in } }
    }
}
