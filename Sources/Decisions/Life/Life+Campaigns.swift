import Playbooks

extension Life {
    /// Ends an enrollment of an earlier occurrence of which nothing has left, where the one behind it has come on the clocks of all
    /// who would get it: after days on which nothing ran, nobody gets both.
    ///
    /// - Parameter isReleased: whether it is asked what would be if nothing held the playbook.
    func overtake(
        _ match: Match, _ work: PlaybookAtWork, _ account: inout Account, isReleased: Bool = false
    ) {
        guard case .at = work.playbook.trigger, !match.isByHand, !match.isLapsed, match.standing?.enrollmentID == nil,
            let index = account.enrollments.firstIndex(where: {
                $0.enrollment.playbookID == work.id && $0.isOvertaken(by: match.key)
            }), hasFollowing(account.enrollments[index].enrollment.matchKey, match, work, account)
        else { return }
        switch isReleased ? nil : rules.holds[work.id] {
        case .all: return
        case .allBut(let last, _): if lot(of: account, work) > last { return }
        case nil: break
        }
        var without = account
        without.enrollments.remove(at: index)
        // One whose own hour is long over ends the earlier one all the same.
        let admission = admission(of: match, to: work, without)
        guard admission.tooLate != nil || admission.decide(match).verdict.arm != nil else { return }
        account.enrollments[index].enrollment.end("the next occurrence has come", at: now)
        account.enrollments[index].hasLeft = true
        account.enrollments[index].isOvertaken = true
    }

    /// Whether the occurrence behind an earlier one has come. On local clocks a new one begins where the day is earliest, while the
    /// earlier one may be under way elsewhere.
    func hasFollowing(_ earlier: String, _ match: Match, _ work: PlaybookAtWork, _ account: Account) -> Bool {
        guard case .at(let schedule) = work.playbook.trigger, let occurrence = LocalOccurrence(matchKey: earlier) else {
            return true
        }
        guard let next = schedule.next(after: occurrence.wallClock, in: .utc) else { return false }
        return zones(of: recipients(of: match, for: work, account)).allSatisfy {
            LocalOccurrence(wallClock: next).instant(in: $0) <= now
        }
    }

    private func zones(of recipients: [Recipient]) -> [Zone] {
        recipients.isEmpty ? [rules.zone] : recipients.map { $0.zone.flatMap { Zone($0) } ?? rules.zone }
    }

    /// Why an occurrence on local clocks comes too late for an account: the clocks of all who would get it showed it longer
    /// ago than a missed one still runs, or before the campaign's schedule began. One that was held meanwhile is late for that,
    /// as long as its turn is kept.
    func lateness(of match: Match, _ recipients: [Recipient], _ work: PlaybookAtWork) -> String? {
        guard case .at(let schedule) = work.playbook.trigger, schedule.isLocal,
            let occurrence = LocalOccurrence(matchKey: match.key), match.standing?.verdict != .held
        else { return nil }
        let zones = zones(of: recipients)
        if let since = rules.scheduledSince[work.id], let zone = zones.first,
            zones.allSatisfy({ occurrence.instant(in: $0) <= since })
        {
            return "the clock in \(zone.name) showed \(occurrence.wallClock.text(in: .utc)) before this schedule began"
        }
        let patience = work.playbook.misfire.patience
        guard zones.allSatisfy({ now - occurrence.instant(in: $0) > patience }), let zone = zones.first else {
            return nil
        }
        let hours = (now - occurrence.instant(in: zone)).milliseconds / 3_600_000
        return "missed: the clock in \(zone.name) showed \(occurrence.wallClock.text(in: .utc)) \(hours) hours ago; "
            + "\(patience) are the most (misfire)"
    }
}
