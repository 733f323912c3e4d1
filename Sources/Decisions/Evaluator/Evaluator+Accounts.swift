import Playbooks

extension Evaluator {
    // MARK: Contacts

    /// Active contacts, unless the filter itself speaks of the status.
    func contacts(_ filter: Term?, _ row: Row) -> Double {
        guard let contacts = block.contacts else { return 0 }
        let asksForActive = filter?.readsProperty("status") != true
        var row = row
        row.items = contacts.columns
        var count = 0.0
        for contact in contacts.range(row.account) {
            if asksForActive, contacts.text("status", contact) != "active" { continue }
            row.item = contact
            if let filter, scalar(filter, row).number != 1 { continue }
            count += 1
        }
        return count
    }

    // MARK: History

    func history(_ function: HistoryFunction, _ attribute: Attribute, _ window: TimeSpan, _ row: Row) -> Scalar {
        let start = max((context.now - window).milliseconds, row.subject?.since?.milliseconds ?? .min)
        let then = value(of: attribute, at: start, row.account)
        if function == .was { return then }
        let given = row.subject?.given[attribute.name].map { Scalar($0) }
        let now = given ?? value(of: attribute, at: context.now.milliseconds, row.account)
        if function == .change { return .number(now.number - then.number) }
        return .number(Calculation.divided(then.number - now.number, then.number))
    }

    /// The value at a moment: what stood before the first change after it, or what stands now; missing before the
    /// account existed.
    func value(of attribute: Attribute, at moment: Int64, _ account: Int) -> Scalar {
        if created[account] > Double(moment) { return .missing }
        if let changes = block.history[attribute.name],
            let next = changes.range(account).first(where: { changes.at[$0] > moment })
        {
            return changes.previous.scalar(next, as: attribute.type)
        }
        return block.attributes[attribute.name]?.scalar(account, as: attribute.type) ?? .missing
    }

    // MARK: Journey

    func journey(_ signal: JourneySignal, _ account: Int) -> Double {
        switch signal {
        case .inStage(let stage): return Calculation.equal(text("stage", account), stage)
        case .timeInStage: return timeInStage(account)
        case .stuck: return stuck(account)
        case .weakPoint:
            guard let journey = text(Block.journey, account) else { return .nan }
            guard let stage = text("stage", account), context.stages[StageKey(journey, stage)]?.isWeak == true else {
                return 0
            }
            return stuck(account)
        }
    }

    private func timeInStage(_ account: Int) -> Double {
        now - (block.attributes["stage_since"]?.scalar(account, as: .instant).number ?? .nan)
    }

    /// Longer in its stage than expected; missing where nothing is expected.
    private func stuck(_ account: Int) -> Double {
        guard let journey = text(Block.journey, account), let stage = text("stage", account),
            let limit = context.stages[StageKey(journey, stage)]?.limit
        else { return .nan }
        return Calculation.greater(timeInStage(account), Double(limit.milliseconds))
    }

    private func text(_ attribute: String, _ account: Int) -> String? {
        block.attributes[attribute]?.scalar(account, as: .text).text
    }

    // MARK: Risk

    func isAtRisk(_ reason: String?, _ account: Int) -> Bool {
        if let reason { return isAtRisk(context.risks[reason] ?? [], account) }
        return context.risks.values.contains { isAtRisk($0, account) }
    }

    private func isAtRisk(_ playbooks: [String], _ account: Int) -> Bool {
        playbooks.contains { block.risks[$0]?[account] == true }
    }
}
