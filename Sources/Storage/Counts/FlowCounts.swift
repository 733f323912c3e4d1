import Decisions
import Playbooks

/// The counts that are kept, by range of their key: it reads no other table for them.
struct FlowCounts {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The sum of one sort, of one value or of all.
    func sum(_ what: FlowKey.What, value: String? = nil) throws -> Int64 {
        try connection.integer(
            """
            SELECT CAST(coalesce(sum(count), 0) AS bigint) FROM flow_count
            WHERE what = :what AND slot = 0 AND (CAST(:value AS TEXT) IS NULL OR value = :value)
            """, ["what": .word(what), "value": .optional(value)])
    }

    /// One sort of all owners, by what names it.
    func forEach(_ what: FlowKey.What, _ body: (Statement) throws -> Void) throws {
        try connection.forEach(
            """
            SELECT owner, version_id, name, value, slot, count FROM flow_count WHERE what = :what
            ORDER BY owner, version_id, name, value, slot
            """, ["what": .word(what)], body)
    }

    /// One sort, summed by slot and value from a slot on.
    func forEach(_ what: FlowKey.What, from slot: Int64, _ body: (Statement) throws -> Void) throws {
        try connection.forEach(
            "SELECT owner, value, slot, count FROM flow_count WHERE what = :what AND slot >= :slot",
            ["what": .word(what), "slot": .integer(slot)], body)
    }

    /// Touches by state, of all playbooks.
    func touches() throws -> [TouchState: Int] {
        var found: [TouchState: Int] = [:]
        try connection.forEach(
            "SELECT value, CAST(sum(count) AS bigint) AS n FROM flow_count WHERE what = 'touch' AND slot = 0 GROUP BY value"
        ) { row in
            found[try row.word("value")] = Int(row.integer("n"))
        }
        return found
    }

    /// How many entered each playbook since a moment: the days from `flow_count`, the first one's part by its rows.
    func entered(since moment: Instant) throws -> [Int64: Int] {
        let day = moment.milliseconds / FlowKey.day
        var found: [Int64: Int] = [:]
        try forEach(.enteredOn, from: day + 1) { found[$0.integer("owner"), default: 0] += Int($0.integer("count")) }
        // Ids grow with time: the day is a range of them.
        let next = Instant(milliseconds: (day + 1) * FlowKey.day)
        let first = try connection.firstID(of: .enrollment, since: moment)
        let last = try connection.firstID(of: .enrollment, since: next)
        guard first < last else { return found }
        try connection.forEach(
            """
            SELECT playbook_id, count(*) AS n FROM enrollment
            WHERE id >= :first AND id < :last AND entered_at >= :moment AND entered_at < :next GROUP BY playbook_id
            """,
            [
                "first": .integer(first), "last": .integer(last), "moment": .instant(moment), "next": .instant(next),
            ]
        ) { found[$0.integer("playbook_id"), default: 0] += Int($0.integer("n")) }
        return found
    }
}
