import Decisions
import Playbooks
import Storage

/// Decides the day of the accounts of one block: loads what is needed, moves them through their stages, finds whom the
/// playbooks match, and lets each live its day.
final class BlockDeciding {
    private let connection: Connection
    private(set) var rules: CycleRules
    private let turns: [Turn]
    private let journeys: [Journey]
    /// Journeys whose data are late; their accounts stay where they are.
    private let heldJourneys: Set<String>
    private let loader: BlockLoader
    private let accountLoader: AccountLoader
    /// What finding matches needs of all accounts, and what a day needs of those it happens to.
    private let findingNeeds: Needs
    private let dayNeeds: Needs
    /// How many accounts each audience holds, by the playbook's id.
    private(set) var audiences: [Int64: Int] = [:]
    /// Told of each account once its day is over.
    var observe: ((Account, Block) -> Void)?

    init(
        _ connection: Connection, _ rules: CycleRules, turns: [Turn], journeys: [Journey], heldJourneys: Set<String>
    ) throws {
        self.connection = connection
        self.rules = rules
        self.turns = turns
        self.journeys = journeys
        self.heldJourneys = heldJourneys
        loader = try BlockLoader(connection, rules.context)
        accountLoader = AccountLoader(connection, rules, loader)
        findingNeeds = Self.findingNeeds(rules, turns, journeys)
        dayNeeds = Self.dayNeeds(rules, turns)
    }

    /// Lets go of some playbooks, or holds them: what is decided from here on follows.
    func hold(_ holds: [Int64: Hold]) {
        rules.holds = holds
        audiences = [:]
    }

    func blocks() throws -> [ClosedRange<Int64>] { try loader.blocks() }

    // MARK: Whose day it is

    /// The accounts of a block to which anything may happen, after their day.
    func decide(_ range: ClosedRange<Int64>, freezes: Bool, _ tally: inout Tally) throws -> [Account] {
        var block = try loader.load(range, findingNeeds)
        guard block.count > 0 else { return [] }
        let moves = try moveThroughStages(&block)
        let found = find(in: block, counts: true)
        var concerned = Set(moves.keys.map { block.ids[$0] })
        for (index, id) in block.ids.enumerated() where found.contains(where: { $0.concerns(index, id) }) {
            concerned.insert(id)
        }
        try addDealings(range, known: Set(block.ids), to: &concerned, &tally)
        guard !concerned.isEmpty else { return [] }
        let ids = block.ids.filter(concerned.contains)
        var narrow = try loader.load(ids, dayNeeds, earliest: earliest)
        var places: [Int64: Int] = [:]
        for (index, id) in block.ids.enumerated() { places[id] = index }
        let wide = ids.map { places[$0] ?? 0 }
        for (index, place) in wide.enumerated() {
            if let move = moves[place] { Self.apply(move, to: &narrow, at: index) }
        }
        return try live(narrow, moves: wide.map { moves[$0] }, freezes: freezes, &tally) { index in
            found.map { $0.finding(wide[index], ids[index]) }
        }
    }

    /// The day of some accounts of one block.
    ///
    /// - Parameter ids: ascending.
    func decide(_ ids: [Int64], freezes: Bool, _ tally: inout Tally) throws -> [Account] {
        var needs = findingNeeds
        needs.formUnion(dayNeeds)
        var block = try loader.load(ids, needs, earliest: earliest)
        guard block.count > 0 else { return [] }
        let moves = try moveThroughStages(&block)
        let found = find(in: block, counts: false)
        return try live(block, moves: block.ids.indices.map { moves[$0] }, freezes: freezes, &tally) { index in
            found.map { $0.finding(index, block.ids[index]) }
        }
    }

    /// Adds the accounts of a block that have had to do with playbooks in a way that goes on.
    ///
    /// A match that waits for an account that is not there is counted, so that the books say that it has no verdict.
    private func addDealings(
        _ range: ClosedRange<Int64>, known: Set<Int64>, to concerned: inout Set<Int64>, _ tally: inout Tally
    ) throws {
        concerned.formUnion(
            try EnrollmentRecords(connection).running(watchedSince: accountLoader.watchedSince, in: range))
        let standings = StandingRecords(connection)
        for turn in turns where turn.isDue || turn.trigger != .when {
            let ids = try standings.accounts(of: turn.id, waiting: turn.trigger != .when, in: range)
            concerned.formUnion(ids)
            let lost = ids.count { !known.contains($0) }
            if lost > 0, turn.trigger != .when {
                tally.playbooks[turn.id, default: Tally.OfPlaybook()].matched += lost
            }
        }
    }

