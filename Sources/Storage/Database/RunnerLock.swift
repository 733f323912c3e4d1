import Foundation

/// The right to plan and send, held by one process for its life.
///
/// Whoever has it knows that every other owner of a touch is dead: the kernel lets the lock go when its process ends, a
/// server when the session does.
package final class RunnerLock: Sendable {
    private enum Hold {
        case file(FileLock)
        /// The server lets a session's lock go when the session ends, and with it every transaction that it could commit.
        case session(Store, key: String)
        case nothing
    }

    /// What a session does: one that sends on a connection of its own has a right of its own, which ends with that connection.
    package enum Work: String {
        case planning = "runner"
        case sending = "sender"
    }

    private let hold: Hold

    /// Takes the right to run a database at once.
    ///
    /// - Parameters:
    ///   - store: the one that does the work; on a server its session has the lock, and takes it again after a loss of the
    ///     connection before anything else.
    ///   - work: who plans has the file's lock; beside it there is nothing to be had for who sends.
    /// - Throws: `StorageError` when another has it.
    package convenience init(of store: Store, for work: Work = .planning) throws {
        guard let server = store.server else {
            try self.init(database: work == .planning ? store.path : nil)
            return
        }
        try self.init(of: store, on: server, key: "hashtext('keeptouch.\(work.rawValue).' || current_schema())")
    }

    private init(of store: Store, on server: PostgreSQLAddress, key: String) throws {
        func take(_ store: Store) throws -> Bool {
            try store.session { try $0.integer("SELECT CAST(pg_try_advisory_lock(\(key)) AS integer)") } == 1
        }
        guard try take(store) else {
            let holder = try store.session { connection in
                try connection.first(
                    """
                    SELECT CAST(a.pid AS bigint) AS pid, coalesce(CAST(a.client_addr AS text), 'this machine') AS host
                    FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
                    WHERE l.locktype = 'advisory' AND l.granted AND l.objid = CAST(:key AS bigint)
                    """, ["key": .integer(connection.integer("SELECT CAST(\(key) AS bigint) & 4294967295"))])
            }
            let who = holder.map { "a session from \($0["host"].text ?? "")" } ?? "another process"
            throw StorageError(
                "\(who) is already running the playbooks of \(server.place); stop it first, or leave the work to it")
        }
        // Behind a pool that hands a session from one to another, a lock keeps nobody out.
        guard try !take(Store(server, filesAt: store.path, mode: .readOnly)) else {
            throw StorageError(
                "\(server.place) is a pool that gives a session to another client after each transaction, so that two runners "
                    + "would not notice each other; connect to the server itself, or set pool_mode = session")
        }
        hold = .session(store, key: key)
        try store.session { ($0.driver as? PostgreSQLDriver)?.rights.append(key) }
    }

    /// Takes `<database>.runner.lock` at once; nothing without a path.
    ///
    /// - Throws: `StorageError` that names the process that has it.
    package init(database path: String?) throws {
        guard let path else {
            hold = .nothing
            return
        }
        // Not yet a property: what `deinit` does is for the one who has the lock.
        let lock = try FileLock(path: path + ".runner.lock")
        guard lock.tryLock() else {
            let holder = Int(lock.note.trimmingCharacters(in: .whitespacesAndNewlines)).map { "process \($0)" }
            throw StorageError(
                "\(holder ?? "another process") is already running the playbooks of \(path) (it holds \(lock.path)); "
                    + "stop it first, or leave the work to it")
        }
        lock.write(note: "\(ProcessInfo.processInfo.processIdentifier)\n")
        hold = .file(lock)
    }

    deinit {
        switch hold {
        case .file(let lock):
            lock.write(note: "")
            lock.unlock()
        case .session(let store, let key):
            _ = try? store.session { connection in
                (connection.driver as? PostgreSQLDriver)?.rights.removeAll { $0 == key }
                return try connection.first("SELECT pg_advisory_unlock(\(key))")
            }
        case .nothing: break
        }
    }
}
