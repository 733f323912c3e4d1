import Foundation
import Reliability
import Testing

/// A runner that stands still while another takes over, and then wakes.
@Suite struct FrozenRunnerTests {
    @Test func aRunnerThatOnlySleepsKeepsItsTouches() throws {
        let endpoint = try Endpoint(["--delay", "50"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
        try scratch.importAccounts(12)
        let sleeper = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 2))
        try freeze(sleeper, scratch)
        let second = try scratch.keeptouch("run")
        #expect(second.code == 1 && second.complaints.contains("is already running the playbooks"), "\(second)")
        sleeper.signal(SIGCONT)
        #expect(sleeper.wait().code == 0)
        #expect(try scratch.states() == ["sent": 12])
        #expect(try endpoint.stop().count == 12)
    }

    /// Nobody may take the lock on writing from it: it falls asleep in between two transactions.
    private func freeze(_ sleeper: RunningProgram, _ scratch: Scratch) throws {
        sleeper.freeze()
        while try !isFree("keeptouch.db.write.lock", in: scratch) {
            sleeper.signal(SIGCONT)
            usleep(1_000)
            sleeper.freeze()
        }
    }

    /// On one machine the lock keeps a second runner out as long as the first one lives. It is taken away here, as it is
    /// when somebody deletes the file, so that only the fences are left.
    @Test func aRunnerThatWakesAfterItsTouchesWereTakenChangesNothing() throws {
        let rounds = Rounds.count(3, long: 100)
        var (done, stale) = (0, 0)
        while done < rounds {
            let endpoint = try Endpoint(["--delay", "40"])
            let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
            try scratch.importAccounts(30)
            let sleeper = try RunningProgram(["run"], in: scratch.folder)
            #expect(endpoint.waits(forRequests: Int.random(in: 1...12)))
            try freeze(sleeper, scratch)
            try scratch.remove("keeptouch.db.runner.lock")
            let heir = try scratch.keeptouch("run")
            #expect(heir.code == 0 || heir.code == 1, "\(heir)")
            let settled = try ledger(scratch)
            #expect(settled.allSatisfy { ["sent", "unknown"].contains($0[1]) }, "\(heir) \(settled)")
            stale += settled.count { $0[1] == "unknown" }
            let before = endpoint.count

            sleeper.signal(SIGCONT)
            let end = sleeper.wait()
            #expect(end.code == 0 || end.code == 1, "\(end)")
            #expect(try ledger(scratch) == settled, "the one that woke changed something")
            let late = try Set(endpoint.requests(since: before).map { "\($0.touch)" })
            let requests = try endpoint.stop()
            // What was on record as under way when it fell asleep may leave now; nobody else has sent it.
            let unknown = Set(settled.filter { $0[1] == "unknown" }.map { $0[0] })
            #expect(late.isSubset(of: unknown), "the one that woke sent something")
            #expect(Set(requests.map(\.touch)).count == requests.count, "a touch was sent twice")
            #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
            done += 1
        }
        Rounds.tell(done, "\(stale) touches taken from the frozen runner, 0 rows changed by it, 0 sent twice")
    }

    /// Whether nobody holds a lock file.
    private func isFree(_ name: String, in scratch: Scratch) throws -> Bool {
        let file = try FileHandle(forUpdating: scratch.folder.appendingPathComponent(name))
        defer { try? file.close() }
        return flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0
    }

    private func ledger(_ scratch: Scratch) throws -> [[String]] {
        try scratch.query(
            """
            SELECT t.id, t.state, t.fence, t.attempts, t.settled_at, t.error, count(a.number), max(a.result), max(a.ended_at)
            FROM touch AS t LEFT JOIN attempt AS a ON a.touch_id = t.id GROUP BY t.id ORDER BY t.id
            """)
    }
}
