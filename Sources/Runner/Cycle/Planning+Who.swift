import Decisions
import Playbooks
import Storage

extension Planning {
    /// Tells every account with a verdict of the plan; of one that is held, what a release would do.
    func tell(_ plan: Plan, _ who: @escaping (CycleReport.Who) -> Void) throws {
        var released: [Place: CycleReport.Who] = [:]
        for turn in plan.turns {
            guard case .all? = plan.rules.holds[turn.id] else { continue }
            var free = plan
            free.rules.holds[turn.id] = nil
            try verdicts(of: free) { place, item in if place.playbook == turn.id { released[place] = item } }
        }
        try verdicts(of: plan) { place, item in
            guard item.verdict == .held, let free = released[place] else { return who(item) }
            var item = item
            (item.reason, item.variant) = (free.reason, free.variant)
            (item.firstTouchAt, item.recipient) = (free.firstTouchAt, free.recipient)
            who(item)
        }
    }

    /// A match of an account.
    private struct Place: Hashable {
        var playbook: Int64
        var account: Int64
        var key: String
    }

    private func verdicts(of plan: Plan, _ who: @escaping (Place, CycleReport.Who) -> Void) throws {
        var telling = plan
        telling.rules.keepsVerdicts = true
        let deciding = try telling.deciding(connection)
        let names = Dictionary(uniqueKeysWithValues: plan.turns.map { ($0.id, $0.playbook.name) })
        let foresight = CapForesight(workspace.configuration.caps, connection, now: now)
        var failure: (any Error)?
        deciding.observe = { account, block in
            for verdict in account.verdicts {
                let begun = account.enrollments.first {
                    $0.isNew && $0.enrollment.playbookID == verdict.playbookID
                        && $0.enrollment.matchKey == verdict.matchKey
                }
                var made = begun?.made ?? []
                do {
                    if let begun {
                        made = try made.map { touch in
                            try foresight.foresee(touch) {
                                plan.rules.opening(of: touch, begun.enrollment, account, block, from: $0)
                            }
                        }
                    }
                } catch { failure = failure ?? error }
                let touch = made.min { $0.notBefore < $1.notBefore }
                let waits = touch?.state == .pending ? touch?.reason : nil
                who(
                    Place(playbook: verdict.playbookID, account: account.id, key: verdict.matchKey),
                    CycleReport.Who(
                        playbook: names[verdict.playbookID] ?? "", account: account.key,
                        name: block.text("name", account.index), verdict: verdict.verdict,
                        ifReleased: verdict.ifReleased,
                        reason: verdict.reason + (waits.map { "; the first touch waits: \($0)" } ?? ""),
                        variant: begun?.enrollment.variant,
                        firstTouchAt: touch?.notBefore, recipient: touch?.recipient))
            }
        }
        _ = try FirstPass(plan.scope, deciding, isStopped: isStopped).run(plan.rules.holds)
        if let failure { throw failure }
    }
}

extension CycleRules {
    /// The first moment of a touch's window, on the clock of its person, that is not before another one.
    fileprivate func opening(
        of touch: Touch, _ enrollment: Enrollment, _ account: Account, _ block: Block, from base: Instant
    ) -> Instant {
        guard let playbook = versions[enrollment.versionID]?.playbook,
            case .send(let send)? = playbook.steps(of: enrollment.variant).first(where: { $0.id == touch.step })?.action
        else { return base }
        let contact = block.contacts.flatMap { contacts in
            contacts.range(account.index).first { contacts.ids[$0] == touch.contactID }
        }
        let name = contact.flatMap { block.contacts?.text("timezone", $0) } ?? account.zone
        return times.opening(
            send.kind, category: playbook.category, own: send.window, from: base, in: name.flatMap { Zone($0) } ?? zone
        ) { block.text($0, account.index) }.at
    }
}
