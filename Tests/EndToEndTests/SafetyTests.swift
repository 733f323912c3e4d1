import Foundation
import Testing

/// What looks wrong is held with its reason, told by `status`, and let go by the command that it names.
@Suite struct SafetyTests {
    private func accounts(_ range: ClosedRange<Int>, seats: (Int) -> String) -> String {
        let rows = range.map { "a\($0),Account \($0),\(seats($0)),owner@a\($0).example,Ann Owner" }
        return "key,name,seats,contact_email,contact_name\n" + rows.joined(separator: "\n") + "\n"
    }

    private func logins(_ days: ClosedRange<Int>) -> String {
        let rows = days.flatMap { day in
            (1...60).map { "a\($0),2026-03-\(day < 10 ? "0" : "")\(day),5" }
        }
        return "account,day,logins\n" + rows.joined(separator: "\n") + "\n"
    }

    /// A simulation with a playbook on a metric that must be fresh within 36 hours, as of noon on March 10.
    private func simulation(_ endpoint: Endpoint) throws -> Scratch {
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace(
            "when: seats > 1", with: "when: seats > 1 and sum(logins, 7d) < 100", in: "playbooks/hello/playbook.yaml")
        try scratch.write("accounts.csv", accounts(1...60) { _ in "3" })
        try scratch.write("logins.csv", logins(1...9))
        let now = "2026-03-10T11:00Z"
        for arguments in [
            ["init", ".", "--simulation"], ["import", "accounts", "accounts.csv", "--now", "2026-01-01T00:00Z"],
            ["import", "metrics", "logins.csv", "--now", now],
        ] {
            let outcome = try Program.run(arguments, in: scratch.folder)
            #expect(outcome.code == 0, "\(outcome)")
        }
        return scratch
    }

