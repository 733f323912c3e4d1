import Foundation
import Testing

/// `serve`, with people and imports at work beside it.
@Suite struct ServeTests {
    /// A workspace whose playbook answers an event at once, in the app.
    private func workspace(port: Int, channelLines: [String] = [], accounts: Int = 20) throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: port, channelLines: channelLines)
        try scratch.replace("when: seats > 1", with: "on: report_made\nif: event.score > 3", in: Self.playbook)
        try scratch.importAccounts(accounts)
        return scratch
    }

    /// To the millisecond: events before the playbook went live trigger nothing.
    private static var present: String {
        Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static let playbook = "playbooks/hello/playbook.yaml"

    @Test func anEventLeadsToAMessageWithinTwoSeconds() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"), "\(serving.log)")
        // The first times include what is done only once.
        for number in 1...5 {
            try scratch.keeptouch("record", "a\(number)", "report_made", "score=5")
            let recorded = ContinuousClock.now
            #expect(endpoint.waits(forRequests: number), "\(serving.log)")
            #expect(recorded.duration(to: .now) < .seconds(2), "\(serving.log)")
        }
        // Not every event is one that the playbook answers.
        try scratch.keeptouch("record", "a6", "report_made", "score=1")
        try scratch.keeptouch("record", "a7", "report_made", "score=4")
        #expect(endpoint.waits(forRequests: 6))
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(serving.log.contains("stopped"))
        #expect(try scratch.states() == ["sent": 6])
        #expect(try Set(endpoint.stop().map(\.touch)).count == 6)
    }

    @Test func aPortThatIsTakenIsSaidInWords() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        for option in ["--port", "--dashboard"] {
            let outcome = try scratch.keeptouch("serve", option, "\(endpoint.port)")
            #expect(outcome.code == 1 && outcome.complaints.contains("port \(endpoint.port) is taken"), "\(outcome)")
        }
        let elsewhere = try scratch.keeptouch("serve", "--port", "0", "--host", "192.0.2.1")
        #expect(elsewhere.code == 1 && elsewhere.complaints.contains("192.0.2.1 is no address"), "\(elsewhere)")
    }

    @Test func importsGoOnBesideItAndTheirEventsAreAnswered() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port, accounts: 2_000)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        let now = Self.present
        let rows = (1...2_000).map { "a\($0),report_made,\(now),\($0),\($0 % 2 == 0 ? 5 : 1)" }
        try scratch.write("events.csv", "account,event,at,id,score\n" + rows.joined(separator: "\n") + "\n")
        let outcome = try scratch.keeptouch("import", "events", "events.csv")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(endpoint.waits(forRequests: 1_000), "\(serving.log)")
        #expect(serving.end() == 0)
        #expect(try scratch.states() == ["sent": 1_000])
        #expect(try Set(endpoint.stop().map(\.touch)).count == 1_000)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aStopFinishesWhatIsUnderWay(signal: Int32) throws {
        let endpoint = try Endpoint(["--delay", "40"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
        try scratch.replace("when: seats > 1", with: "on: report_made", in: Self.playbook)
        try scratch.importAccounts(200)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        let now = Self.present
        let rows = (1...200).map { "a\($0),report_made,\(now),\($0)" }
        try scratch.write("events.csv", "account,event,at,id\n" + rows.joined(separator: "\n") + "\n")
        try scratch.keeptouch("import", "events", "events.csv")
        #expect(endpoint.waits(forRequests: 5))
        let asked = ContinuousClock.now
        #expect(serving.end(signal) == 0, "\(serving.log)")
        #expect(asked.duration(to: .now) < .seconds(10))
        let states = try scratch.states()
        #expect(Set(states.keys).isSubset(of: ["sent", "pending"]), "\(states)")
        #expect(states["sent"] == endpoint.count)

        // The next one goes on.
        let next = try Serving(scratch)
        #expect(endpoint.waits(forRequests: 200))
        #expect(next.end() == 0)
        #expect(try scratch.states() == ["sent": 200])
        #expect(try Set(endpoint.stop().map(\.touch)).count == 200)
    }

    /// Many clients hold every descriptor that there is; files that cannot be read are not gone.
    @Test func aServeThatMayOpenFewFilesTakesNoneForGoneAndStops() throws {
        let scratch = try Scratch(small: "in_app")
        let serving = try Serving(scratch, ["--port", "0"], descriptors: 96)
        #expect(serving.tells(" ready"), "\(serving.log)")
        let port = try #require(serving.port)
        let crowd = (0..<100).map { _ in connection(to: port) }
        try scratch.replace("There is news", with: "There are news", in: "playbooks/hello/hello.md")
        crowd.forEach { close($0) }
        try scratch.replace("There are news", with: "There were news", in: "playbooks/hello/hello.md")
        // Whatever could not be read meanwhile is read once it can be.
        #expect(serving.tells("files changed"), "\(serving.log)")
        let asked = ContinuousClock.now
        #expect(serving.end() == 0, "\(serving.log)")
        #expect(asked.duration(to: .now) < .seconds(10))
        #expect(try scratch.query("SELECT state FROM playbook") == [["live"]])
    }

    /// A client that connects and says nothing.
    private func connection(to port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    @Test func whoeverIsKilledLosesAndDoublesNothing() throws {
        let endpoint = try Endpoint(["--delay", "10"])
        let scratch = try Scratch(
            small: "email", port: endpoint.port,
            channelLines: ["limits: { in_flight: 4 }", "idempotency: { header: Idempotency-Key, lifetime: 24h }"])
        try scratch.replace("when: seats > 1", with: "on: report_made", in: Self.playbook)
        try scratch.importAccounts(300)
        // The playbook is live before its events come.
        let first = try Serving(scratch)
        #expect(first.tells(" ready"))
        let now = Self.present
        let rows = (1...300).map { "a\($0),report_made,\(now),\($0)" }
        try scratch.write("events.csv", "account,event,at,id\n" + rows.joined(separator: "\n") + "\n")
        try scratch.keeptouch("import", "events", "events.csv")
        #expect(endpoint.waits(forRequests: 4))
        #expect(first.end(SIGKILL) == 128 + SIGKILL)
        for _ in 0..<5 {
            let serving = try Serving(scratch)
            #expect(endpoint.waits(forRequests: endpoint.count + 8))
            #expect(serving.end(SIGKILL) == 128 + SIGKILL)
        }
        let last = try Serving(scratch)
        while try scratch.states() != ["sent": 300] {
            try #require(last.tells(" touches ", times: last.count(" touches ") + 1), "\(last.log)")
        }
        #expect(last.end() == 0, "\(last.log)")
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
        let byTouch = Dictionary(grouping: try endpoint.stop(), by: \.touch)
        #expect(byTouch.count == 300)
        #expect(byTouch.values.allSatisfy { Set($0.map(\.body)).count == 1 && Set($0.map(\.key)).count == 1 })
    }

    @Test func aSecondRunnerSaysWhoHasTheDatabaseAndStops() throws {
        let scratch = try workspace(port: 9)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        for command in ["serve", "run", "serve"] {
            let second = try scratch.keeptouch(command)
            #expect(second.code == 1)
            #expect(second.complaints.contains("process \(serving.identifier) is already running"), "\(second)")
        }
        #expect(serving.end() == 0)
        #expect(try scratch.keeptouch("run").code == 0)
    }

    @Test func anEditIsTakenUpAndABrokenOneIsNot() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        try scratch.keeptouch("record", "a1", "report_made", "score=2")
        try scratch.replace("event.score > 3", with: "event.score > 1", in: Self.playbook)
        #expect(serving.tells("files changed"), "\(serving.log)")
        // What came before the edit was looked at once, and did not match.
        try scratch.keeptouch("record", "a2", "report_made", "score=2")
        #expect(endpoint.waits(forRequests: 1))

        try scratch.replace("event.score > 1", with: "event.scores >", in: Self.playbook)
        #expect(serving.tells("file with an error"), "\(serving.log)")
        #expect(serving.tells("an older version goes on part=playbooks/hello"), "\(serving.log)")
        try scratch.keeptouch("record", "a3", "report_made", "score=2")
        #expect(endpoint.waits(forRequests: 2))
        let errors = serving.count("file with an error")

        // The message is live, and mended files are taken up again.
        try scratch.replace("event.scores >", with: "event.score > 2", in: Self.playbook)
        try scratch.write("playbooks/hello/hello.md", "---\nsubject: Another subject\n---\nAnother text.\n")
        #expect(serving.tells("files changed", times: 2), "\(serving.log)")
        try scratch.keeptouch("record", "a4", "report_made", "score=2")
        try scratch.keeptouch("record", "a5", "report_made", "score=3")
        #expect(endpoint.waits(forRequests: 3))
        #expect(serving.end() == 0)
        #expect(serving.count("file with an error") == errors, "\(serving.log)")
        let requests = try endpoint.stop()
        #expect(requests.map { $0.body.contains("Another subject") } == [false, false, true])
        #expect(
            try scratch.query("SELECT a.key FROM touch t JOIN account a ON a.id = t.account_id ORDER BY t.id")
                == [["a2"], ["a3"], ["a5"]])
    }

    @Test func aChannelThatIsResumedGoesOnAtOnce() throws {
        let endpoint = try Endpoint()
        let scratch = try workspace(port: endpoint.port)
        let serving = try Serving(scratch)
        #expect(serving.tells(" ready"))
        try scratch.keeptouch("pause", "channel:carrier")
        try scratch.keeptouch("record", "a1", "report_made", "score=5")
        #expect(serving.tells("channel stopped"), "\(serving.log)")
        #expect(endpoint.count == 0)
        try scratch.keeptouch("resume", "channel:carrier")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        #expect(serving.end() == 0)
    }

    @Test func aSimulationIsNotServed() throws {
        let scratch = try Scratch()
        try scratch.keeptouch("init", "sim", "--simulation")
        let outcome = try scratch.keeptouch("serve", "--workspace", "sim")
        #expect(outcome.code == 1)
        #expect(outcome.complaints.contains("keeptouch run --now LATER"), "\(outcome)")
        #expect(try scratch.keeptouch("serve", "--now", "2026-01-01").code == 64)
        #expect(try scratch.keeptouch("serve", "--log-level", "loud").code == 64)
    }
}
