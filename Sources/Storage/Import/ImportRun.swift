import Basics
import Playbooks

/// One source on its way into the database: read, check, stage, apply in slices, set bad rows aside.
final class ImportRun {
    /// So many rows are looked at before anything is applied.
    private static let trial = 1_000
    /// Fewer rows than this never stop an import.
    private static let fewest = 20

    private let source: ImportSource
    private let reader: any RowReader
    private let target: any ImportTarget
    private let progress: (ImportProgress) -> Void
    private let rejectedRows: RejectedRows
    private let isOurs: Bool
    private let isRepeatable: Bool
    private let isStopped: @Sendable () -> Bool
    let columns: ColumnMap
    private let usual: FullReads.Usual?
    private var report = ImportReport()
    private var highest: HighestValue?
    /// Of the rows that are no rows, those that stand below the table.
    private var footers = 0
    /// How many rows had been read when the last were written.
    private var applied = 0
    private var alike: [Alike: Likeness] = [:]

    private struct Alike: Hashable {
        var kind: Rejection.Kind
        var column: String
        var isOfCells: Bool
    }

    /// What has failed alike so far.
    private struct Likeness {
        static let mostValues = 500
        var first: Rejection
        var row: Int
        var count = 0
        /// Of the rows that are looked at before anything is applied.
        var inTrial = 0
        /// The row that was counted last.
        var lastRow = -1
        var values: [String] = []
    }

    init(
        _ reader: any RowReader, from source: ImportSource, to target: any ImportTarget, options: ImportOptions,
        progress: @escaping (ImportProgress) -> Void
    ) throws {
        self.source = source
        self.reader = reader
        self.target = target
        self.progress = progress
        let days = options.map?.days ?? []
        let columns = try ColumnMap(reader, target.wanted, source: source.name) { name in
            target is SuppressionImport || name == options.since?.column
                || options.map?.sumOver?.contains(name) == true
                || days.contains { MetricCalendar.days(of: name, written: $0) != nil }
        }
        self.columns = columns
        report.warnings += columns.warnings
        let known = target.wanted.map(\.name)
        for name in (options.map?.columns.keys.sorted() ?? []) where !known.contains(name) && name != "value" {
            report.warnings.append(
                "\"\(name)\" is mapped, and is no column of this import\(suggestion(for: name, in: known))")
        }
        let header = reader.header ?? target.wanted.map(\.name)
        highest = try options.since.map { try HighestValue($0, in: reader.header, source: source.name) }
        // A changed event would be another one.
        isRepeatable = !(target is EventImport)
        isOurs = header.contains(ColumnMap.ofRejectedRows[0])
        try target.begin(columns)
        rejectedRows = RejectedRows(
            path: options.rejectedPath ?? source.rejectedPath, header: header, appends: options.appendsRejected)
        isStopped = options.isStopped
        usual = options.usual
    }

    func run() throws -> ImportReport {
        var record = Record()
        let names = highest == nil ? [] : target.wanted.map(\.name)
        reading: while true {
            switch try reader.next(&record) {
            case .end: break reading
            case .bad(let rejection): reject(record, rejection)
            case .row:
                if isOurs { Self.stripFormulaQuotes(&record) }
                if !columns.repeats.isEmpty { columns.fill(&record) }
                highest?.look(at: record, wanted: names)
                do {
                    try target.stage(record)
                    if !target.leftOut.isEmpty { leaveOut(target.leftOut, of: record) }
                } catch let rejection as Rejection {
                    reject(record, rejection)
                }
            }
            report.read += 1
            if report.read % 10_000 == 0 {
                showProgress()
                if isStopped() { throw ImportError("\(source.name): stopped after \(report.read) rows") }
            }
            if report.read == Self.trial, stopsEarly() { return finished() }
            if target.isFull, try !apply() { return finished() }
        }
        if report.read < Self.trial, report.read >= Self.fewest, stopsEarly() { return finished() }
        guard try apply() else { return finished() }
        report.size = target.rowsOfADay ?? report.read - report.totals
        if let usual, usual.isShort(report.size) { report.shortOf = usual.rows }
        if let more = reader.more {
            report.isOnePage = true
            report.warnings.append(
                "it is one page of an answer that has more (\(more)): what stands on the others is missing. Fetch them all; "
                    + "one file may hold several answers, one below the other")
        }
        try target.finish(&report)
        return finished()
    }

    /// False when the staged rows are refused, which ends the import.
    private func apply() throws -> Bool {
        guard target.staged > 0 else { return true }
        if let refusal = try target.refusal() {
            let before = applied > 0 ? "the first \(applied) stay" : "nothing was changed"
            report.stopped = "stopped after \(report.read) rows, and \(before): \(refusal)"
            return false
        }
        try target.apply()
        applied = report.read
        return true
    }

    // MARK: Bad rows

    private func reject(_ record: Record, _ rejection: Rejection) {
        if isNoRow(record, rejection) {
            report.totals += 1
            if isBelowTheTable(record) { footers += 1 }
            return
        }
        report.rejected += 1
        if report.firstRejected.count < 10 {
            report.firstRejected.append(ImportReport.RejectedRow(row: record.row, reason: rejection.reason))
        }
        rejectedRows.add(record, rejection.reason)
        count(rejection, record.row, isOfCell: false)
    }

