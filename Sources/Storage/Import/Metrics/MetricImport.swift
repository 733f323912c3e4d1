import Playbooks

/// Daily metrics: one value a row (`account, metric, day, value`) or one row a day with a column for each metric.
///
/// Counts are of values, not rows. A later value of the same account, metric and day replaces an earlier one, unless they are
/// parts of one (`MetricParts`); an empty cell of a wide row leaves what is there. Days are dates, also `yyyymmdd`, or moments on the workspace's calendar. Where
/// the import says whose values they are, columns may be called after days, weeks or months (`MetricCalendar`). The total of a row
/// that is about a week, a month or another period is spread over its days (`RowPeriod`).
final class MetricImport: ImportTarget {
    let wanted: [WantedColumn]
    var staged: Int { taken - written + (parts?.staged ?? 0) }
    private(set) var tally = ImportTally()

    private let store: Store
    private let context: ImportContext
    private let accounts: AccountNames
    private let ids: [String: Int64]
    private let time: WrittenTime
    private let compact: WrittenTime
    private(set) var leftOut: [Rejection] = []
    private let metricWords: MappedWords?
    private var calendar: MetricCalendar?
    private let number: CellReader
    private var today: Int
    private var series = SeriesWriter()
    private var days = MetricDays()
    private var taken = 0
    private var written = 0
    private var accountPlace = 0
    private var dayPlace = 0
    /// For how long the figures of a row are.
    private var period = RowPeriod([], day: 0)
    private var metricPlace: Int?
    private var valuePlace = 0
    private var wide: [(name: String, id: Int64, place: Int, reader: CellReader)] = []
    private var metricMemo: (name: [UInt8], id: Int64)?
    private var dayMemo: (text: [UInt8], days: Range<Int>)?
    /// Nil over HTTP, where each row is a day's value.
    private var parts: MetricParts?

    private static let synonyms = [
        "account": ContactImport.accountSynonyms + AccountNames.addressSynonyms, "day": ["date"],
    ]

    init(_ store: Store, _ connection: Connection, _ context: ImportContext) throws {
        self.store = store
        self.context = context
        accounts = try AccountNames(connection, context)
        ids = try NameIDs.load(context.dataMap.metrics.map(\.name), of: "metric", store, connection)
        time = WrittenTime(context.form(of: "day"), zone: context.zone)
        compact = WrittenTime(formats: ["yyyymmdd"], zone: context.zone)
        metricWords = MappedWords(context.form(of: "metric").map)
        number = CellReader("value", .number(context.form(of: "value").decimal))
        today = context.zone.day(of: context.now).number
        let own = ["account", "day", "metric", "value"]
        wanted =
            own.map { name in
                WantedColumn(
                    name, column: context.form(of: name).column, synonyms: Self.synonyms[name] ?? [])
            }
            + context.dataMap.metrics.map {
                WantedColumn($0.name, column: context.form(of: $0.name, ColumnForm(column: $0.column)).column)
            }
            + (context.options.map?.sumOver ?? []).filter { name in
                !own.contains(name) && Self.synonyms["account"]?.contains(ColumnMap.simplified(name)) != true
            }.map { WantedColumn($0, column: $0) }
    }

    func begin(_ map: ColumnMap) throws {
        accountPlace = try accounts.place(in: map)
        if let name = context.options.map?.metric, map.place(of: "day") == nil {
            guard let id = ids[name] else {
                throw ImportError("\(map.source): \"\(name)\" is not a metric of data.yaml")
            }
            calendar = MetricCalendar(map.header, formats: context.options.map?.days ?? [], metric: id, today: today)
            if let unread = calendar?.unread, !unread.isEmpty {
                let names = unread.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
                throw ImportError(
                    "\(map.source):1: \(unread.count == 1 ? "the heading \(names) stands" : "the headings \(names) stand") "
                        + "among those of days or months and cannot be read as days: says; what is in these columns would "
                        + "count as nothing. Name their format, too, or call them otherwise")
            }
            if let columns = calendar?.columns, !columns.isEmpty {
                return try findParts(map, besides: columns.map(\.place))
            }
            let formats = (context.options.map?.days ?? []).joined(separator: " or ")
            throw ImportError(
                "\(map.source):1: there is neither a column \"day\" nor one that is called after a day or month written "
                    + (formats.isEmpty ? "as days: says" : formats))
        }
        try map.require("day")
        dayPlace = map.place(of: "day") ?? 0
        period = RowPeriod(map.isPerRow ? [] : map.header, day: dayPlace)
        metricPlace = map.isPerRow && map.place(of: "metric") == nil ? nil : map.place(of: "metric")
        valuePlace = map.place(of: "value") ?? 0
        wide = context.dataMap.metrics.compactMap { metric in
            guard let place = map.place(of: metric.name), let id = ids[metric.name] else { return nil }
            return (metric.name, id, place, CellReader(metric.name, .number(context.form(of: metric.name).decimal)))
        }
        if metricPlace != nil, map.place(of: "value") != nil { return try findParts(map, day: dayPlace) }
        guard !wide.isEmpty else {
            throw ImportError(
                "\(map.source):1: there are neither the columns \"metric\" and \"value\" nor a column for a metric of data.yaml ("
                    + context.dataMap.metrics.map(\.name).joined(separator: ", ") + ")")
        }
        try findParts(map, day: dayPlace)
    }

