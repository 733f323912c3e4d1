package import Playbooks
package import Storage

/// What must be right before anything is planned on real data: the database is no copy, it has not slept while touches
/// became overdue, and nobody has set the clock.
///
/// Where it is not, everything is paused with the reason, until a person resumes it. Simulations pass.
package struct Wakefulness {
    private let store: Store
    private let safety: Safety
    private var clock = ClockGuard(last: nil)
    /// The reading that the database holds; another one is a person's, or what channels answered.
    private var written: String?
    /// Whether a person has taken the clock as right since the last look.
    private(set) var wasSet = false

    package init(store: Store, workspace: Workspace) {
        self.store = store
        safety = Safety(workspace.configuration.safety)
    }

    /// At the start of a process that plans and sends; answers why everything is paused by it, or nil.
    ///
    /// - Parameters:
    ///   - id: a name that no other start ever has.
    ///   - log: the list of requests beside the database.
    package mutating func begin(_ reading: ClockReading, id: String, _ log: SendLog) throws -> String? {
        if try store.read({ try Meta.isSimulation($0) }) {
            try Instance.renew(store, id: id)
            return nil
        }
        clock = ClockGuard(last: try store.read { try Meta.clock.read($0) }.flatMap { ClockReading(text: $0) })
        let last = clock.last
        var reasons: [String] = []
        if case .doubtful(let doubt) = try Instance.check(store, listed: log.count) {
            reasons.append(doubt)
            let hasOwnLog = try Instance.hasOwnLog(store, listed: log.count)
            try store.write {
                try Doubt(reason: doubt, hasOwnLog: hasOwnLog).write(gap: .random(in: LostSends.gaps), $0)
            }
        } else if try store.read({ try Doubt($0) }) == nil {
            try log.fill(to: store.read { try Meta.sentCount($0) })
        }
        if let jump = clock.check(reading) {
            reasons.append(jump)
        } else if last?.boot != reading.boot, let doubt = try store.read({ try Pauses($0).all }), Self.isClock(doubt) {
            // After a start of the machine nothing tells whether the clock has been put right: that stays so at the next
            // start of the program.
            reasons.append(doubt)
            clock = ClockGuard(last: last)
        }
        if reasons.isEmpty, let reason = try asleep(lastAlive: last?.wall, now: reading.wall) { reasons.append(reason) }
        try Instance.renew(store, id: id)
        return try record(reading, reasons)
    }

    private func asleep(lastAlive: Instant?, now: Instant) throws -> String? {
        guard let limit = safety.rules.asleep else { return nil }
        return try store.read { connection in
            safety.asleep(
                lastAlive: lastAlive, usualGap: try CycleRecords.usualGap(connection),
                touches: try Outbox(connection).overdue(by: limit, now: now),
                steps: try EnrollmentRecords(connection).overdue(by: limit, now: now), now: now)
        }
    }

    /// Again and again while the process lives, at least every few minutes and at its end.
    package mutating func stay(_ reading: ClockReading) throws -> String? {
        if try store.read({ try Meta.isSimulation($0) }) { return nil }
        let known = try store.read { try Meta.clock.read($0) }
        let isOthers = known != nil && known != written
        if isOthers, let known {
            clock = ClockGuard(last: ClockReading(text: known))
        }
        let doubt = clock.check(reading)
        // A person takes the present as right; what the answers of channels say is another time.
        wasSet = isOthers && doubt == nil
        try Instance.note(store)
        // It stays as it was told.
        if doubt != nil, !isOthers, let told = try store.read({ try Pauses($0).all }), Self.isClock(told) {
            return told
        }
        do {
            return try record(reading, doubt.map { [$0] } ?? [], unlessOtherThan: .some(known))
        } catch is ClockWasSet {
            return try stay(reading)
        }
    }

    /// A person has set the clock since it was looked at: it is looked at again.
    private struct ClockWasSet: Error {}

    /// - Parameter known: the reading that the database must still hold; nil for whatever it holds.
    private mutating func record(
        _ reading: ClockReading, _ reasons: [String], unlessOtherThan known: String?? = nil
    ) throws -> String? {
        let reason = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        let trusted = (clock.last ?? reading).text
        try store.write { connection in
            if let known, try Meta.clock.read(connection) != known { throw ClockWasSet() }
            try Meta.clock.write(trusted, connection)
            let pause = try Pauses(connection).all
            let author = Author(from: .runner, at: reading.wall)
            if let reason {
                // A person's pause stays when the clock is right again.
                if pause == nil {
                    try author.pause("all", because: reason, connection)
                } else if pause.map(Self.isClock) == true {
                    try Pauses.set("all", reason: reason, at: reading.wall, connection)
                } else if !Self.isClock(reason), let pause, !pause.contains(reason) {
                    try author.pause("all", because: "\(reason); before that: \(pause)", connection)
                }
            } else if clock.last == reading, let pause, Self.isClock(pause) {
                // The clock is back where it belongs, and nothing was decided meanwhile.
                _ = try author.resume("all", because: "the clock is right again", connection)
            }
        }
        written = trusted
        return reason
    }

    /// Whether a pause is about nothing but the clock.
    package static func isClock(_ reason: String) -> Bool { reason.hasPrefix("clock: ") }
}
