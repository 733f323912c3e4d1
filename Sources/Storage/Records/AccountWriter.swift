package import Decisions
package import Playbooks

/// Writes what a cycle has decided about accounts; part of a write transaction.
///
/// Every row has a unique key, so that a cycle that was killed half-way is decided again by the next one, which finds
/// what is already there.
package struct AccountWriter {
    private let now: Instant
    private let cycle: Int64
    private let stages: StageRecords
    private let enrollments: EnrollmentRecords
    private let standings: StandingRecords
    private let touches: TouchRecords

    package init(_ connection: Connection, cycle: Int64, now: Instant) {
        self.now = now
        self.cycle = cycle
        stages = StageRecords(connection)
        enrollments = EnrollmentRecords(connection)
        standings = StandingRecords(connection)
        touches = TouchRecords(connection)
    }

    package func write(_ account: Account) throws {
        if let move = account.stageMove { try stages.write(move, of: account.id, now: now) }
        for (experiment, assignment) in account.changes.assignments {
            try standings.assign(assignment, experiment, of: account.id, at: now)
        }
        var begun: [Begun: Int64] = [:]
        for enrolled in account.enrollments where enrolled.isChanged {
            guard let id = try write(enrolled, of: account.id) else { continue }
            if enrolled.isNew {
                begun[Begun(playbook: enrolled.enrollment.playbookID, key: enrolled.enrollment.matchKey)] = id
            }
        }
        for standing in account.changes.decisions {
            try standings.decide(standing, of: account.id, cycle: cycle, at: now)
        }
        for standing in account.changes.standings {
            let id = begun[Begun(playbook: standing.playbookID, key: standing.matchKey)] ?? standing.enrollmentID
            try standings.write(standing, of: account.id, enrollment: id)
        }
        for playbook in account.changes.becameFalse {
            try standings.becomeFalse(playbook, of: account.id, at: now)
        }
        for playbook in account.changes.ended { try standings.end(playbook, of: account.id) }
    }

    private struct Begun: Hashable {
        var playbook: Int64
        var key: String
    }

    /// - Returns: the id of the enrollment; nil when another has its place.
    private func write(_ enrolled: Account.Enrolled, of account: Int64) throws -> Int64? {
        let enrollment = enrolled.enrollment
        guard let id = try enrollment.id ?? enrollments.insert(enrollment, of: account) else { return nil }
        if let stored = enrolled.stored {
            var moved = stored
            moved.goalAt = enrollment.goalAt
            if moved != enrollment { try enrollments.update(enrollment, id: id) }
        }
        if let at = enrolled.reachedGoal { try enrollments.reachGoal(id, of: account, at: at) }
        for goal in enrolled.reachedAlso {
            try enrollments.reachSecondaryGoal(goal.name, id, of: account, at: goal.at)
        }
        for passage in enrolled.passages {
            try enrollments.addPassage(passage.step, passage.result, id, of: account, at: now)
        }
        for touch in enrolled.made { try touches.insert(touch, of: enrollment, id: id, account: account, now: now) }
        if enrolled.hasLeft {
            try touches.cancel(of: id, because: enrollment.endReason ?? "", now: now)
        } else {
            for (touch, stored) in zip(enrolled.waiting, enrolled.storedWaiting) where touch != stored {
                try touches.update(touch, now: now)
            }
        }
        return id
    }
}