    private func findParts(_ map: ColumnMap, day: Int? = nil, besides places: [Int] = []) throws {
        guard !context.isOngoing else { return }
        let taken = map.places.compactMap { $0 } + map.repeats.flatMap(\.others) + [period.end].compactMap { $0 }
        parts = try MetricParts(
            map, context.options, account: accountPlace, day: day, taken: Set(taken + places))
    }

    func stage(_ record: Record) throws {
        if !leftOut.isEmpty { leftOut.removeAll() }
        let key = record.cells[accountPlace].trimmed
        if key.isEmpty { throw Rejection(.missing, "account", "is empty") }
        if TotalsRow.isTotal(key) { throw Rejection(.total, "account", "\(key.excerpt) is a row of totals") }
        if let calendar { return try stage(record, of: key, calendar) }
        let days = try days(of: record)
        let found = try accounts.find(key)
        let account = found.id
        func look(_ metric: Int64?) {
            parts?.look(
                at: record, account: account, person: found.contact?.id, metric: metric, day: days.lowerBound)
        }
        if let metricPlace, record.present?[metricPlace] ?? true {
            let metric = try metric(record.cells[metricPlace].trimmed)
            look(metric)
            guard case .real(let value) = try scalar(record, valuePlace, number) else {
                throw Rejection(.missing, "value", "is empty")
            }
            spread(metric, account, days, value)
            return
        }
        look(nil)
        if context.takesGoodCells {
            for metric in wide {
                guard let value = try number(record, metric.place, metric.reader) else { continue }
                spread(metric.id, account, days, value)
            }
            return
        }
        // All of a row or none of it.
        for metric in wide { _ = try scalar(record, metric.place, metric.reader) }
        for metric in wide {
            guard case .real(let value) = try scalar(record, metric.place, metric.reader) else { continue }
            spread(metric.id, account, days, value)
        }
    }

    /// The total of a week or month goes to its days, as far as they are over.
    private func spread(_ metric: Int64, _ account: Int64, _ days: Range<Int>, _ value: Double) {
        if days.count == 1 { return add(metric, account, days.lowerBound, value) }
        let past = days.lowerBound..<min(days.upperBound, max(today, days.lowerBound + 1))
        for day in past { add(metric, account, day, value / Double(past.count)) }
    }

    /// A row with a column for each day or month.
    private func stage(_ record: Record, of key: Cell, _ calendar: MetricCalendar) throws {
        let found = try accounts.find(key)
        let account = found.id
        parts?.look(at: record, account: account, person: found.contact?.id, metric: nil, day: nil)
        for column in calendar.columns where column.place < record.cells.count {
            guard let value = try number(record, column.place, number) else { continue }
            for day in column.days { add(calendar.metric, account, day, value / Double(column.days.count)) }
        }
    }

    /// The number of a cell; nil when it is empty, or bad and left out.
    private func number(_ record: Record, _ place: Int, _ reader: CellReader) throws -> Double? {
        do {
            guard case .real(let value) = try scalar(record, place, reader) else { return nil }
            return value
        } catch let rejection as Rejection {
            guard context.takesGoodCells else { throw rejection }
            leftOut.append(rejection)
            return nil
        }
    }

    private func scalar(_ record: Record, _ place: Int, _ reader: CellReader) throws -> Scalar {
        try reader.scalar(record.cells[place], isNumber: record.isNumber(place))
    }

    private func add(_ metric: Int64, _ account: Int64, _ day: Int, _ value: Double) {
        let isNew = days.insert(metric, day, account)
        if parts?.isSummed == true {
            parts?.add(metric, account, day, value)
            return
        }
        series.add(metric: metric, account: account, day: day, value: value)
        taken += 1
        if !isNew { tally.duplicates += 1 }
    }

