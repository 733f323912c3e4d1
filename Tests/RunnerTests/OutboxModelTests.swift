import Decisions
import Delivery
import Foundation
import Playbooks
import Reliability
import Storage
import Testing

@testable import Runner

/// Random sequences of claim, attempt, result, pause, crash and stale result against a model of what may have arrived.
@Suite struct OutboxModelTests {
    @Test(arguments: [false, true])
    func noSequenceLosesOrRepeatsATouch(isKeyed: Bool) throws {
        let model = try OutboxModel(isKeyed: isKeyed)
        var ends: Set<String> = []
        let sequences = Rounds.count(100, long: 500_000)
        for seed in 1...sequences {
            try model.begin(seed: UInt64(seed) &+ (isKeyed ? 1_000_000 : 0))
            for _ in 0..<40 { try model.step() }
            ends.formUnion(try model.finish())
        }
        // The sequences reach what they are about.
        #expect(ends.isSuperset(of: ["sent", "unknown", "rejected", "capped"]))
        Rounds.tell(sequences, "\(isKeyed ? "with" : "without") keys, 40 steps each: one end each, caps kept")
    }
}

private final class OutboxModel {
    private let test: TestWorkspace
    private let channel: Channel
    private let claiming: Claiming
    private let isKeyed: Bool
    private var random = SeededRandom(0)
    private var atWork: [String: ChannelAtWork] = [:]
    private var report = DrainReport()
    private var now = noon(20_000)
    private var processNow = noon(20_500)
    private var isPaused = false

    private var claimed: [ClaimedTouch] = []
    private var flying: [ClaimedTouch] = []
    /// What a process knew when it died; its results come too late.
    private var dead: [ClaimedTouch] = []
    /// For each touch, when requests left that may have arrived, and whether one said that it did not.
    private var departures: [Int64: [Instant]] = [:]
    private var ended: [Int64: String] = [:]

    init(isKeyed: Bool) throws {
        self.isKeyed = isKeyed
        let playbooks = (1...3).map { ("p\($0)", TestWorkspace.playbook("p\($0)", more: ["priority: \($0)"])) }
        test = try TestWorkspace(
            playbooks: Dictionary(uniqueKeysWithValues: playbooks),
            configuration: TestWorkspace.configuration + "\ncaps: [ 1 per 2d ]\n",
            files: [
                "channels/mail.yaml": TestWorkspace.channel(
                    "mail", "email", more: isKeyed ? "idempotency: { header: Idempotency-Key, lifetime: 2h }" : "")
            ])
        try test.addAccounts(4)
        // Two addresses, six touches each.
        try test.script(
            """
            UPDATE contact SET email = 'x@example.com', address = 'x@example.com' WHERE account_id % 2 = 0;
            UPDATE contact SET email = 'y@example.com', address = 'y@example.com' WHERE account_id % 2 = 1
            """)
        try test.run(now)
        try test.script("CREATE TABLE saved AS SELECT * FROM touch")
        channel = try #require(test.workspace.channels["mail"])
        claiming = Claiming(workspace: test.workspace, owner: "model")
    }

    func begin(seed: UInt64) throws {
        random = SeededRandom(seed)
        try test.script(
            """
            DELETE FROM touch; DELETE FROM attempt; DELETE FROM pause; INSERT INTO touch SELECT * FROM saved;
            UPDATE enrollment SET due_at = NULL
            """)
        (now, processNow, isPaused) = (noon(20_000), noon(20_500), false)
        (claimed, flying, dead, departures, ended) = ([], [], [], [:], [:])
        try restart()
    }

    func step() throws {
        switch random.next(12) {
        case 0...2: try claim()
        case 3...5: try attempt()
        case 6...8: try answer()
        case 9: try crash()
        case 10: try pauseOrResume()
        default:
            try answerFromTheGrave()
            let minutes = Int64([0, 1, 20, 200][random.next(4)])
            (now, processNow) = (now + .minutes(minutes * 3), processNow + .minutes(minutes))
            try restart()
        }
        try check()
    }

    /// Settles everything; the states in which touches end.
    func finish() throws -> Set<String> {
        if isPaused { try pauseOrResume() }
        for _ in 0..<60 {
            try restart()
            try claim()
            while !claimed.isEmpty { try attempt() }
            while !flying.isEmpty { try answer() }
            (now, processNow) = (now + .hours(8), processNow + .minutes(1))
            try check()
        }
        let states = try test.states
        #expect(states.values.reduce(0, +) == 12)
        #expect(Set(states.keys).isDisjoint(with: ["pending", "claimed", "sending"]), "\(states)")
        return Set(states.keys)
    }

    private func restart() throws {
        _ = try test.store.write { try Outbox($0).open(at: now, limit: 100) }
        for name in atWork.keys { atWork[name]?.restart(processNow: processNow) }
        if atWork.isEmpty {
            atWork["mail"] = try ChannelAtWork(
                channel, environment: [:], directory: "/", secret: [], processNow: processNow)
        }
    }

