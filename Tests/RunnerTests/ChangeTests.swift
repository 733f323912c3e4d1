import Basics
import Foundation
import Playbooks
import Runner
import Storage
import Testing

/// What `plan` tells of playbooks that are not as they were.
@Suite struct ChangeTests {
    private static let path = "playbooks/main/playbook.yaml"

    private static func text(_ condition: String, more: [String] = [], steps: [String] = ["wait: 30d"]) -> String {
        TestWorkspace.playbook("main", "when: \(condition)", more: more, steps: steps)
    }

    private func workspace(_ text: String) throws -> TestWorkspace {
        let test = try TestWorkspace(playbooks: ["main": text])
        try test.addAccounts(8)
        try test.script("UPDATE account SET a_seats = id")
        try test.run(noon(20_000))
        return test
    }

    private func change(_ test: TestWorkspace, _ now: Instant = noon(20_001)) throws -> CycleReport.Change? {
        let before = try test.rows("SELECT * FROM playbook")
        let changes = try test.cycle.plan(now: now).changes
        #expect(try test.rows("SELECT * FROM playbook") == before)
        #expect(changes.count <= 1)
        return changes.first
    }

    @Test func anUnchangedPlaybookIsNotTold() throws {
        let test = try workspace(Self.text("seats > 6"))
        #expect(try change(test) == nil)
    }

    @Test func anEditTellsWhoEntersAndWhoNoLongerMatches() throws {
        let test = try workspace(Self.text("seats > 6"))
        try test.edit([Self.path: Self.text("seats < 8")])
        let change = try #require(try change(test))
        #expect(change.change == .edited)
        #expect(change.from != change.to && change.from.count == 8)
        // Five keys at most.
        #expect(change.enter?.count == 6)
        #expect(change.enter?.keys == ["a1", "a2", "a3", "a4", "a5"])
        #expect(change.leave?.keys == ["a8"])
        #expect(change.pinned.map(\.version) == [change.from])
        #expect(change.running == 2)
        // Once it has run, it is what ran last; its enrollments keep their version.
        try test.run(noon(20_001))
        #expect(try self.change(test) == nil)
        try test.edit([Self.path: Self.text("seats < 9")])
        let next = try #require(try self.change(test))
        #expect(next.pinned.map(\.running) == [2, 6])
        #expect(next.enter?.keys == ["a8"])
        let json = try JSONText.encode(test.cycle.plan(now: noon(20_002)))
        #expect(json.contains(#""changes":[{"change":"edited","enter":{"count":1,"keys":["a8"]}"#))
    }

    /// Of events no cycle can say beforehand who matches: what is compared are the audiences.
    @Test func anotherTriggerIsNotComparedAsAMatch() throws {
        let test = try workspace(TestWorkspace.playbook("main", "on: signed", steps: ["wait: 30d"]))
        try test.edit([Self.path: Self.text("seats > 6")])
        let change = try #require(try change(test))
        #expect(!change.isOfMatches)
        #expect(change.enter?.count == 0 && change.leave?.count == 0)
        let among = try workspace(Self.text("seats > 6"))
        try among.edit([Self.path: Self.text("seats > 5")])
        #expect(try self.change(among)?.isOfMatches == true)
    }

    @Test func otherWeightsTellHowManyGetAnotherVariant() throws {
        func text(_ weights: String) -> String {
            TestWorkspace.playbook(
                "main", "when: seats > 100", more: ["variants: \(weights)"],
                steps: ["email: { a: hello.md, b: hello.md }"])
        }
        let test = try workspace(text("{ a: 1, b: 1 }"))
        try test.script("UPDATE account SET a_seats = 200")
        try test.edit([Self.path: text("{ a: 1, b: 0 }")])
        let all = try #require(try change(test)?.otherVariants)
        #expect((1...7).contains(all))
        try test.edit([Self.path: text("{ a: 2, b: 2 }")])
        #expect(try change(test)?.otherVariants == 0)
    }

    @Test func aRetiredAndADeletedPlaybookEndTheirEnrollments() throws {
        for files in [
            [Self.path: Self.text("seats > 6").replacing("state: live", with: "state: retired")],
            [Self.path: nil, "playbooks/main/hello.md": nil],
        ] as [[String: String?]] {
            let test = try workspace(Self.text("seats > 6"))
            try test.edit(files)
            let reason = files[Self.path] == .some(nil) ? "deleted" : "retired"
            let change = try #require(try change(test))
            #expect(change.change.rawValue == reason)
            #expect(change.running == 2)
            #expect(try test.run(noon(20_001)).ended == 2)
            #expect(try test.rows("SELECT DISTINCT state, end_reason FROM enrollment") == ["ended|\(reason)"])
            #expect(try test.rows("SELECT state FROM playbook") == ["retired"])
            #expect(try self.change(test, noon(20_002)) == nil)
        }
    }

    @Test func aPlaybookWithAnErrorIsNotDeleted() throws {
        let test = try workspace(Self.text("seats > 6"))
        for broken in ["playbook: main\nsteps: [broken", "nonsense", "state: live\n"] {
            try test.edit([Self.path: broken], withErrors: true)
            let change = try #require(try change(test))
            #expect(change.change == .broken)
            #expect(change.running == 2)
            #expect(try test.run(noon(20_001)).ended == 0)
        }
        // In another folder, broken, it is found by its name.
        try test.edit([Self.path: nil, "playbooks/moved/playbook.yaml": "playbook: main\nsteps: ["], withErrors: true)
        #expect(try change(test)?.change == .broken)
    }

    /// A version that is older than the keeping of what versions were read with.
    @Test func aMessageThatIsGoneLeavesEnrollmentsOfAnOldDatabaseStandingStill() throws {
        let test = try workspace(Self.text("seats > 6", steps: ["wait: 1d", "email: hello.md"]))
        try test.execute("UPDATE playbook_version SET files = NULL")
        try test.edit(["playbooks/main/hello.md": nil], withErrors: true)
        let change = try #require(try change(test))
        #expect(change.change == .broken)
        #expect(change.pinned.map(\.isReadable) == [false])
    }
}
