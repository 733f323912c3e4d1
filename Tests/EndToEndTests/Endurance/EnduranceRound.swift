import Foundation
import Reliability

/// One small workspace to which something is done again and again while it sends, and what came of it.
///
/// What is done when depends on the seed alone; where the program was in its work at that moment does not.
final class EnduranceRound {
    /// What is done to the program, each together with kills.
    enum Trouble: String, CaseIterable {
        case run = "kill -9 of `run`"
        case serve = "kill -9 of `serve`"
        case restore = "a back-up is put back"
        case copy = "a copied folder"
        case clock = "the clock jumps"
        case endpoint = "a broken endpoint"
        case disk = "a failing disk"
        case fullDisk = "a full disk"

        /// Of so many rounds; 0 where the machine cannot do it.
        fileprivate var share: Int {
            switch self {
            case .run: 8
            case .serve: 4
            case .restore: 4
            case .endpoint: 3
            case .copy, .clock: 2
            case .disk: FailingDisk.library == nil ? 0 : 2
            case .fullDisk: SmallDisk.canBeMade ? 1 : 0
            }
        }

        fileprivate static let drawn = allCases.flatMap { Array(repeating: $0, count: $0.share) }
    }

    /// How the channel is made: with and without a key, one by one and in batches.
    enum Form: CaseIterable {
        case plain, keyed, batch, keyedBatch

        var isKeyed: Bool { self == .keyed || self == .keyedBatch }

        fileprivate var channelLines: [String] {
            let key = isKeyed ? ["idempotency: { header: Idempotency-Key, lifetime: 24h }"] : []
            return switch self {
            case .plain, .keyed: ["limits: { in_flight: 4 }"] + key
            case .batch, .keyedBatch: ["limits: { in_flight: 2, batch: 8 }", "batch: {}"] + key
            }
        }

        var accounts: Int { self == .plain || self == .keyed ? 500 : 1_000 }
    }

    let trouble: Trouble
    let form: Form
    private let seed: UInt64
    var dice: Dice
    private let disk: SmallDisk?
    let scratch: Scratch
    let endpoint: FickleEndpoint
    private var kills = 0
    /// Whether a program that goes on had nothing to send.
    private var isQuiet = false
    /// What should not have been, each with its place.
    private(set) var complaints: [String] = []

    /// A workspace of each form that is about to send.
    static func origins() throws -> [Form: Scratch] {
        try Dictionary(
            uniqueKeysWithValues: Form.allCases.map { form in
                let scratch = try Scratch(small: "email", channelLines: form.channelLines)
                try scratch.importAccounts(form.accounts)
                return (form, scratch)
            })
    }

    init(seed: UInt64, _ origins: [Form: Scratch]) throws {
        self.seed = seed
        dice = Dice(seed)
        trouble = Trouble.drawn[dice.below(Trouble.drawn.count)]
        form = Form.allCases[dice.below(Form.allCases.count)]
        guard let origin = origins[form] else { throw HarnessError("there is no origin") }
        disk = trouble == .fullDisk ? try SmallDisk(megabytes: 16) : nil
        scratch = try Scratch(copyOf: origin, in: disk?.folder)
        endpoint = try FickleEndpoint(Dice(dice.next()))
        try scratch.replace("127.0.0.1:9/", with: "127.0.0.1:\(endpoint.port)/", in: "channels/carrier.yaml")
    }

    func run() -> EnduranceLedger.Entry {
        var entry = EnduranceLedger.Entry(trouble: trouble, seed: seed)
        let start = ContinuousClock.now
        do {
            try make(trouble)
            try finish()
            try check(&entry)
        } catch {
            complain("\(error)")
        }
        entry.kills = kills
        entry.touches = form.accounts
        entry.seconds = (ContinuousClock.now - start) / .seconds(1)
        return entry
    }

    func countKill() { kills += 1 }

    func complain(_ text: String) { complaints.append("\(form): \(text)") }

