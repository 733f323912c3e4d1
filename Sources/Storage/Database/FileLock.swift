import Foundation

/// An advisory lock on a file, which the kernel lets go when its process dies.
package final class FileLock: Sendable {
    package let path: String
    private let descriptor: Int32

    package init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StorageError(
                "cannot open the lock file \(path): \(String(cString: strerror(errno))); make it and its folder writable"
            )
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the lock, holds it for the body, lets it go.
    func held<T>(patience: Duration, _ body: () throws -> T) throws -> T {
        try lock(patience: patience)
        defer { unlock() }
        return try body()
    }

    /// - Throws: `StorageError` when another has held it all the time.
    func lock(patience: Duration) throws {
        if tryLock() { return }
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        // The kernel's own queue knows no time limit; this interval is short beside a transaction.
        while !tryLock() {
            guard clock.now < deadline else {
                throw StorageError.busy(
                    "another keeptouch has held \(path) for \(patience.components.seconds) s; see whether it hangs, then run "
                        + "the command again")
            }
            usleep(250)
        }
    }

    /// False when another holds it.
    package func tryLock() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    package func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// What the file says; its holder may write who it is.
    package var note: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    package func write(note: String) {
        ftruncate(descriptor, 0)
        _ = Array(note.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
