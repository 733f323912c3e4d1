import ArgumentParser
import Decisions
import Delivery
import Foundation
import Playbooks
import Runner
import Storage

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "The health of files, database and channels; nothing is sent.")

    @Flag(help: "Count anew what pages and status show, and write it; others wait with their writing meanwhile.")
    var recount = false

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    private enum Finding: String {
        case good, warning, bad
    }

    func run() throws {
        var findings: [(what: String, finding: Finding, text: String)] = []
        func note(_ what: String, _ finding: Finding, _ text: String) { findings.append((what, finding, text)) }

        let loaded = try options.read()
        let errors = loaded.diagnostics.filter { $0.severity == .error }.count
        note(
            "files", errors > 0 ? .bad : .good,
            errors > 0
                ? "\(errors) errors; keeptouch check lists them"
                : "\(loaded.workspace.playbooks.count) playbooks, \(loaded.workspace.channels.count) channels")
        for (name, channel) in loaded.workspace.channels.sorted(by: { $0.key < $1.key }) {
            do {
                let credentials = try Credentials(
                    of: channel, environment: ProcessInfo.processInfo.environment, directory: loaded.directory.path)
                _ = try RequestBuilder(channel: channel, credentials: credentials)
                note("channel \(name)", .good, "its secrets can be read; it was not called (preview --send-to does)")
            } catch {
                note("channel \(name)", .bad, error.message)
            }
        }
        for source in loaded.workspace.configuration.sources {
            for secret in source.secrets {
                do {
                    _ = try secret.value(
                        at: source.position, environment: ProcessInfo.processInfo.environment,
                        directory: loaded.directory.path)
                } catch {
                    note("source \(source.name)", .bad, error.message)
                }
            }
        }
        for receiver in loaded.workspace.configuration.receivers {
            let complaint = ReceiverPost.complaint(
                of: receiver, environment: ProcessInfo.processInfo.environment, directory: loaded.directory.path)
            if let complaint { note("receiver \(receiver.name)", .bad, complaint) }
        }
        if !loaded.isOnServer {
            note(
                "SQLite", .good,
                "\(Health.engineVersion); every write is made under write.lock, so its WAL-reset bug cannot strike")
        }
        if loaded.isOnServer {
            do { try examineDatabase(loaded, note) } catch let error as StorageError {
                note("database", .bad, "\(error)")
            }
        } else if FileManager.default.fileExists(atPath: loaded.databasePath) {
            try examineDatabase(loaded, note)
        } else {
            note("database", .warning, "there is none yet at \(loaded.databasePath); keeptouch import makes it")
        }
        var table = Table([("what", .left), ("finding", .left), ("detail", .left)])
        table.rows = findings.map { [$0.what, $0.finding.rawValue, $0.text] }
        try output.show(table)
        if findings.contains(where: { $0.finding == .bad }) { throw ExitCode(1) }
    }

    private func examineClock(_ store: Store, _ note: (String, Finding, String) -> Void) throws {
        guard try !store.read({ try Meta.isSimulation($0) }) else { return }
        let reading = ClockReading.now()
        if let complaint = try ClockComplaint.found(in: store, reading) {
            note("clock", .bad, "\(complaint) (keeptouch clock)")
        } else {
            note("clock", .good, "\(reading.wall)")
        }
    }

    /// The secret, the mark and the list of requests, without which nothing is sent.
    private func examineFilesBeside(_ store: Store, _ note: (String, Finding, String) -> Void) {
        do {
            if let secret = try SigningSecret.find(beside: store) {
                try store.read { try ErasureKey(secret: secret).check($0) }
                note("secret", .good, "it signs links, and tells who was erased")
            } else {
                note("secret", .good, "there is none yet; the first run makes it")
            }
        } catch {
            note("secret", .bad, "\(error)")
        }
        do {
            let known = try store.read { try Doubt($0) }
            if let doubt = try known ?? Doubt.found(in: store) {
                note("back-ups", .bad, "\(doubt.reason) (keeptouch resume all --as restored|copy|moved)")
            } else {
                let listed = try SendLog.count(database: store.path)
                note("back-ups", .good, "it is the database that sent last; \(listed) requests have left")
            }
        } catch {
            note("back-ups", .bad, "\(error)")
        }
    }

    private func examinePermissions(_ loaded: LoadedWorkspace, _ note: (String, Finding, String) -> Void) {
        let open = ["", "-wal", "-shm", ".sent", ".secret", ".instance"].filter { name in
            var facts = stat()
            // Nobody else at all may read the secret.
            let others: mode_t = name == ".secret" ? 0o077 : 0o007
            return stat(loaded.databasePath + name, &facts) == 0 && facts.st_mode & others != 0
        }.map { loaded.databasePath + $0 }
        note(
            "permissions", open.isEmpty ? .good : .warning,
            open.isEmpty
                ? "no file of the database is readable by everyone"
                : "others on this machine may read your customers' data, or the secret that signs links: "
                    + "chmod go-rwx \(open.joined(separator: " "))")
    }

    /// So many differences are named.
    private static let namedDifferences = 5

    private func examineCounts(_ connection: Connection, _ note: (String, Finding, String) -> Void) throws {
        let differences = try FlowRecount(connection).differences()
        guard !differences.isEmpty else {
            return note("counts", .good, "what pages and status show is what the rows say")
        }
        let named = differences.prefix(Self.namedDifferences).map(\.description).joined(separator: "; ")
        let others = differences.count - Self.namedDifferences
        note(
            "counts", .bad,
            "\(named)\(others > 0 ? "; and \(others) more" : ""): somebody else has written to the database; "
                + "keeptouch doctor --recount mends it")
    }

    private func mendCounts(_ loaded: LoadedWorkspace, _ note: (String, Finding, String) -> Void) throws {
        let count = try loaded.open(.readWrite).write { connection in
            let recount = FlowRecount(connection)
            let count = try recount.differences().count
            if count > 0 { try recount.mend() }
            return count
        }
        note("recount", .good, count == 0 ? "nothing to mend" : "\(Terminal.count(count, "count")) mended")
    }

    private func examineDatabase(
        _ loaded: LoadedWorkspace, _ note: (String, Finding, String) -> Void
    ) throws {
        if recount { try mendCounts(loaded, note) }
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        try examineClock(store, note)
        examineFilesBeside(store, note)
        try store.read { connection in
            if let server = try Health.Server(connection) {
                note("PostgreSQL", .good, "\(server.version), at \(server.place)")
                for complaint in server.complaints { note("server", .warning, complaint) }
                if let version = store.newerSchema {
                    note("schema", .warning, "a newer keeptouch has brought it to version \(version)")
                }
            } else {
                let errors = try Health.integrityErrors(connection)
                note(
                    "database", errors.isEmpty ? .good : .bad,
                    errors.isEmpty ? "sound" : "damaged: \(errors.joined(separator: "; ")); restore a back-up")
                let mode = try Health.journalMode(connection)
                note("journal", mode == "wal" ? .good : .bad, mode == "wal" ? "wal" : "\(mode), not wal")
            }
            let stray = try Health.strayTouches(connection)
            note(
                "books", stray == 0 ? .good : .bad,
                stray == 0 ? "every touch has its enrollment" : "\(stray) stray touches")
            try examineCounts(connection, note)
            let isDoubtful = try StatusQuery(connection).isDoubtful()
            for scope in try StatusQuery(connection).pauses() {
                let remedy =
                    Wakefulness.isClock(scope.reason)
                    ? "clock"
                    : "resume \(scope.scope)" + (isDoubtful && scope.scope == "all" ? " --as restored|copy|moved" : "")
                note(
                    "pause", isDoubtful && scope.scope == "all" ? .bad : .warning,
                    "\(scope.scope): \(scope.reason) (keeptouch \(remedy))")
            }
            let context = try EvaluationContext(connection, workspace: loaded.workspace, now: now)
            for metric in loaded.workspace.dataMap.metrics {
                let stale = CompleteDays.staleness(
                    of: metric, last: context.lastCompleteDay[metric.name], now: now, in: loaded.zone)
                let last = context.lastCompleteDay[metric.name].map { "complete up to \($0)" } ?? "no complete day yet"
                note("metric \(metric.name)", stale == nil ? .good : .bad, stale ?? last)
            }
            let silences = try StatusQuery(connection).silences(of: loaded.workspace.reportingChannels, now: now)
            for (channel, silence) in silences {
                note("channel \(channel)", .bad, silence.sentence(in: loaded.zone))
            }
            for source in try SourcesText(loaded, connection, now: now).lines {
                note("source \(source.name)", source.isGood ? .good : .warning, source.text)
            }
            for column in try ImportColumns(connection).missing() {
                note("import \(column.source)", .warning, column.sentence(in: loaded.zone))
            }
            for cells in try ImportColumns(connection).leftOut() {
                note(
                    "import \(cells.source)", .warning,
                    cells.sentence(currency: loaded.workspace.configuration.currency))
            }
            let unpriced = try BillingFigures(connection).withoutAmount()
            if unpriced > 0 {
                note(
                    "billing", .warning,
                    "\(Terminal.count(unpriced, "subscription runs", "subscriptions run")) without an amount in "
                        + "\(loaded.workspace.configuration.currency): webhooks name another currency, or none; mrr of "
                        + "\(unpriced == 1 ? "its account" : "their accounts") stays as it was")
            }
            for receiver in try ReceiversText(loaded, connection).lines {
                note("receiver \(receiver.name)", receiver.isGood ? .good : .warning, receiver.text)
            }
            let counts = try CycleRecords.touchCounts(connection)
            for state in [TouchState.unknown, .held, .sending] where counts[state] != nil {
                note(
                    "touches", .warning,
                    "\(counts[state] ?? 0) \(counts[state] == 1 ? "is" : "are") \(state.rawValue) (keeptouch touches --state \(state.rawValue))"
                )
            }
        }
        examinePermissions(loaded, note)
        do {
            _ = try RunnerLock(of: store)
            note("runner", .good, "nobody runs the playbooks now")
        } catch {
            note("runner", .good, "\(error)")
        }
        let values = try? URL(fileURLWithPath: loaded.databasePath).deletingLastPathComponent()
            .resourceValues(forKeys: [.volumeAvailableCapacityKey])
        if let free = values?.volumeAvailableCapacity {
            note("disk", free < 1_000_000_000 ? .warning : .good, "\(free / 1_000_000) MB free")
        }
    }
}
