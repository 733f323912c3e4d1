import Foundation
import Testing

/// Ordinary days, lived through with the program: what is over is over, what waits is answered, what is late counts.
@Suite struct DaysTests {
    /// A simulation whose playbooks mail through a sink; `hello` is taken away.
    private func simulation(
        _ endpoint: Endpoint, _ playbooks: [String: String], subject: String = "Hello", window: String? = nil
    ) throws -> Scratch {
        let scratch = try Scratch(small: "email", port: endpoint.port)
        try scratch.remove("playbooks/hello")
        try scratch.replace("canary: off }", with: "canary: off, asleep: off }", in: "keeptouch.yaml")
        if let window {
            try scratch.replace(
                "workspace: small", with: "workspace: small\nsend_window: \(window)", in: "keeptouch.yaml")
        }
        try scratch.replace("score: number }", with: "score: number, name: text }", in: "data.yaml")
        for (name, lines) in playbooks {
            try scratch.write(
                "playbooks/\(name)/playbook.yaml",
                "playbook: \(name)\nstate: live\ncategory: education\nholdout: 0%\n\(lines)\n")
            try scratch.write("playbooks/\(name)/mail.md", "---\nsubject: \(subject)\n---\nThere is news.\n")
        }
        try run(scratch, "init", ".", "--simulation")
        return scratch
    }

    private func run(_ scratch: Scratch, _ arguments: String...) throws {
        let outcome = try Program.run(arguments, in: scratch.folder)
        #expect(outcome.code == 0, "\(arguments): \(outcome)")
    }

    private func load(_ scratch: Scratch, _ kind: String, _ text: String, at now: String) throws {
        try scratch.write("\(kind).csv", text)
        try run(scratch, "import", kind, "\(kind).csv", "--now", now)
    }

    private func mails(_ scratch: Scratch) throws -> [String] {
        try scratch.query(
            """
            SELECT a.key || ' ' || strftime('%m-%d %H:%M', t.claimed_at / 1000, 'unixepoch') || ' ' || t.recipient
            FROM touch AS t JOIN account AS a ON a.id = t.account_id WHERE t.state = 'sent' ORDER BY t.claimed_at, t.id
            """
        ).map { $0.joined() }
    }

