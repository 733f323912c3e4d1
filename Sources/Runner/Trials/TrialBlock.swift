package import Decisions
import Playbooks
import Storage

/// The accounts of one block in a trial: the facts as of the trial's moment, what triggers, and what came of it.
package struct TrialBlock {
    package private(set) var histories: [PlaybookHistory]
    /// When there is something to do with each account.
    private(set) var nextMoments: [PlaybookHistory.NextMoments]
    /// As of the trial's moment.
    package var block: Block
    /// What takes the block forward.
    private var asOf: AsOf
    private var created: [Double]
    /// The events that may trigger, by their kind and in the order of their ids.
    private var triggers: [String: [(account: Int, event: TriggeringEvent)]] = [:]
    private var events: [Int64: TriggeringEvent] = [:]
    /// What steps have written, by the account's index and the attribute's name, and what stood there in the data.
    private var given: [Int: [String: (value: Block.Cell, instead: Block.Cell)]] = [:]

    init(_ block: Block, _ asOf: AsOf = AsOf()) {
        self.block = block
        self.asOf = asOf
        created = (block.attributes[Block.origin] ?? block.attributes["created_at"])?.numbers ?? []
        histories = Array(repeating: PlaybookHistory(), count: block.count)
        nextMoments = Array(repeating: PlaybookHistory.NextMoments(), count: block.count)
    }

    mutating func advance(to moment: Instant) { asOf.advance(&block, to: moment) }

    /// Takes in what has become known of the same accounts; on a journey the stage is the trial's.
    mutating func renew(_ newer: Block) {
        let older = block
        block = newer
        created = (block.attributes[Block.origin] ?? block.attributes["created_at"])?.numbers ?? []
        triggers = [:]
        while histories.count < block.count {
            histories.append(PlaybookHistory())
            nextMoments.append(PlaybookHistory.NextMoments())
        }
        for account in older.ids.indices where older.text(Block.journey, account) != nil {
            block.takeStage(of: account, from: older)
        }
        for (account, values) in given {
            for (name, cells) in values {
                // Data that came meanwhile say more.
                guard block.attributes[name]?.cell(account) == cells.instead else {
                    given[account]?[name] = nil
                    continue
                }
                block.set(name, cells.value, at: account)
            }
        }
    }

    /// Lets the account have what a step has written to it.
    private mutating func give(_ change: AttributeChange, to account: Int) {
        let name = change.attribute.name
        guard let stands = block.attributes[name]?.cell(account) else { return }
        let value = Block.Cell(change.value)
        given[account, default: [:]][name] = (value, given[account]?[name]?.instead ?? stands)
        block.set(name, value, at: account)
    }

    /// What stands in an attribute of an account.
    func value(of attribute: Attribute, account: Int) -> Value {
        block.attributes[attribute.name]?.value(account, as: attribute.type) ?? .missing
    }

    func exists(_ account: Int, at now: Instant) -> Bool { created[account] <= Double(now.milliseconds) }

    // MARK: Events

    mutating func add(_ found: [(account: Int, event: TriggeringEvent)], of kind: String) {
        triggers[kind, default: []] += found
        for item in found { events[item.event.id] = item.event }
    }

    /// The events of a kind that nobody has looked at by a moment, by account.
    func triggers(of kind: String, behind seen: TrialTurns.Seen, until: Instant) -> [Int64: [TriggeringEvent]] {
        var found: [Int64: [TriggeringEvent]] = [:]
        for item in triggers[kind] ?? []
        where item.event.at <= until && (item.event.at > seen.moment || item.event.id > seen.id) {
            found[block.ids[item.account], default: []].append(item.event)
        }
        return found
    }

    var newestEvent: Int64 { events.keys.max() ?? 0 }

    var arrivals: [Instant] { triggers.values.flatMap { $0.map(\.event.at) } }

    // MARK: What a day sees

    /// How accounts' histories are told to a day.
    struct Looks {
        var watchedSince: Instant
        /// Playbooks with messages in rotation.
        var rotating: Set<Int64>
        var needs: Needs
        /// By id.
        var names: [Int64: String]
        /// Whether conditions ask what became of touches and waits.
        var asksSteps: Bool
    }

    /// What playbooks did with the accounts, as far as conditions ask.
    mutating func refresh(_ looks: Looks, at now: Instant) {
        for name in looks.needs.risks {
            block.risks[name] = histories.map { history in
                history.standings.contains {
                    looks.names[$0.playbookID] == name && $0.since <= now && $0.stands(among: history.enrollments)
                }
            }
        }
        if looks.needs.enrollments {
            block.enrollments = grouped { entered in
                [looks.names[entered.enrollment.playbookID].map { ($0, entered.enrollment.enteredAt) }].compactMap {
                    $0
                }
            }
        }
        if looks.needs.touches {
            block.touches = grouped { entered in
                guard let name = looks.names[entered.enrollment.playbookID] else { return [] }
                return entered.touches.compactMap { sent in
                    sent.touch.state == .sent || sent.touch.state == .ghost ? sent.claimedAt.map { (name, $0) } : nil
                }
            }
        }
    }

    private func grouped(
        _ moments: (PlaybookHistory.EnrollmentHistory) -> [(String, Instant)]
    ) -> Block.Grouped<Block.PlaybookMoment> {
        var grouped = Block.Grouped<Block.PlaybookMoment>()
        grouped.starts = [0]
        for history in histories {
            for entered in history.enrollments {
                grouped.elements += moments(entered).map { Block.PlaybookMoment(playbook: $0.0, at: $0.1) }
            }
            grouped.starts.append(grouped.elements.count)
        }
        return grouped
    }

    /// - Parameter accounts: indices, ascending.
    func load(
        _ accounts: [Int], _ rules: CycleRules, _ looks: Looks, findings: (Int) -> [Account.Finding]
    ) -> AccountLoader.Loaded {
        var loaded = AccountLoader.Loaded()
        for index in accounts {
            let known = histories[index]
            var account = Account(
                index: index, id: block.ids[index], key: block.text("key", index) ?? "",
                zone: block.text("timezone", index))
            account.findings = findings(index)
            account.standings = known.standings
            account.assignments = known.assignments
            for standing in known.standings where !standing.isSettled {
                if let id = standing.eventID { loaded.waitingEvents[id] = events[id] }
            }
            for entered in known.enrollments {
                account.enrollments.append(enrolled(entered, index, rules, looks, &loaded.rows))
                if let id = entered.enrollment.id, !entered.reachedAlso.isEmpty {
                    account.reachedAlso[id] = entered.reachedAlso
                }
            }
            for playbook in looks.rotating {
                var had = HadMessages()
                for touch in known.enrollments.lazy.filter({ $0.enrollment.playbookID == playbook })
                    .flatMap(\.touches).map(\.touch) where [.pending, .held, .sent, .ghost].contains(touch.state)
                {
                    had.insert(HadMessage(touch.message, hash: nil), isGhost: touch.isGhost)
                }
                account.hadMessages[playbook] = had
            }
            loaded.accounts.append(account)
        }
        return loaded
    }

    private func enrolled(
        _ entered: PlaybookHistory.EnrollmentHistory, _ account: Int, _ rules: CycleRules, _ looks: Looks,
        _ rows: inout [Int64: [Subject]]
    ) -> Account.Enrolled {
        let enrollment = entered.enrollment
        guard entered.isWatched(since: looks.watchedSince), rules.versions[enrollment.versionID] != nil else {
            return Account.Enrolled(enrollment, stored: enrollment)
        }
        let row = rows[enrollment.versionID]?.count ?? 0
        rows[enrollment.versionID, default: []].append(entered.subject(of: account, withSteps: looks.asksSteps))
        var waiting: [Touch] = []
        if enrollment.isActive, enrollment.hasBegun, enrollment.dueAt == nil {
            waiting = entered.touches.filter { $0.settledAt == nil }.map(\.touch)
        }
        return Account.Enrolled(enrollment, stored: enrollment, waiting: waiting, row: row, event: entered.event)
    }

    // MARK: What a day changes

    mutating func take(_ account: Account, at now: Instant, _ ids: inout PlaybookHistory.IDs) {
        for change in account.enrollments.flatMap(\.written) { give(change, to: account.index) }
        histories[account.index].take(account, at: now, &ids)
        nextMoments[account.index] = histories[account.index].nextMoments(changedAt: now)
    }

    mutating func put(_ entries: [StageEntry], of account: Int) { histories[account].stageEntries = entries }

    mutating func change<T>(_ account: Int, at now: Instant, _ body: (inout PlaybookHistory) throws -> T) rethrows -> T
    {
        defer { nextMoments[account] = histories[account].nextMoments(changedAt: now) }
        return try body(&histories[account])
    }

    // MARK: When there is something to do

    func next(after now: Instant) -> Instant? {
        var next = PlaybookHistory.NextMoments.never
        for (account, nextMoments) in nextMoments.enumerated() {
            // Behind what is late something else may be due.
            let isLate = nextMoments.due <= now || nextMoments.touch <= now
            next = min(next, isLate ? histories[account].next(after: now) : min(nextMoments.due, nextMoments.touch))
        }
        return next == PlaybookHistory.NextMoments.never ? nil : next
    }

    /// The accounts with touches that may go out, by their indices.
    func withTouches(at now: Instant) -> [Int] { nextMoments.indices.filter { nextMoments[$0].touch <= now } }
    func hasTouches(at now: Instant) -> Bool { nextMoments.contains { $0.touch <= now } }
    func hasDue(at now: Instant) -> Bool { nextMoments.contains { $0.due <= now } }
    var hasOpenTouches: Bool { nextMoments.contains(where: \.hasOpenTouches) }
}
