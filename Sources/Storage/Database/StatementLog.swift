#if DEBUG
    import Foundation
    import NIOConcurrencyHelpers

    /// Writes each distinct text of a statement into the file that `KEEPTOUCH_SQL_LOG` names, one JSON string a line.
    ///
    /// For tests that look at how SQLite answers what the program asks.
    final class StatementLog: Sendable {
        static let shared = ProcessInfo.processInfo.environment["KEEPTOUCH_SQL_LOG"].flatMap { StatementLog($0) }

        private let file: FileHandle
        private let known = NIOLockedValueBox<Set<String>>([])

        private init?(_ path: String) {
            if !FileManager.default.fileExists(atPath: path) {
                guard FileManager.default.createFile(atPath: path, contents: nil) else { return nil }
            }
            guard let file = FileHandle(forWritingAtPath: path) else { return nil }
            self.file = file
        }

        func note(_ sql: String) {
            known.withLockedValue { known in
                guard known.insert(sql).inserted, let line = try? JSONEncoder().encode(sql) else { return }
                _ = try? file.seekToEnd()
                try? file.write(contentsOf: line + Data("\n".utf8))
            }
        }
    }
#endif
