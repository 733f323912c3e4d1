import Foundation
import Reliability
import Testing

/// What stays true when `run` is killed while it sends so much that it keeps a journal.
@Suite struct JournalKillTests {
    private static let kills = Rounds.count(6, long: 2_000)
    /// As many as one database holds; then a new one begins.
    private static let killsOfOne = 20
    private static let touchesOfOne = 400

    private static var parts: [Int] {
        (0..<(kills + killsOfOne - 1) / killsOfOne).map { min(killsOfOne, kills - $0 * killsOfOne) }
    }

    /// Kills `run` again and again; answers in how many rounds it left a journal behind.
    ///
    /// Every third kill comes when the endpoint has answered a program that stands still. After every second, another command
    /// folds before the next `run` does.
    private func killing(_ times: Int, _ scratch: Scratch, _ endpoint: Endpoint) throws -> Int {
        var random = SystemRandomNumberGenerator()
        var journals = 0
        for round in 0..<times {
            let program = try RunningProgram(["run"], in: scratch.folder)
            #expect(endpoint.waits(forRequests: endpoint.count + Int.random(in: 80...250, using: &random)))
            if round % 3 == 0 {
                program.freeze()
                usleep(20_000)
            } else {
                usleep(UInt32.random(in: 0...5_000, using: &random))
            }
            program.signal(SIGKILL)
            let end = program.wait()
            #expect(end.code == 128 + SIGKILL, "\(end)")
            let rows = try scratch.number("SELECT count(*) FROM send_log")
            if rows > 0 { journals += 1 }
            guard round % 2 == 1 else { continue }
            // Whoever asks for the ledger sees what has left.
            let status = try scratch.keeptouch("touches", "--state", "sending", "--format", "json")
            #expect(status.code == 0, "\(status)")
            #expect(try scratch.number("SELECT count(*) FROM send_log") == 0)
            if rows > 0 { #expect(try scratch.states()["sending", default: 0] > 0) }
        }
        let last = try scratch.keeptouch("run")
        #expect(last.code == 0 || last.code == 1, "\(last)")
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
        #expect(try scratch.number("SELECT count(*) FROM send_log") == 0)
        return journals
    }

    @Test func withoutAKeyNothingIsSentTwiceAndNothingIsLost() throws {
        var (sum, open, journals) = (0, 0, 0)
        for kills in Self.parts {
            let touches = kills * Self.touchesOfOne
            let endpoint = try Endpoint(["--delay", "10"])
            let scratch = try Scratch(
                small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 128 }"])
            try scratch.importAccounts(touches)
            journals += try killing(kills, scratch, endpoint)
            let requests = try endpoint.stop()

            // What was under way when it was killed, and no more: at most two for each place on the wire.
            let (sent, unknown) = try scratch.outcomesWithoutKey(
                of: requests, touches: touches, mostUnknown: kills * 256)
            #expect(try scratch.number("SELECT count(*) FROM change WHERE type = 'sent'") == sent.count)
            #expect(
                try scratch.number("SELECT count(*) FROM attempt") == touches, "an attempt is missing or there twice")
            (sum, open) = (sum + touches, open + unknown.count)
        }
        // How many depends on how fast the machine is.
        Rounds.tell(Self.kills, "\(sum) touches, \(journals) journals: 0 lost, 0 twice, \(open) unknown")
    }

    @Test func withAKeyEverythingArrivesAndRepeatsAreTheSame() throws {
        var (sum, repeated, journals) = (0, 0, 0)
        for kills in Self.parts {
            let touches = kills * Self.touchesOfOne
            let endpoint = try Endpoint(["--delay", "10"])
            let scratch = try Scratch(
                small: "email", port: endpoint.port,
                channelLines: [
                    "limits: { in_flight: 64 }", "idempotency: { header: Idempotency-Key, lifetime: 24h }",
                ])
            try scratch.importAccounts(touches)
            journals += try killing(kills, scratch, endpoint)
            let requests = try endpoint.stop()

            _ = try scratch.requestsByTouch(requests, touches: touches)
            (sum, repeated) = (sum + touches, repeated + requests.count - touches)
        }
        #expect(journals > 0, "no kill left a journal")
        Rounds.tell(
            Self.kills, "\(sum) touches, \(journals) journals: 0 lost, \(repeated) repeats under the same key")
    }
}
