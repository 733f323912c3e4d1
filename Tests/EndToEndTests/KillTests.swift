import Foundation
import Reliability
import Testing

/// What stays true when `run` is killed at any moment while it sends.
@Suite struct KillTests {
    private static let kills = Rounds.count(25, long: 5_000)
    /// As many as one database holds; then a new one begins.
    private static let killsOfOne = 250

    /// Starts and kills `run` again and again, then lets it run to its end; answers what the endpoint got.
    ///
    /// Of four kills one comes after some time, two come when some requests have arrived, and one when the endpoint has
    /// answered a program that stands still, and so has not heard of it.
    private func killing(_ times: Int, _ scratch: Scratch, _ endpoint: Endpoint) throws -> [Endpoint.Request] {
        var random = SystemRandomNumberGenerator()
        for round in 0..<times {
            let program = try RunningProgram(["run"], in: scratch.folder)
            switch round % 4 {
            case 0: usleep(UInt32.random(in: 0...150_000, using: &random))
            case 1:
                #expect(endpoint.waits(forRequests: endpoint.count + Int.random(in: 1...4, using: &random)))
                program.freeze()
                usleep(20_000)
            default:
                #expect(endpoint.waits(forRequests: endpoint.count + Int.random(in: 1...4, using: &random)))
                usleep(UInt32.random(in: 0...5_000, using: &random))
            }
            program.signal(SIGKILL)
            let end = program.wait()
            #expect(end.code == 128 + SIGKILL, "\(end)")
        }
        let last = try scratch.keeptouch("run")
        #expect(last.code == 0 || last.code == 1, "\(last)")
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
        let counts = try scratch.keeptouch("doctor").output
        #expect(counts.contains("what pages and status show is what the rows say"), "\(counts)")
        return try endpoint.stop()
    }

    /// How many kills come in each database.
    private static var parts: [Int] {
        (0..<(kills + killsOfOne - 1) / killsOfOne).map { min(killsOfOne, kills - $0 * killsOfOne) }
    }

    @Test func withoutAKeyNothingIsSentTwiceAndNothingIsLost() throws {
        var (sum, open) = (0, 0)
        for kills in Self.parts {
            let touches = kills * 16
            let endpoint = try Endpoint(["--delay", "10"])
            let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
            try scratch.importAccounts(touches)
            let requests = try killing(kills, scratch, endpoint)

            // What was under way when it was killed, and no more: at most two rows for each place on the wire.
            let (_, unknown) = try scratch.outcomesWithoutKey(of: requests, touches: touches, mostUnknown: kills * 8)
            #expect(!unknown.isEmpty, "no kill came while a request was under way")
            #expect(try scratch.number("SELECT count(*) FROM enrollment") == touches)
            (sum, open) = (sum + touches, open + unknown.count)
        }
        Rounds.tell(Self.kills, "\(sum) touches: 0 lost, 0 twice, \(open) unknown")
    }

    @Test func withAKeyEverythingArrivesAndRepeatsAreTheSame() throws {
        var (sum, repeated) = (0, 0)
        for kills in Self.parts {
            let touches = kills * 12
            let endpoint = try Endpoint(["--delay", "10"])
            let scratch = try Scratch(
                small: "email", port: endpoint.port,
                channelLines: [
                    "limits: { in_flight: 4 }", "idempotency: { header: Idempotency-Key, lifetime: 24h }",
                ])
            try scratch.importAccounts(touches)
            let requests = try killing(kills, scratch, endpoint)

            let byTouch = try scratch.requestsByTouch(requests, touches: touches)
            #expect(requests.count > touches, "no kill came while a request was under way")
            #expect(Set(byTouch.values.map { $0[0].key }).count == touches, "two touches had one key")
            (sum, repeated) = (sum + touches, repeated + requests.count - touches)
        }
        Rounds.tell(Self.kills, "\(sum) touches: 0 lost, 0 new under another key, \(repeated) repeats under the same")
    }

    @Test func aBatchWithoutAKeyIsSentOnceOrUnknownAsAWhole() throws {
        let kills = min(Self.kills, Self.killsOfOne)
        let touches = kills * 64
        let endpoint = try Endpoint(["--delay", "10"])
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 2, batch: 8 }", "batch: {}"])
        try scratch.importAccounts(touches)
        let requests = try killing(kills, scratch, endpoint)

        let arrived = requests.flatMap(\.touches)
        #expect(Set(arrived).count == arrived.count, "a touch was sent twice")
        #expect(requests.contains { $0.touches.count == 8 })
        let states = try scratch.states()
        #expect(states["sent", default: 0] + states["unknown", default: 0] == touches, "\(states)")
        #expect(states["unknown", default: 0] > 0, "no kill came while a request was under way")
        let sent = try Set(scratch.query("SELECT id FROM touch WHERE state = 'sent'").compactMap { Int64($0[0]) })
        #expect(sent.isSubset(of: arrived), "a touch is recorded as sent that never arrived")
        for request in requests {
            let share = request.touches.filter(sent.contains).count
            #expect(share == 0 || share == request.touches.count, "a request is only in part on record as sent")
        }
    }

    @Test func aBatchWithAKeyArrivesAndRepeatsAreTheSame() throws {
        let kills = min(Self.kills, Self.killsOfOne)
        let touches = kills * 48
        let endpoint = try Endpoint(["--delay", "10"])
        let scratch = try Scratch(
            small: "email", port: endpoint.port,
            channelLines: [
                "limits: { in_flight: 2, batch: 8 }", "batch: {}",
                "idempotency: { header: Idempotency-Key, lifetime: 24h }",
            ])
        try scratch.importAccounts(touches)
        let requests = try killing(kills, scratch, endpoint)

        #expect(try scratch.states() == ["sent": touches])
        let byKey = Dictionary(grouping: requests) { $0.key ?? "" }
        #expect(byKey[""] == nil && requests.count > byKey.count, "no kill came while a request was under way")
        for (key, repeats) in byKey {
            #expect(Set(repeats.map(\.body)).count == 1, "the key \(key) had several bodies")
        }
        let arrived = byKey.values.flatMap { $0[0].touches }
        #expect(arrived.count == touches && Set(arrived).count == touches, "a touch travelled under two keys")
    }

    @Test func anImportThatIsKilledCanBeRepeated() throws {
        let scratch = try Scratch(small: "in_app")
        let rows = (1...60_000).map { "a\($0),Account \($0),3" }
        try scratch.write("accounts.csv", "key,name,seats\n" + rows.joined(separator: "\n") + "\n")
        for round in 1...4 {
            let program = try RunningProgram(["import", "accounts", "accounts.csv"], in: scratch.folder)
            usleep(UInt32(round * 60_000))
            program.signal(SIGKILL)
            program.wait()
        }
        let outcome = try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try scratch.number("SELECT count(*) FROM account") == 60_000)
        #expect(try scratch.query("PRAGMA integrity_check") == [["ok"]])
    }
}