    private func claim() throws {
        let claims = try test.store.write { connection in
            try claiming.claim(
                atWork, Outbox(connection), pauses: Pauses(connection), report: &report, now: now,
                processNow: processNow)
        }
        if isPaused { #expect(claims.isEmpty) }
        claimed += claims
    }

    private func attempt() throws {
        guard !claimed.isEmpty else { return }
        let claim = claimed.remove(at: random.next(claimed.count))
        guard channel.mayRepeat(claim.touch, at: processNow) else {
            // As the worker does: the claim decides again.
            try test.store.write {
                try Outbox($0).giveBack(id: claim.touch.id, fence: claim.fence)
            }
            atWork["mail"]?.parked()
            return
        }
        let begun = try test.store.write { connection in
            try Outbox(connection).beginAttempt(
                id: claim.touch.id, fence: claim.fence, number: claim.attempt, bodyHash: "body",
                messageHash: "message", processNow: processNow)
        }
        #expect(begun)
        atWork["mail"]?.began()
        let earlier = departures[claim.touch.id] ?? []
        // Without a key nothing leaves twice; with one, only within half its life.
        if let first = earlier.first { #expect(isKeyed && processNow - first < .hours(1)) }
        departures[claim.touch.id] = earlier + [processNow]
        flying.append(claim)
    }

    private func answer() throws {
        guard !flying.isEmpty else { return }
        let claim = flying.remove(at: random.next(flying.count))
        let result = self.result(of: claim)
        let settlement = SettlementRules(channel: channel).settlement(
            of: claim, result, processNow: processNow, random: 0)
        let isSettled = try test.store.write { try Outbox($0).settle(settlement, now: now, processNow: processNow) }
        #expect(isSettled)
        atWork["mail"]?.ended()
        if settlement.state == .rejected { departures[claim.touch.id] = nil }
        if settlement.state == .pending, !settlement.isAmbiguous { departures[claim.touch.id]?.removeLast() }
    }

    private func result(of claim: ClaimedTouch) -> SendResult {
        let attempt = Classifier.Attempt(
            number: claim.attempt, firstAt: claim.touch.firstAttemptAt ?? processNow, now: processNow,
            mayHaveArrived: claim.touch.isAmbiguous)
        let response =
            switch random.next(6) {
            case 0: Response(status: 500)
            case 1: Response(status: 429)
            case 2: Response(failure: .curl(code: 7, message: "refused"), mayHaveLeft: false)
            // An endpoint that has it says so; it does not reject what it took.
            case 3 where !claim.touch.isAmbiguous: Response(status: 422)
            case 4: Response(failure: .curl(code: 56, message: "reset"))
            default: Response(status: 202)
            }
        return Classifier(channel: channel).classify(response, attempt: attempt)
    }

    /// The process dies; another one takes over.
    private func crash() throws {
        dead += claimed + flying
        (claimed, flying) = ([], [])
        atWork = [:]
        try restart()
        try test.store.write { connection in
            let recovery = Recovery(connection)
            _ = try recovery.releaseClaims()
            for orphan in try recovery.orphans() {
                let settlement = SettlementRules(channel: channel).settlement(of: orphan, processNow: processNow)
                #expect(try Outbox(connection).settle(settlement, now: now, processNow: processNow))
            }
        }
    }

    private func answerFromTheGrave() throws {
        guard !dead.isEmpty else { return }
        let claim = dead.remove(at: random.next(dead.count))
        let result = self.result(of: claim)
        let settlement = SettlementRules(channel: channel).settlement(
            of: claim, result, processNow: processNow, random: 0)
        let before = try test.dump()
        try test.store.write { connection in
            let outbox = Outbox(connection)
            let isSettled = try outbox.settle(settlement, now: now, processNow: processNow)
            let isBegun = try outbox.beginAttempt(
                id: claim.touch.id, fence: claim.fence, number: 99, bodyHash: "", messageHash: "",
                processNow: processNow)
            try outbox.park(id: claim.touch.id, fence: claim.fence, as: .held, reason: "x")
            #expect(!isSettled && !isBegun)
        }
        #expect(try test.dump() == before)
    }

    private func pauseOrResume() throws {
        isPaused.toggle()
        try test.store.write { connection in
            if isPaused {
                try Pauses.set("all", reason: "test", at: now, connection)
            } else {
                _ = try Pauses.clear("all", connection)
            }
        }
    }

    private func check() throws {
        var perAddress: [String: [Instant]] = [:]
        for row in try test.store.read({ try $0.query("SELECT id, state, recipient, claimed_at FROM touch") }) {
            let (id, state) = (row[0].integer ?? 0, row[1].text ?? "")
            // An end is an end.
            if let end = ended[id] { #expect(end == state) }
            let hasLeft = departures[id]?.isEmpty == false
            switch state {
            case "sent", "unknown": #expect(hasLeft)
            case "capped", "expired", "rejected", "cancelled", "suppressed": #expect(!hasLeft, "\(id) is \(state)")
            default: break
            }
            if !["pending", "claimed", "sending"].contains(state) { ended[id] = state }
            if hasLeft, let claimedAt = row[3].instant { perAddress[row[2].text ?? "", default: []].append(claimedAt) }
        }
        #expect(try test.store.read { try FlowRecount($0).differences().map(\.description) } == [])
        // What left, or may have, never exceeds the cap.
        for moments in perAddress.values {
            for moment in moments {
                #expect(moments.filter { $0 <= moment && moment - $0 < .days(2) }.count <= 1)
            }
        }
    }
}
