#if DEBUG
    import Foundation
    import NIOConcurrencyHelpers

    /// Writes each distinct statement into the file that `KEEPTOUCH_SQL_LOG` names, one JSON object a line, and into the one
    /// beside it with `.steps` behind its name how much work the dearest run of each was so far.
    ///
    /// For tests that look at how the engines take what the program asks.
    final class StatementLog: Sendable {
        static let shared = ProcessInfo.processInfo.environment["KEEPTOUCH_SQL_LOG"].flatMap { StatementLog($0) }

        private let file: FileHandle
        private let stepsFile: FileHandle
        private let dearest = NIOLockedValueBox<[String: Int]>([:])
        private let known = NIOLockedValueBox<Set<Line>>([])

        struct Line: Codable, Hashable {
            var sql: String
            /// What was given to the parameters, by their numbers: `i`, `r`, `t`, `b`, `-` for nothing; nil for a script.
            var given: String?
        }

        /// The work of a statement on SQLite, which no clock measures.
        struct Work: Codable {
            var sql: String
            /// Instructions of its machine.
            var steps: Int
            /// Rows of tables and indexes that it walked over one by one.
            var scanned: Int
        }

        private init?(_ path: String) {
            guard let file = Self.open(path), let stepsFile = Self.open(path + ".steps") else { return nil }
            (self.file, self.stepsFile) = (file, stepsFile)
        }

        private static func open(_ path: String) -> FileHandle? {
            if !FileManager.default.fileExists(atPath: path) {
                guard FileManager.default.createFile(atPath: path, contents: nil) else { return nil }
            }
            return FileHandle(forWritingAtPath: path)
        }

        func note(steps: Int, scanned: Int, of sql: String) {
            dearest.withLockedValue { dearest in
                guard steps > dearest[sql] ?? 0 else { return }
                dearest[sql] = steps
                let work = Work(sql: sql, steps: steps, scanned: scanned)
                guard let line = try? JSONEncoder().encode(work) else { return }
                _ = try? stepsFile.seekToEnd()
                try? stepsFile.write(contentsOf: line + Data("\n".utf8))
            }
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
