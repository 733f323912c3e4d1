package import Decisions
package import Playbooks

/// The facts of one account, for people who ask why: any term with the value of every part.
package struct AccountFacts {
    private let connection: Connection
    private let context: EvaluationContext
    private let account: Int64
    private let loader: BlockLoader

    package init(_ connection: Connection, _ context: EvaluationContext, account: Int64) throws {
        self.connection = connection
        self.context = context
        self.account = account
        loader = try BlockLoader(connection, context)
    }

    /// Explains a term for the account as it stands, for one of its enrollments, or for an event of it.
    ///
    /// - Returns: nil when there is no such account.
    package func explain(
        _ term: Term, enrollment: Int64? = nil, event: Int64? = nil, audience: String = ""
    ) throws -> Explanation? {
        let block = try loader.load(
            [account], Needs(of: [term], in: context.dataMap, risks: context.risks), earliest: nil)
        guard block.count == 1 else { return nil }
        var subject = Subject(account: 0, event: try event.flatMap { try loader.events([$0])[$0] })
        if let enrollment {
            guard
                let row = try connection.first(
                    "SELECT entered_at, known_event, event_id, entry FROM enrollment WHERE id = :id",
                    ["id": .integer(enrollment)]), let enteredAt = row["entered_at"].instant
            else { return nil }
            subject = Enrollment.subject(
                of: 0, event: try row["event_id"].integer.flatMap { try loader.events([$0])[$0] },
                enteredAt: enteredAt, knownEvent: row["known_event"].integer,
                entry: Frozen.values(of: row["entry"].text ?? "{}"),
                steps: try loader.steps(of: [enrollment])[enrollment] ?? StepFacts())
        }
        return Evaluator(context, block).explanation(of: term, for: subject, audience: audience)
    }

    /// Why nobody of the account may get a playbook's messages as things stand; nil where somebody does.
    package func whyNobody(for playbook: Playbook, by reach: Reach) throws -> String? {
        var needs = Needs()
        needs.contacts = Recipients.columns(context.dataMap.sms)
        let block = try loader.load([account], needs, earliest: nil)
        guard block.count == 1, let contacts = block.contacts else { return nil }
        let recipients = Recipients(contacts, ofAccount: 0, accountZone: nil, texts: context.dataMap.sms)
        // Which contact an event named is not asked: any may be the one.
        let isSomebody = ([nil] + contacts.ids.map { $0 }).contains { id in
            !recipients.find(for: playbook, by: [reach], eventContact: id).isEmpty
        }
        return isSomebody ? nil : recipients.whyNobody(for: playbook, by: [reach], eventContact: contacts.ids.first)
    }

    /// The values of a metric on the days up to its last complete one, the oldest first; NaN is "no data".
    ///
    /// - Returns: empty when no day is complete.
    package func daily(_ metric: String, days: Int) throws -> [(day: Day, value: Double)] {
        guard let last = context.lastCompleteDay[metric],
            let found = try loader.series(metric, days, [account], context.now)
        else { return [] }
        let values = Dictionary(zip(found.days, found.values)) { $1 }
        return (0..<days).map { last - (days - 1 - $0) }.map { ($0, values[$0.number] ?? .nan) }
    }
}
