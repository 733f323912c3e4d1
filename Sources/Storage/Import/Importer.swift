import Basics
package import Playbooks

/// Brings accounts, contacts, suppressions, metrics and events into the database.
///
/// Importing the same source twice changes nothing the second time. Rows are written in slices of at most 50 ms, so that
/// others may write in between; what was written stays when an import is cut short, and running it again completes it.
package struct Importer {
    private let store: Store
    private let dataMap: DataMap
    private let configuration: Configuration

    /// - Parameter store: opened for writing; the import runs on its connection.
    package init(store: Store, dataMap: DataMap, configuration: Configuration) {
        self.store = store
        self.dataMap = dataMap
        self.configuration = configuration
    }

    /// Imports one source; bad rows are set aside, good ones stay.
    ///
    /// - Parameters:
    ///   - now: the moment at which changes happen that bring no date of their own.
    ///   - progress: called every 10,000 rows and at the end.
    /// - Throws: `ImportError` when the source cannot be imported at all, with nothing applied; `StorageError` when the
    ///   database cannot take it, with whole slices applied.
    package func run(
        _ kind: ImportKind, from source: ImportSource, options: ImportOptions = ImportOptions(), now: Instant,
        progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        try AttributeColumns(dataMap).apply(to: store)
        let reader = ReadAhead.reading(try Self.reader(of: source, isStopped: options.isStopped))
        // What was not read from a file was entered by hand, or by a program that knows.
        let isStrict = if case .rows = source { !options.isOfFiles } else { false }
        var options = options
        if options.map == nil { options.map = dataMap.importMap(kind.rawValue) }
        let context = ImportContext(
            dataMap: dataMap, configuration: configuration, now: now, options: options, isStrict: isStrict)
        var report = try store.session { connection in
            // A slice that is being staged fits in memory; in a file each row would be a transaction that writes to it.
            try connection.pragma("temp_store = MEMORY")
            let target: any ImportTarget =
                switch kind {
                case .accounts: try AccountImport(store, connection, context)
                case .contacts: try ContactImport(store, connection, context)
                case .suppressions: SuppressionImport(store, connection, context)
                case .metrics: try MetricImport(store, connection, context)
                case .events: try EventImport(store, connection, context)
                }
            defer { target.end() }
            let run = try ImportRun(reader, from: source, to: target, options: options, progress: progress)
            var report = try run.run()
            if reader.header != nil, report.stopped == nil, let name = options.remembersAs {
                report.warnings += try remember(run.columns, of: name, options.map, report.groups, at: now, connection)
            }
            return report
        }
        if kind == .accounts || kind == .contacts, report.stopped == nil { wake(at: now, &report) }
        return report
    }

    /// Keeps which columns came, and tells of those that do not.
    private func remember(
        _ columns: ColumnMap, of name: String, _ map: ImportMap?, _ groups: [ImportReport.Group], at now: Instant,
        _ connection: Connection
    ) throws -> [String] {
        let found = columns.found
        let declared = (map?.columns ?? [:]).compactMapValues(\.column).filter { found[$0.key] == nil }
        return try store.write(on: connection) {
            try ImportColumns($0).keep(
                name, found, declared: declared, header: Set(columns.header), groups, at: now)
        }.map { $0.sentence(in: configuration.zone) }
    }

    /// Takes what has waited for the accounts and contacts that have come.
    private func wake(at now: Instant, _ report: inout ImportReport) {
        let intake = Intake(store: store)
        defer { intake.end() }
        do {
            try intake.wake(rules: IntakeRules(dataMap: dataMap, configuration: configuration), now: now)
        } catch {
            report.warnings.append(
                "what had waited for these accounts and contacts was not taken, and waits on: \(error)")
        }
    }

    /// Records one event by hand, at this moment.
    ///
    /// - Returns: false when the same event is there already.
    /// - Throws: `ImportError` when the account, the event or a property is not known or has no such value.
    @discardableResult
    package func recordEvent(
        account: String, event: String, properties: [String: String] = [:], contact: String? = nil, now: Instant
    ) throws -> Bool {
        let names = properties.keys.sorted()
        let known = dataMap.event(event)?.properties.map(\.name) ?? names
        for name in names where !known.contains(name) {
            throw ImportError("the event \"\(event)\" has no property \"\(name)\"\(suggestion(for: name, in: known))")
        }
        let row = [account, event, now.description, contact, Self.json(properties)]
        let report = try run(
            .events, from: .rows(columns: ["account", "event", "at", "contact", "properties"], rows: [row]), now: now)
        if let rejected = report.firstRejected.first { throw ImportError(rejected.reason) }
        return report.inserted == 1
    }

    private static func json(_ properties: [String: String]) -> String? {
        if properties.isEmpty { return nil }
        let members = properties.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .text($0.value)) }
        return JSON.object(members).encodedText
    }

    static func reader(
        of source: ImportSource, isStopped: @escaping @Sendable () -> Bool = { false }
    ) throws -> any RowReader {
        switch source {
        case .file(let path): try reader(of: InputBuffer(path: path))
        case .descriptor(let descriptor, let name): try reader(of: InputBuffer(descriptor: descriptor, name: name))
        case .query(let database, let sql, let since):
            try QueryReader(Connection.toForeignDatabase(database), sql, name: database, since: since)
        case .postgres(let url, let sql, let since, let patience):
            QueryReader(try PostgresQuery(url, sql, since: since, patience: patience, isStopped: isStopped))
        case .rows(let columns, let rows): QueryReader(columns: columns, rows: rows)
        }
    }

    private static func reader(of input: InputBuffer) throws -> any RowReader {
        let head = Cell(start: input.base + input.position, count: input.count).first { $0 > 0x20 }
        switch head {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try NDJSONReader(input)
        default: return try CSVReader(input)
        }
    }
}
