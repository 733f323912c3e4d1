import Foundation
import Testing

/// A database that was put back, copied or moved while its messages were leaving.
@Suite struct RestoreTests {
    private func backUp(_ scratch: Scratch, to name: String) throws {
        _ = try scratch.query("VACUUM INTO '\(scratch.folder.path)/\(name)'")
    }

    /// As an engineer does it: the file goes over the old one, whose log goes.
    private func putBack(_ name: String, _ scratch: Scratch) throws {
        for ending in ["-wal", "-shm"] { try? scratch.remove("keeptouch.db" + ending) }
        let data = try Data(contentsOf: scratch.folder.appendingPathComponent(name))
        try data.write(to: scratch.folder.appendingPathComponent("keeptouch.db"))
    }

    @Test func aBackUpOfEveryPhaseOfSendingThatIsPutBackSendsNothingTwice() throws {
        for phase in [1, 7, 15, 20] {
            let endpoint = try Endpoint(["--delay", "20"])
            let scratch = try Scratch(sendingTo: endpoint, accounts: 20)
            let runner = try RunningProgram(["run"], in: scratch.folder)
            #expect(endpoint.waits(forRequests: phase))
            try backUp(scratch, to: "backup.db")
            #expect(runner.wait().code == 0)
            #expect(endpoint.count == 20)
            try putBack("backup.db", scratch)

            let known = try scratch.states()["sent"] ?? 0
            let begun = try scratch.number("SELECT count(*) FROM attempt")
            let first = try scratch.keeptouch("run")
            // A back-up that knows of every request has nothing to be asked about.
            guard begun < 20 else {
                #expect(endpoint.count == 20)
                continue
            }
            #expect(first.code == 1 && first.complaints.contains("the database is older than its sending"), "\(first)")
            #expect(endpoint.count == 20)
            let refused = try scratch.keeptouch("resume", "all")
            #expect(refused.code == 1 && refused.complaints.contains("--as restored"), "\(refused)")
            let moved = try scratch.keeptouch("resume", "all", "--as", "moved")
            #expect(moved.code == 1 && moved.complaints.contains("it was not only moved"), "\(moved)")
            let resumed = try scratch.keeptouch("resume", "all", "--as", "restored")
            #expect(resumed.code == 0, "\(resumed)")
            // One that was killed when it had settled what it is, and nothing else.
            #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 1)
            #expect(try scratch.keeptouch("pause", "all").code == 0)
            #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
            for _ in 0..<3 { _ = try scratch.keeptouch("run") }
            #expect(endpoint.count == 20, "phase \(phase): something was sent twice")
            let states = try scratch.states()
            #expect(states["sent"] ?? 0 >= known)
            #expect((states["sent"] ?? 0) + (states["unknown"] ?? 0) == 20, "phase \(phase): \(states)")
            #expect(Set(states.keys).isSubset(of: ["sent", "unknown"]), "\(states)")
        }
    }

