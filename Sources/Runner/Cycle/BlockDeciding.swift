import Decisions
import Playbooks
import Storage

/// Decides the day of the accounts of one block: loads what is needed, moves them through their stages, finds whom the
/// playbooks match, and lets each live its day.
final class BlockDeciding {
    private let connection: Connection
    private var day: BlockDay
    private var turns: [Turn] { day.turns }
    private var rules: CycleRules { day.rules }
    private let loader: BlockLoader
    private let accountLoader: AccountLoader
    /// What finding matches needs of all accounts, and what a day needs of those it happens to.
    private let findingNeeds: Needs
    private let dayNeeds: Needs
    /// What tells when accounts came into stages.
    private let stageNeeds: Needs
    /// How many accounts each audience holds, by the playbook's id.
    private(set) var audiences: [Int64: Int] = [:]
    /// Told of each account once its day is over.
    var observe: ((Account, Block) -> Void)?

    init(
        _ connection: Connection, _ rules: CycleRules, turns: [Turn], journeys: [Journey], heldJourneys: Set<String>
    ) throws {
        self.connection = connection
        day = BlockDay(rules: rules, turns: turns, journeys: journeys, heldJourneys: heldJourneys)
        loader = try BlockLoader(connection, rules.context)
        accountLoader = AccountLoader(connection, rules, loader)
        findingNeeds = day.findingNeeds
        dayNeeds = day.dayNeeds
        stageNeeds = Needs(of: journeys.flatMap(\.stages).compactMap(\.enter), in: rules.context.dataMap)
    }

    /// Lets go of some playbooks, or holds them: what is decided from here on follows.
    func hold(_ holds: [Int64: Hold]) {
        day.rules.holds = holds
        day.persons.removeAll()
        day.seats.removeAll()
        audiences = [:]
    }

    /// Counts the audiences that another thread has found with its own.
    func addAudiences(of other: [Int64: Int]) {
        audiences.merge(other, uniquingKeysWith: +)
    }

    func blocks() throws -> [ClosedRange<Int64>] { try loader.blocks() }

    /// Playbooks that each person gets once: who gets them depends on the accounts decided before.
    private lazy var oncePerPerson = Set(
        rules.versions.values.filter { $0.playbook.oncePer == .person }.map(\.playbookID))

    /// Whether the day of one account does not depend on what was decided about another, so that the order is free.
    var isOrderFree: Bool { oncePerPerson.isEmpty && stratified.isEmpty }

    /// Experiments that are drawn within strata: a seat depends on who entered before.
    private lazy var stratified = Set(
        turns.filter { $0.playbook.stratify != nil }.map(\.work.registered.experimentID))

    // MARK: Whose day it is

    /// The accounts of a block to which anything may happen, after their day.
    func decide(_ range: ClosedRange<Int64>, freezes: Bool, _ tally: inout Tally) throws -> [Account] {
        var block = try loader.load(range, findingNeeds)
        guard block.count > 0 else { return [] }
        let moves = try moveThroughStages(&block)
        let found = day.find(in: block)
        for item in found where item.turn.isDue { audiences[item.turn.id, default: 0] += item.audience }
        var concerned = Set(moves.keys.map { block.ids[$0] })
        for item in found { concerned.formUnion(item.concerned(in: block).map { block.ids[$0] }) }
        try addRunning(range, known: Set(block.ids), to: &concerned, &tally)
        guard !concerned.isEmpty else { return [] }
        let ids = block.ids.filter(concerned.contains)
        var narrow = try loader.load(ids, dayNeeds, earliest: earliest)
        var places: [Int64: Int] = [:]
        for (index, id) in block.ids.enumerated() { places[id] = index }
        let wide = ids.map { places[$0] ?? 0 }
        for (index, place) in wide.enumerated() {
            if let move = moves[place] { BlockDay.apply(move, to: &narrow, at: index) }
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
        let found = day.find(in: block)
        return try live(block, moves: block.ids.indices.map { moves[$0] }, freezes: freezes, &tally) { index in
            found.map { $0.finding(index, block.ids[index]) }
        }
    }

    private func moveThroughStages(_ block: inout Block) throws -> [Int: StageMove] {
        try day.moveThroughStages(&block) {
            try loader.stageEntries(of: $0)
        } look: {
            BlockDay.Looked(block: try loader.load($0, stageNeeds, earliest: $1))
        }
    }

    /// Adds the accounts of a block that have had to do with playbooks in a way that goes on.
    ///
    /// A match that waits for an account that is not there is counted, so that the books say that it has no verdict.
    private func addRunning(
        _ range: ClosedRange<Int64>, known: Set<Int64>, to concerned: inout Set<Int64>, _ tally: inout Tally
    ) throws {
        concerned.formUnion(
            try EnrollmentRecords(connection).running(watchedSince: accountLoader.watchedSince, in: range))
        let standings = StandingRecords(connection)
        for turn in turns {
            if turn.trigger == .when, turn.isDue {
                concerned.formUnion(try standings.accounts(of: turn.id, waiting: false, in: range))
            }
            let ids = try standings.accounts(of: turn.id, waiting: true, in: range)
            concerned.formUnion(ids)
            let lost = ids.count { !known.contains($0) }
            if lost > 0 {
                tally.playbooks[turn.id, default: Tally.OfPlaybook()].matched += lost
            }
        }
    }

    /// The earliest moment as of which something may be asked.
    private var earliest: Instant { rules.now - .lookBack }

    /// The accounts with touches that are about to be claimed, as they must be by now.
    ///
    /// - Parameter ids: ascending, of one block.
    func prepareToSend(_ ids: [Int64]) throws -> [Account] {
        let block = try loader.load(ids, dayNeeds, earliest: earliest)
        guard block.count > 0 else { return [] }
        let loaded = try accountLoader.load(block, isSending: true) { _ in [] }
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
        if !oncePerPerson.isEmpty {
            try loader.load(day.persons, of: block, playbooks: oncePerPerson.sorted())
        }
        if !stratified.isEmpty, !day.seats.isLoaded {
            for experiment in stratified {
                day.seats.load(try StandingRecords(connection).strata(of: experiment), of: experiment)
            }
            day.seats.finishLoading()
        }
        return day.live(loaded, in: block, moves: { moves[$0] }, freezes: freezes, &tally, observe: observe)
    }
}
