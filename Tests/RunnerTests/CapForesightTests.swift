import Playbooks
import Runner
import Testing

/// When the list of a plan says that first touches leave.
@Suite struct CapForesightTests {
    private func moments(_ test: TestWorkspace, _ now: Instant, only names: Set<String> = []) throws -> [String] {
        var told: [String] = []
        _ = try test.cycle.plan(now: now, only: names) { who in
            told.append("\(who.playbook) \(who.firstTouchAt?.description ?? "-") \(who.reason)")
        }
        return told.sorted()
    }

    @Test func aFirstTouchWaitsForTheCapsThatItsPersonHasUsedUp() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(endpoint, ["a": TestWorkspace.competitor("a")])
        try test.run(noon(20_000))
        try await test.drain(noon(20_000))
        try test.edit([
            "playbooks/b/playbook.yaml": TestWorkspace.competitor("b"), "playbooks/b/hello.md": Self.message,
        ])
        let after = (noon(20_001) - .minutes(1)).description
        #expect(
            try moments(test, noon(20_000, hours: 2), only: ["b"]) == [
                "b \(after) all rules passed; the first touch waits: cap 1 per 1d"
            ])
        // The list says what happens.
        try test.run(noon(20_000, hours: 2))
        try await test.drain(noon(20_000, hours: 2))
        #expect(
            try test.rows("SELECT not_before, reason FROM touch WHERE state = 'pending'") == [
                "\((noon(20_001) - .minutes(1)).milliseconds)|cap 1 per 1d"
            ])
        let later = noon(20_001, hours: 2)
        try await test.drain(later)
        #expect(try test.states == ["sent": 2])
    }

    @Test func playbooksOfOnePlanTakeTurns() async throws {
        let endpoint = try Endpoint()
        let test = try TestWorkspace.competing(
            endpoint,
            ["a": TestWorkspace.competitor("a", priority: 90), "b": TestWorkspace.competitor("b", priority: 10)])
        let now = noon(20_000)
        let next = (noon(20_001) - .minutes(1)).description
        #expect(
            try moments(test, now) == [
                "a \(now) all rules passed", "b \(next) all rules passed; the first touch waits: cap 1 per 1d",
            ])
    }

    private static let message = "---\nsubject: Hello\n---\nHello.\n"
}
