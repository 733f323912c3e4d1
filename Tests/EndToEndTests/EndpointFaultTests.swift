import Foundation
import Testing

/// What becomes of touches when the endpoint is down, refuses, breaks or hangs.
@Suite struct EndpointFaultTests {
    private let key = "idempotency: { header: Idempotency-Key, lifetime: 24h }"

    @Test func anEndpointThatIsDownLosesNothing() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(40)
        #expect(try endpoint.stop().isEmpty)

        let down = try scratch.keeptouch("run")
        #expect(down.code == 1, "\(down)")
        #expect(down.output.contains("channel carrier stopped: 16 of its last 16 requests failed; the last: curl 7"))
        #expect(down.output.contains("40 pending"))
        #expect(!down.complaints.contains("resume"), "nothing is paused")
        #expect(try scratch.states() == ["pending": 40])

        let back = try Endpoint(port: endpoint.port)
        let up = try scratch.keeptouch("run")
        #expect(up.code == 0, "\(up)")
        #expect(try Set(back.stop().map(\.touch)).count == 40)
        #expect(try scratch.states() == ["sent": 40])
    }

    @Test func whatIsRefusedForAWhileArrivesOnce() throws {
        let endpoint = try Endpoint(["--fail-share", "0.25", "--fail-status", "429"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(20)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.output.contains("20 touches sent, 6 tries failed and are repeated"))
        let taken = try endpoint.stop().filter { $0.status == 202 }.map(\.touch)
        #expect(taken.count == 20 && Set(taken).count == 20)
    }

    @Test func whatIsUnderWayWhenAThrottledRunIsStoppedWaitsForTheNext() throws {
        let busy = try Endpoint(["--status", "429"])
        let scratch = try Scratch(small: "in_app", port: busy.port)
        try scratch.importAccounts(30)
        let program = try RunningProgram(["run"], in: scratch.folder)
        // Eight places, and one more after the channel has been quiet for a while.
        #expect(busy.waits(forRequests: 9))
        program.signal(SIGTERM)
        program.wait()
        #expect(try scratch.states() == ["pending": 30])
        _ = try busy.stop()

        let calm = try Endpoint(port: busy.port)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try calm.stop().count == 30)
        #expect(try scratch.states() == ["sent": 30])
    }

    @Test func anErrorOfTheServerIsUnknownAndAPersonSettlesIt() throws {
        let endpoint = try Endpoint(["--status", "500"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(3)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.contains("3 unknown"))
        #expect(try scratch.keeptouch("run").code == 1, "a person is still asked")
        #expect(try endpoint.stop().count == 3, "none is sent again by itself")

        let numbers = try scratch.query("SELECT id FROM touch ORDER BY id").map { $0[0] }
        #expect(try scratch.keeptouch("resolve", numbers[0], "sent").output == "Touch \(numbers[0]): sent.\n")
        #expect(try scratch.keeptouch("resolve", numbers[1], "drop").code == 0)
        #expect(try scratch.keeptouch("resolve", numbers[2], "resend").code == 0)
        let again = try scratch.keeptouch("resolve", numbers[0], "resend")
        #expect(again.code == 1 && again.complaints.contains("touch \(numbers[0]) is sent"), "\(again)")
        #expect(try scratch.keeptouch("resolve", "99", "sent").complaints.contains("there is no touch 99"))
        #expect(try scratch.states() == ["sent": 1, "cancelled": 1, "pending": 1])

        let sound = try Endpoint(port: endpoint.port)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try sound.stop().map { String($0.touch) } == [numbers[2]])
    }

    @Test func anErrorOfTheServerIsRepeatedUnderAKey() throws {
        let endpoint = try Endpoint(["--fail-share", "0.3", "--fail-status", "500"])
        let scratch = try Scratch(small: "email", port: endpoint.port, channelLines: [key])
        try scratch.importAccounts(20)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 0, "\(outcome)")
        let requests = try endpoint.stop()
        #expect(requests.count > 20)
        for (_, repeats) in Dictionary(grouping: requests, by: \.touch) {
            #expect(Set(repeats.map(\.key)).count == 1 && Set(repeats.map(\.body)).count == 1)
        }
        #expect(try scratch.states() == ["sent": 20])
    }

    @Test func aRefusedMessageIsRejectedWithTheEndpointsWords() throws {
        let endpoint = try Endpoint(["--status", "400"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(2)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.contains("2 rejected"))
        #expect(try scratch.keeptouch("touches").output.contains("HTTP 400"))
        #expect(try scratch.keeptouch("run").output.contains("0 touches sent."))
        #expect(try endpoint.stop().count == 2)
    }

    @Test func aRefusedKeyStopsTheChannelAndLosesNothing() throws {
        let endpoint = try Endpoint(["--status", "401"])
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port,
            channelLines: ["    - { status: [401, 403], then: halt }", "limits: { in_flight: 1 }"])
        try scratch.importAccounts(30)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.contains("channel carrier stopped: HTTP 401"))
        #expect(outcome.complaints.contains("keeptouch resume channel:carrier"))
        #expect(try scratch.states() == ["pending": 30])
        let refused = try endpoint.stop()
        #expect(refused.count < 10, "\(refused.count) requests left before it stopped")

        let sound = try Endpoint(port: endpoint.port)
        let stopped = try scratch.keeptouch("run")
        #expect(stopped.code == 1 && sound.count == 0, "it stays stopped until someone resumes it")
        #expect(try scratch.keeptouch("resume", "channel:carrier").code == 0)
        #expect(try scratch.keeptouch("run").code == 0)
        #expect(try sound.stop().count == 30)
    }

    @Test func anEndpointThatHangsIsUnknownAfterItsTimeout() throws {
        let endpoint = try Endpoint(["--delay", "600000"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace("total: 5s", with: "total: 1s", in: "channels/carrier.yaml")
        try scratch.importAccounts(3)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(try scratch.states() == ["unknown": 3])
        #expect(endpoint.count == 3)
        endpoint.kill()
    }

    @Test func aMissingSecretStopsItsChannelAndSaysWhich() throws {
        let scratch = try Scratch(small: "in_app", channelLines: ["auth: { kind: bearer, token: env:NO_SUCH_TOKEN }"])
        try scratch.importAccounts(2)
        let outcome = try scratch.keeptouch("run")
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.output.contains("the environment variable NO_SUCH_TOKEN is not set"))
        #expect(try scratch.states() == ["pending": 2])
        let doctor = try scratch.keeptouch("doctor")
        #expect(doctor.code == 1 && doctor.output.contains("NO_SUCH_TOKEN"), "\(doctor)")
    }

    /// The channel was renamed while a request was in doubt: nobody repeats it, and nothing is forgotten in silence.
    @Test func touchesOfAChannelThatIsGoneAreNamedAndDoubtfulOnesBecomeUnknown() throws {
        let endpoint = try Endpoint(["--status", "500"])
        let scratch = try Scratch(
            small: "in_app", port: endpoint.port, channelLines: [key, "limits: { in_flight: 1 }"])
        try scratch.importAccounts(3)
        _ = try scratch.keeptouch("run")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE state = 'pending'") == 3)
        let doubtful = try scratch.number("SELECT count(*) FROM touch WHERE ambiguous = 1")
        #expect(doubtful > 0)
        _ = try endpoint.stop()
        let other = try Endpoint()
        let text = try String(
            contentsOf: scratch.folder.appendingPathComponent("channels/carrier.yaml"), encoding: .utf8)
        try scratch.remove("channels/carrier.yaml")
        try scratch.write(
            "channels/other.yaml",
            text.replacing("carrier", with: "other").replacing(":\(endpoint.port)/", with: ":\(other.port)/"))
        try scratch.replace("carrier", with: "other", in: "keeptouch.yaml")

        let run = try scratch.keeptouch("run")
        #expect(try scratch.number("SELECT count(*) FROM touch WHERE state = 'unknown'") == doubtful)
        #expect(other.count == 0)
        if doubtful < 3 {
            #expect(run.output.contains("channels/carrier.yaml is gone"), "\(run)")
            let status = try scratch.keeptouch("status")
            #expect(status.output.contains("channels/carrier.yaml is gone"), "\(status)")
        }
    }

    /// Only rendering finds out that a value does not fit; each cycle of the run froze it anew and tried again, for ever.
    @Test func aRunEndsAlsoWhereAValueCannotStandInASubject() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.write(
            "accounts.csv",
            "key,name,seats,contact_email,contact_name\na1,\"Two\nLines\",3,a@a1.example,Ann Owner\n"
                + "a2,One,3,a@a2.example,Bob Owner\n")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        for _ in 0..<2 {
            let run = try scratch.keeptouch("run")
            #expect(run.code == 1 || run.output.contains("held"), "\(run)")
            #expect(try scratch.states() == ["sent": 1, "held": 1])
        }
        #expect(endpoint.count == 1)
    }
}