    /// The row was taken; its bad cells are told, and kept with it to be mended and imported again.
    private func leaveOut(_ cells: [Rejection], of record: Record) {
        report.cellsLeftOut += cells.count
        if isRepeatable {
            rejectedRows.add(
                record, "taken without " + cells.map(\.reason).joined(separator: "; "))
        }
        for cell in cells { count(cell, record.row, isOfCell: true) }
    }

    /// Whether it sums up others, or stands below the table.
    private func isNoRow(_ record: Record, _ rejection: Rejection) -> Bool {
        switch rejection.kind {
        case .total, .footer: true
        case .missing: TotalsRow.isFooter(record) || record.cells.contains { TotalsRow.isTotal($0.trimmed) }
        case .malformed: TotalsRow.isBesideTheTable(record) || isBelowTheTable(record)
        case .unknownAccount, .value, .currency: TotalsRow.isBesideTheTable(record)
        case .encoding, .unknownName, .future, .outOfRange, .ambiguous: false
        }
    }

    /// Whether it is a line below the table, or a word among them, such as the name of the company.
    private func isBelowTheTable(_ record: Record) -> Bool {
        TotalsRow.isFooter(record) || footers > 0 && record.cells.count { !$0.trimmed.isEmpty } <= 1
    }

    private func count(_ rejection: Rejection, _ row: Int, isOfCell: Bool) {
        let place = Alike(kind: rejection.kind, column: rejection.column, isOfCells: isOfCell)
        var group = alike[place] ?? Likeness(first: rejection, row: row)
        group.count += 1
        // A row counts once, however many of its cells are bad; `n/a` says no more than an empty cell.
        let isEmpty = isOfCell && rejection.value.map { Placeholder.isOne($0) } ?? false
        if report.read < Self.trial, group.lastRow != row, !isEmpty { group.inTrial += 1 }
        group.lastRow = row
        if let value = rejection.value, group.values.count < Likeness.mostValues { group.values.append(value) }
        alike[place] = group
    }

    /// Whether most rows fail alike; says so in the report.
    private func stopsEarly() -> Bool {
        guard let worst = alike.values.max(by: { $0.inTrial < $1.inTrial }), worst.inTrial * 2 > report.read else {
            return false
        }
        report.stopped =
            "stopped after \(report.read) rows, and nothing was changed: \(worst.inTrial) of them fail alike "
            + "(\(worst.first.reason))"
        return true
    }

    /// What was not taken, by what it has in common, the most frequent first.
    private func groups() -> [ImportReport.Group] {
        alike.sorted { ($1.value.count, $0.value.row) < ($0.value.count, $1.value.row) }.map { place, likeness in
            ImportReport.Group(
                column: place.column, count: likeness.count,
                first: ImportReport.RejectedRow(row: likeness.row, reason: likeness.first.reason),
                isOfCells: place.isOfCells, isOfForeignAmounts: place.kind == .currency,
                hint: target.hint(
                    for: likeness.first, likeness.values,
                    ofMost: likeness.inTrial * 2 > min(report.read, Self.trial)))
        }
    }

    private func finished() -> ImportReport {
        let tally = target.tally
        report.highest = highest?.value
        report.homeless = alike.reduce(0) { $0 + ($1.key.kind == .unknownAccount ? $1.value.count : 0) }
        report.inserted = tally.inserted
        report.updated = tally.updated
        report.unchanged = tally.unchanged
        report.duplicates = tally.duplicates
        report.eventsMade = tally.eventsMade
        report.newlyUnsubscribed = tally.unsubscribed
        report.warnings += tally.warnings
        if let warning = ColumnMap.warning(
            about: reader.unknownKeys.filter { $0 != highest?.column }, target.wanted.flatMap(\.names))
        {
            report.warnings.append(warning)
        }
        if tally.duplicates > 0 {
            report.warnings.append(
                tally.duplicates == 1
                    ? "1 row has a key that comes again later; the last one counts"
                    : "\(tally.duplicates) rows have a key that comes again later; the last one counts")
        }
        let totals = report.totals - footers
        if totals > 0 {
            report.warnings.append(
                totals == 1 ? "1 row of totals was left out" : "\(totals) rows of totals were left out")
        }
        if footers > 0 {
            report.warnings.append(
                footers == 1
                    ? "the line below the table was left out" : "\(footers) lines below the table were left out")
        }
        if report.read == 0, reader.header != nil, report.stopped == nil {
            report.warnings.append("it holds no row but the names of the columns; what is stored stays as it was")
        }
        report.warnings += reader.notes
        report.groups = groups()
        rejectedRows.finish()
        if let complaint = rejectedRows.complaint { report.warnings.append(complaint) }
        report.rejectedPath = rejectedRows.isWritten ? rejectedRows.path : nil
        showProgress()
        return report
    }

    private func showProgress() {
        progress(ImportProgress(rows: report.read, bytes: reader.bytesRead, totalBytes: reader.totalBytes))
    }

    /// Takes away the `'` that stands before a formula in a file of rejected rows.
    private static func stripFormulaQuotes(_ record: inout Record) {
        for (index, cell) in record.cells.enumerated() where cell.count > 1 && cell[0] == UInt8(ascii: "'") {
            if CSVField.startsFormula(cell[1]) { record.cells[index] = Cell(rebasing: cell[1...]) }
        }
    }
}
