import Foundation

/// The right to plan and send, held by one process for its life.
///
/// Whoever has it knows that every other owner of a touch is dead: the kernel lets the lock go when its process ends.
package final class RunnerLock: Sendable {
    private let lock: FileLock

    /// Takes `<database>.runner.lock` at once.
    ///
    /// - Throws: `StorageError` that names the process that has it.
    package init(database path: String) throws {
        // Not yet a property: what `deinit` does is for the one who has the lock.
        let lock = try FileLock(path: path + ".runner.lock")
        guard lock.tryLock() else {
            let holder = Int(lock.note.trimmingCharacters(in: .whitespacesAndNewlines)).map { "process \($0)" }
            throw StorageError(
                "\(holder ?? "another process") is already running the playbooks of \(path) (it holds \(lock.path)); "
                    + "stop it first, or leave the work to it")
        }
        lock.write(note: "\(ProcessInfo.processInfo.processIdentifier)\n")
        self.lock = lock
    }

    deinit {
        lock.write(note: "")
        lock.unlock()
    }
}
