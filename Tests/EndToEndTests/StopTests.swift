import Foundation
import Testing

/// Ctrl-C, SIGTERM and SIGHUP while it sends.
@Suite struct StopTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aStoppedRunEndsInGoodOrder(signal: Int32) throws {
        let endpoint = try Endpoint(["--delay", "40"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
        try scratch.importAccounts(100)
        let program = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 5))
        program.signal(signal)
        let outcome = program.wait()
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.complaints.contains("stopping"))
        #expect(outcome.output.contains("Stopped early; the rest goes out with the next run."))
        let states = try scratch.states()
        #expect(Set(states.keys) == ["sent", "pending"], "\(states)")
        #expect(states["sent"] == endpoint.count)

        let next = try scratch.keeptouch("run")
        #expect(next.code == 0, "\(next)")
        #expect(try scratch.states() == ["sent": 100])
        #expect(try Set(endpoint.stop().map(\.touch)).count == 100)
    }

    /// A window that is closed, or an admin's "reload".
    @Test func aServeThatIsHungUpEndsInGoodOrder() throws {
        let endpoint = try Endpoint(["--delay", "40"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 4 }"])
        try scratch.importAccounts(100)
        try scratch.keeptouch("pause", "channel:carrier")
        _ = try scratch.keeptouch("run")
        try scratch.keeptouch("resume", "channel:carrier")
        let serving = try Serving(scratch)
        #expect(endpoint.waits(forRequests: 5), "\(serving.log)")
        #expect(serving.end(SIGHUP) == 0, "\(serving.log)")
        #expect(Set(try scratch.states().keys).isSubset(of: ["sent", "pending"]))
        #expect(try scratch.states()["sent"] == endpoint.count)
    }
}
