import Playbooks
import Runner
import Storage
import Testing

/// Steps that bring the next message of a folder.
@Suite struct RotationTests {
    @Test func eachMonthBringsTheNextMessageNotYetHad() throws {
        let message = "---\nsubject: Tip\n---\nA tip for {{account.key}}.\n"
        let text = TestWorkspace.playbook(
            "main", "at: monthly on 1 at 09:00", more: ["to: all owner"], steps: ["email: tips/*.md"])
        let tips = ["1-first", "2-second", "3-third"].map { "playbooks/main/tips/\($0).md" }
        let files = Dictionary(uniqueKeysWithValues: tips.map { ($0, message) })
            .merging(["playbooks/main/tips/1-first.de.md": message]) { $1 }
        let test = try TestWorkspace(
            playbooks: ["main": text], files: files.merging(["playbooks/main/hello.md": message]) { $1 })
        try test.addAccounts(2)
        try test.script(
            """
            INSERT INTO contact (account_id, key, email, address, role) VALUES (1, 'x', 'x@example.com', 'x@example.com', 'owner')
            """)
        func month(_ number: Int) throws {
            let now = try Instant.parse("2025-0\(number)-01T10:00:00Z").get()
            try test.run(now)
            try test.send(now)
            try test.run(now + .hours(1))
        }
        try test.run(Instant.parse("2024-12-20T10:00:00Z").get())
        for number in 1...2 { try month(number) }
        // The second did not reach the second account: it comes again.
        try test.script("UPDATE touch SET state = 'rejected' WHERE account_id = 2 AND message LIKE '%second%'")
        // A new file takes its place in the order.
        try test.edit(["playbooks/main/tips/1-later.md": message])
        for number in 3...6 { try month(number) }
        func had(_ account: Int) throws -> [String] {
            try test.rows(
                """
                SELECT message || CASE WHEN recipient = 'nobody' THEN ' ' || state || ': ' || reason ELSE '' END
                FROM touch WHERE account_id = \(account) AND recipient <> 'x@example.com' ORDER BY id
                """)
        }
        let over = "tips/*.md suppressed: it has had all messages of tips/*.md"
        #expect(
            try had(1) == [
                "tips/1-first.md", "tips/2-second.md", "tips/1-later.md", "tips/3-third.md", over, over,
            ])
        #expect(
            try had(2) == [
                "tips/1-first.md", "tips/2-second.md", "tips/1-later.md", "tips/2-second.md", "tips/3-third.md", over,
            ])
        #expect(try test.integer("SELECT count(*) FROM touch WHERE recipient = 'x@example.com'") == 4)
        #expect(try test.rows("SELECT DISTINCT state FROM enrollment") == ["ended"])
    }

    /// After a redraw of the holdout its lessons begin with the first.
    @Test func whatAHoldoutWouldHaveHadComesWhenItIsTreated() throws {
        let tips = ["a", "b"].map { "playbooks/main/tips/\($0).md" }
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["email: tips/*.md"])],
            files: Dictionary(uniqueKeysWithValues: tips.map { ($0, tip($0)) }))
        try test.addAccounts(1)
        try test.run(Instant.parse("2025-01-01T10:00:00Z").get())
        for day in 2...3 {
            let now = try Instant.parse("2025-01-0\(day)T12:00:00Z").get()
            try test.run(now)
            try test.send(now)
            try test.run(now + .hours(1))
            if day == 2 {
                try test.script(
                    "UPDATE touch SET ghost = 1, state = 'ghost'; UPDATE enrollment SET arm = 'holdout'; DELETE FROM assignment"
                )
            }
        }
        #expect(try test.rows("SELECT message, ghost FROM touch ORDER BY id") == ["tips/a.md|1", "tips/a.md|0"])
    }

    @Test func aPreviewShowsTheTipThatComesNext() throws {
        let tips = ["a", "b"].map { "playbooks/main/tips/\($0).md" }
        let test = try TestWorkspace(
            playbooks: ["main": TestWorkspace.playbook("main", "at: daily at 12:00", steps: ["email: tips/*.md"])],
            files: Dictionary(uniqueKeysWithValues: tips.map { ($0, tip($0)) }))
        try test.addAccounts(1)
        try test.run(noon(20_000, hours: -1))
        func shown(_ now: Instant) throws -> [String?] {
            let playbook = try #require(test.workspace.playbook("main"))
            return try test.store.read { connection in
                try Preview.make(
                    playbook, step: 0, variant: nil, account: AccountStory.find("a1", connection),
                    workspace: test.workspace, secret: [], now: now, connection
                ).map(\.subject)
            }
        }
        #expect(try shown(noon(20_000)) == [tips[0]])
        try test.run(noon(20_000))
        try test.send(noon(20_000))
        #expect(try shown(noon(20_001)) == [tips[1]])
        try test.run(noon(20_001))
        try test.send(noon(20_001))
        let over = #expect(throws: CannotPreview.self) { _ = try shown(noon(20_002)) }
        #expect(over?.reason == "a1: it has had all messages of tips/*.md")
    }

    /// Friday's message waits for Monday's window and gives way to Saturday's.
    @Test func whatGaveWayToTheNextOccurrenceWasNotHad() async throws {
        let world = try LivedWorkspace(
            ["main": TestWorkspace.playbook("main", "at: weekly on fri, sat at 18:00")],
            more: "send_window: { days: mon-fri, hours: \"09:00-17:00\" }")
        let rotating = TestWorkspace.playbook("main", "at: weekly on fri, sat at 18:00", steps: ["email: tips/*.md"])
        try world.test.edit(
            Dictionary(uniqueKeysWithValues: (1...4).map { ("playbooks/main/tips/0\($0).md", tip("tip \($0)")) })
                .merging(["playbooks/main/playbook.yaml": rotating]) { $1 })
        try world.test.addAccounts(1)
        for day in 0..<18 { try await world.run([noon(20_000 + day, hours: -1), noon(20_000 + day, hours: 7)]) }
        let sent = try world.test.rows("SELECT message FROM touch WHERE state = 'sent' ORDER BY claimed_at")
        #expect(sent == ["tips/01.md", "tips/02.md", "tips/03.md"])
    }

    private func tip(_ word: String) -> String { "---\nsubject: \(word)\n---\nA tip.\n" }

    /// The order is that of the names, so a file is renamed to bring it elsewhere.
    @Test(arguments: [
        (["1-a": nil, "3-a": "a"] as [String: String?], ["a", "b", "c"]),
        (["1-a": "b", "2-b": "a"], ["a", "b", "c"]), (["1-a": "edited"], ["a", "b", "c"]),
        (["1-a": nil, "0-a": "a", "2-b": "edited"], ["a", "edited", "c"]),
    ])
    func aTipThatWasRenamedIsTheTipThatItWas(edit: [String: String?], words: [String]) async throws {
        let world = try LivedWorkspace(["main": TestWorkspace.playbook("main", "at: daily at 10:00")])
        func files(_ tips: [String: String?]) -> [String: String?] {
            Dictionary(uniqueKeysWithValues: tips.map { ("playbooks/main/tips/\($0).md", $1.map(tip)) })
        }
        let rotating = TestWorkspace.playbook("main", "at: daily at 10:00", steps: ["email: tips/*.md"])
        try world.test.edit(
            files(["1-a": "a", "2-b": "b", "2-c": "c"]).merging(["playbooks/main/playbook.yaml": rotating]) { $1 })
        try world.test.addAccounts(1)
        try await world.run([noon(20_000, hours: -3), noon(20_000, hours: -2)])
        try world.test.edit(files(edit))
        try await world.run(every(24, from: noon(20_001, hours: -2), through: noon(20_004)))
        #expect(world.subjects == words)
    }
}
