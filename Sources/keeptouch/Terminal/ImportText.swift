import Playbooks
import Storage

/// What an import did, as a person reads it.
struct ImportText {
    let report: ImportReport
    let kind: ImportKind
    let source: String
    /// What says that less than half of the usual rows are all there is.
    var remedy = ""

    func show() {
        for warning in report.warnings { Terminal.complain("\(source): warning: \(warning)") }
        for row in report.firstRejected.prefix(5) {
            Terminal.complain("\(source):\(row.row): error: \(row.reason)")
        }
        if report.rejected > min(5, report.firstRejected.count) { showRest() }
        for group in report.groups where group.isOfCells { show(group) }
        Terminal.print("\(source): \(counts.joined(separator: ", "))")
        if let usual = report.shortOf {
            Terminal.complain(
                "\(source): warning: \(Self.shortness(report.size, of: usual, closesDays: kind == .metrics)); "
                    + "\(remedy) if that is right")
        }
        if let stopped = report.stopped { Terminal.complain("\(source): error: \(stopped)") }
        let hints = report.groups.compactMap(\.hint)
        for hint in hints.prefix(5) {
            for line in hint.split(separator: "\n") { Terminal.complain("add to data.yaml: \(line)") }
        }
        guard let path = report.rejectedPath else { return }
        Terminal.complain(
            report.rejected > 0
                ? "the rejected rows and why: \(path)" : "the rows with cells that were left out, and why: \(path)")
    }

    /// That less than half of the usual rows came.
    static func shortness(_ rows: Int, of usual: Int, closesDays: Bool) -> String {
        "brought \(Terminal.count(rows, "row")), less than half of the usual \(usual)"
            + (closesDays ? "; the day is not closed" : "")
    }

    /// The rejected rows by what is wrong with them.
    private func showRest() {
        let groups = report.groups.filter { !$0.isOfCells }
        let parts = groups.prefix(8).map { "\($0.count) \($0.column.isEmpty ? "rows" : $0.column)" }
        let rest = groups.count > 8 ? ", and others" : ""
        Terminal.complain("\(source): \(report.rejected) rows were rejected: \(parts.joined(separator: ", "))\(rest)")
    }

    private func show(_ group: ImportReport.Group) {
        let others = group.count == 1 ? "" : ", and \(group.count - 1) more in that column"
        Terminal.complain(
            "\(source):\(group.first.row): warning: \(group.first.reason)\(others); left out, the rest of the row was taken"
        )
    }

    private var counts: [String] {
        var parts = ["\(report.read) \(kind == .metrics ? "rows" : kind.rawValue) read"]
        func add(_ count: Int, _ text: String) { if count > 0 { parts.append("\(count) \(text)") } }
        add(report.inserted, "new")
        add(report.updated, "updated")
        add(report.unchanged, "unchanged")
        add(report.duplicates, "repeated in the file (the last one counts)")
        add(report.rejected, "rejected")
        if report.cellsLeftOut > 0 {
            // A column may fail in several ways.
            var columns: [(name: String, count: Int)] = []
            for group in report.groups where group.isOfCells {
                if let index = columns.firstIndex(where: { $0.name == group.column }) {
                    columns[index].count += group.count
                } else {
                    columns.append((group.column, group.count))
                }
            }
            let named = columns.prefix(6).map { "\($0.count) \($0.name)" }.joined(separator: ", ")
            parts.append(
                "\(Terminal.count(report.cellsLeftOut, "cell")) left out (\(named)\(columns.count > 6 ? ", ..." : ""))")
        }
        if report.unsubscribed > 0 {
            let new = report.newlyUnsubscribed
            parts.append("\(report.unsubscribed) unsubscribed\(new > 0 ? " (\(new) not known so before)" : "")")
        }
        add(report.bounced, "bounced or complained, and get nothing, messages of service neither")
        add(report.eventsMade, "events made from columns")
        add(report.daysClosed, "days closed")
        return parts
    }
}