    @Test func aFeedThatStopsHoldsUntilItIsBack() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(endpoint)
        let first = try scratch.keeptouch("run", "--now", "2026-03-10T12:00Z")
        #expect(first.code == 0 && first.output.contains("60 touches sent"), "\(first)")
        // Three days without a file.
        let late = try scratch.keeptouch("run", "--now", "2026-03-13T12:00Z")
        let reason = "the last complete day of logins is 2026-03-09, which ended 84h ago (fresh_within 36h)"
        #expect(late.code == 1 && late.output.contains("hello is held: \(reason)"), "\(late)")
        let told = try scratch.keeptouch("status").output
        #expect(told.contains("hello waits: \(reason)\n  keeptouch import metrics"), "\(told)")
        try scratch.write("more.csv", logins(10...12))
        #expect(try scratch.keeptouch("import", "metrics", "more.csv", "--now", "2026-03-13T12:10Z").code == 0)
        let back = try scratch.keeptouch("run", "--now", "2026-03-13T12:30Z")
        #expect(back.code == 0 && !back.output.contains("held:"), "\(back)")
        #expect(try !scratch.keeptouch("status").output.contains("hello waits"))
    }

    @Test func aColumnThatIsEmptiedHoldsUntilItIsReleased() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(endpoint)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-10T12:00Z").code == 0)
        try scratch.write("accounts.csv", accounts(1...60) { $0 <= 50 ? "" : "3" })
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-10T12:30Z").code == 0)
        let held = try scratch.keeptouch("run", "--now", "2026-03-10T13:00Z")
        let reason = "hello is held: max_nulls: seats is newly empty for 50 of 60 accounts (83 %, more than 5 %)"
        #expect(held.code == 1 && held.output.contains(reason), "\(held)")
        let told = try scratch.keeptouch("status").output
        let forecast = "  as of 2026-03-10 13:00, 10 match: a release would enroll 0; 10 already"
        #expect(told.contains("\(reason)\n\(forecast)\n  keeptouch release hello\n"), "\(told)")
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        let released = try scratch.keeptouch("run", "--now", "2026-03-10T13:30Z")
        #expect(released.code == 0 && !released.output.contains("held:"), "\(released)")
    }

    @Test func aFirstLargeBatchIsShownWithItsParts() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace("canary: off", with: "canary: on", in: "keeptouch.yaml")
        #expect(try scratch.keeptouch("init", ".", "--simulation").code == 0)
        try scratch.write("accounts.csv", accounts(1...150) { _ in "3" })
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv", "--now", "2026-03-10T11:00Z").code == 0)
        let first = try scratch.keeptouch("run", "--now", "2026-03-10T12:00Z")
        #expect(first.code == 0 && first.output.contains("10 touches sent"), "\(first)")
        #expect(first.output.contains("hello: canary: 10 of 150 enter now, a tenth from 2026-03-10 12:30 UTC"))
        let told = try scratch.keeptouch("status").output
        let part = "hello goes out in parts: canary: the first 10 have gone, a tenth follows from 2026-03-10 12:30"
        #expect(told.contains("\(part)\n  keeptouch release hello\n"), "\(told)")
        #expect(try scratch.keeptouch("run", "--now", "2026-03-10T12:30Z").output.contains("14 touches sent"))
        #expect(try scratch.keeptouch("release", "hello").code == 0)
        #expect(try scratch.keeptouch("run", "--now", "2026-03-10T12:31Z").output.contains("126 touches sent"))
        #expect(try scratch.states() == ["sent": 150])
    }

    @Test func theFilePAUSEStopsEverythingUntilItIsGone() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.importAccounts(20)
        try scratch.write("PAUSE", "")
        let run = try scratch.keeptouch("run")
        #expect(try scratch.states().isEmpty, "\(run)")
        let told = try scratch.keeptouch("status").output
        #expect(
            told.contains("the file PAUSE lies in the workspace; take it away, then resume\n  keeptouch resume all\n"))
        let early = try scratch.keeptouch("resume", "all")
        #expect(early.code == 1 && early.complaints.contains("would be paused again at once"), "\(early)")
        try scratch.remove("PAUSE")
        #expect(try scratch.keeptouch("resume", "all").code == 0)
        #expect(try scratch.keeptouch("run").output.contains("20 touches sent"))
        #expect(try endpoint.stop().count == 20)
    }

    @Test(arguments: ["SIGUSR1", "pause"])
    func aKillSwitchStopsARunUnderWay(how: String) throws {
        let endpoint = try Endpoint(["--delay", "200"])
        let scratch = try Scratch(small: "in_app", port: endpoint.port, channelLines: ["limits: { in_flight: 2 }"])
        try scratch.importAccounts(200)
        let program = try RunningProgram(["run"], in: scratch.folder)
        #expect(endpoint.waits(forRequests: 3))
        if how == "pause" {
            #expect(try scratch.keeptouch("pause", "all").code == 0)
        } else {
            program.signal(SIGUSR1)
        }
        let until = endpoint.count
        let end = program.wait()
        #expect(end.code == 0 || end.code == 1, "\(end)")
        // In a second two places with an answer every fifth of one take ten.
        #expect(endpoint.count <= until + 10 + 2)
        let told = try scratch.keeptouch("status").output
        #expect(told.contains(how == "pause" ? "paused by hand" : "the signal SIGUSR1 came"), "\(told)")
        let states = try scratch.states()
        #expect(states["sent"] == endpoint.count && states["pending"] == 200 - endpoint.count, "\(states)")
        #expect(try scratch.keeptouch("resume", "all").code == 0)
    }

    @Test func aChannelThatNothingWaitsForNeedsNoSecret() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.write(
            "channels/mail.yaml",
            """
            channel: mail
            kind: email
            request: { method: POST, url: https://mail.example/send }
            auth: { kind: bearer, token: env:KEEPTOUCH_NOT_THERE }
            body: { kind: json, template: { to: "{{ to.email }}", text: "{{ text }}" } }

            """)
        try scratch.importAccounts(3)
        let run = try scratch.keeptouch("run")
        #expect(run.code == 0 && !run.complaints.contains("mail") && !run.output.contains("mail"), "\(run)")
        #expect(run.output.contains("3 touches sent."))
        let doctor = try scratch.keeptouch("doctor").output
        #expect(doctor.contains("KEEPTOUCH_NOT_THERE"))
        _ = try endpoint.stop()
    }
}
