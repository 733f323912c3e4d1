#if DEBUG
    import Foundation
    import NIOConcurrencyHelpers

    /// Writes each distinct statement into the file that `KEEPTOUCH_SQL_LOG` names, one JSON object a line.
    ///
    /// For tests that look at how the engines take what the program asks.
    final class StatementLog: Sendable {
        static let shared = ProcessInfo.processInfo.environment["KEEPTOUCH_SQL_LOG"].flatMap { StatementLog($0) }

        private let file: FileHandle
        private let known = NIOLockedValueBox<Set<Line>>([])

        struct Line: Codable, Hashable {
            var sql: String
            /// What was given to the parameters, by their numbers: `i`, `r`, `t`, `b`, `-` for nothing; nil for a script.
            var given: String?
        }

        private init?(_ path: String) {
            if !FileManager.default.fileExists(atPath: path) {
                guard FileManager.default.createFile(atPath: path, contents: nil) else { return nil }
            }
            guard let file = FileHandle(forWritingAtPath: path) else { return nil }
            self.file = file
        }

        func note(_ sql: String, given: [Character]) { note(Line(sql: sql, given: String(given))) }
        func note(script: String) { note(Line(sql: script)) }

        private func note(_ line: Line) {
            known.withLockedValue { known in
                guard known.insert(line).inserted, let line = try? JSONEncoder().encode(line) else { return }
                _ = try? file.seekToEnd()
                try? file.write(contentsOf: line + Data("\n".utf8))
            }
        }
    }
#endif
