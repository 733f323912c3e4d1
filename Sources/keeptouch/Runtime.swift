import Foundation
import Playbooks
import Runner
import Storage

/// What `run` and `serve` need before they work: the database, the right to run it, and the secret of its links.
final class Runtime {
    let loaded: LoadedWorkspace
    let store: Store
    let secret: [UInt8]
    let killSwitch: KillSwitch
    private(set) var wakefulness: Wakefulness
    private let lock: RunnerLock
    let log: SendLog

    /// - Throws: when another process runs the playbooks; the message names it.
    init(_ loaded: LoadedWorkspace) throws {
        self.loaded = loaded
        store = try loaded.open(.readWrite)
        lock = try RunnerLock(of: store)
        if let version = store.newerSchema {
            Terminal.hint(
                "a newer keeptouch has brought the database to version \(version); what this one does not know of it is left alone"
            )
        }
        log = try SendLog(database: loaded.databasePath)
        secret = try SigningSecret.read(beside: store)
        killSwitch = KillSwitch(directory: loaded.directory.path)
        wakefulness = Wakefulness(store: store, workspace: loaded.workspace)
    }

    /// Looks whether anything speaks against working now; then everything is paused, and the person is told.
    ///
    /// - Throws: where not even a cycle may be written, because nobody knows what time it is.
    func wake() throws {
        guard let reason = try wakefulness.begin(.now(), id: UUID().uuidString, log) else { return }
        guard !reason.contains("clock: ") else {
            throw CommandError(
                "\(reason). Nothing is planned or sent. Put the clock right, or see with keeptouch clock what it would mean "
                    + "to go on with it")
        }
        tell(reason)
    }

    /// The same at the end of the work; whether everything is paused by it.
    func stayAwake() throws -> Bool {
        guard let reason = try wakefulness.stay(.now()) else { return false }
        tell(reason)
        return true
    }

    private func tell(_ reason: String) {
        Terminal.complain("everything is paused: \(reason)")
        guard (try? store.read({ try Doubt($0) })) == nil else {
            Terminal.hint("say what it is with: keeptouch resume all --as restored|copy|moved")
            return
        }
        Terminal.hint("when you have looked at it: keeptouch \(Wakefulness.isClock(reason) ? "clock" : "resume all")")
    }

    func worker() throws -> Worker {
        // A simulation is run again and again from where it once was.
        let isSimulation = try store.read { try Meta.isSimulation($0) }
        return Worker(
            workspace: loaded.workspace, pinned: loaded.files.pinned, directory: loaded.directory.path,
            environment: ProcessInfo.processInfo.environment, secret: secret, store: store, clocks: .system,
            owner: UUID().uuidString, killSwitch: killSwitch, log: isSimulation ? nil : log,
            clockReading: { isSimulation ? nil : .now() })
    }
}