    /// Starts the program and kills it: after some time, when some requests have arrived, or while it stands still and the
    /// endpoint answers.
    func kill(_ command: String..., in other: Scratch? = nil, environment: [String: String] = [:]) throws {
        let program = try RunningProgram(command, in: (other ?? scratch).folder, environment: environment)
        let count = endpoint.count + 1 + dice.below(4)
        switch dice.below(4) {
        case 0: usleep(UInt32(dice.below(400_000)))
        case 1:
            isQuiet = !endpoint.waits(forRequests: count) { program.hasEnded }
            program.freeze()
            usleep(15_000)
        default:
            isQuiet = !endpoint.waits(forRequests: count) { program.hasEnded }
            usleep(UInt32(dice.below(5_000)))
        }
        program.signal(SIGKILL)
        let end = program.wait()
        if end.code == 128 + SIGKILL {
            kills += 1
        } else if end.code != 0, end.code != 1 {
            complain("\(command) ended with \(end)")
        }
    }

    func kills(upTo most: Int, _ command: String = "run") throws {
        isQuiet = false
        for _ in 0..<1 + dice.below(most) where !isQuiet { try kill(command) }
    }

    /// A command that may find something, and does not crash.
    @discardableResult
    func keeptouch(_ arguments: String..., in other: Scratch? = nil) throws -> Program.Outcome {
        let outcome = try Program.run(arguments, in: (other ?? scratch).folder)
        if outcome.code != 0, outcome.code != 1 { complain("\(arguments) ended with \(outcome)") }
        return outcome
    }

    /// Lets it send what is left.
    private func finish() throws {
        endpoint.recover()
        var last: Program.Outcome?
        for _ in 0..<20 {
            last = try keeptouch("run")
            // Where too many attempts failed, the playbook or its channel waits for a person.
            let paused = try scratch.query("SELECT scope FROM pause")
            for scope in paused { try keeptouch("resume", scope[0]) }
            let states = try scratch.states()
            if paused.isEmpty, states["pending"] == nil, states["claimed"] == nil, states["sending"] == nil { return }
        }
        complain("it does not come to its end: \(String(describing: last))")
    }

    /// Whom the endpoint was told to write to, beside what the ledger says.
    private func check(_ entry: inout EnduranceLedger.Entry) throws {
        let soundness = try scratch.query("PRAGMA integrity_check")
        if soundness != [["ok"]] { complain("the database is damaged: \(soundness)") }
        var requests: [String: [(key: String?, body: String)]] = [:]
        for arrival in endpoint.arrivals where arrival.mayCount {
            for recipient in arrival.recipients { requests[recipient, default: []].append((arrival.key, arrival.body)) }
        }
        let doubled = requests.filter { _, own in
            guard form.isKeyed else { return own.count > 1 }
            return own.contains { $0.key == nil || $0.key != own[0].key || $0.body != own[0].body }
        }
        if !doubled.isEmpty { complain("written to twice: \(doubled.keys.sorted().prefix(5))") }

        var recipients: [String: Set<String>] = [:]
        for row in try scratch.query("SELECT state, recipient FROM touch") {
            recipients[row[0], default: []].insert(row[1])
        }
        let (sent, unknown) = (recipients["sent"] ?? [], recipients["unknown"] ?? [])
        let expected = Set((1...form.accounts).map { "owner@a\($0).example" })
        let arrived = Set(requests.keys)
        let forgotten = expected.subtracting(sent).subtracting(unknown)
        let neverSent = sent.subtracting(arrived)
        let unrecorded = arrived.subtracting(sent).subtracting(unknown)
        if !forgotten.isEmpty {
            complain(
                "\(forgotten.count) are neither sent nor unknown: \(try scratch.states()), \(forgotten.sorted().prefix(5))"
            )
        }
        if !neverSent.isEmpty { complain("recorded as sent, and never arrived: \(neverSent.sorted().prefix(5))") }
        if !unrecorded.isEmpty { complain("arrived, and is not on record: \(unrecorded.sorted().prefix(5))") }
        if trouble == .run || trouble == .serve {
            // What was under way when it was killed, and no more: at most two rows for each place on the wire.
            let most = form.isKeyed ? 0 : kills * (form == .batch ? 32 : 8)
            if unknown.count > most { complain("\(unknown.count) are unknown after \(kills) kills") }
        }
        entry.doubled = doubled.count
        entry.lost = forgotten.union(neverSent).union(unrecorded).count
        entry.unknown = unknown.count
    }

    /// The disk of a workspace that is to be full.
    func fillDisk(leaving kilobytes: Int) throws { try disk?.fill(leaving: kilobytes) }

    func emptyDisk() throws { try disk?.empty() }
}
