import Playbooks

/// Daily metrics: one value a row (`account, metric, day, value`) or one row a day with a column for each metric.
///
/// Counts are of values, not rows. A later value of the same account, metric and day replaces an earlier one; an empty
/// cell of a wide row leaves what is there. Days are dates, also `yyyymmdd`, or moments on the workspace's calendar.
final class MetricImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { taken - written }
    private(set) var tally = ImportTally()

    private let store: Store
    private let context: ImportContext
    private let accounts: AccountKeys
    private let ids: [String: Int64]
    private let iso: WrittenTime
    private let compact: WrittenTime
    private let number = CellReader("value", .number)
    private var today: Int
    private var series = SeriesWriter()
    private var days = MetricDays()
    private var taken = 0
    private var written = 0
    private var accountPlace = 0
    private var dayPlace = 0
    private var metricPlace: Int?
    private var valuePlace = 0
    private var wide: [(name: String, id: Int64, place: Int, reader: CellReader)] = []
    private var metricMemo: (name: [UInt8], id: Int64)?
    private var dayMemo: (text: [UInt8], day: Int)?

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.context = context
        accounts = try AccountKeys(connection, asksOnly: context.isOngoing)
        ids = try NameIDs.load(context.dataMap.metrics.map(\.name), of: "metric", store, connection)
        iso = WrittenTime(format: nil, zone: context.zone)
        compact = WrittenTime(format: DateFormat("yyyymmdd"), zone: context.zone)
        today = context.zone.day(of: context.now).number
        wanted =
            ["account", "day", "metric", "value"].map { WantedColumn($0) }
            + context.dataMap.metrics.map { WantedColumn($0.name, column: $0.column) }
    }

    func begin(_ map: ColumnMap) throws {
        try map.require("account")
        try map.require("day")
        accountPlace = map.place(of: "account") ?? 0
        dayPlace = map.place(of: "day") ?? 0
        metricPlace = map.isPerRow && map.place(of: "metric") == nil ? nil : map.place(of: "metric")
        valuePlace = map.place(of: "value") ?? 0
        wide = context.dataMap.metrics.compactMap { metric in
            guard let place = map.place(of: metric.name), let id = ids[metric.name] else { return nil }
            return (metric.name, id, place, CellReader(metric.name, .number))
        }
        if metricPlace != nil, map.place(of: "value") != nil { return }
        guard !wide.isEmpty else {
            throw ImportError(
                "\(map.source):1: there are neither the columns \"metric\" and \"value\" nor a column for a metric of data.yaml ("
                    + context.dataMap.metrics.map(\.name).joined(separator: ", ") + ")")
        }
    }

    func stage(_ record: Record) throws {
        let key = record.cells[accountPlace].trimmed
        if key.isEmpty { throw Rejection(.missing, "account", "is empty") }
        let day = try day(record.cells[dayPlace].trimmed)
        guard let account = try accounts.id(key) else {
            throw Rejection(.unknownAccount, "account", "there is no account with the key \(key.excerpt)")
        }
        if let metricPlace, record.present?[metricPlace] ?? true {
            let metric = try metric(record.cells[metricPlace].trimmed)
            guard case .real(let value) = try number.scalar(record.cells[valuePlace]) else {
                throw Rejection(.missing, "value", "is empty")
            }
            add(metric, account, day, value)
            return
        }
        // All of a row or none of it.
        for metric in wide { _ = try metric.reader.scalar(record.cells[metric.place]) }
        for metric in wide {
            guard case .real(let value) = try metric.reader.scalar(record.cells[metric.place]) else { continue }
            add(metric.id, account, day, value)
        }
    }

    private func add(_ metric: Int64, _ account: Int64, _ day: Int, _ value: Double) {
        series.add(metric: metric, account: account, day: day, value: value)
        taken += 1
        if !days.insert(metric, day, account) { tally.duplicates += 1 }
    }

    private func day(_ field: Cell) throws -> Int {
        if let dayMemo, field.isEqual(to: dayMemo.text) { return dayMemo.day }
        if field.isEmpty { throw Rejection(.missing, "day", "is empty") }
        let isCompact = field.count == 8 && field.allSatisfy { $0 &- 0x30 < 10 }
        var found = isCompact ? compact.day(field) : iso.day(field)
        if found == nil, let moment = iso.instant(field) {
            found = context.zone.day(of: Instant(milliseconds: moment)).number
        }
        guard let day = found else {
            throw Rejection(
                .value, "day", "\(field.excerpt) is not a day written 2026-03-01 or 20260301", value: field.string)
        }
        if day > today + 1 { throw Rejection(.future, "day", "\(field.excerpt) lies in the future") }
        dayMemo = (Array(field), day)
        return day
    }

    private func metric(_ field: Cell) throws -> Int64 {
        if let metricMemo, field.isEqual(to: metricMemo.name) { return metricMemo.id }
        if field.isEmpty { throw Rejection(.missing, "metric", "is empty") }
        let name = field.string
        let metrics = context.dataMap.metrics
        guard let metric = metrics.first(where: { $0.name == name }) ?? metrics.first(where: { $0.column == name }),
            let id = ids[metric.name]
        else {
            throw Rejection(
                .unknownName, "metric",
                "\(field.excerpt) is not a metric of data.yaml\(suggestion(for: name, in: metrics.map(\.name)))",
                value: name)
        }
        metricMemo = (Array(field), id)
        return id
    }

    var isFull: Bool { series.isFull }

    func apply() throws {
        try series.flush(to: store)
        written = taken
        tally.inserted = Int(series.added)
        tally.updated = Int(series.changed)
        tally.unchanged = max(0, written - tally.inserted - tally.updated)
    }

    /// Closes the days of the file, unless so much of it was rejected that they are not all there.
    func finish(_ report: inout ImportReport) throws {
        guard context.options.closesDays else { return }
        if report.rejected * 20 > report.read {
            tally.warnings.append("the days were not closed: more than 5 % of the rows were rejected")
            return
        }
        let all = days.all
        try store.writeInSlices(count: all.count) { connection, slice in
            for index in slice {
                try SeriesWriter.close(metric: all[index].metric, day: all[index].day, on: connection)
            }
        }
        report.daysClosed = all.count
    }

    func renew() throws {
        tally = ImportTally()
        days = MetricDays()
        series = SeriesWriter()
        taken = 0
        written = 0
        today = context.zone.day(of: context.now).number
    }

    func end() {}

    func hint(for rejection: Rejection, _ values: [String]) -> String? {
        guard rejection.column == "metric", let name = values.first else { return nil }
        return "metrics: { \(ImportHint.scalar(name)): {} }"
    }
}
