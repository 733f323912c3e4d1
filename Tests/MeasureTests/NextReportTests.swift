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

    @Test func aVariantThatHarmsIsToBeDroppedAndTheOthersGoOn() throws {
        let world = try ExperimentWorld([
            "p": ExperimentWorld.playbook("p", holdout: "20%", more: ["variants: { x: 1, y: 1 }"])
        ])
        try world.addAccounts(3_000)
        try world.launch("p", holdout: 0.2, variants: ["x": 1, "y": 1])
        try world.enroll(
            "p", accounts: 1...3_000, days: 0...60, holdout: 0.2, variants: ["x": 1, "y": 1],
            chances: ["holdout": 0.3, "x": 0.3, "y": 0.1])
        try world.touchAll()
        let proposal = try #require(
            try world.store.read {
                try NextReport($0, in: world.workspace, asOf: ExperimentWorld.instant(120)).proposals()
            }.first)
        #expect(proposal.kind == .stop && proposal.title == "Drop \"y\" of p: it makes its goal rarer", "\(proposal)")
        #expect(proposal.patch?.contains("+variants: { x: 1, y: 0 }") == true, "\(proposal)")
    }

    @Test func aHeldPlaybookIsToBeLookedAt() throws {
        let world = try ExperimentWorld(["p": ExperimentWorld.playbook("p")])
        try world.addAccounts(3)
        try world.launch("p")
        try world.execute(
            "UPDATE playbook SET held_at = \(ExperimentWorld.instant(5).milliseconds), held_because = 'max_fall: logins fell'"
        )
        try world.execute(
            """
            INSERT INTO standing (account_id, playbook_id, match_key, since, verdict, reason, settled)
            SELECT id, 1, '', \(ExperimentWorld.instant(4).milliseconds), 'held', 'max_fall: logins fell', 0 FROM account
            """)
        func next(_ day: Double) throws -> [Proposal] {
            try world.store.read {
                try NextReport($0, in: world.workspace, asOf: ExperimentWorld.instant(day)).proposals()
            }
        }
        #expect(try next(4) == [])
        let proposal = try #require(try next(6).first)
        #expect(proposal.title == "Look at p: it is held, and 3 matches wait", "\(proposal)")
        #expect(proposal.evidence == ["max_fall: logins fell"])
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
