import Decisions
import Playbooks
import Storage

/// The day of the accounts of one block, wherever their rows come from: the stages that they come into, whom the playbooks
/// match, and what each account lives through.
struct BlockDay {
    var rules: CycleRules
    let turns: [Turn]
    let journeys: [Journey]
    /// Journeys whose data are late; their accounts stay where they are.
    let heldJourneys: Set<String>
    /// Who gets a campaign for which of several accounts.
    var persons = SharedRecipients()
    /// The seats of experiments that are drawn within strata.
    var seats = Seats()

    func live(
        _ loaded: AccountLoader.Loaded, in block: Block, moves: (Int) -> StageMove?, freezes: Bool,
        _ tally: inout Tally,
        observe: ((Account, Block) -> Void)? = nil
    ) -> [Account] {
        let facts = Facts(
            block, rules, rows: loaded.rows, waitingEvents: loaded.waitingEvents, persons: persons, seats: seats)
        let life = Life(facts, freezes: freezes)
        var accounts = loaded.accounts
        for index in accounts.indices {
            accounts[index].stageMove = moves(accounts[index].index)
            askEvents(&accounts[index], facts)
            life.live(&accounts[index], &tally)
            observe?(accounts[index], block)
        }
        return accounts
    }

    /// Keeps the events for which the audience and the condition of their playbook hold.
    private func askEvents(_ account: inout Account, _ facts: Facts) {
        for (index, turn) in turns.enumerated() {
            guard case .events(let events) = account.findings[index], let asked = turn.work.asksOfEvents else {
                continue
            }
            account.findings[index] = .events(
                events.filter { event in
                    facts.evaluator.value(
                        asked, of: Subject(account: account.index, event: event),
                        audience: turn.playbook.audienceKey) == .boolean(true)
                })
        }
    }

    // MARK: Matches

    /// What one playbook finds in a block.
    struct Found {
        var turn: Turn
        /// How many accounts the audience holds, where the playbook is due.
        var audience = 0
        /// Whether condition or audience holds, where the playbook is due; nil where its trigger is an event.
        var column: Column?

        /// The accounts of a block, by their indices, of which it finds anything.
        func concerned(in block: Block) -> [Int] {
            guard turn.trigger != .on else {
                return turn.events.isEmpty ? [] : block.ids.indices.filter { turn.events[block.ids[$0]] != nil }
            }
            guard case .numbers(let values)? = column else { return [] }
            return values.indices.filter { values[$0] == 1 }
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

    /// What each playbook finds in a block, in the order of the turns.
    ///
    /// - Parameter countsAudiences: whether somebody wants to know how many accounts the audiences hold.
    func find(in block: Block, countsAudiences: Bool = true) -> [Found] {
        let evaluator = Evaluator(rules.context, block)
        var known: [String: Column] = [:]
        return turns.map { turn in
            guard turn.isDue else { return Found(turn: turn) }
            let playbook = turn.playbook
            var audience: Column?
            if let term = playbook.audience?.term, countsAudiences || turn.trigger == .at {
                audience = known[playbook.audienceKey] ?? evaluator.column(term, of: .accounts)
                known[playbook.audienceKey] = audience
            }
            let size = audience.map { column in block.ids.indices.count { column.holds($0) } } ?? block.count
            switch playbook.trigger {
            case .on: return Found(turn: turn, audience: size)
            case .at:
                let all = Column.numbers(Array(repeating: 1, count: block.count))
                return Found(turn: turn, audience: size, column: audience ?? all)
            case .when(let condition):
                let column = evaluator.column(
                    Term.both(playbook.audience?.term, condition), of: .accounts, audience: playbook.audienceKey)
                return Found(turn: turn, audience: size, column: column)
            }
        }
    }

    // MARK: Needs

    /// What finding matches needs of all accounts.
    var findingNeeds: Needs {
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

    /// What a day needs of those to whom anything happens.
    var dayNeeds: Needs {
        var terms: [Term] = []
        var contacts = Recipients.columns(rules.context.dataMap.sms)
        // What a step writes is a change only where something else stood.
        let written = rules.versions.values.reduce(into: Set<String>()) { $0.formUnion($1.playbook.writtenAttributes) }
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
        let strata = turns.compactMap(\.playbook.stratify)
        var needs = Needs(of: terms, in: rules.context.dataMap, risks: rules.context.risks)
        if rules.keepsVerdicts { needs.attributes.insert("name") }
        if rules.context.dataMap.sms != nil { needs.attributes.insert("locale") }
        needs.attributes.formUnion(written)
        needs.attributes.formUnion(strata)
        needs.attributes.formUnion(rules.times.attributes)
        needs.attributes.formUnion(["key", "status", "timezone", Block.journey, "stage", "stage_since"])
        needs.contacts = (needs.contacts ?? []).union(contacts)
        return needs
    }
}
