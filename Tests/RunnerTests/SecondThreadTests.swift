import Decisions
import Foundation
import NIOConcurrencyHelpers
import Playbooks
import Runner
import Storage
import Testing

/// A cycle over so many blocks that two threads decide them.
@Suite struct SecondThreadTests {
    private static let accounts = 4_500

    private func made(_ holdout: String = "20%") throws -> TestWorkspace {
        let test = try TestWorkspace(playbooks: ["main": TestWorkspace.playbook("main", holdout: holdout)])
        try test.addAccounts(Self.accounts)
        return test
    }

    @Test func twoThreadsCountAndWriteEachAccountOnce() throws {
        let test = try made()
        let held = (1...Self.accounts).count { Draw.number(salt: "main", key: "a\($0)") < 0.2 }
        let plan = try test.cycle.plan(now: noon(20_000)).playbooks[0]
        #expect(plan.matched == Self.accounts)
        #expect(plan.audience == Self.accounts)
        #expect(plan.verdicts.filter { $0.value > 0 } == [.holdout: held, .enrolled: Self.accounts - held])
        #expect(try test.run(noon(20_000)).entered == Self.accounts)
        for table in ["enrollment", "touch", "standing", "decision"] {
            #expect(
                try test.rows("SELECT count(DISTINCT account_id) || ' ' || count(*) FROM \(table)")
                    == ["\(Self.accounts) \(Self.accounts)"], "\(table)")
        }
        #expect(try test.rows("SELECT count(*) FROM enrollment WHERE arm = 'holdout'") == ["\(held)"])
        #expect(try test.run(noon(20_000)).entered == 0)
    }

    /// What was decided ahead must not outlive what somebody else has written meanwhile.
    @Test func factsThatChangeWhileSlicesAreWrittenCount() throws {
        let test = try made("0%")
        let other = try Store(path: test.store.path, mode: .readWrite)
        let changed = NIOLockedValueBox<[Int]>([])
        let isOver = NIOLockedValueBox(false)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            defer { done.signal() }
            let hasBegun = { (try? other.read { try $0.integer("SELECT count(*) FROM cycle") }) ?? 0 > 0 }
            while !hasBegun(), !isOver.withLockedValue({ $0 }) { sched_yield() }
            for number in stride(from: Self.accounts, to: 1, by: -7) where !isOver.withLockedValue({ $0 }) {
                try? other.write { connection in
                    let isIn = try connection.integer(
                        "SELECT count(*) FROM enrollment WHERE account_id = :id", ["id": .integer(Int64(number))])
                    guard isIn == 0 else { return }
                    try connection.execute(
                        "UPDATE account SET a_plan = 'pro' WHERE id = :id", ["id": .integer(Int64(number))])
                    changed.withLockedValue { $0.append(number) }
                }
            }
        }
        let report = try test.run(noon(20_000))
        isOver.withLockedValue { $0 = true }
        done.wait()
        #expect(changed.withLockedValue { !$0.isEmpty })
        let ids = changed.withLockedValue { $0 }.map(String.init).joined(separator: ", ")
        #expect(try test.rows("SELECT account_id FROM enrollment WHERE account_id IN (\(ids))") == [])
        let entered = try test.rows("SELECT count(*) FROM enrollment")
        #expect(entered == ["\(Self.accounts - changed.withLockedValue { $0.count })"], "\(report.entered)")
    }

    @Test func aCycleThatIsStoppedGoesOnWithTheNextRun() throws {
        let test = try made("0%")
        for calls in [0, 3, 6, 8] {
            let rest = NIOLockedValueBox(calls)
            let cycle = Cycle(
                workspace: test.workspace, pinned: PinnedVersions(texts: test.texts), store: test.store,
                processNow: { Instant(milliseconds: 1_750_000_000_000) },
                isStopped: {
                    rest.withLockedValue { rest in
                        rest -= 1
                        return rest < 0
                    }
                })
            #expect(throws: CycleStopped.self) { try cycle.run(now: noon(20_000)) }
        }
        let part = try #require(Int(test.rows("SELECT count(*) FROM enrollment")[0]))
        #expect(0 < part && part < Self.accounts, "\(part)")
        try test.run(noon(20_000))
        #expect(
            try test.rows("SELECT count(DISTINCT account_id) || ' ' || count(*) FROM enrollment")
                == ["\(Self.accounts) \(Self.accounts)"])
    }
}
