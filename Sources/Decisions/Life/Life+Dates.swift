import Playbooks

extension Life {
    /// What became of a date for which the messages of a step have waited, and which moves while they wait for their window.
    enum DateMove: Equatable {
        case ahead(Instant, reason: String)
        case reached
        case over(String)
    }

    /// Lets the step behind a wait for a date follow it, until its messages leave; nil where the date stands.
    func followDate(_ account: inout Account, _ index: Int, _ version: Version) -> DateMove? {
        let enrollment = account.enrollments[index].enrollment
        guard enrollment.hasBegun, enrollment.dueAt == nil, let met = enrollment.beganAt,
            let date = version.playbook.steps(of: enrollment.variant).date(before: enrollment.step)
        else { return nil }
        func ahead(_ moment: Instant) -> DateMove {
            .ahead(moment, reason: "\(date.term.text) has moved to \(rules.zone.day(of: moment))")
        }
        let questions = questions(account, index, version)
        guard questions.isFresh([date.term]), let (start, end) = rules.zone.span(of: questions.value(date.term, now)),
            met < start || met >= end
        else { return met > now ? ahead(met) : nil }
        if end <= now {
            guard date.sendsLate else {
                return .over("\(date.term.text) has moved to \(rules.zone.day(of: start)), which is over")
            }
            guard met > now else { return nil }
        }
        let begins = max(start, min(met, now))
        account.enrollments[index].enrollment.beganAt = begins
        return begins > now ? ahead(begins) : .reached
    }

    /// Lets a touch wait for where its date has moved; what a person sends again of a step that is over goes out.
    ///
    /// - Returns: whether there is more to be done about it now.
    func move(_ touch: inout Touch, _ date: DateMove, _ enrollment: Enrollment, _ version: Version) -> Bool {
        let steps = version.playbook.steps(of: enrollment.variant)
        guard steps.indices.contains(enrollment.step), steps[enrollment.step].id == touch.step, !touch.isAmbiguous
        else {
            return true
        }
        switch date {
        case .ahead(let moment, let reason):
            (touch.notBefore, touch.reason) = (moment, reason)
            touch.expiresAt = moment + version.playbook.expires
            return false
        case .reached: (touch.notBefore, touch.reason) = (min(touch.notBefore, now), nil)
        case .over(let reason):
            (touch.state, touch.reason) = (.expired, reason)
            return false
        }
        return true
    }
}
