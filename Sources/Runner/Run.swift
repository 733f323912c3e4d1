import Decisions
package import Playbooks

/// One run: a cycle, the sending of what is due, and what follows at once on what was sent.
///
/// A step without a wait before it, and an event that waited for the enrollment before it to end, do not wait for the next
/// run: with one run a day they would be late, or too old.
package struct Run {
    private let cycle: Cycle
    private let worker: Worker

    package init(_ cycle: Cycle, sending worker: Worker) {
        self.cycle = cycle
        self.worker = worker
    }

    /// - Throws: `CycleStopped` when somebody asked for the end before anything was decided.
    package func at(_ now: Instant) throws -> (cycle: CycleReport, sending: DrainReport) {
        let last = try cycle.simulatedClock()
        var report = try cycle.run(now: now)
        if let last, last < now { try cycle.letTimePass(now - last) }
        var sending = try worker.drain(now: now)
        var settled = 0
        while sending.settled > settled, !sending.wasInterrupted, !cycle.isStopped() {
            settled = sending.settled
            do {
                let next = try cycle.run(now: now, matching: .due, isChanged: false)
                guard next.isNews else { break }
                report.add(next)
                // Whom an exclusive playbook has let go is free for the others now, and not only with the next run.
                if next.ended > 0, cycle.hasExclusive { report.add(try cycle.run(now: now, isChanged: false)) }
            } catch is CycleStopped {
                break
            }
            sending = try worker.drain(now: now)
        }
        return (report, sending)
    }
}