    @Test func whatWasMadeAfterTheBackUpIsNotSentAgainAndItsNumbersAreNotGivenAgain() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 5)
        try backUp(scratch, to: "backup.db")
        #expect(try scratch.keeptouch("run").code == 0)
        let before = try endpoint.requests(since: 0)
        #expect(before.count == 5)
        try putBack("backup.db", scratch)
        #expect(try scratch.keeptouch("run").code == 1)
        #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
        // The same accounts match again, and a sixth one that nobody has written to.
        try scratch.write(
            "more.csv", "key,name,seats,contact_email,contact_name\nlater,Later,5,later@x.example,Lou Later\n")
        #expect(try scratch.keeptouch("import", "accounts", "more.csv").code == 0)
        _ = try scratch.keeptouch("run")
        let after = try endpoint.requests(since: 5)
        #expect(after.count == 1, "\(after.map(\.body))")
        #expect(Set(after.map(\.touch)).isDisjoint(with: before.map(\.touch)))
        #expect(Set(after.compactMap(\.key)).isDisjoint(with: before.compactMap(\.key)))
        #expect(try scratch.states() == ["sent": 1, "unknown": 5])
        // Nor are those that links and delivery events name besides.
        for table in ["account", "contact", "enrollment", "touch"] {
            #expect(try scratch.number("SELECT max(id) FROM \(table)") > 1_000_000, "\(table)")
        }
    }

    /// The whole folder is put back, with the list of requests: nothing tells that the second message has left.
    @Test func theNextStepOfARunningEnrollmentIsInDoubtWhenTheListOfRequestsCameBack() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        try scratch.replace(
            "  - in_app: hello.md\n", with: "  - in_app: hello.md\n  - wait: 1s\n  - in_app: hello.md\n",
            in: "playbooks/hello/playbook.yaml")
        _ = try scratch.keeptouch("run")
        let saved = try Scratch(copyOf: scratch)
        let deadline = Date(timeIntervalSinceNow: 60)
        while endpoint.count < 6, Date() < deadline { _ = try scratch.keeptouch("run") }
        #expect(endpoint.count == 6)
        // What the first run of all left unsent would hide it.
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: scratch.folder.path) where name.hasPrefix("keeptouch.db") {
            try scratch.remove(name)
        }
        for name in try files.contentsOfDirectory(atPath: saved.folder.path) where name.hasPrefix("keeptouch.db") {
            try files.copyItem(
                at: saved.folder.appendingPathComponent(name), to: scratch.folder.appendingPathComponent(name))
        }
        #expect(try scratch.keeptouch("run").code == 1)
        #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
        for _ in 0..<3 { _ = try scratch.keeptouch("run") }
        #expect(endpoint.count == 6, "something was sent twice")
        #expect(try scratch.states()["unknown"] == 3)
        #expect(try scratch.keeptouch("touches", "--state", "unknown").output.contains("may have left"))
    }

    @Test func afterARestoreTheMessageOfAnotherEventIsSent() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 4)
        try scratch.replace("when: seats > 1", with: "on: report_made", in: "playbooks/hello/playbook.yaml")
        // Registers the playbook: what was before it went live triggers nothing.
        #expect(try scratch.keeptouch("run").code == 0)
        try backUp(scratch, to: "backup.db")
        // To the millisecond, after the playbook went live.
        let times = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let (at, later) = (Date().formatted(times), Date().addingTimeInterval(0.002).formatted(times))
        func bring(_ named: [String], _ dated: [String]) throws {
            try scratch.write("named.csv", "account,event,at,id\n" + named.map { $0 + "\n" }.joined())
            try scratch.write("dated.csv", "account,event,at\n" + dated.map { $0 + "\n" }.joined())
            for file in ["named.csv", "dated.csv"] {
                let imported = try scratch.keeptouch("import", "events", file)
                #expect(imported.code == 0, "\(imported)")
            }
        }
        try bring(
            ["a1,report_made,\(at),r1", "a2,report_made,\(at),r2"], ["a3,report_made,\(at)", "a4,report_made,\(at)"])
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 4)
        try putBack("backup.db", scratch)
        #expect(try scratch.keeptouch("run").code == 1)
        #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
        // Two events come again, two accounts have another one.
        try bring(
            ["a1,report_made,\(at),r1", "a2,report_made,\(at),r3"], ["a3,report_made,\(at)", "a4,report_made,\(later)"])
        _ = try scratch.keeptouch("run")
        #expect(
            try scratch.query(
                "SELECT a.key, t.state FROM touch t JOIN account a ON a.id = t.account_id ORDER BY a.key")
                == [["a1", "unknown"], ["a2", "sent"], ["a3", "unknown"], ["a4", "sent"]])
        #expect(endpoint.count == 6)
        // Whoever has looked says it of all at once.
        #expect(
            try scratch.keeptouch("resolve", "unknown", "sent", "--playbook", "hello").output == "2 touches: sent.\n")
        #expect(try scratch.states() == ["sent": 4])
        #expect(try scratch.keeptouch("resolve", "unknown", "sent").output == "No touch is unknown.\n")
        let wrong = try scratch.keeptouch("resolve", "7", "sent", "--playbook", "hello")
        #expect(wrong.code == 64 && wrong.complaints.contains("a number names one"), "\(wrong)")
    }

    @Test func aLogThatLostItsEndIsNoticed() throws {
        let endpoint = try Endpoint(["--delay", "20"])
        let scratch = try Scratch(sendingTo: endpoint, accounts: 20)
        // The playbook and its matches are in the file, the sending in the log alone.
        try scratch.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let runner = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 10))
        runner.signal(SIGKILL)
        _ = runner.wait()
        let left = endpoint.count
        try scratch.remove("keeptouch.db-wal")
        try? scratch.remove("keeptouch.db-shm")
        let next = try scratch.keeptouch("run")
        #expect(next.code == 1 && next.complaints.contains("the database is older than its sending"), "\(next)")
        // The four that were on the wire may have come after the count.
        #expect(endpoint.count <= left + 4, "it sent though its log had lost its end")
        let touches = try endpoint.requests(since: 0).map(\.touch)
        #expect(Set(touches).count == touches.count)
    }

    @Test func aListThatLostItsEndHoldsEveryPlaybookAfterARestore() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 8)
        try backUp(scratch, to: "backup.db")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 8)
        let list = scratch.folder.appendingPathComponent("keeptouch.db.sent")
        try Data(contentsOf: list).prefix(34 * 4).write(to: list)
        try putBack("backup.db", scratch)
        #expect(try scratch.keeptouch("run").code == 1)
        let resumed = try scratch.keeptouch("resume", "all", "--as", "restored")
        #expect(resumed.code == 0 && resumed.output.contains("each playbook is held"), "\(resumed)")
        let held = try scratch.keeptouch("run")
        #expect(held.code == 1 && held.output.contains("restored: nobody knows what has left"), "\(held)")
        #expect(endpoint.count == 8, "somebody was written to twice")
        // A person who has looked lets it go.
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        _ = try scratch.keeptouch("run")
        #expect(try scratch.states()["unknown"] == 3, "three are in the list, and are not sent again")
    }

    /// What becomes of the list of requests while the database is put back.
    enum Loss: CaseIterable {
        case cut, cutInARecord, emptied, missing, withoutItsHead, putBackToo, withAllMarks
    }

    private func lose(_ loss: Loss, _ scratch: Scratch, saved: Data) throws {
        let list = URL(fileURLWithPath: scratch.database + ".sent")
        let data = try Data(contentsOf: list)
        switch loss {
        case .cut: try data.prefix(34 * 4).write(to: list)
        case .cutInARecord: try data.prefix(34 * 4 + 9).write(to: list)
        case .emptied: try Data().write(to: list)
        case .missing: try FileManager.default.removeItem(at: list)
        case .withoutItsHead: try data.dropFirst(34).write(to: list)
        case .putBackToo: try saved.write(to: list, options: .atomic)
        case .withAllMarks:
            try FileManager.default.removeItem(at: list)
            try scratch.remove("keeptouch.db.instance")
        }
    }

    @Test(arguments: Loss.allCases)
    func aBackUpThatIsPutBackWhileItsListIsDamagedSendsNothingTwice(loss: Loss) throws {
        // All that was put back agrees where nothing left in between.
        for phase in loss == .putBackToo ? [2, 11] : [2, 11, 20] {
            let endpoint = try Endpoint(["--delay", "20"])
            let scratch = try Scratch(sendingTo: endpoint, accounts: 20)
            let runner = try RunningProgram(["run"], in: scratch.folder)
            #expect(endpoint.waits(forRequests: phase))
            try backUp(scratch, to: "backup.db")
            let saved = try Data(contentsOf: URL(fileURLWithPath: scratch.database + ".sent"))
            if phase < 20 { runner.signal(SIGKILL) }
            runner.wait()
            if phase < 20 { _ = try scratch.keeptouch("run") }
            let place = "\(loss) after \(phase)"
            try lose(loss, scratch, saved: saved)
            try putBack("backup.db", scratch)
            let count = endpoint.count
            var first = try scratch.keeptouch("run")
            if loss == .withoutItsHead {
                // What is no list may be anything: a person looks at it first.
                #expect(
                    first.code == 1 && first.complaints.contains("is no list of requests; move it away"), "\(first)")
                try scratch.remove("keeptouch.db.sent")
                first = try scratch.keeptouch("run")
            }
            #expect(first.code == 1 && first.complaints.contains("--as restored"), "\(place): \(first)")
            let resumed = try scratch.keeptouch("resume", "all", "--as", "restored")
            #expect(resumed.code == 0 && resumed.output.contains("each playbook is held"), "\(place): \(resumed)")
            for _ in 0..<2 { _ = try scratch.keeptouch("run") }
            #expect(try scratch.keeptouch("release", "hello").code == 0, "\(place)")
            for _ in 0..<2 { _ = try scratch.keeptouch("run") }
            #expect(endpoint.count == count, "\(place): something was sent twice")
            let states = try scratch.states()
            #expect(states["sent", default: 0] + states["unknown", default: 0] == 20, "\(place): \(states)")
            #expect(try Set(endpoint.requests(since: 0).map(\.touch)).count == count, "\(place)")
        }
    }

    /// People unsubscribe while somebody is asked what the database is.
    @Test func serveStaysUpOnABackUpThatWasPutBackBeforeItBegan() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        try backUp(scratch, to: "backup.db")
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 3)
        try putBack("backup.db", scratch)
        let serving = try Serving(scratch, ["--port", "0"])
        #expect(serving.tells(" ready"), "\(serving.log)")
        #expect(try scratch.keeptouch("status").output.contains("--as restored"))
        // A row that comes in wakes the planner, which looks at the list of requests again.
        try scratch.keeptouch("record", "a1", "report_made")
        #expect(try !serving.address().isEmpty)
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(endpoint.count == 3)
    }

    @Test func aDatabaseThatIsReplacedUnderServeStopsIt() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        try backUp(scratch, to: "backup.db")
        try scratch.remove("keeptouch.db")
        try FileManager.default.moveItem(
            at: scratch.folder.appendingPathComponent("backup.db"),
            to: scratch.folder.appendingPathComponent("keeptouch.db"))
        #expect(serving.tells("was replaced while it was open"))
        #expect(serving.end(SIGCONT) != 0)
    }

    /// SQLite's own way: the file stays, its content goes back.
    @Test func aBackUpThatIsRestoredUnderServeStopsIt() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 3)
        try scratch.replace("when: seats > 1", with: "on: report_made", in: "playbooks/hello/playbook.yaml")
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        try scratch.keeptouch("record", "a1", "report_made")
        #expect(endpoint.waits(forRequests: 1))
        try backUp(scratch, to: "backup.db")
        try scratch.keeptouch("record", "a2", "report_made")
        #expect(endpoint.waits(forRequests: 2))
        let shell = try RunningProgram(
            ["sqlite3", scratch.database, ".timeout 5000", ".restore \(scratch.folder.path)/backup.db"],
            of: "/usr/bin/env", in: scratch.folder)
        #expect(shell.wait().code == 0)
        #expect(serving.tells("a back-up was put back into it"), "\(serving.log)")
        #expect(serving.end(SIGCONT) != 0)
        try scratch.keeptouch("record", "a3", "report_made")
        #expect(try scratch.keeptouch("run").complaints.contains("the database is older than its sending"))
        #expect(endpoint.count == 2)
    }

    /// Rows that come in before anybody has said what the database is, and the same back-up put back again.
    @Test func noNumberIsGivenTwiceHoweverOftenABackUpIsPutBack() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(sendingTo: endpoint, accounts: 2)
        #expect(try scratch.keeptouch("run").code == 0)
        try backUp(scratch, to: "backup.db")
        var numbers: [String: Set<String>] = ["contact": [], "account": [], "touch": []]
        for round in 1...3 {
            let rows = (1...3).map { "r\(round)n\($0),New,3,n\($0)@r\(round).example,New Owner" }
            try scratch.write(
                "new.csv", "key,name,seats,contact_email,contact_name\n" + rows.joined(separator: "\n") + "\n")
            #expect(try scratch.keeptouch("import", "accounts", "new.csv").code == 0)
            if round > 1 {
                #expect(try scratch.keeptouch("status").output.contains("--as restored"))
                #expect(try scratch.keeptouch("resume", "all", "--as", "restored").code == 0)
                _ = try scratch.keeptouch("release", "hello")
            }
            #expect(try scratch.keeptouch("run").code == 0)
            for table in numbers.keys {
                let given = try scratch.query("SELECT id FROM \(table) WHERE id > 2").map { $0[0] }
                #expect(given.count == 3 && numbers[table]?.isDisjoint(with: given) == true, "\(table): \(given)")
                numbers[table]?.formUnion(given)
            }
            #expect(endpoint.count == 2 + 3 * round)
            try putBack("backup.db", scratch)
        }
    }
}
