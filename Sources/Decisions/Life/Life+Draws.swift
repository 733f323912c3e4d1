import Playbooks

/// The lots that are drawn for an account when it enters.
extension Life {
    /// Drawn once, and as it was drawn from then on.
    func lots(of work: PlaybookAtWork, _ account: Account) -> Admission.Lots {
        var lots = Admission.Lots()
        guard !work.playbook.isService else { return lots }
        if let global = rules.globalHoldout, global.share > 0 {
            lots.isGlobalHoldout =
                account.assignments[global.experimentID].map { $0.arm == .globalHoldout }
                ?? (Draw.number(salt: global.salt, key: account.key) < global.share)
        }
        if !lots.isGlobalHoldout, work.playbook.holdout > 0 {
            lots.isHoldout =
                account.assignments[work.registered.experimentID].map { $0.arm == .holdout }
                ?? (lot(of: work.playbook, in: work.registered.experimentID, account) < work.playbook.holdout)
        }
        return lots
    }

    /// The number by which the arm is drawn: of the account itself, or of the next seat of its stratum.
    private func lot(of playbook: Playbook, in experimentID: Int64, _ account: Account) -> Double {
        guard let stratum = stratum(of: playbook, account) else {
            return Draw.number(salt: playbook.experiment, key: account.key)
        }
        let seat = facts.seats.seat(of: account.id, stratum, of: experimentID)
        return Seats.number(salt: playbook.experiment, stratum: stratum, seat: seat)
    }

    /// What the account is of the attribute within whose values is drawn; empty where nobody knows.
    func stratum(of playbook: Playbook, _ account: Account) -> String? {
        playbook.stratify.map { name in
            switch facts.block.attributes[name]?.cell(account.index) {
            case .text(let text?): text
            case .number(let number) where !number.isNaN: number == 0 ? "no" : "yes"
            default: ""
            }
        }
    }

    /// Playbooks that share an experiment may have variants of their own, so a stored one that is another's does not
    /// count.
    func variant(of work: PlaybookAtWork, _ account: Account, _ arm: Arm) -> String? {
        if let stored = account.assignments[work.registered.experimentID]?.variant,
            work.playbook.variants.contains(where: { $0.name == stored })
        {
            return stored
        }
        if arm == .treated, work.playbook.stratify != nil, work.playbook.holdout < 1 {
            // What the holdout leaves of the numbers is shared out among the variants.
            let (holdout, id) = (work.playbook.holdout, work.registered.experimentID)
            let place = (lot(of: work.playbook, in: id, account) - holdout) / (1 - holdout)
            return Draw.variant(of: work.playbook, at: place)
        }
        return Draw.variant(of: work.playbook, key: account.key)
    }
}