    /// The earliest moment as of which something may be asked.
    private var earliest: Instant { rules.now - .days(8) }

    /// The accounts with touches that are about to be claimed, as they must be by now.
    ///
    /// - Parameter ids: ascending, of one block.
    func prepareToSend(_ ids: [Int64]) throws -> [Account] {
        let block = try loader.load(ids, dayNeeds, earliest: earliest)
        guard block.count > 0 else { return [] }
        let loaded = try accountLoader.load(block) { _ in [] }
        let life = Life(Facts(block, rules, rows: loaded.rows), freezes: true)
        var accounts = loaded.accounts
        for index in accounts.indices { life.prepareToSend(&accounts[index]) }
        return accounts
    }

    /// The touches of one step as the account would get them now, whatever its verdict.
    func draft(
        _ version: Version, step index: Int, variant: String?, account id: Int64, event: Int64?
    ) throws -> [Touch] {
        let block = try loader.load([id], dayNeeds, earliest: nil)
        guard block.count == 1 else { return [] }
        let loaded = try accountLoader.load(block) { _ in [] }
        guard var account = loaded.accounts.first else { return [] }
        let life = Life(Facts(block, rules, rows: loaded.rows), freezes: true)
        let event = try event.flatMap { try loader.events([$0])[$0] }
        return life.draft(version, step: index, variant: variant, &account, event)
    }

    private func live(
        _ block: Block, moves: [StageMove?], freezes: Bool, _ tally: inout Tally,
        findings: (Int) -> [Account.Finding]
    ) throws -> [Account] {
        let loaded = try accountLoader.load(block, findings: findings)
        let facts = Facts(block, rules, rows: loaded.rows, waitingEvents: loaded.waitingEvents)
        let life = Life(facts, freezes: freezes)
        var accounts = loaded.accounts
        for index in accounts.indices {
            accounts[index].stageMove = moves[index]
            askEvents(&accounts[index], facts)
            life.live(&accounts[index], &tally)
            observe?(accounts[index], block)
        }
        return accounts
    }

    /// Keeps the events for which the audience and the condition of their playbook hold.
    private func askEvents(_ account: inout Account, _ facts: Facts) {
        for (index, turn) in turns.enumerated() {
            guard case .events(let events) = account.findings[index],
                case .on(_, let condition) = turn.playbook.trigger
            else { continue }
            guard
                let asked = condition.map({ Term.both(turn.playbook.audience?.term, $0) })
                    ?? turn.playbook.audience?.term
            else { continue }
            account.findings[index] = .events(
                events.filter { event in
                    facts.evaluator.value(asked, of: Subject(account: account.index, event: event)) == .boolean(true)
                })
        }
    }

    // MARK: Stages

    /// Moves the accounts of the block into their stages; the block then says where they are.
    private func moveThroughStages(_ block: inout Block) throws -> [Int: StageMove] {
        let isNeeded = !journeys.isEmpty || block.ids.indices.contains { block.text(Block.journey, $0) != nil }
        guard rules.movesThroughStages, isNeeded else { return [:] }
        let evaluator = Evaluator(rules.context, block)
        let audiences = journeys.map { $0.audience.map { evaluator.column($0.term, of: .accounts) } }
        let enters = journeys.map { $0.stages.map { $0.enter.map { evaluator.column($0, of: .accounts) } } }
        func move(_ index: Int, _ entries: [StageEntry]) -> StageMove? {
            guard block.text("status", index) == "active" else { return nil }
            let place = StagePlace(
                journey: block.text(Block.journey, index), stage: block.text("stage", index),
                imported: block.text("stage_imported", index), importedAt: block.instant("stage_imported_at", index),
                createdAt: block.instant("created_at", index) ?? rules.now, entries: entries)
            guard let number = journeys.indices.first(where: { audiences[$0]?.holds(index) ?? true }) else {
                return place.departure
            }
            guard !heldJourneys.contains(journeys[number].name) else { return nil }
            return place.move(onto: journeys[number], now: rules.now) { enters[number][$0]?.holds(index) ?? false }
        }
        let candidates = block.ids.indices.filter { move($0, []) != nil }
        guard !candidates.isEmpty else { return [:] }
        let entries = try loader.stageEntries(of: candidates.map { block.ids[$0] })
        var moves: [Int: StageMove] = [:]
        for index in candidates {
            moves[index] = move(index, entries[block.ids[index]] ?? [])
        }
        for (index, move) in moves { Self.apply(move, to: &block, at: index) }
        return moves
    }