    /// The days that a row is about.
    private func days(of record: Record) throws -> Range<Int> {
        let field = record.cells[dayPlace].trimmed
        guard let place = period.end else { return try days(field, "day") { self.period.days(from: $0, to: nil) } }
        let first = try days(field, "day") { $0..<($0 + 1) }.lowerBound
        let end = record.cells[place].trimmed
        if end.isEmpty { return first..<(first + 1) }
        let last = time.day(end) ?? time.instant(end).map { context.zone.day(of: Instant(milliseconds: $0)).number }
        guard let last, let days = period.days(from: first, to: last) else {
            throw Rejection(.value, "day", "\(end.excerpt) is no end of what begins on \(field.excerpt)")
        }
        return days
    }

    private func days(_ field: Cell, _ column: String, _ extent: (Int) -> Range<Int>?) throws -> Range<Int> {
        if period.end == nil, let dayMemo, field.isEqual(to: dayMemo.text) { return dayMemo.days }
        if field.isEmpty { throw Rejection(.missing, column, "is empty") }
        let isCompact = field.count == 8 && field.allSatisfy { $0 &- 0x30 < 10 }
        var found = isCompact && time.names.isEmpty ? compact.day(field) : time.day(field)
        if found == nil, let moment = time.instant(field) {
            found = context.zone.day(of: Instant(milliseconds: moment)).number
        }
        guard let days = found.flatMap(extent) ?? PeriodText.days(of: field) else {
            let forms = time.names.isEmpty ? "2026-03-01 or 20260301" : time.names.joined(separator: " or ")
            throw Rejection(.value, column, "\(field.excerpt) is not a day written \(forms)", value: field.string)
        }
        if days.lowerBound > today + 1 { throw Rejection(.future, column, "\(field.excerpt) lies in the future") }
        if period.end == nil { dayMemo = (Array(field), days) }
        return days
    }

    private func metric(_ field: Cell) throws -> Int64 {
        if let metricMemo, field.isEqual(to: metricMemo.name) { return metricMemo.id }
        if field.isEmpty { throw Rejection(.missing, "metric", "is empty") }
        let name = (metricWords?.value(of: field) ?? field).string
        let metrics = context.dataMap.metrics
        // Capitals, blanks and dashes do not count, as in the names of columns.
        let simple = ColumnMap.simplified(name)
        let found =
            metrics.first { $0.name == name } ?? metrics.first { $0.column == name }
            ?? metrics.first { ColumnMap.simplified($0.name) == simple }
            ?? metrics.first { $0.column.map(ColumnMap.simplified) == simple }
        guard let metric = found, let id = ids[metric.name]
        else {
            throw Rejection(
                .unknownName, "metric",
                "\(field.excerpt) is not a metric of data.yaml\(suggestion(for: name, in: metrics.map(\.name)))",
                value: name)
        }
        metricMemo = (Array(field), id)
        return id
    }

    var rowsOfADay: Int? { calendar == nil ? days.fullest : nil }

    var isFull: Bool { series.isFull || parts?.staged ?? 0 >= SeriesWriter.capacity }

    func refusal() throws -> String? { parts?.refusal }

    func apply() throws {
        parts?.take { metric, account, day, total in
            series.add(metric: metric, account: account, day: day, value: total)
            taken += 1
        }
        try series.flush(to: store)
        written = taken
        tally.inserted = Int(series.added)
        tally.updated = Int(series.changed)
        tally.unchanged = max(0, written - tally.inserted - tally.updated)
        tally.duplicates = parts.map { $0.isSummed ? $0.repeats : tally.duplicates } ?? tally.duplicates
    }

    /// Closes the days of the file, unless so much of it was rejected that they are not all there.
    func finish(_ report: inout ImportReport) throws {
        tally.warnings += accounts.warnings
        guard context.options.closesDays, report.shortOf == nil else { return }
        if report.isOnePage {
            tally.warnings.append("the days were not closed: there are more rows of them")
            return
        }
        if (report.rejected + report.cellsLeftOut) * 20 > report.read {
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
        parts?.renew()
        series = SeriesWriter()
        taken = 0
        written = 0
        today = context.zone.day(of: context.now).number
    }

    func end() {}

    func hint(for rejection: Rejection, _ values: [String], ofMost: Bool) -> String? {
        if rejection.kind == .unknownAccount {
            if let digits = accounts.digitsToDeclare { return ImportHint.keyLine(context, digits: digits) }
            return ofMost && !context.isOngoing ? ImportHint.accountLine(context, .metrics) : nil
        }
        if rejection.column == "day" {
            return ImportHint.line(forColumn: "day", of: .metrics, values, ofMost: ofMost, context)
        }
        guard rejection.column == "metric", let name = values.first else {
            return rejection.kind == .value
                ? ImportHint.line(forColumn: rejection.column, .number, of: .metrics, values, ofMost: ofMost, context)
                : nil
        }
        return "metrics: { \(ImportHint.scalar(ColumnMap.simplified(name))): {} }"
    }
}
