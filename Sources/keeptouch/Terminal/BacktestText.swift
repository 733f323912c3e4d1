import Decisions
import Playbooks
import Runner

/// A backtest as a person reads it: a line a day, or a week when there are many.
struct BacktestText {
    let report: BacktestReport

    /// So many days stand in a table of their own.
    private static let mostDays = 31

    private var isByWeek: Bool { report.days.count > Self.mostDays }
    var periods: [BacktestReport.Period] { isByWeek ? report.weeks : report.days }

    private static let losses: [TouchState] = [.capped, .expired, .suppressed, .cancelled]

    func table(of periods: [BacktestReport.Period], isForReading: Bool) -> Table {
        let total = report.total
        // What never happened needs no column where people read.
        let losses = Self.losses.filter { !isForReading || total.lost[$0] != nil }
        let hasHoldout = !isForReading || total.holdout > 0
        let hasCollisions = !isForReading || !report.others.isEmpty
        let hasGoal = !isForReading || report.goalRate != nil
        var table = Table(
            [(isForReading && isByWeek ? "week from" : "day", .left), ("matched", .right), ("entered", .right)]
                + (hasHoldout ? [("holdout", .right)] : []) + report.steps.map { ($0, .right) }
                + losses.map { ($0.rawValue, .right) } + (hasCollisions ? [("collisions", .right)] : [])
                + (hasGoal ? [("goals", .right)] : []))
        func row(_ title: String, _ period: BacktestReport.Period) -> [String] {
            var counts = [period.matched, period.entered]
            if hasHoldout { counts.append(period.holdout) }
            counts += report.steps.map { period.sent[$0] ?? 0 } + losses.map { period.lost[$0] ?? 0 }
            if hasCollisions { counts.append(period.collisions) }
            if hasGoal { counts.append(period.goals) }
            return [title] + counts.map { $0 == 0 && isForReading ? "." : "\($0)" }
        }
        table.rows = periods.map { row("\($0.day)", $0) }
        if isForReading { table.rows.append(row("total", total)) }
        return table
    }

    func show() {
        Terminal.print("\(report.playbook) from \(report.from) to \(report.to): \(report.title)")
        if !report.others.isEmpty { Terminal.print("with \(report.others.joined(separator: ", "))") }
        Terminal.print(table(of: periods, isForReading: true).text)
        for sentence in report.sentences { Terminal.print(sentence) }
        for warning in report.warnings { Terminal.complain(warning) }
    }
}
