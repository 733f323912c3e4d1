package import Playbooks

/// How many rows a source or an import brings when all of them come, by which half an answer is known.
package struct FullReads {
    /// What a read is measured by.
    package struct Usual: Sendable, Equatable {
        /// Rows (of metrics, rows for each day) of the last whole read, or of the last one on the same day of the week, whichever
        /// were fewer: weekends may be quiet.
        package var rows: Int
        /// Of the last read that was short of it: the same again is what there is.
        package var doubted: Int?

        /// Of a handful of rows half may be missing by chance.
        func isShort(_ count: Int) -> Bool {
            count * 2 < rows && Double(rows - count) > 3 * Double(rows).squareRoot() && count != doubted
        }
    }

    /// When a source or an import was last read as a whole.
    package static func newest(_ connection: Connection) throws -> Instant? {
        try connection.first("SELECT max(at) AS at FROM full_read")?["at"].instant
    }

    private let connection: Connection
    private let name: String
    private let weekday: Int

    package init(_ connection: Connection, of name: String, on day: Day) {
        self.connection = connection
        self.name = name
        weekday = ((day.number % 7) + 7) % 7
    }

    /// Nil before the first whole read.
    ///
    /// - Parameter forgivesRepeats: whether a short read that comes again counts as whole.
    package func usual(forgivesRepeats: Bool) throws -> Usual? {
        let rows = try connection.query(
            "SELECT weekday, is_whole, rows FROM full_read WHERE name = :name ORDER BY at DESC", ["name": .text(name)])
        let whole = rows.filter { $0["is_whole"].integer == 1 }
        guard let last = whole.first?["rows"].integer else { return nil }
        let alike = whole.first { $0["weekday"].integer == Int64(weekday) }?["rows"].integer
        let doubted = rows.first { $0["is_whole"].integer == 0 }?["rows"].integer
        return Usual(
            rows: Int(min(last, alike ?? last)), doubted: forgivesRepeats ? doubted.map { Int($0) } : nil)
    }

    package func keep(_ rows: Int, isWhole: Bool, at now: Instant) throws {
        try connection.execute(
            "DELETE FROM full_read WHERE name = :name AND is_whole = 0", ["name": .text(name)])
        try connection.execute(
            """
            INSERT INTO full_read (name, weekday, is_whole, rows, at) VALUES (:name, :weekday, :whole, :rows, :now)
            ON CONFLICT (name, is_whole, weekday) DO UPDATE SET rows = excluded.rows, at = excluded.at
            """,
            [
                "name": .text(name), "weekday": .integer(Int64(weekday)), "whole": .integer(isWhole ? 1 : 0),
                "rows": .integer(Int64(rows)), "now": .instant(now),
            ])
    }
}
