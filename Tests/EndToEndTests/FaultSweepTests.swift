import Foundation
import NIOConcurrencyHelpers
import Reliability
import Testing

/// A disk that fails, and a database that others lock, at each step of a run.
@Suite struct FaultSweepTests {
    /// So many that they are rows at once, and so many that they are journaled.
    private static let sizes = [12, 400]

    /// Each run is on a copy of one workspace that is about to send.
    @Test(.enabled(if: FailingDisk.library != nil, "a failing disk needs a C compiler"), arguments: sizes)
    func aDiskThatFailsAtAnyStepSendsNothingThatIsNotOnRecord(touches: Int) throws {
        let endpoint = try Endpoint()
        let origin = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 64 }"])
        try origin.importAccounts(touches)
        let sound = try Scratch(copyOf: origin)
        let clean = try FailingDisk.run(["run"], in: sound, at: 0)
        #expect(clean.code == 0, "\(clean)")
        let calls = try FailingDisk.calls(in: sound)
        #expect(calls > 20)

        let steps = Array(1...calls + 2)
        let short = stride(from: 1, through: steps.count, by: max(1, steps.count / 9)).map { ($0, $0 % 2 == 0) }
        let long = steps.flatMap { [($0, false), ($0, true)] }
        let sweep = Array(long.shuffled().prefix(Rounds.count(0, long: long.count)))
        var (failed, unknown) = (0, 0)
        for (step, isLasting) in sweep.isEmpty ? short : sweep {
            let scratch = try Scratch(copyOf: origin)
            let before = endpoint.count
            let code = step % 3 == 0 ? ENOSPC : EIO
            let outcome = try FailingDisk.run(["run"], in: scratch, at: step, code: code, isLasting: isLasting)
            let place = "call \(step) of \(calls), errno \(code), lasting: \(isLasting): \(outcome)"
            #expect(outcome.code == 0 || outcome.code == 1, "\(place)")
            if outcome.code == 1 {
                failed += 1
                #expect(outcome.complaints.contains("keeptouch: error: "), "\(place)")
            }
            #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]], "\(place)")
            let last = try scratch.keeptouch("run")
            #expect(last.code == 0 || last.code == 1, "\(place): \(last)")

            let requests = try endpoint.requests(since: before)
            let arrived = Set(requests.map(\.touch))
            #expect(arrived.count == requests.count, "a touch was sent twice: \(place)")
            let states = try scratch.states()
            #expect(
                states["sent", default: 0] + states["unknown", default: 0] == touches, "\(states): \(place)")
            let sent = try Set(scratch.query("SELECT id FROM touch WHERE state = 'sent'").compactMap { Int64($0[0]) })
            #expect(sent.isSubset(of: arrived), "\(place)")
            unknown += states["unknown", default: 0]
        }
        #expect(failed > 2, "the disk hardly ever failed")
        Rounds.tell(
            (sweep.isEmpty ? short : sweep).count,
            "EIO, ENOSPC at writes, syncs, truncations: \(failed) runs failed, 0 lost, 0 twice, \(unknown) unknown")
    }

    @Test(arguments: [40, 400]) func aDatabaseThatOthersLockAgainAndAgainIsWaitedFor(touches: Int) throws {
        let endpoint = try Endpoint()
        var locks = 0
        let rounds = Rounds.count(2, long: 100)
        for _ in 0..<rounds {
            let scratch = try Scratch(
                small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 64 }"])
            try scratch.importAccounts(touches)
            let before = endpoint.count
            let other = try Database(path: scratch.database)
            let isOver = NIOLockedValueBox(false)
            let count = NIOLockedValueBox(0)
            let done = DispatchSemaphore(value: 0)
            Thread {
                while !isOver.withLockedValue({ $0 }) {
                    if (try? other.execute("BEGIN IMMEDIATE")) != nil {
                        count.withLockedValue { $0 += 1 }
                        usleep(UInt32.random(in: 500...20_000))
                        try? other.execute("COMMIT")
                    }
                    usleep(UInt32.random(in: 500...10_000))
                }
                done.signal()
            }.start()
            let outcome = try scratch.keeptouch("run")
            isOver.withLockedValue { $0 = true }
            done.wait()
            #expect(outcome.code == 0, "\(outcome)")
            #expect(try scratch.states() == ["sent": touches])
            #expect(try Set(endpoint.requests(since: before).map(\.touch)).count == touches)
            locks += count.withLockedValue { $0 }
        }
        #expect(locks > 2)
        Rounds.tell(rounds, "BUSY: \(locks) foreign locks, 0 lost, 0 twice")
    }
}
