package import Decisions
package import Playbooks

/// Writes the decisions of a cycle about accounts; part of a write transaction.
///
/// Every row has a unique key, so that a cycle that was killed half-way is decided again by the next one, which finds
/// the rows that are already there.
package struct AccountWriter {
    private let connection: Connection
    private let now: Instant
    private let cycle: Int64
    private let stages: StageRecords
    private let enrollments: EnrollmentRecords
    private let standings: StandingRecords
    private let touches: TouchRecords
    private let attributes: AttributeRecords
    private let changes: ChangeRecords

    package init(_ connection: Connection, cycle: Int64, now: Instant, currency: String) {
        self.connection = connection
        self.now = now
        self.cycle = cycle
        stages = StageRecords(connection)
        enrollments = EnrollmentRecords(connection)
        standings = StandingRecords(connection)
        touches = TouchRecords(connection)
        changes = ChangeRecords(connection)
        attributes = AttributeRecords(connection, currency: currency)
    }

    /// Rows that are inserted together, as values in the order of their table's columns.
    private struct Rows {
        var assignments: [SQLValue] = []
        var touches: [SQLValue] = []
        var decisions: [SQLValue] = []
        var standings: [SQLValue] = []
        var changes: [SQLValue] = []
    }

    package func write(_ accounts: [Account]) throws {
        // By their indexes: an account is large, and taking it out of the list copies it.
        let changed = accounts.indices.filter { accounts[$0].isChanged }
        guard !changed.isEmpty else { return }
        var rows = Rows()
        let risks = try changes.risks()
        // Who leaves makes room for who begins: an account is in a playbook once at a time.
        for index in changed { try writeKnown(accounts[index], &rows) }
        let begun = try enrollments.insert(
            changed.flatMap { index in
                accounts[index].enrollments.lazy.filter(\.isNew).map { (accounts[index].id, $0.enrollment) }
            })
        for index in changed {
            try writeBegun(accounts[index], begun, &rows)
            let account = accounts[index]
            rows.changes +=
                ChangesOfDay(account, risks: risks, now: now) {
                    begun[EnrollmentRecords.Key(account: account.id, playbook: $0)] != nil
                }.values
        }
        try StandingRecords.assignmentInsertion.insert(rows.assignments, connection)
        try TouchRecords.insertion.insert(rows.touches, connection)
        try StandingRecords.decisionInsertion.insert(rows.decisions, connection)
        try StandingRecords.insertion.insert(rows.standings, connection)
        try ChangeRecords.insertion.insert(rows.changes, connection)
    }

    private func writeKnown(_ account: Account, _ rows: inout Rows) throws {
        if let move = account.stageMove { try stages.write(move, of: account.id, now: now) }
        for (experiment, assignment) in account.changes.assignments {
            rows.assignments += StandingRecords.assignment(assignment, experiment, of: account.id, at: now)
        }
        for (playbook, key, other) in account.changes.renamed {
            try standings.rename(key, other, of: playbook, account: account.id)
        }
        for enrolled in account.enrollments where enrolled.isChanged {
            if let id = enrolled.enrollment.id { try write(enrolled, id, of: account.id, &rows) }
        }
        for playbook in account.changes.becameFalse {
            try standings.becomeFalse(playbook, of: account.id, at: now)
        }
        for playbook in account.changes.ended { try standings.end(playbook, of: account.id) }
    }

    private func writeBegun(
        _ account: Account, _ begun: [EnrollmentRecords.Key: Int64], _ rows: inout Rows
    ) throws {
        func id(_ playbook: Int64) -> Int64? { begun[EnrollmentRecords.Key(account: account.id, playbook: playbook)] }
        for enrolled in account.enrollments where enrolled.isNew {
            // Nil when another enrollment has its place.
            guard let id = id(enrolled.enrollment.playbookID) else { continue }
            try write(enrolled, id, of: account.id, &rows)
        }
        for standing in account.changes.decisions {
            rows.decisions += StandingRecords.decision(standing, of: account.id, cycle: cycle, at: now)
        }
        for standing in account.changes.standings {
            let isBegun = account.enrollments.contains {
                $0.isNew && $0.enrollment.playbookID == standing.playbookID
                    && $0.enrollment.matchKey == standing.matchKey
            }
            rows.standings += StandingRecords.values(
                standing, of: account.id,
                enrollment: (isBegun ? id(standing.playbookID) : nil) ?? standing.enrollmentID)
        }
    }

    private func write(_ enrolled: Account.Enrolled, _ id: Int64, of account: Int64, _ rows: inout Rows) throws {
        let enrollment = enrolled.enrollment
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
        for change in enrolled.written { try attributes.write(change, of: account, at: now) }
        for touch in enrolled.made {
            rows.touches += TouchRecords.values(touch, of: enrollment, id: id, account: account, now: now)
        }
        if enrolled.hasLeft {
            try touches.cancel(of: id, because: enrollment.endReason ?? "", now: now)
        } else {
            for (touch, stored) in zip(enrolled.waiting, enrolled.storedWaiting) where touch != stored {
                try touches.update(touch, now: now)
            }
        }
    }
}
