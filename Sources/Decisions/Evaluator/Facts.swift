package import Playbooks

/// The answers that the accounts of one block give to the terms of a cycle; each is worked out once, for all at a time.
package final class Facts {
    package let block: Block
    package let rules: CycleRules
    package let evaluator: Evaluator
    package let persons: SharedRecipients
    package let seats: Seats
    /// The events of occurrences that wait for their verdict, by id.
    package let waitingEvents: [Int64: TriggeringEvent]
    /// The enrollments of the block, by their version's id.
    private let rows: [Int64: [Subject]]
    private var answers: [Key: Column] = [:]
    private var earlier: [Instant: Evaluator] = [:]
    private let channelVariables: [String: [String]]

    private struct Key: Hashable {
        var version: Int64
        var question: Int
    }

    package init(
        _ block: Block, _ rules: CycleRules, rows: [Int64: [Subject]], waitingEvents: [Int64: TriggeringEvent] = [:],
        persons: SharedRecipients = SharedRecipients(), seats: Seats = Seats()
    ) {
        self.seats = seats
        self.persons = persons
        self.waitingEvents = waitingEvents
        self.block = block
        self.rules = rules
        self.rows = rows
        channelVariables = rules.context.channelVariables
        evaluator = Evaluator(rules.context, block)
    }

    /// What an enrollment of the version answers now: true, false, or nil for missing.
    package func answer(_ question: Int, of version: Version, row: Int) -> Bool? {
        let key = Key(version: version.id, question: question)
        let column: Column
        if let known = answers[key] {
            column = known
        } else {
            let asked = version.questions[question]
            var subjects = rows[version.id] ?? []
            if !asked.isScoped {
                for index in subjects.indices {
                    subjects[index].widen()
                }
            }
            column = evaluator.column(asked.term, of: .some(subjects), audience: version.playbook.audienceKey)
            answers[key] = column
        }
        return column.holds(row) ? true : column.fails(row) ? false : nil
    }

    package func subject(of version: Version, row: Int) -> Subject? {
        rows[version.id].flatMap { $0.indices.contains(row) ? $0[row] : nil }
    }

    /// The value of a term as of a moment that is not later than the cycle's.
    package func value(_ term: Term, of subject: Subject, audience: String, asOf moment: Instant) -> Value {
        if moment >= rules.now { return evaluator.value(term, of: subject, audience: audience) }
        if let known = earlier[moment] { return known.value(term, of: subject, audience: audience) }
        if earlier.count > 64 { earlier.removeAll() }
        let evaluator = Evaluator(rules.context.asOf(moment), block)
        earlier[moment] = evaluator
        return evaluator.value(term, of: subject, audience: audience)
    }

    /// The first moment in (`since`, `until`] at which a condition held, given that it holds at `until`.
    ///
    /// Only where a fact begins to count can a condition begin to hold: at an event, or when a day is over.
    package func firstMoment(
        _ term: Term, of subject: Subject, audience: String, after since: Instant, until: Instant
    ) -> Instant {
        let reads = term.reads
        var moments: Set<Instant> = []
        for kind in reads.events {
            guard let events = block.events[kind] else { continue }
            for index in events.range(subject.account) {
                let at = Instant(milliseconds: events.at[index])
                if at > since, at < until { moments.insert(at) }
            }
        }
        if !reads.metrics.isEmpty { moments.formUnion(days(after: max(since, until - .days(60)), until: until)) }
        return moments.sorted().prefix(500).first {
            value(term, of: subject, audience: audience, asOf: $0) == .boolean(true)
        } ?? until
    }

    /// The starts of the days in (`since`, `until`).
    package func days(after since: Instant, until: Instant) -> [Instant] {
        var days: [Instant] = []
        var day = rules.zone.day(of: since) + 1
        while rules.zone.start(of: day) < until {
            days.append(rules.zone.start(of: day))
            day = day + 1
        }
        return days
    }

    package func freeze(_ message: String, channel: String, of version: Version) -> Freeze {
        rules.freezes.freeze(FreezeCache.Key(version: version.id, message: message, channel: channel)) {
            Freeze(
                message, channelVariables: channelVariables[channel] ?? [], of: version.playbook,
                in: rules.context.dataMap)
        }
    }

    /// Why a playbook finds no recipient in an account.
    package func whyNobody(
        in account: Account, for playbook: Playbook, by reaches: [Reach], event: TriggeringEvent?
    ) -> String {
        guard let contacts = block.contacts else { return "it has no contact" }
        return recipients(contacts, account).whyNobody(for: playbook, by: reaches, eventContact: event?.contactID)
    }

    /// The recipients of a playbook's touches in an account.
    package func recipients(
        of account: Account, for playbook: Playbook, by reaches: [Reach], event: TriggeringEvent?
    ) -> [Recipient] {
        guard let contacts = block.contacts else { return [] }
        return recipients(contacts, account).find(for: playbook, by: reaches, eventContact: event?.contactID)
    }

    func recipients(_ contacts: Block.Contacts, _ account: Account) -> Recipients {
        Recipients(
            contacts, ofAccount: account.index, accountZone: account.zone, texts: rules.context.dataMap.sms)
    }
}
