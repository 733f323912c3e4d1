import Playbooks

extension Life {
    /// Lets an event whose `per` value was corrected stand for the new value, as long as nobody has been told the old one; one
    /// that had no value gets it in any case.
    ///
    /// - Parameter events: those that a cycle looks at, corrected ones among them.
    func followKeys(_ events: [TriggeringEvent], of work: PlaybookAtWork, _ account: inout Account) {
        guard work.playbook.per != nil else { return }
        for event in events {
            let key = Match.key(of: event, per: work.playbook.per)
            followKey(key, ofWaiting: event, of: work, &account)
            followKey(key, ofEntered: event, of: work, &account)
        }
    }

    private static let answered = "another event of the same `per` value was answered"

    private func followKey(
        _ key: String, ofWaiting event: TriggeringEvent, of work: PlaybookAtWork, _ account: inout Account
    ) {
        guard
            let index = account.standings.firstIndex(where: {
                $0.playbookID == work.id && $0.eventID == event.id && !$0.isSettled && $0.matchKey != key
            })
        else { return }
        guard isTaken(key, work, account) else { return rename(account.standings[index].matchKey, key, work, &account) }
        var standing = account.standings.remove(at: index)
        (standing.verdict, standing.reason, standing.isSettled) = (.already, Self.answered, true)
        account.changes.standings.append(standing)
        account.changes.decisions.append(standing)
    }

    private func followKey(
        _ key: String, ofEntered event: TriggeringEvent, of work: PlaybookAtWork, _ account: inout Account
    ) {
        guard
            let index = account.enrollments.firstIndex(where: {
                $0.enrollment.playbookID == work.id && $0.enrollment.eventID == event.id
                    && $0.enrollment.matchKey != key
            })
        else { return }
        let enrolled = account.enrollments[index]
        let isUntold = isUntold(enrolled)
        guard isUntold || enrolled.enrollment.matchKey == Match.key(of: event, per: nil) else { return }
        guard !isTaken(key, work, account) else {
            if isUntold {
                account.enrollments[index].enrollment.end(Self.answered, at: now)
                account.enrollments[index].hasLeft = true
            }
            return
        }
        rename(enrolled.enrollment.matchKey, key, work, &account)
        account.enrollments[index].enrollment.matchKey = key
        guard !isTaken(key, work, account) else { return }
        account.standings.append(
            Standing(
                playbookID: work.id, matchKey: key, eventID: event.id, since: enrolled.enrollment.enteredAt,
                verdict: .enrolled, reason: "", enrollmentID: enrolled.enrollment.id, isSettled: true))
    }

    private func isTaken(_ key: String, _ work: PlaybookAtWork, _ account: Account) -> Bool {
        account.standings.contains { $0.playbookID == work.id && $0.matchKey == key }
    }

    private func rename(_ key: String, _ other: String, _ work: PlaybookAtWork, _ account: inout Account) {
        for index in account.standings.indices
        where account.standings[index].playbookID == work.id && account.standings[index].matchKey == key {
            account.standings[index].matchKey = other
        }
        account.changes.renamed.append((work.id, key, other))
    }

    /// Whether nothing that an enrollment says has left.
    func isUntold(_ enrolled: Account.Enrolled) -> Bool {
        let enrollment = enrolled.enrollment
        guard enrollment.isActive, !enrolled.isNew, let version = rules.versions[enrollment.versionID] else {
            return false
        }
        let steps = version.playbook.steps(of: enrollment.variant)
        guard !steps.prefix(enrollment.step).contains(where: \.isSend) else { return false }
        guard enrollment.hasBegun, enrollment.dueAt == nil else { return true }
        return enrolled.otherOpenTouches == 0 && enrolled.waiting.contains { !$0.state.isSettled && !$0.isAmbiguous }
    }
}
