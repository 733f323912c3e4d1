/// Where those rows count whose place other rows say: their playbook, and whether they are the first or the last of their
/// kind.
struct FlowPlaces {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func counts(of sums: FlowSums) throws -> [FlowKey: Int64] {
        var counts: [FlowKey: Int64] = [:]
        for (row, number) in sums.passed where number != 0 {
            guard let playbook = try playbook(of: row.enrollment) else { continue }
            counts[FlowKey(what: .passage, owner: playbook, name: row.step, value: row.result), default: 0] += number
        }
        for (row, number) in sums.heard where number != 0 {
            let change = try change(
                number,
                left: """
                    SELECT count(*) FROM (SELECT 1 FROM outcome WHERE touch_id = :touch AND kind = :kind LIMIT :most) AS o
                    """, [.integer(row.touch), .text(row.kind)])
            guard change != 0, let place = try place(of: row.touch) else { continue }
            counts[
                FlowKey(what: .outcome, owner: place.playbook, name: place.step, value: row.kind), default: 0] += change
        }
        for (row, number) in sums.standing where number != 0 {
            let change = try change(
                number,
                left: """
                    SELECT count(*) FROM (SELECT 1 FROM standing WHERE playbook_id = :playbook AND account_id = :account
                        AND verdict = :verdict AND false_since IS NULL LIMIT :most) AS s
                    """, [.integer(row.playbook), .integer(row.account), .text(row.verdict)])
            counts[FlowKey(what: .match, owner: row.playbook, value: row.verdict), default: 0] += change
        }
        return counts
    }

    /// 1 when the first rows of a kind came, -1 when the last ones went.
    ///
    /// - Parameter sql: how many there are now, with the most that matter as its last value.
    private func change(_ number: Int64, left sql: String, _ values: [SQLValue]) throws -> Int64 {
        // So many say whether there were others before.
        let now = try first(sql, values + [.integer(max(number, 0) + 1)]) { $0.integer(0) } ?? 0
        return (now > 0 ? 1 : 0) - (now - number > 0 ? 1 : 0)
    }

    /// Thousands are asked in a transaction: values go by their places.
    private func first<T>(_ sql: String, _ values: [SQLValue], _ read: (Statement) throws -> T) throws -> T? {
        let statement = try connection.cached(sql)
        defer { statement.reset() }
        for (place, value) in values.enumerated() { try statement.bind(place, value) }
        return try statement.step() ? try read(statement) : nil
    }

    private func playbook(of enrollment: Int64) throws -> Int64? {
        try first("SELECT playbook_id FROM enrollment WHERE id = :id", [.integer(enrollment)]) { $0.integer(0) }
    }

    private func place(of touch: Int64) throws -> (playbook: Int64, step: String)? {
        try first("SELECT playbook_id, step FROM touch WHERE id = :id", [.integer(touch)]) {
            ($0.integer("playbook_id"), $0.text("step") ?? "")
        }
    }
}
