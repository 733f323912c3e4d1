import Decisions
import NIOConcurrencyHelpers
import Storage

/// The next slice of the second pass, decided on a second thread while the slice before it is written.
///
/// What was decided counts only when nobody else has written since; else the slice is decided again in the transaction
/// that writes it.
final class DecidingAhead {
    private final class Slice: Sendable {
        let accounts = NIOLockedValueBox<[Account]>([])
    }

    private let second: SecondThread
    private let connection: Connection
    /// The slice that is being decided, and what the database stood at before.
    private var coming: (slice: Slice, dataVersion: Int64)?

    /// So many accounts are worth a second thread.
    static let fewestAccounts = 1_000

    /// - Parameter connection: the one that writes.
    init(_ second: SecondThread, _ connection: Connection) {
        self.second = second
        self.connection = connection
    }

    /// Begins to decide a slice.
    func decide(_ ids: [Int64]) throws {
        let slice = Slice()
        coming = (slice, try connection.dataVersion())
        second.start { deciding in
            var tally = Tally()
            let accounts = try deciding.decide(ids, freezes: true, &tally)
            slice.accounts.withLockedValue { $0 = accounts }
        }
    }

    /// Waits for the slice; within its transaction, the answer is nil when somebody else has written meanwhile.
    func decided() throws -> () throws -> [Account]? {
        guard let coming else { return { nil } }
        self.coming = nil
        try second.finish()
        return { [connection] in
            try connection.dataVersion() == coming.dataVersion ? coming.slice.accounts.withLockedValue { $0 } : nil
        }
    }

    func end() {
        second.end()
    }
}
