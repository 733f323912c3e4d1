import Playbooks
import Runner
import Storage

/// Runs the first playbook of a workspace over the last days of its data.
struct BacktestCommand {
    struct Answer: Encodable {
        var seconds: Double
        var processor: Double
        var entered: Int
        var sent: Int
    }

    let loaded: BenchWorkspace

    func run(days: Int) throws -> Answer {
        guard let playbook = loaded.workspace.playbooks.first else { throw BenchError("there is no playbook") }
        let last = Day(number: BenchData.lastDay)
        let backtest = try Backtest(playbook, in: loaded.workspace, from: last - (days - 1), to: last, isWithAll: false)
        var total: BacktestReport.Period?
        let before = processorTime()
        let time = try seconds {
            total = try backtest.run(on: try loaded.open(.readOnly)).total
        }
        return Answer(
            seconds: time, processor: processorTime() - before, entered: total?.entered ?? 0,
            sent: total?.sent.values.reduce(0, +) ?? 0)
    }
}
