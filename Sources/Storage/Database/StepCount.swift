#if DEBUG
    import CSQLite
    import NIOConcurrencyHelpers

    /// How many instructions SQLite's machine takes: the work of statements without a clock, for tests of how it grows.
    final class StepCount: Sendable {
        static let shared = StepCount()

        private let steps = NIOLockedValueBox<[Int: Int]>([:])

        fileprivate func count(_ handle: OpaquePointer, _ body: () throws -> Void) rethrows -> Int {
            let key = Int(bitPattern: handle)
            steps.withLockedValue { $0[key] = 0 }
            defer { steps.withLockedValue { $0[key] = nil } }
            try body()
            return steps.withLockedValue { $0[key] ?? 0 }
        }

        /// Adds what a statement has taken since it was last noted, where its connection is being counted.
        func note(_ statement: OpaquePointer, of handle: OpaquePointer) {
            let taken = Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1))
            if let log = StatementLog.shared, taken > 0, let sql = sqlite3_sql(statement) {
                let scanned = Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1))
                log.note(steps: taken, scanned: scanned, of: String(cString: sql))
            }
            let key = Int(bitPattern: handle)
            steps.withLockedValue { steps in
                if let count = steps[key] { steps[key] = count + taken }
            }
        }
    }

    extension Store {
        /// The instructions that the statements of the body take.
        package func countSteps(_ body: () throws -> Void) throws -> Int {
            try session { connection in
                try StepCount.shared.count(try connection.sqlite("counting steps").handle, body)
            }
        }
    }
#endif
