import Foundation
import Playbooks
import Runner
import Storage

/// What `run` and `serve` need before they work: the database, the right to run it, and the secret of its links.
struct Runtime {
    let loaded: LoadedWorkspace
    let store: Store
    let secret: [UInt8]
    private let lock: RunnerLock

    /// - Throws: when another process runs the playbooks; the message names it.
    init(_ loaded: LoadedWorkspace) throws {
        self.loaded = loaded
        store = try loaded.open(.readWrite)
        lock = try RunnerLock(database: loaded.databasePath)
        secret = try SigningSecret.read(beside: loaded.databasePath)
    }

    /// A copy or an old back-up would send again what the other has sent: it begins paused.
    func guardAgainstCopies() throws {
        let isSimulation = try store.read { try Meta.isSimulation($0) }
        if !isSimulation, try Instance.check(store) == .different {
            let reason = "the database is a copy or a restored back-up; what it does not know of may have been sent"
            try store.write { try Pauses.set("all", reason: reason, at: Clocks.system.processNow(), $0) }
            Terminal.complain("everything is paused: \(reason)")
            Terminal.hint("when you have looked at it: keeptouch resume all")
        }
        try Instance.renew(store, id: UUID().uuidString)
    }

    func worker() -> Worker {
        Worker(
            workspace: loaded.workspace, pinned: loaded.files.pinned, directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment, secret: secret, store: store, clocks: .system,
            owner: UUID().uuidString)
    }
}
