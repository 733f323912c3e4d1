import Foundation
import Playbooks
import Reliability
import Testing

/// Somebody sets the wall clock while the program is sending.
@Suite(.enabled(if: MovableClock.library != nil, "a clock that can be set needs a C compiler"))
struct ClockJumpTests {
    private static let touches = 30

    /// What a jump is followed by.
    private enum Remedy: CaseIterable {
        /// The clock is put right again.
        case back
        /// A person takes the clock as right.
        case set
    }

    private func scratch(_ endpoint: FickleEndpoint) throws -> Scratch {
        let scratch = try Scratch(
            small: "email", port: endpoint.port, channelLines: ["limits: { in_flight: 2 }"])
        try scratch.importAccounts(Self.touches)
        return scratch
    }

    /// Waits until so many requests have arrived; false when they do not for a minute.
    private func arrive(_ count: Int, at endpoint: FickleEndpoint) -> Bool {
        (0..<24).contains { _ in endpoint.waits(forRequests: count) { false } }
    }

    private func isComplete(_ scratch: Scratch, _ endpoint: FickleEndpoint, _ place: String) throws {
        let recipients = endpoint.arrivals.flatMap(\.recipients)
        #expect(Set(recipients).count == recipients.count, "somebody was written to twice: \(place)")
        #expect(recipients.count == Self.touches, "\(place)")
        #expect(try scratch.states() == ["sent": Self.touches], "\(place)")
    }

    @Test func aClockThatIsSetInEveryPhaseOfSendingStopsServeUntilItIsRight() throws {
        let jumps: [TimeSpan] = [.hours(3), .hours(-3), .days(40), .days(-40)]
        var long = [1, 5, 10, 16, 22].flatMap { phase in
            jumps.flatMap { jump in Remedy.allCases.map { (phase: phase, jump: jump, remedy: $0) } }
        }
        // A month ahead what waits has expired.
        long.removeAll { $0.remedy == .set && $0.jump == .days(40) }
        let short: [(phase: Int, jump: TimeSpan, remedy: Remedy)] = [
            (4, .hours(3), .set), (9, .days(-40), .back), (15, .hours(-3), .set),
        ]
        let sweep = Array(long.shuffled().prefix(Rounds.count(0, long: long.count)))
        for (phase, jump, remedy) in sweep.isEmpty ? short : sweep {
            let endpoint = try FickleEndpoint(Dice(1))
            let scratch = try scratch(endpoint)
            // `serve` itself would enroll them tomorrow.
            try scratch.keeptouch("pause", "channel:carrier")
            try scratch.keeptouch("run")
            try scratch.keeptouch("resume", "channel:carrier")
            let clock = try MovableClock(beside: scratch)
            let serving = try Serving(scratch, environment: clock.environment)
            #expect(arrive(phase, at: endpoint))
            try clock.move(by: jump)
            let before = endpoint.count
            let place = "\(jump) after \(phase), \(remedy): \(serving.log)"
            #expect(serving.tells("the machine's clock jumped"), "\(place)")
            // What was on the wire, and what waited for a place there.
            let left = endpoint.countAtRest()
            #expect(left - before <= 8, "\(left - before) left after the jump: \(place)")
            let cycles = try scratch.number("SELECT count(*) FROM cycle")
            let told = try Program.run(["status"], in: scratch.folder, environment: clock.environment)
            #expect(told.output.contains("clock jumped"), "\(told)")
            let doctor = try Program.run(["doctor"], in: scratch.folder, environment: clock.environment)
            #expect(doctor.code == 1 && doctor.output.contains("clock jumped"), "\(doctor)")
            #expect(endpoint.count == left, "it sent on a clock that it doubts: \(place)")
            #expect(try scratch.number("SELECT count(*) FROM cycle") == cycles)

            func set() throws {
                let outcome = try Program.run(["clock", "set"], in: scratch.folder, environment: clock.environment)
                #expect(outcome.code == 0, "\(outcome)")
            }
            if remedy == .set { try set() }
            if remedy == .back || jump < .hours(0) {
                // Where decisions went back, what was decided for later waits until then.
                try clock.move(by: .hours(0))
                if remedy == .set {
                    #expect(serving.tells("the machine's clock jumped", times: 2), "\(serving.log)")
                    try set()
                }
            }
            #expect(arrive(Self.touches, at: endpoint), "\(place)\nand then: \(serving.log)")
            #expect(serving.end() == 0)
            try isComplete(scratch, endpoint, "\(place)")
        }
        Rounds.tell(
            (sweep.isEmpty ? short : sweep).count,
            "the clock was set under serve: 0 lost, 0 twice, none on a doubted clock")
    }

    @Test(arguments: [TimeSpan.days(40), .days(-40)])
    func aClockThatIsSetStopsARunInTheMiddleOfSending(jump: TimeSpan) throws {
        let endpoint = try FickleEndpoint(Dice(2))
        let scratch = try scratch(endpoint)
        let clock = try MovableClock(beside: scratch)
        let running = try RunningProgram(["run"], in: scratch.folder, environment: clock.environment)
        #expect(endpoint.waits(forRequests: 8) { running.hasEnded })
        try clock.move(by: jump)
        let before = endpoint.count
        let stopped = running.wait()
        #expect(stopped.code == 1 && stopped.complaints.contains("the machine's clock jumped"), "\(stopped)")
        #expect(endpoint.countAtRest() - before <= 8)
        let again = try Program.run(["run"], in: scratch.folder, environment: clock.environment)
        #expect(again.code == 1 && again.complaints.contains("Nothing is planned or sent"), "\(again)")
        try clock.move(by: .hours(0))
        let last = try Program.run(["run"], in: scratch.folder, environment: clock.environment)
        #expect(last.code == 0, "\(last)")
        try isComplete(scratch, endpoint, "\(jump)")
    }

    /// Half of the requests are refused for a while: what is to be tried again is not put off until next month.
    @Test func whatIsPutOffWhileTheClockIsWrongIsTriedWhenItIsRight() throws {
        let endpoint = try FickleEndpoint(Dice(3))
        endpoint.refuses(0.5)
        let scratch = try scratch(endpoint)
        let clock = try MovableClock(beside: scratch)
        let running = try RunningProgram(["run"], in: scratch.folder, environment: clock.environment)
        #expect(endpoint.waits(forRequests: 3) { running.hasEnded })
        try clock.move(by: .days(40))
        _ = running.wait()
        try clock.move(by: .hours(0))
        endpoint.recover()
        for _ in 0..<3 { _ = try Program.run(["run"], in: scratch.folder, environment: clock.environment) }
        #expect(try scratch.states() == ["sent": Self.touches])
    }
}
