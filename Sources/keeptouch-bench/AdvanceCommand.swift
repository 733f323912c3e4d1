import Foundation
import Playbooks
import Runner
import Storage

/// Many active enrollments that are all due, advanced in one cycle while another process imports events.
struct AdvanceCommand {
    struct Answer: Encodable {
        var seconds: Double
        var processor: Double
        var longestWrite: Double
        var moved: Int
        var made: Int
    }

    let loaded: BenchWorkspace

    /// Gives every account an active enrollment that stands at the end of its first wait.
    func prepare() throws {
        let store = try loaded.open(.readWrite)
        // The playbook is registered before anybody is in it.
        try loaded.cycle(store).run(now: BenchData.now - .days(1), matching: .due)
        let accounts = try store.read { try $0.integer("SELECT max(id) FROM account") }
        try store.writeInSlices(count: Int(accounts)) { connection, range in
            try connection.execute(
                """
                INSERT INTO enrollment (account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    step, begun, due_at, exclusive)
                SELECT a.id, p.id, p.version_id, '', (SELECT max(id) FROM experiment), 'treated', :entered, 0, 1, :due, 0
                FROM account AS a, playbook AS p WHERE a.id > :first AND a.id <= :last
                ON CONFLICT DO NOTHING
                """,
                [
                    "first": .integer(Int64(range.lowerBound)), "last": .integer(Int64(range.upperBound)),
                    "entered": .instant(BenchData.now - .days(4)), "due": .instant(BenchData.now - .minutes(1)),
                ])
        }
    }

    func run() throws -> Answer {
        let store = try loaded.open(.readWrite)
        var report: CycleReport?
        let before = processorTime()
        let time = try seconds { report = try loaded.cycle(store).run(now: BenchData.now, matching: .due) }
        return Answer(
            seconds: time, processor: processorTime() - before, longestWrite: store.longestWrite / .seconds(1),
            moved: report?.moved ?? 0, made: report?.made ?? 0)
    }
}
