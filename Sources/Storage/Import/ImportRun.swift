import Basics

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
    private var report = ImportReport()
    private var alike: [Alike: (count: Int, first: Rejection, values: [String])] = [:]

    private struct Alike: Hashable {
        var kind: Rejection.Kind
        var column: String
    }

    init(
        _ reader: any RowReader, from source: ImportSource, to target: any ImportTarget, options: ImportOptions,
        progress: @escaping (ImportProgress) -> Void
    ) throws {
        self.source = source
        self.reader = reader
        self.target = target
        self.progress = progress
        let columns = try ColumnMap(reader, target.wanted, source: source.name)
        report.warnings += columns.warnings
        let header = reader.header ?? target.wanted.map(\.name)
        isOurs = header.contains(ColumnMap.ofRejectedRows[0])
        try target.begin(columns)
        rejectedRows = RejectedRows(path: options.rejectedPath ?? source.rejectedPath, header: header)
    }

    func run() throws -> ImportReport {
        var record = Record()
        reading: while true {
            switch try reader.next(&record) {
            case .end: break reading
            case .bad(let rejection): reject(record, rejection)
            case .row:
                if isOurs { Self.stripFormulaQuotes(&record) }
                do {
                    try target.stage(record)
                } catch let rejection as Rejection {
                    reject(record, rejection)
                }
            }
            report.read += 1
            if report.read % 10_000 == 0 { showProgress() }
            if report.read == Self.trial, stopsEarly() { return finished() }
            if target.isFull { try apply() }
        }
        if report.read < Self.trial, report.read >= Self.fewest, stopsEarly() { return finished() }
        try apply()
        try target.finish(&report)
        return finished()
    }

    private func apply() throws {
        if target.staged > 0 { try target.apply() }
    }

    // MARK: Bad rows

    private func reject(_ record: Record, _ rejection: Rejection) {
        report.rejected += 1
        if report.firstRejected.count < 10 {
            report.firstRejected.append(ImportReport.RejectedRow(row: record.row, reason: rejection.reason))
        }
        rejectedRows.add(record, rejection.reason)
        guard report.read < Self.trial else { return }
        var group = alike[Alike(kind: rejection.kind, column: rejection.column)] ?? (0, rejection, [])
        group.count += 1
        if let value = rejection.value { group.values.append(value) }
        alike[Alike(kind: rejection.kind, column: rejection.column)] = group
    }

    /// Whether most rows fail alike; says so in the report.
    private func stopsEarly() -> Bool {
        guard let (count, first, _) = alike.values.max(by: { $0.count < $1.count }), count * 2 > report.read else {
            return false
        }
        report.stopped =
            "stopped after \(report.read) rows, and nothing was changed: \(count) of them fail alike (\(first.reason))"
        return true
    }

    private func finished() -> ImportReport {
        let tally = target.tally
        report.inserted = tally.inserted
        report.updated = tally.updated
        report.unchanged = tally.unchanged
        report.duplicates = tally.duplicates
        report.eventsMade = tally.eventsMade
        report.warnings += tally.warnings
        if let warning = ColumnMap.warning(about: reader.unknownKeys, target.wanted.flatMap(\.names)) {
            report.warnings.append(warning)
        }
        if tally.duplicates > 0 {
            report.warnings.append("\(tally.duplicates) rows have a key that comes again later; the last one counts")
        }
        if let worst = alike.values.max(by: { $0.count < $1.count }), worst.count * 2 > min(report.read, Self.trial) {
            report.hint = target.hint(for: worst.first, worst.values)
        }
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
