import Playbooks

extension Life {
    /// Ends an enrollment of an earlier occurrence of which nothing has left, where the next one would take its place: after
    /// days on which nothing ran, nobody gets both.
    func overtake(_ match: Match, _ work: PlaybookAtWork, _ account: inout Account) {
        guard case .at = work.playbook.trigger, !match.isByHand, match.standing?.enrollmentID == nil,
            let index = account.enrollments.firstIndex(where: {
                $0.enrollment.playbookID == work.id && $0.isOvertaken(by: match.key)
            })
        else { return }
        switch rules.holds[work.id] {
        case .all: return
        case .allBut(let last, _): if lot(of: account, work) > last { return }
        case nil: break
        }
        var without = account
        without.enrollments.remove(at: index)
        guard admission(of: match, to: work, without).decide(match).verdict.arm != nil else { return }
        account.enrollments[index].enrollment.end("the next occurrence has come", at: now)
        account.enrollments[index].hasLeft = true
        account.enrollments[index].isOvertaken = true
    }

    /// Why an occurrence on local clocks comes too late for an account: the clocks of all who would get it showed it longer
    /// ago than a missed one still runs.
    func lateness(of match: Match, _ recipients: [Recipient], _ work: PlaybookAtWork) -> String? {
        guard case .at(let schedule) = work.playbook.trigger, schedule.isLocal,
            let occurrence = LocalOccurrence(matchKey: match.key)
        else { return nil }
        let zones = recipients.isEmpty ? [rules.zone] : recipients.map { $0.zone.flatMap { Zone($0) } ?? rules.zone }
        let patience = work.playbook.misfire.patience
        guard zones.allSatisfy({ now - occurrence.instant(in: $0) > patience }), let zone = zones.first else {
            return nil
        }
        let hours = (now - occurrence.instant(in: zone)).milliseconds / 3_600_000
        return "missed: the clock in \(zone.name) showed \(occurrence.wallClock.text(in: .utc)) \(hours) hours ago; "
            + "\(patience) are the most (misfire)"
    }
}
