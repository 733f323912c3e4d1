import Foundation
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
