import Measure
import Playbooks
import Storage
import Testing

/// What is proposed, from the reports.
@Suite struct NextReportTests {
    private func proposals(_ chances: [String: Double], day: Double = 200) throws -> [Proposal] {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p", holdout: "20%")])
        try world.addAccounts(3_000)
        try world.launch("p", holdout: 0.2)
        try world.enroll("p", accounts: 1...3_000, days: 0...60, holdout: 0.2, chances: chances)
        try world.touchAll()
        return try world.store.read {
            try NextReport($0, in: world.workspace, asOf: ExperimentWorld.instant(day)).proposals()
        }
    }

    @Test func aWinnerIsToBeShippedWithItsEdit() throws {
        let proposal = try #require(try proposals(["holdout": 0.1, "treated": 0.3], day: 120).first)
        #expect(proposal.kind == .ship && proposal.title.hasSuffix(" of p"), "\(proposal)")
        #expect(proposal.evidence.count == 1 && proposal.evidence[0].count > 20)
        #expect(proposal.patch?.contains("+holdout: 0%") == true, "\(proposal)")
    }

    @Test func whatHarmsIsToBeStopped() throws {
        let proposal = try #require(try proposals(["holdout": 0.3, "treated": 0.1], day: 120).first)
        #expect(proposal.kind == .stop && proposal.command == "keeptouch pause p", "\(proposal)")
    }

    @Test func whatIsUnderWayIsLeftAlone() throws {
        #expect(try proposals(["holdout": 0.1, "treated": 0.11], day: 40) == [])
    }

    @Test func aWeakPointWithoutAPlaybookIsToGetOne() throws {
        let world = try JourneyReportTests.leaking()
        func next() throws -> [Proposal] {
            try world.store.read {
                try NextReport($0, in: world.workspace, asOf: AttritionWorld.day(285)).proposals()
            }
        }
        #expect(try next() == [])
        try world.store.write { connection in
            try StageBenchmarks.compute(
                world.workspace.journeys, on: Day(number: 20_089 + 285), now: AttritionWorld.day(285), connection)
            try Benchmarks.save(connection)
        }
        let proposal = try #require(try next().first)
        #expect(proposal.title == "Write a playbook for signed_up of a, where accounts get lost", "\(proposal)")
        #expect(proposal.evidence.allSatisfy { $0.hasPrefix("signed_up: weak point: ") } && !proposal.evidence.isEmpty)
        #expect(try next().count == 1)
    }
}
