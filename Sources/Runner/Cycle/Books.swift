package import Decisions
import Playbooks

/// The check that a plan adds up before anything of it is written.
package struct Books: Sendable {
    /// Counted where the accounts were matched.
    package var matched: [String: Int] = [:]
    /// Counted where the verdicts were given.
    package var verdicts: [String: [Verdict: Int]] = [:]
    /// Enrollments that the verdicts admit, and enrollments that the plan begins.
    package var admitted = 0
    package var begun = 0
    /// Touches planned, those of them that belong to an enrollment that moves, and distinct unique keys.
    package var touches = 0
    package var owned = 0
    package var distinct = 0

    package init() {}

    init(_ tally: Tally, _ turns: [Turn]) {
        for turn in turns {
            guard let found = tally.playbooks[turn.id] else { continue }
            matched[turn.playbook.name] = found.matched
            verdicts[turn.playbook.name] = found.verdicts
            admitted += found.admitted
            begun += found.begun
        }
        (touches, owned, distinct) = (tally.touches, tally.owned, tally.distinct)
    }

    /// What does not add up; empty when the books balance.
    package var errors: [String] {
        var errors: [String] = []
        for (playbook, count) in matched.sorted(by: { $0.key < $1.key }) {
            let sum = (verdicts[playbook] ?? [:]).values.reduce(0, +)
            if sum != count { errors.append("\(playbook): \(count) accounts matched, but \(sum) have a verdict") }
        }
        if admitted != begun { errors.append("\(admitted) accounts are admitted, but \(begun) enrollments begin") }
        if touches != owned { errors.append("\(touches) touches are planned, but \(owned) belong to an enrollment") }
        if touches != distinct { errors.append("\(touches) touches are planned, but only \(distinct) are distinct") }
        return errors
    }
}

/// A cycle whose books do not balance; it has changed nothing.
package struct UnbalancedBooks: Error, CustomStringConvertible {
    package var errors: [String]

    package var description: String {
        "the books do not balance, so nothing was changed: \(errors.joined(separator: "; "))"
    }
}
