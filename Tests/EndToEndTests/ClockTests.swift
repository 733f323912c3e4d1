import Foundation
import Reliability
import Testing

/// A machine whose wall clock was set while its own clock went on.
///
/// The clock itself cannot be set here, so the database is made to remember another time: the same jump, seen from the
/// other side.
@Suite struct ClockTests {
    private func scratch(_ endpoint: Endpoint) throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(3)
        return scratch
    }

    /// As if the wall clock had been so many days behind when something last ran.
    private func jump(_ scratch: Scratch, days: Int) throws {
        let parts = try scratch.query("SELECT value FROM meta WHERE key = 'clock'")[0][0].split(separator: " ")
        let wall = (Int64(parts[0]) ?? 0) - Int64(days) * 86_400_000
        try scratch.execute("UPDATE meta SET value = '\(wall) \(parts[1]) \(parts[2])' WHERE key = 'clock'")
    }

    @Test func aRunOnAClockThatJumpedWritesNoCycleAndSendsNothing() throws {
        let endpoint = try Endpoint()
        let scratch = try scratch(endpoint)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 3)
        let (cycles, lastNow) = (
            try scratch.number("SELECT count(*) FROM cycle"),
            try scratch.query("SELECT value FROM meta WHERE key = 'last_now'")
        )
        try jump(scratch, days: 365)
        try scratch.write("more.csv", "key,name,seats,contact_email\nb1,Later,5,later@x.example\n")
        #expect(try scratch.keeptouch("import", "accounts", "more.csv").code == 0)
        for _ in 0..<2 {
            let doubted = try scratch.keeptouch("run")
            #expect(doubted.code != 0 && doubted.complaints.contains("the machine's clock jumped"), "\(doubted)")
            #expect(doubted.complaints.contains("keeptouch clock"), "\(doubted)")
        }
        #expect(try scratch.number("SELECT count(*) FROM cycle") == cycles)
        #expect(try scratch.query("SELECT value FROM meta WHERE key = 'last_now'") == lastNow)
        #expect(endpoint.count == 3)
        let status = try scratch.keeptouch("status")
        #expect(status.output.contains("clock jumped") && status.output.contains("keeptouch clock"), "\(status)")
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && doctor.output.contains("clock jumped"), "\(doctor)")
        let shown = try scratch.keeptouch("clock")
        #expect(shown.code == 0 && shown.output.contains("clock set: "), "\(shown)")
        #expect(try scratch.keeptouch("clock", "set").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(endpoint.count == 4)
    }

    /// An endpoint whose clock is a month behind the machine's, or the other way round.
    private func endpointOfAnotherMonth() throws -> TestServer {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return try TestServer { connection in
            while connection.readRequest() != nil {
                let date = format.string(from: Date(timeIntervalSinceNow: -30 * 86_400))
                connection.send(TestServer.answer("202 Accepted", ["Date: \(date)"], body: "{}"))
            }
            connection.close()
        }
    }

    private let oneByOne = ["limits: { in_flight: 1 }"]

    @Test func aMonthBetweenTheMachinesClockAndTheAnswersStopsTheRunUntilAPersonSaysWhoIsRight() throws {
        let endpoint = try endpointOfAnotherMonth()
        let scratch = try Scratch(small: "in_app", port: Int(endpoint.port), channelLines: oneByOne)
        try scratch.importAccounts(20)
        let stopped = try scratch.keeptouch("run")
        #expect(stopped.code == 1 && stopped.complaints.contains("ahead of the answers of 127.0.0.1"), "\(stopped)")
        #expect(stopped.complaints.contains("keeptouch clock"), "\(stopped)")
        let sent = endpoint.requests.count
        #expect((3...6).contains(sent), "\(sent)")
        #expect(try scratch.states() == ["sent": sent, "pending": 20 - sent])
        let cycles = try scratch.number("SELECT count(*) FROM cycle")
        let refused = try scratch.keeptouch("run")
        #expect(refused.code == 1 && refused.complaints.contains("Nothing is planned or sent"), "\(refused)")
        #expect(try scratch.number("SELECT count(*) FROM cycle") == cycles)
        #expect(endpoint.requests.count == sent)
        let status = try scratch.keeptouch("status").output
        #expect(status.contains("ahead of the answers of 127.0.0.1") && status.contains("keeptouch clock"), "\(status)")
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && doctor.output.contains("ahead of the answers of 127.0.0.1"), "\(doctor)")
        let shown = try scratch.keeptouch("clock").output
        #expect(shown.contains("where it should be by the answers of 127.0.0.1"), "\(shown)")
        #expect(
            shown.contains("clock set: answers of 127.0.0.1 that are as far off are no matter any more"), "\(shown)")
        // It is the endpoint's clock that is wrong, and stays so.
        #expect(try scratch.keeptouch("clock", "set").code == 0)
        let last = try scratch.keeptouch("run")
        #expect(last.code == 0, "\(last)")
        #expect(try scratch.states() == ["sent": 20])
        #expect(endpoint.requests.count == 20)
    }

    @Test func aServeThatDoubtsItsClockGoesOnWhenAPersonSaysThatItIsRight() throws {
        let endpoint = try endpointOfAnotherMonth()
        let scratch = try Scratch(small: "in_app", port: Int(endpoint.port), channelLines: oneByOne)
        try scratch.importAccounts(20)
        // `serve` itself would enroll them tomorrow.
        try scratch.keeptouch("pause", "channel:carrier")
        try scratch.keeptouch("run")
        try scratch.keeptouch("resume", "channel:carrier")
        let serving = try Serving(scratch)
        #expect(serving.tells("ahead of the answers of 127.0.0.1"), "\(serving.log)")
        #expect(serving.tells("everything is paused"), "\(serving.log)")
        let sent = endpoint.requests.count
        #expect((3...6).contains(sent), "\(sent)")
        #expect(try scratch.keeptouch("clock", "set").code == 0)
        #expect(serving.tells("touches sent=", times: 2), "\(serving.log)")
        #expect(serving.count("everything is paused") == 1, "\(serving.log)")
        #expect(serving.end() == 0)
        #expect(try scratch.states() == ["sent": 20])
        #expect(endpoint.requests.count == 20)
    }

    @Test func aClockThatIsPutRightGoesOnByItself() throws {
        let endpoint = try Endpoint()
        let scratch = try scratch(endpoint)
        #expect(try scratch.keeptouch("run").code == 0)
        try jump(scratch, days: 30)
        #expect(try scratch.keeptouch("run").code != 0)
        try jump(scratch, days: -30)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try scratch.query("SELECT scope FROM pause").isEmpty)
    }

    @Test func aCycleThatRanAYearAheadIsTakenBackByHand() throws {
        let endpoint = try Endpoint()
        let scratch = try scratch(endpoint)
        #expect(try scratch.keeptouch("run").code == 0)
        try scratch.execute(
            "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 31536000000 AS TEXT) WHERE key = 'last_now'")
        let refused = try scratch.keeptouch("run")
        #expect(refused.code != 0 && refused.complaints.contains("keeptouch clock"), "\(refused)")
        #expect(try scratch.keeptouch("doctor").output.contains("which is to come"))
        #expect(try scratch.keeptouch("clock").output.contains("decisions go back"))
        #expect(try scratch.keeptouch("clock", "set").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
    }
}
