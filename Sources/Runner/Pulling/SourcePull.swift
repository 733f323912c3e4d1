import Basics
import Delivery
package import Foundation
package import Playbooks
package import Storage

/// One pull of a source: asks for what is new, imports it, and keeps what became of it.
package struct SourcePull {
    private let workspace: Workspace
    private let directory: URL
    private let environment: [String: String]
    private let store: Store
    private let isStopped: @Sendable () -> Bool

    /// - Parameter store: opened for writing; the import runs on its connection.
    package init(
        workspace: Workspace, directory: URL, environment: [String: String], store: Store,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.workspace = workspace
        self.directory = directory
        self.environment = environment
        self.store = store
        self.isStopped = isStopped
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// What the pull brought; an error is kept with the source, and thrown.
    ///
    /// What brings less than half of the usual rows is taken, and said; it closes no day.
    ///
    /// - Parameter isWhole: whether somebody says that this is all there is.
    @discardableResult
    package func pull(
        _ source: DataSource, isWhole: Bool = false, now: Instant,
        progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        let known = try store.read { try SourceRecords($0).all() }[source.name]
        var state = known ?? SourceState(source.name, pulledAt: now)
        state.pulledAt = now
        do {
            let report = try bring(
                source, since: since(source, known), isAgain: state.heldSince != nil, isWhole: isWhole, now: now,
                progress)
            if let stopped = report.stopped { throw Failure(description: stopped) }
            (state.succeededAt, state.failures, state.error) = (now, 0, nil)
            (state.rows, state.changed, state.rejected) = (
                report.read, report.inserted + report.updated + report.eventsMade, report.rejected
            )
            state.shortOf = report.shortOf
            if let column = source.since?.column {
                let before = since(source, known)
                let waits = report.homeless > 0 && now - (state.heldSince ?? now) < Self.patience
                state.heldSince = waits ? state.heldSince ?? now : nil
                state.since = ((waits ? before : report.highest) ?? before)
                    .map { DataSource.Since(column: column, first: $0) }
            }
            try store.write { connection in
                try SourceRecords(connection).write(state)
                if source.since == nil, report.shortOf == nil, !report.isOnePage {
                    try reads(connection, source, now).keep(report.size, isWhole: true, at: now)
                }
            }
            return report
        } catch {
            state.failures += 1
            state.error = String("\(error)".prefix(500))
            try store.write { try SourceRecords($0).write(state) }
            throw error
        }
    }

    /// How long rows that name no known account are asked for again: their accounts may come with a nightly file.
    private static let patience = TimeSpan.days(2)

    /// Where the pull begins: another column begins anew.
    private func since(_ source: DataSource, _ known: SourceState?) -> String? {
        guard let since = source.since else { return nil }
        return known?.since.flatMap { $0.column == since.column ? $0.first : nil } ?? since.first
    }

    private func reads(_ connection: Connection, _ source: DataSource, _ now: Instant) -> FullReads {
        FullReads(connection, of: source.name, on: workspace.configuration.zone.day(of: now))
    }

    private func bring(
        _ source: DataSource, since: String?, isAgain: Bool, isWhole: Bool, now: Instant,
        _ progress: @escaping (ImportProgress) -> Void
    ) throws -> ImportReport {
        guard let map = source.map(in: workspace.dataMap) else {
            throw Failure(description: "data.yaml has no import \"\(source.imports)\"")
        }
        // What comes before the first cycle is the past.
        let isPast = try map.kind == .events && store.read { try StatusQuery($0).lastCycle() == nil }
        // Who asks for what is new is told as much or as little as there is.
        let usual =
            source.since != nil || isWhole
            ? nil : try store.read { try reads($0, source, now).usual(forgivesRepeats: false) }
        let options = ImportOptions(
            isHistory: isPast, closesDays: (source.closesDays || isWhole) && map.kind == .metrics,
            takesDepartures: isWhole,
            rejectedPath: directory.appendingPathComponent("\(source.name).rejected.csv").path, map: map,
            remembersAs: source.name,
            since: source.since.map { DataSource.Since(column: $0.column, first: since ?? $0.first) },
            appendsRejected: source.since != nil && !isAgain, usual: usual, isStopped: isStopped)
        let importer = Importer(store: store, dataMap: workspace.dataMap, configuration: workspace.configuration)
        return try withRows(of: source, since) {
            try importer.run(map.kind, from: $0, options: options, now: now, progress: progress)
        }
    }

    private func path(_ path: String) -> String {
        URL(fileURLWithPath: path, relativeTo: directory).standardizedFileURL.path
    }

    /// What is asked for where something was seen: of a whole day more may have come since, so that the day before it is
    /// asked from. What comes again changes nothing.
    private static func reaching(_ seen: String) -> String {
        let day = Array(seen.utf8).withUnsafeBufferPointer { Day(utf8: $0) }
        guard seen.utf8.count == 10, let day else { return seen }
        return Day(number: day.number - 1).description
    }

    /// What a program or a server answers is kept in a file until all of it is there.
    private func withRows<T>(
        of source: DataSource, _ since: String?, _ body: (ImportSource) throws -> T
    ) throws -> T {
        let since = since == source.since?.first ? since : since.map(Self.reaching)
        switch source.origin {
        case .file(let name): return try body(.file(path(name)))
        case .sqlite(let name, let query): return try body(.query(database: path(name), sql: query, since: since))
        case .postgres(let url, let query):
            let url = try value(url, source)
            return try body(.postgres(url: url, sql: query, since: since, patience: source.patience))
        case .command(let words):
            return try SpooledFile.with { file in
                try SourceCommand(
                    words: words, directory: directory, environment: environment, patience: source.patience
                )
                .run(into: file, since: since, isStopped: isStopped)
                return try body(.descriptor(SpooledFile.atStart(file), name: words[0]))
            }
        case .http(let url, let token, let allowsPrivate):
            let token = try token.map { try secret($0, source) }
            let url = try value(url, source).replacing(
                DataSource.placeholder, with: PercentEncoding.component(since ?? ""))
            let place = Download.place(of: url)
            return try SpooledFile.with { file in
                do {
                    try Download(url: url, token: token, allowsPrivate: allowsPrivate, patience: source.patience)
                        .fetch(into: file, isStopped: isStopped)
                } catch let failure as Download.Failure {
                    throw Failure(description: "\(place): \(failure)")
                }
                return try body(.descriptor(SpooledFile.atStart(file), name: place))
            }
        }
    }

    private func value(_ text: String, _ source: DataSource) throws -> String {
        try Secret.Reference(text).map { try secret(Secret($0), source) } ?? text
    }

    private func secret(_ secret: Secret, _ source: DataSource) throws -> String {
        do {
            return try secret.value(at: source.position, environment: environment, directory: directory.path)
        } catch {
            throw Failure(description: error.message)
        }
    }
}

extension DataSource {
    /// How long after each of several failures a source is tried again before its schedule says so.
    private static let retries: [TimeSpan] = [.minutes(1), .minutes(5), .minutes(15)]

    /// When `serve` pulls it next; a source that was never pulled is due.
    package func next(after state: SourceState?, in zone: Zone) -> Instant? {
        guard let state else { return Instant(milliseconds: 0) }
        let scheduled = schedule.next(after: state.pulledAt, in: zone)
        guard state.failures > 0, state.failures <= Self.retries.count else { return scheduled }
        let again = state.pulledAt + Self.retries[state.failures - 1]
        return scheduled.map { min($0, again) } ?? again
    }
}
