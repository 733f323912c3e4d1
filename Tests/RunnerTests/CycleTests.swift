import Decisions
import Playbooks
import Runner
import Storage
import Testing

@Suite struct CycleTests {
    private static let when = """
        playbook: nudge
        title: Nudge
        state: live
        audience: everyone_active
        category: education
        when: plan == "free"
        holdout: 0%
        steps:
          - email: hello.md
          - wait: 2d
          - in_app: hello.md
        """

    @Test func aRunDecidesWhatThePlanShowed() throws {
        let test = try TestWorkspace(playbooks: ["nudge": Self.when])
        try test.addAccounts(20)
        try test.addAccounts(5, plan: "pro", from: 21)
        let planned = try test.cycle.plan(now: noon(20_000))
        let ran = try test.cycle.run(now: noon(20_000))
        #expect(planned.playbooks[0].verdicts == ran.playbooks[0].verdicts)
        #expect(ran.playbooks[0].matched == 20)
        #expect(ran.playbooks[0].verdicts[.enrolled] == 20)
        #expect(planned.made == 20 && ran.made == 20)
        #expect(try test.integer("SELECT count(*) FROM touch WHERE state = 'pending'") == 20)
    }

    @Test func planningChangesNothing() throws {
        let test = try TestWorkspace(playbooks: ["nudge": Self.when])
        try test.addAccounts(3)
        let reader = try Store(path: test.store.path, mode: .readOnly)
        let before = try test.integer("PRAGMA data_version")
        let cycle = Cycle(
            workspace: test.workspace, pinned: PinnedVersions(texts: test.texts), store: reader,
            processNow: { Instant(milliseconds: 0) })
        _ = try cycle.plan(now: noon(20_000))
        #expect(try test.integer("PRAGMA data_version") == before)
        #expect(try test.integer("SELECT count(*) FROM playbook") == 0)
        #expect(try test.integer("SELECT count(*) FROM standing") == 0)
    }

    @Test func aStandingMatchIsEnrolledOnce() throws {
        let test = try TestWorkspace(playbooks: ["nudge": Self.when])
        try test.addAccounts(2)
        _ = try test.cycle.run(now: noon(20_000))
        let again = try test.cycle.run(now: noon(20_001))
        #expect(again.playbooks[0].verdicts[.already] == 2)
        #expect(again.entered == 0)
        #expect(try test.integer("SELECT count(*) FROM enrollment") == 2)
    }
}
