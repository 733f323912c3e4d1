import Decisions
import Playbooks
import Storage

/// The touches that a worker has while the table still calls them `pending`: claimed, about to leave, or sent, as far as the
/// journal alone says so. See `SendJournal`. Belongs to the worker's thread.
final class TouchesUnderWay {
    private let owner: String
    /// How many intents and results make it worth journaling them.
    private let fewestJournaled: Int
    /// By id.
    private var claims: [Int64: ClaimedTouch] = [:]
    /// By recipient, those that count for caps and that the table does not count.
    private var byRecipient: [String: [ClaimedTouch]] = [:]
    /// What is not in the other tables yet, and how much of it is not in the journal either.
    private var results: [SendIntent.Result] = []
    private var newResults = 0
    private var newIntents: [SendIntent] = []
    private var mustFold = false
    /// Of the journal, as this worker left it.
    private var extent = SendJournal.Extent.empty
    /// Counts the moments at which somebody else may have changed what is claimed.
    private var epoch = 0
    private var dataVersion: Int64 = 0

    /// A fold of so many takes well under 50 ms.
    private static let mostResults = 1_024
    /// Pages that look at the tables meanwhile are not further behind.
    private static let longest = TimeSpan(milliseconds: 250)

    /// - Parameter fewestJournaled: in one tick; fewer are written as rows at once.
    init(owner: String, fewestJournaled: Int = 32) {
        self.owner = owner
        self.fewestJournaled = fewestJournaled
    }

    /// Whether the other tables know all that has left.
    var isFolded: Bool { extent == .empty && results.isEmpty }

    // MARK: - Claims

    func has(_ touch: TouchCandidate) -> Bool { claims[touch.id] != nil }

    func add(_ claim: ClaimedTouch) {
        claim.epoch = epoch
        claims[claim.touch.id] = claim
        // The table counts what may have arrived before.
        if !claim.touch.isAmbiguous { byRecipient[claim.touch.recipient, default: []].append(claim) }
    }

    /// Forgets a touch of which the table says what is true.
    func remove(_ claim: ClaimedTouch) { remove(claim.touch.id) }

    private func remove(_ id: Int64) {
        guard let claim = claims.removeValue(forKey: id), !claim.touch.isAmbiguous else { return }
        let recipient = claim.touch.recipient
        byRecipient[recipient]?.removeAll { $0 === claim }
        if byRecipient[recipient]?.isEmpty == true { byRecipient[recipient] = nil }
    }

    /// When touches to a person that a cap counts were claimed, as far as the table does not know.
    func moments(to recipient: String, counting cap: Cap) -> [Instant] {
        (byRecipient[recipient] ?? []).filter {
            cap.counts($0.touch.kind, channel: $0.touch.channel, category: $0.touch.category)
        }.map(\.claimedAt)
    }

    /// Whether a claim still stands; asked before its intent is written.
    func holds(_ claim: ClaimedTouch, _ outbox: Outbox) throws -> Bool {
        try claim.epoch == epoch || outbox.holds(claim.touch)
    }

    /// Makes every claim be looked at again: this worker's own connection has changed touches or suppressions.
    func doubtClaims() { epoch += 1 }

    // MARK: - The journal

    /// Sees what others have done since the last tick; the first thing in a transaction.
    func look(_ connection: Connection) throws {
        let version = try connection.dataVersion()
        if version != dataVersion { (dataVersion, epoch) = (version, epoch + 1) }
        let journal = SendJournal(connection)
        guard try journal.extent != extent else { return }
        // Ours has become rows; what is there now is another's.
        try journal.fold()
        epoch += 1
        results = []
        for claim in claims.values where claim.intent != nil {
            claim.isRow = true
            remove(claim)
        }
        extent = .empty
    }

    func begin(_ intent: SendIntent, of claim: ClaimedTouch) {
        claim.intent = intent
        newIntents.append(intent)
    }

    /// Takes the result of a touch whose intent is no row.
    func settle(_ intent: SendIntent, _ settlement: Outbox.Settlement, at now: Instant, endedAt: Instant) {
        results.append(SendIntent.Result(of: intent, settlement, at: now, endedAt: endedAt))
        newResults += 1
        // Retries, breakers and people look for rows.
        if settlement.state != .sent { mustFold = true }
    }

    /// Writes down what began and what came back: as one row of the journal where that is much, else as rows of touches.
    func write(_ connection: Connection, processNow: Instant) throws {
        let isMuch = newIntents.count + newResults >= max(1, fewestJournaled)
        let isOld = results.first.map { processNow - $0.endedAt >= Self.longest } ?? false
        if !isMuch || mustFold || isOld || results.count >= Self.mostResults {
            try fold(connection, carrying: isMuch)
        } else {
            extent.last = try SendJournal(connection).append(
                owner: owner, intents: newIntents, results: Array(results.suffix(newResults)))
            extent.rows += 1
        }
        newIntents.removeAll(keepingCapacity: true)
        newResults = 0
    }

    /// - Parameter isCarrying: whether intents without a result stay in the journal.
    private func fold(_ connection: Connection, carrying isCarrying: Bool) throws {
        guard extent != .empty || !results.isEmpty || !newIntents.isEmpty else { return }
        let journal = SendJournal(connection)
        for result in results { remove(result.intent.id) }
        let open = claims.values.filter { $0.intent != nil }.sorted { $0.touch.id < $1.touch.id }
        let intents = open.compactMap(\.intent)
        try Outbox(connection).fold(
            results.sorted { $0.intent.id < $1.intent.id }, open: isCarrying ? [] : intents, owner: owner,
            journal: extent == .empty ? nil : journal)
        (results, mustFold, extent) = ([], false, .empty)
        if isCarrying, !intents.isEmpty {
            extent.last = try journal.append(owner: owner, intents: intents, results: [])
            extent.rows = 1
        } else {
            for claim in open {
                claim.isRow = true
                remove(claim)
            }
        }
    }
}