    private func subjects(_ endpoint: Endpoint, _ count: Int) throws -> [String] {
        #expect(endpoint.waits(forRequests: count))
        return try endpoint.requests(since: 0).map { request in
            let object = try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any]
            return object?["subject"] as? String ?? ""
        }
    }

    /// The touches stand under the enrollments that they belong to.
    @Test func explainShowsTheLastEnrollmentsAndCountsTheOthers() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(endpoint, ["daily": "at: daily at 10:00\nsteps:\n  - email: mail.md"])
        try load(scratch, "accounts", "key,contact_email\na1,one@a1.example\n", at: "2026-03-01T09:00Z")
        try run(scratch, "run", "--now", "2026-03-01T09:00Z")
        for day in 1...7 { try run(scratch, "run", "--now", "2026-03-0\(day)T10:00Z") }
        let lines = try scratch.keeptouch("explain", "a1", "--now", "2026-03-07T12:00Z").output.split(separator: "\n")
        let shown = lines.filter { $0.hasPrefix("  enrolled ") || $0.hasPrefix("    touch ") }
        #expect(shown.count == 10, "\(lines)")
        for (enrolled, touch) in zip(shown.enumerated().filter { $0.offset % 2 == 0 }, stride(from: 1, to: 10, by: 2)) {
            let day = enrolled.element.dropFirst("  enrolled ".count).prefix(10)
            #expect(shown[touch].hasPrefix("    touch ") && shown[touch].contains("sent \(day)"), "\(shown)")
        }
        #expect(lines.contains("  2 earlier enrollments: keeptouch touches --account a1 --playbook daily"), "\(lines)")
    }

    @Test func aRunADaySendsEveryDaysCampaignAndAnswersEveryDaysEvent() throws {
        let scratch = try simulation(
            try Endpoint(),
            [
                "day": "at: daily at 07:00\nsteps:\n  - email: mail.md",
                "report": "on: report_made\nsteps:\n  - email: mail.md",
            ])
        try load(
            scratch, "accounts", "key,name,contact_email\nnorth,North,nora@north.example\n", at: "2026-06-01T06:00Z")
        try run(scratch, "run", "--now", "2026-06-01T08:00Z")
        for day in 2...5 {
            try run(scratch, "record", "north", "report_made", "score=\(day)", "--now", "2026-06-0\(day)T07:30Z")
            try run(scratch, "run", "--now", "2026-06-0\(day)T08:00Z")
        }
        #expect(
            try mails(scratch)
                == (2...5).flatMap { Array(repeating: "north 06-0\($0) 08:00 nora@north.example", count: 2) })
    }

    private static let drip = "when: seats > 0\nsteps:\n  - email: mail.md\n  - wait: 1d\n  - email: mail.md"

    /// A world in which an account has had the first message of a drip.
    private func drips(_ playbooks: [String: String] = ["p": drip]) throws -> Scratch {
        let scratch = try simulation(try Endpoint(), playbooks)
        try load(
            scratch, "accounts", "key,name,seats,contact_email\nnorth,North,3,nora@north.example\n",
            at: "2026-03-02T09:00Z")
        try run(scratch, "run", "--now", "2026-03-02T09:00Z")
        return scratch
    }

    @Test func whatStandsStillSaysWhy() throws {
        let scratch = try drips([
            "p": Self.drip, "q": Self.drip,
            "save": "exclusive: true\n"
                + Self.drip.replacing("when: seats > 0", with: "on: report_made").replacing("1d", with: "9d"),
        ])
        let before = "2026-03-02T10:00Z"
        try run(scratch, "record", "north", "report_made", "score=1", "--now", before)
        try run(scratch, "pause", "p", "--reason", "being rewritten", "--now", before)
        try run(scratch, "run", "--now", before)
        try run(scratch, "run", "--now", "2026-03-05T10:00Z")
        for (playbook, why) in [
            ("p", "stands still: p is paused: being rewritten"),
            ("q", "stands still: the exclusive playbook save has the account"),
        ] {
            let told = try scratch.keeptouch("explain", "north", "--playbook", playbook).output
            #expect(told.contains(why), "\(told)")
            let list = try scratch.keeptouch("accounts", "--in", playbook).output
            #expect(list.contains(why), "\(list)")
        }
        #expect(try !scratch.keeptouch("explain", "north", "--playbook", "save").output.contains("stands still"))
        let status = try scratch.keeptouch("status").output
        #expect(status.contains("playbook:p is paused since 2026-03-02 10:00: being rewritten"), "\(status)")
    }

    @Test func whatRunsOfAFileWithAnErrorCanBeLookedAt() throws {
        let scratch = try drips()
        try scratch.replace("seats > 0", with: "seets > 0", in: "playbooks/p/playbook.yaml")
        _ = try scratch.keeptouch("run", "--now", "2026-03-04T09:00Z")
        let told = try scratch.keeptouch("explain", "north", "--playbook", "p").output
        #expect(told.contains("p (its file has an error; this is its last version)"), "\(told)")
        #expect(told.contains("enrolled 2026-03-02 09:00"), "\(told)")
        let list = try scratch.keeptouch("accounts", "--in", "p", "--state", "all").output
        #expect(list.contains("north"), "\(list)")
        let touches = try scratch.keeptouch("touches", "--playbook", "p", "--format", "csv")
        #expect(touches.code == 0 && touches.output.contains("nora@north.example"), "\(touches)")
        // Nobody knows when it comes round next; what was to come is over.
        let status = try scratch.keeptouch("status", "--format", "json").output
        #expect(!status.contains("2026-03-03"), "\(status)")
    }

    @Test func aFileThatIsGoneEndsWhatRunsAndSaysWhose() throws {
        let scratch = try drips()
        try scratch.remove("playbooks/p")
        let outcome = try scratch.keeptouch("run", "--now", "2026-03-02T10:00Z")
        #expect(outcome.output.contains("p has no file any more: 1 enrollment of it ended"), "\(outcome)")
        let list = try scratch.keeptouch("accounts", "--in", "p", "--state", "ended").output
        #expect(list.contains("north") && list.contains("(deleted)"), "\(list)")
    }

    @Test func aMissedCampaignIsSaidOnce() throws {
        let scratch = try drips(["once": "at: once 2026-03-05 09:00\nsteps:\n  - email: mail.md"])
        let missed = "once: the occurrence of 2026-03-05 09:00 UTC was missed: nothing ran in time"
        for (moment, isSaid) in [("2026-03-06T09:00Z", true), ("2026-03-06T10:00Z", false)] {
            let outcome = try scratch.keeptouch("run", "--now", moment)
            #expect(outcome.code == 0 && outcome.output.contains(missed) == isSaid, "\(outcome)")
        }
    }

    @Test func whoWouldLeaveAtOnceIsNotEnrolledByHand() throws {
        let scratch = try drips(["p": Self.drip.replacing("seats > 0", with: "seats > 9\nexit: [no_match]")])
        let outcome = try scratch.keeptouch("enroll", "north", "--playbook", "p")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaints.contains(
                "north does not match p, whose exit no_match would end it at once: seats > 9"), "\(outcome)")
    }

    @Test func aStepThatNobodyHasIsAnErrorWithTheNearest() throws {
        let scratch = try drips()
        let outcome = try scratch.keeptouch("touches", "--playbook", "p", "--step", "emall_1")
        #expect(
            outcome.code == 1
                && outcome.complaints.contains("there is no step \"emall_1\" in p; did you mean \"email_1\"?"),
            "\(outcome)")
        #expect(try scratch.keeptouch("touches", "--step", "email_1").code == 0)
    }

    @Test func everyKeyAndEveryPersonIsAnsweredAndWhatIsDroppedIsTold() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(
            endpoint,
            [
                "key": "on: report_made\nif: event.score is missing\nper: event.name\nsteps:\n  - email: mail.md",
                "rating": "on: report_made\nif: event.score is present\nto: event.contact\nsteps:\n  - email: mail.md",
            ], subject: "About {{event.name}}")
        try load(scratch, "accounts", "key,name\nnorth,North\nsouth,South\n", at: "2026-06-01T06:00Z")
        try load(
            scratch, "contacts",
            "account,key,role,email\nnorth,nora,owner,nora@north.example\nnorth,ned,admin,ned@north.example\n",
            at: "2026-06-01T06:00Z")
        try run(scratch, "run", "--now", "2026-06-01T08:00Z")
        let at = "2026-06-01T08:30Z"
        for name in ["May", "April", "May"] {
            try run(scratch, "record", "north", "report_made", "name=\(name)", "--now", at)
        }
        for name in ["nora", "ned"] {
            try run(
                scratch, "record", "north", "report_made", "score=3", "name=\(name)", "--contact", name, "--now", at)
        }
        try run(scratch, "record", "south", "report_made", "name=nobody", "--now", at)
        for hour in ["09", "10", "11"] { try run(scratch, "run", "--now", "2026-06-01T\(hour):00Z") }
        #expect(try subjects(endpoint, 4).sorted() == ["About April", "About May", "About ned", "About nora"])
        #expect(try mails(scratch).filter { $0.hasSuffix("ned@north.example") }.count == 1)
        // Nobody came to read what the south was to be told.
        try run(scratch, "run", "--now", "2026-06-04T09:00Z")
        let told = try scratch.keeptouch("status").output
        #expect(told.contains("1 event or occurrence of the last 7 days was dropped unanswered:"), "\(told)")
        #expect(told.contains("keeptouch status --dropped"))
        let list = try scratch.keeptouch("status", "--dropped", "--format", "csv").output
        #expect(list.contains("south,key,report_made,") && list.contains("max_age"), "\(list)")
    }

    @Test func aRunTakesTheStepsThatFollowAtOnceAndAnswersEveryoneOfTheNight() throws {
        let scratch = try simulation(
            try Endpoint(),
            [
                "two":
                    "when: seats > 0\nsteps:\n  - email: mail.md\n  - email: mail.md\n  - wait: 1d\n  - email: mail.md",
                "rating": "on: report_made\nto: event.contact\nsteps:\n  - email: mail.md",
            ])
        try load(
            scratch, "accounts",
            "key,name,seats,contact_email\nnorth,North,,nora@north.example\nsouth,S,1,s@s.example\n",
            at: "2026-06-01T06:00Z")
        let people = (1...6).map { "north,p\($0),p\($0)@north.example" }
        try load(
            scratch, "contacts", "account,key,email\n" + people.joined(separator: "\n") + "\n", at: "2026-06-01T06:00Z")
        try run(scratch, "run", "--now", "2026-06-01T08:00Z")
        #expect(try mails(scratch) == Array(repeating: "south 06-01 08:00 s@s.example", count: 2))
        try load(
            scratch, "events",
            "account,event,at,contact\n"
                + (1...6).map { "north,report_made,2026-06-01T1\($0):00:00Z,p\($0)" }.joined(separator: "\n") + "\n",
            at: "2026-06-02T05:00Z")
        try run(scratch, "run", "--now", "2026-06-02T08:00Z")
        #expect(
            try mails(scratch).dropFirst(2).sorted()
                == (1...6).map { "north 06-02 08:00 p\($0)@north.example" } + ["south 06-02 08:00 s@s.example"])
    }

    @Test func aRenewalThatMovesIsFollowed() throws {
        let endpoint = try Endpoint()
        let scratch = try simulation(
            endpoint, ["renewal": "when: seats > 0\nsteps:\n  - wait_till: renewal_at - 14d\n  - email: mail.md"],
            subject: "On {{account.renewal_at}}")
        let rows = ["north", "south", "west"].map { "\($0),1,2026-08-01,owner@\($0).example" }
        try load(
            scratch, "accounts", "key,seats,renewal_at,contact_email\n" + rows.joined(separator: "\n") + "\n",
            at: "2026-06-01T06:00Z")
        try run(scratch, "run", "--now", "2026-06-01T08:00Z")
        try load(
            scratch, "accounts", "key,renewal_at\nnorth,2026-07-01\nsouth,2026-06-12\n", at: "2026-06-05T06:00Z")
        for day in ["06-05", "06-16", "06-17", "06-18", "07-17", "07-18", "07-19"] {
            try run(scratch, "run", "--now", "2026-\(day)T08:00Z")
        }
        #expect(
            try mails(scratch) == ["north 06-17 08:00 owner@north.example", "west 07-18 08:00 owner@west.example"])
        #expect(try subjects(endpoint, 2) == ["On July 1", "On August 1"])
    }

    @Test func aCorrectedAddressAndANewOwnerGetWhatWaited() throws {
        let scratch = try simulation(
            try Endpoint(), ["hi": "when: seats > 0\nsteps:\n  - email: mail.md"],
            window: "{ days: mon-fri, hours: 09:00-17:00 }")
        try load(
            scratch, "accounts",
            "key,seats,contact_email\nnorth,1,nora@nroth.example\nsouth,1,sam@south.example\n", at: "2026-06-01T18:00Z")
        try run(scratch, "run", "--now", "2026-06-01T18:00Z")
        #expect(try scratch.states() == ["pending": 2])
        try load(scratch, "accounts", "key,contact_email\nnorth,nora@north.example\n", at: "2026-06-02T05:00Z")
        try load(
            scratch, "contacts",
            "account,key,role,email,status\nsouth,owner,owner,sam@south.example,left\nsouth,sue,owner,sue@south.example,active\n",
            at: "2026-06-02T05:00Z")
        for hour in ["09", "10"] { try run(scratch, "run", "--now", "2026-06-02T\(hour):30Z") }
        #expect(
            try mails(scratch).sorted() == [
                "north 06-02 09:30 nora@north.example", "south 06-02 09:30 sue@south.example",
            ])
    }

    @Test func aGoalOfTheDayBeforeCountsThoughItsFileComesInTheNight() throws {
        let scratch = try simulation(
            try Endpoint(),
            [
                "tip":
                    "when: seats > 0\ngoal:\n  when: happened(report_made)\n  within: 2d\nsteps:\n  - email: mail.md"
            ])
        let rows = ["north", "south", "west"].map { "\($0),1,owner@\($0).example" }
        try load(
            scratch, "accounts", "key,seats,contact_email\n" + rows.joined(separator: "\n") + "\n",
            at: "2026-06-01T08:00Z")
        try run(scratch, "run", "--now", "2026-06-01T08:00Z")
        for day in 2...3 { try run(scratch, "run", "--now", "2026-06-0\(day)T08:00Z") }
        // The window ended at eight.
        try load(
            scratch, "events",
            "account,event,at\nnorth,report_made,2026-06-02T16:00:00Z\nsouth,report_made,2026-06-03T09:00:00Z\n",
            at: "2026-06-04T02:00Z")
        try run(scratch, "run", "--now", "2026-06-04T08:00Z")
        #expect(
            try scratch.query(
                """
                SELECT a.key, strftime('%m-%d %H:%M', e.goal_at / 1000, 'unixepoch') FROM enrollment AS e
                JOIN account AS a ON a.id = e.account_id WHERE e.goal_at IS NOT NULL
                """) == [["north", "06-02 16:00"]])
        let report = try scratch.keeptouch("report", "playbook", "--now", "2026-06-09T08:00Z")
        #expect(report.code == 0 && report.output.contains("33.3%"), "\(report)")
    }
}
