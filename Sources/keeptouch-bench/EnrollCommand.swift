import Playbooks
import Runner
import Storage

/// One cycle: plans and applies.
struct EnrollCommand {
    struct Answer: Encodable {
        /// What `plan` alone takes; `seconds` is the whole cycle, which plans again.
        var plan: Double
        var seconds: Double
        var processor: Double
        var longestWrite: Double
        var entered: Int
        var made: Int
    }

    let loaded: BenchWorkspace

    func run() throws -> Answer {
        let plan = try timePlan()
        let store = try loaded.open(.readWrite)
        var report: CycleReport?
        let before = processorTime()
        let whole = try seconds { report = try loaded.cycle(store).run(now: BenchData.now) }
        return Answer(
            plan: plan, seconds: whole, processor: processorTime() - before,
            longestWrite: store.longestWrite / .seconds(1), entered: report?.entered ?? 0,
            made: report?.made ?? 0)
    }

    /// The reader is closed before anybody writes: the last to close moves the log into the file.
    private func timePlan() throws -> Double {
        let store = try loaded.open(.readOnly)
        return try seconds { _ = try loaded.cycle(store).plan(now: BenchData.now) }
    }
}
