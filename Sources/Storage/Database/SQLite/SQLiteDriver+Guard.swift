import CSQLite

extension SQLiteDriver {
    /// Refuses every statement that would change the database file or attach another; temporary tables stay free.
    ///
    /// The file is opened for reading only; this says it at once, when the statement is prepared.
    private func forbidWriting() {
        sqlite3_set_authorizer(
            handle,
            { _, action, first, second, schema, _ in
                switch action {
                case SQLITE_ATTACH, SQLITE_DETACH: SQLITE_DENY
                // Its first text is the pragma; those that are asked without a value change nothing.
                case SQLITE_PRAGMA: second == nil || SQLiteDriver.isHarmless(first) ? SQLITE_OK : SQLITE_DENY
                case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX,
                    SQLITE_CREATE_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VTABLE, SQLITE_DROP_TABLE,
                    SQLITE_DROP_INDEX, SQLITE_DROP_VIEW, SQLITE_DROP_TRIGGER, SQLITE_DROP_VTABLE, SQLITE_REINDEX,
                    SQLITE_ANALYZE:
                    SQLiteDriver.isFile(schema) ? SQLITE_DENY : SQLITE_OK
                // Of ALTER TABLE the first text is the schema.
                case SQLITE_ALTER_TABLE: SQLiteDriver.isFile(first) ? SQLITE_DENY : SQLITE_OK
                default: SQLITE_OK
                }
            }, nil)
    }

    /// Runs the body with a connection that cannot change the file and that gives up after a while.
    ///
    /// - Parameter complaint: what it took too long for, with what can be done.
    func guarded<T>(for limit: Duration, orElse complaint: Store.Complaint, _ body: () throws -> T) throws -> T {
        forbidWriting()
        let deadline = Deadline(ContinuousClock.now + limit)
        sqlite3_progress_handler(
            handle, 1_000_000,
            { own in
                guard let own else { return 0 }
                return Unmanaged<Deadline>.fromOpaque(own).takeUnretainedValue().isOver ? 1 : 0
            }, Unmanaged.passUnretained(deadline).toOpaque())
        defer {
            sqlite3_progress_handler(handle, 0, nil, nil)
            sqlite3_set_authorizer(handle, nil, nil)
        }
        do {
            return try withExtendedLifetime(deadline) { try body() }
        } catch let error as StorageError where error.isInterrupted && deadline.isOver {
            throw StorageError(complaint.text(limit))
        }
    }

    private final class Deadline: Sendable {
        private let end: ContinuousClock.Instant

        init(_ end: ContinuousClock.Instant) {
            self.end = end
        }

        var isOver: Bool { ContinuousClock.now >= end }
    }

    private static func isHarmless(_ pragma: UnsafePointer<CChar>?) -> Bool {
        pragma.map { ["table_info", "page_size", "cache_size", "temp_store"].contains(String(cString: $0)) } ?? false
    }

    private static func isFile(_ schema: UnsafePointer<CChar>?) -> Bool {
        schema.map { String(cString: $0) != "temp" } ?? false
    }
}
