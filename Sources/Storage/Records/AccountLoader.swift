package import Decisions
package import Playbooks

/// Reads what accounts of one block have had to do with playbooks: all that their day is decided by beside the facts.
package struct AccountLoader {
    /// The accounts of a block with their facts' subjects.
    package struct Loaded: Sendable {
        package var accounts: [Account]
        /// The enrollments of each version, as conditions ask them.
        package var rows: [Int64: [Subject]]
        /// The events of occurrences that wait for their verdict.
        package var waitingEvents: [Int64: TriggeringEvent]

        package init(
            accounts: [Account] = [], rows: [Int64: [Subject]] = [:], waitingEvents: [Int64: TriggeringEvent] = [:]
        ) {
            self.accounts = accounts
            self.rows = rows
            self.waitingEvents = waitingEvents
        }
    }

    private let connection: Connection
    private let rules: CycleRules
    private let loader: BlockLoader
    private let enrollments: EnrollmentRecords
    private let standings: StandingRecords
    private let touches: TouchRecords
    /// Goals whose time ended before it are not looked for any more.
    package let watchedSince: Instant
    private let asksSteps: Bool
    private let asksEntries: Set<Int64>
    private let hasSecondaryGoals: Bool
    /// Playbooks with messages in rotation.
    private let rotating: Set<Int64>

    package init(_ connection: Connection, _ rules: CycleRules, _ loader: BlockLoader) {
        self.connection = connection
        self.rules = rules
        self.loader = loader
        enrollments = EnrollmentRecords(connection)
        standings = StandingRecords(connection)
        touches = TouchRecords(connection)
        let versions = rules.versions.values
        watchedSince = rules.now - (versions.map(\.longestLateness).max() ?? .hours(0))
        asksSteps = versions.contains { version in
            version.playbook.terms.contains { $0.asksAboutSteps }
        }
        asksEntries = Set(versions.filter(\.asksEntry).map(\.id))
        hasSecondaryGoals = versions.contains { !$0.also.isEmpty }
        rotating = Set(versions.filter { !$0.rotations.isEmpty }.map(\.playbookID))
    }

    /// - Parameters:
    ///   - isSending: whether touches are about to leave: also those of steps that an enrollment has left behind, which a
    ///     person sends again.
    ///   - findings: what each playbook finds of an account, by the account's index in the block.
    package func load(
        _ block: Block, isSending: Bool = false, findings: (Int) -> [Account.Finding]
    ) throws -> Loaded {
        let ranges = AccountRows(connection, ids: block.ids, ranges: AccountRows.ranges(of: block.ids))
        let stored = try enrollments.load(ranges, watchedSince: watchedSince)
        var accounts = block.ids.enumerated().map { index, id in
            var account = Account(
                index: index, id: id, key: block.text("key", index) ?? "", zone: block.text("timezone", index))
            account.findings = findings(index)
            return account
        }
        var places: [Int64: Int] = [:]
        for (index, id) in block.ids.enumerated() { places[id] = index }
        try loadStandings(&accounts, ranges, places)
        try loadArms(&accounts, ranges, places)
        for (id, exclusions) in try ExclusionRecords(connection).begun(ranges, at: rules.now) {
            guard let place = places[id] else { continue }
            accounts[place].exclusions = exclusions.filter { $0.holds(at: rules.now) }
            accounts[place].formerExclusions = exclusions.filter { !$0.holds(at: rules.now) }
        }
        let secondary = hasSecondaryGoals ? try enrollments.secondaryGoals(ranges) : [:]
        var rows: [Int64: [Subject]] = [:]
        let events = try loader.events(eventIDs(stored, accounts))
        let steps = asksSteps ? try loader.steps(of: asked(stored)) : [:]
        for index in accounts.indices {
            for enrollment in stored[accounts[index].id] ?? [] {
                accounts[index].enrollments.append(
                    try enrolled(
                        enrollment, index, &rows, events: events, steps: steps, isSending: isSending))
                if let id = enrollment.id, let known = secondary[id] { accounts[index].reachedAlso[id] = known }
            }
            for playbook in rotating {
                accounts[index].hadMessages[playbook] = try touches.messages(of: accounts[index].id, from: playbook)
            }
        }
        return Loaded(accounts: accounts, rows: rows, waitingEvents: events)
    }

    private func loadStandings(_ accounts: inout [Account], _ ranges: AccountRows, _ places: [Int64: Int]) throws {
        for (position, work) in rules.matching.enumerated() {
            if case .when = work.playbook.trigger {
                for (id, standing) in try standings.conditions(of: work.id, ranges) {
                    if let place = places[id] { accounts[place].standings.append(standing) }
                }
            }
            for (id, waiting) in try standings.waiting(of: work.id, ranges) {
                if let place = places[id] { accounts[place].standings += waiting }
            }
            for index in accounts.indices {
                for key in accounts[index].findings[position].keys(of: work) {
                    let isKnown = accounts[index].standings.contains { $0.playbookID == work.id && $0.matchKey == key }
                    guard !isKnown,
                        let standing = try standings.standing(of: work.id, account: accounts[index].id, key: key)
                    else { continue }
                    accounts[index].standings.append(standing)
                }
            }
        }
    }

    private func loadArms(_ accounts: inout [Account], _ ranges: AccountRows, _ places: [Int64: Int]) throws {
        var experiments = Set(rules.matching.filter { !$0.playbook.isService }.map(\.registered.experimentID))
        experiments.formUnion(rules.matching.map(\.registered.experimentID))
        if let global = rules.globalHoldout { experiments.insert(global.experimentID) }
        for experiment in experiments.sorted() {
            for (id, assignment) in try standings.assignments(of: experiment, ranges) {
                if let place = places[id] { accounts[place].assignments[experiment] = assignment }
            }
        }
    }

    private func isWatched(_ enrollment: Enrollment) -> Bool {
        enrollment.isActive || enrollment.goalUntil.map { $0 >= watchedSince } == true
    }

    private func eventIDs(_ stored: [Int64: [Enrollment]], _ accounts: [Account]) -> [Int64] {
        var ids = Set(stored.values.joined().lazy.filter(isWatched).compactMap(\.eventID))
        for account in accounts { ids.formUnion(account.standings.lazy.filter { !$0.isSettled }.compactMap(\.eventID)) }
        return ids.sorted()
    }

    private func asked(_ stored: [Int64: [Enrollment]]) -> [Int64] {
        stored.values.joined().filter(isWatched).compactMap(\.id).sorted()
    }

    private func enrolled(
        _ enrollment: Enrollment, _ account: Int, _ rows: inout [Int64: [Subject]], events: [Int64: TriggeringEvent],
        steps: [Int64: StepFacts], isSending: Bool
    ) throws -> Account.Enrolled {
        guard isWatched(enrollment), rules.versions[enrollment.versionID] != nil, let id = enrollment.id else {
            return Account.Enrolled(enrollment, stored: enrollment)
        }
        let event = enrollment.eventID.flatMap { events[$0] }
        let subject = enrollment.subject(
            of: account, event: event,
            entry: asksEntries.contains(enrollment.versionID) ? Frozen.values(of: enrollment.entry) : [:],
            steps: steps[id] ?? StepFacts())
        let row = rows[enrollment.versionID]?.count ?? 0
        rows[enrollment.versionID, default: []].append(subject)
        var (waiting, others): ([Touch], Int) = ([], 0)
        if enrollment.isActive, enrollment.hasBegun, isSending || enrollment.dueAt == nil {
            (waiting, others) = try touches.open(of: id)
        }
        return Account.Enrolled(
            enrollment, stored: enrollment, waiting: waiting, otherOpenTouches: others, row: row, event: event)
    }
}

extension Account.Finding {
    /// The occurrences whose standing rows, settled or not, must be known.
    fileprivate func keys(of work: PlaybookAtWork) -> [String] {
        switch self {
        case .nothing, .condition: []
        case .occurrence(let key, _): [key]
        case .events(let events): events.map { Match.key(of: $0, per: work.playbook.per) }
        }
    }
}
