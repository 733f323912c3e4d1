package import Playbooks

extension Connection {
    /// A table whose ids grow with a time of its rows, but for few.
    package enum Grown: Sendable {
        /// Touches, by the moment at which they were due.
        case touch
        /// Enrollments, by the moment at which they began.
        case enrollment

        fileprivate var sql: String {
            switch self {
            case .touch: "SELECT id, due_at AS at FROM touch WHERE id >= :id ORDER BY id LIMIT 1"
            case .enrollment: "SELECT id, entered_at AS at FROM enrollment WHERE id >= :id ORDER BY id LIMIT 1"
            }
        }

        fileprivate var top: String {
            switch self {
            case .touch: "SELECT coalesce(max(id), 0) FROM touch"
            case .enrollment: "SELECT coalesce(max(id), 0) FROM enrollment"
            }
        }
    }

    /// The id from which on the rows are of a moment or later.
    package func firstID(of table: Grown, since moment: Instant) throws -> Int64 {
        var low: Int64 = 0
        var high = try integer(table.top) + 1
        while low < high {
            let middle = low + (high - low) / 2
            let row = try first(table.sql, ["id": .integer(middle)])
            guard let row, let at = row["at"].instant, at < moment else {
                high = middle
                continue
            }
            low = (row["id"].integer ?? middle) + 1
        }
        return low
    }
}