    private static func apply(_ move: StageMove, to block: inout Block, at index: Int) {
        block.set(Block.journey, .text(move.journey), at: index)
        block.set("stage", .text(move.stage), at: index)
        block.set("stage_since", .number(move.since.map { Double($0.milliseconds) } ?? .nan), at: index)
    }

    // MARK: Matches

    /// What one playbook finds in a block.
    private struct Found {
        var turn: Turn
        /// Whether condition or audience holds, where the playbook is due; nil where its trigger is an event.
        var column: Column?

        func concerns(_ index: Int, _ id: Int64) -> Bool {
            if case .on = turn.trigger { return turn.events[id] != nil }
            return column?.holds(index) == true
        }

        func finding(_ index: Int, _ id: Int64) -> Account.Finding {
            switch turn.trigger {
            case .on: return turn.events[id].map { .events($0) } ?? .nothing
            case .when:
                guard let column else { return .nothing }
                return .condition(column.holds(index) ? true : column.fails(index) ? false : nil)
            case .at:
                guard column?.holds(index) == true, let key = turn.occurrenceKey, let at = turn.occurrence else {
                    return .nothing
                }
                return .occurrence(key: key, at: at)
            }
        }
    }

    private func find(in block: Block, counts: Bool) -> [Found] {
        let evaluator = Evaluator(rules.context, block)
        var known: [String: Column] = [:]
        return turns.map { turn in
            guard turn.isDue else { return Found(turn: turn) }
            let playbook = turn.playbook
            var audience: Column?
            if let term = playbook.audience?.term {
                audience = known[playbook.audienceKey] ?? evaluator.column(term, of: .accounts)
                known[playbook.audienceKey] = audience
            }
            if counts {
                audiences[turn.id, default: 0] +=
                    audience.map { column in block.ids.indices.count { column.holds($0) } } ?? block.count
            }
            switch playbook.trigger {
            case .on: return Found(turn: turn)
            case .at: return Found(turn: turn, column: audience ?? .numbers(Array(repeating: 1, count: block.count)))
            case .when(let condition):
                let column = evaluator.column(
                    Term.both(playbook.audience?.term, condition), of: .accounts, audience: playbook.audienceKey)
                return Found(turn: turn, column: column)
            }
        }
    }

    // MARK: Needs

    private static func findingNeeds(_ rules: CycleRules, _ turns: [Turn], _ journeys: [Journey]) -> Needs {
        var terms: [Term] = rules.movesThroughStages ? journeys.flatMap(\.terms) : []
        for turn in turns where turn.isDue {
            if let audience = turn.playbook.audience?.term { terms.append(audience) }
            if case .when(let condition) = turn.playbook.trigger { terms.append(condition) }
        }
        var needs = Needs(of: terms, in: rules.context.dataMap, risks: rules.context.risks)
        if rules.movesThroughStages {
            needs.attributes.formUnion([Block.journey, "stage", "stage_since", "stage_imported", "stage_imported_at"])
        }
        return needs
    }

    private static func dayNeeds(_ rules: CycleRules, _ turns: [Turn]) -> Needs {
        var terms: [Term] = []
        var contacts: Set = ["status", "role", "address", "timezone"]
        for version in rules.versions.values {
            let playbook = version.playbook
            terms += version.questions.map(\.term) + playbook.signals.map(\.term)
            for step in playbook.programs.joined() {
                terms += step.terms
                guard case .send(let send) = step.action, let channel = rules.channel(of: send) else { continue }
                for message in Set(send.message.values.flatMap { playbook.messages(at: $0) }) {
                    let freeze = Freeze(
                        message, channelVariables: rules.context.channelVariables[channel] ?? [], of: playbook,
                        in: rules.context.dataMap)
                    terms += freeze.terms
                    contacts.formUnion(freeze.contactAttributes)
                }
            }
        }
        for turn in turns {
            if let audience = turn.playbook.audience?.term { terms.append(audience) }
            if case .on(_, let condition?) = turn.playbook.trigger { terms.append(condition) }
        }
        var needs = Needs(of: terms, in: rules.context.dataMap, risks: rules.context.risks)
        if rules.keepsVerdicts { needs.attributes.insert("name") }
        needs.attributes.formUnion(["key", "timezone", Block.journey, "stage", "stage_since"])
        needs.contacts = (needs.contacts ?? []).union(contacts)
        return needs
    }
}
