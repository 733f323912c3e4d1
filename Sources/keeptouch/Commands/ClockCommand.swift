import ArgumentParser
import Playbooks
import Runner
import Storage

struct ClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "What time it is, and what it means to go on with the machine's clock.",
        subcommands: [ClockShowCommand.self, ClockSetCommand.self], defaultSubcommand: ClockShowCommand.self)
}

struct ClockShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The clocks, and what clock set would do; nothing is changed.")

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let clocks = try WorkspaceClocks(loaded.open(.readOnly), loaded.workspace)
        var table = Table([("clock", .left), ("time", .left)])
        table.rows = [
            ["the machine's", "\(clocks.reading.wall)"],
            [
                "where it should be by "
                    + (clocks.witness.map { "the answers of \($0)" } ?? "the time since the machine's start"),
                clocks.expected.map { "\($0)" } ?? "unknown",
            ],
            ["the last decision", clocks.lastNow.map { "\($0)" } ?? "none"],
        ]
        Terminal.print(table.text)
        if let doubt = clocks.doubt { Terminal.print(doubt) }
        clocks.consequences.forEach { Terminal.print("clock set: \($0)") }
        Terminal.hint("put the machine's clock right, or take it as right with: keeptouch clock set")
    }
}

struct ClockSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Take the machine's clock as right, and decide by it from now on.")

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readWrite)
        guard try store.read({ try !Meta.isSimulation($0) }) else {
            throw CommandError(
                "this database is a simulation, whose clock you move yourself: keeptouch run --now LATER")
        }
        let clocks = try WorkspaceClocks(store, loaded.workspace)
        try store.write { connection in
            try Meta.clock.write(clocks.reading.text, connection)
            try Author.command.did("clock set", "all", connection)
            if clocks.doubt != nil, clocks.witness != nil, let expected = clocks.expected {
                try Meta.accept(difference: expected - clocks.reading.wall, connection)
            }
            if let last = clocks.lastNow, last > clocks.reading.wall {
                try Meta.lastNow.write(String(clocks.reading.wall.milliseconds), connection)
            }
            if let pause = try Pauses(connection).all, Wakefulness.isClock(pause) {
                _ = try Author.command.resume("all", because: "the clock is right", connection)
            }
        }
        Terminal.print("It is \(clocks.reading.wall) now.")
        clocks.consequences.forEach { Terminal.print($0) }
    }
}

/// Why nothing is planned or sent by the machine's clock.
enum ClockComplaint {
    static func found(in store: Store, _ reading: ClockReading) throws -> String? {
        let (known, last, isSimulation) = try store.read {
            (try Meta.clock.read($0), try Meta.lastNow($0), try Meta.isSimulation($0))
        }
        guard !isSimulation else { return nil }
        if let jump = known.flatMap({ ClockReading(text: $0) })?.doubt(of: reading) { return jump }
        guard let last, last > reading.wall else { return nil }
        return "a cycle has already been at \(last), which is to come"
    }

    /// Says at once that nothing goes on by it.
    static func warn(of store: Store) throws {
        guard let complaint = try found(in: store, .now()) else { return }
        Terminal.print(Terminal.styled("nothing is planned or sent: \(complaint)", .yellow))
        Terminal.hint("see what to do with: keeptouch clock")
    }
}

/// The clocks of a workspace, and what follows when the machine's is taken as right.
private struct WorkspaceClocks {
    let reading: ClockReading
    let lastNow: Instant?
    /// The wall clock by the time that has passed since it was last trusted; nil across a start of the machine.
    let expected: Instant?
    /// Whose answers say that; nil when it is the machine's own clock.
    let witness: String?
    let doubt: String?
    let consequences: [String]

    init(_ store: Store, _ workspace: Workspace) throws {
        let reading = ClockReading.now()
        let now = reading.wall
        self.reading = reading
        let (lastNow, known) = try store.read { (try Meta.lastNow($0), try Meta.clock.read($0)) }
        let trusted = known.flatMap { ClockReading(text: $0) }
        self.lastNow = lastNow
        expected = trusted.flatMap { trusted in
            trusted.boot == reading.boot
                ? trusted.wall
                    + TimeSpan(milliseconds: reading.sinceBoot.milliseconds - trusted.sinceBoot.milliseconds) : nil
        }
        witness = trusted?.witness
        doubt = trusted?.doubt(of: reading)
        var consequences: [String] = []
        try store.read { connection in
            let (enrollments, outbox) = (EnrollmentRecords(connection), Outbox(connection))
            let late = try workspace.playbooks.reduce(0) {
                $0 + (try enrollments.overdue(of: $1.name, by: $1.expires, now: now))
            }
            let expired = try outbox.expired(by: now)
            let due = try enrollments.due(at: now).count
            let touches = try outbox.overdue(by: .minutes(0), now: now) - expired
            consequences.append(
                "\(Terminal.count(due, "account")) with steps that are due by then, "
                    + "\(Terminal.count(touches, "touch", "touches")) that may leave at once")
            if late + expired > 0 {
                consequences.append(
                    "\(Terminal.count(late, "enrollment")) whose next step was due longer ago than `expires`, and "
                        + "\(Terminal.count(expired, "touch", "touches")) whose time is over: they are never sent, also when the clock "
                        + "is put right afterwards")
            }
        }
        if doubt != nil, let witness {
            consequences.append("answers of \(witness) that are as far off are no matter any more")
        }
        if let lastNow, lastNow > now {
            consequences.append("decisions go back from \(lastNow); what was decided after \(now) stays")
        }
        self.consequences = consequences
    }
}
