import Decisions
import Playbooks
import Storage

/// The claim: a choice over pending rows, ordered by priority, due instant and key, inside the worker's transaction.
///
/// What is claimed stays `pending` in the table until its intent is written.
struct Claiming {
    private let configuration: Configuration
    private let times: SendTimes
    private let playbooks: [String: PlaybookToSend]
    /// The playbooks of the versions that are walked.
    var versions: [Int64: Playbook] = [:] {
        didSet { walked = versions.mapValues(PlaybookToSend.init) }
    }
    private var walked: [Int64: PlaybookToSend] = [:]

    init(workspace: Workspace) {
        configuration = workspace.configuration
        times = SendTimes(workspace)
        playbooks = Dictionary(workspace.playbooks.map { ($0.name, PlaybookToSend($0)) }) { first, _ in first }
    }

    /// Claims as many touches as the channels have room for; the others that it looks at wait, end, or stay.
    func claim(
        _ channels: [String: ChannelAtWork], _ outbox: Outbox, _ underWay: TouchesUnderWay, pauses: Pauses,
        report: inout DrainReport, now: Instant, processNow: Instant
    ) throws -> [ClaimedTouch] {
        let rules = ClaimRules(caps: configuration.caps, zone: configuration.zone, times: times, pauses: pauses)
        let hasLostSends = try !outbox.lostSends.isEmpty
        var claims: [ClaimedTouch] = []
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            if let reason = pauses.reason(forChannel: name) {
                channel.isExhausted = true
                report.stopped[name] = report.stopped[name] ?? "paused: \(reason)"
            }
            let room = channel.room(processNow: processNow)
            let touches = try candidates(of: channel, outbox, underWay, room: room, now: now)
            var turn = Turn(
                rules: rules, channel: channel, hasLostSends: hasLostSends, now: now, processNow: processNow,
                underWay: underWay)
            for touch in touches where !turn.seen.contains(touch.id) {
                if let group = try companions(of: touch, turn, outbox) {
                    try settle(group, &turn, outbox, &report)
                } else {
                    try carryOut(decide(touch, turn, outbox), on: touch, &turn, outbox, &report)
                }
            }
            claims += turn.claims
            channel.took(turn.claims.count, processNow: processNow)
        }
        return claims
    }

    private var counting: Outbox.Counting {
        Outbox.Counting(
            caps: configuration.caps, accountAttributes: times.attributes, texts: configuration.sms)
    }

    /// The next touches of the pass, at most `room`; those of one level at a time.
    private func candidates(
        of channel: ChannelAtWork, _ outbox: Outbox, _ underWay: TouchesUnderWay, room: Int, now: Instant
    ) throws -> [TouchCandidate] {
        while room > 0, let cursor = try nextCursor(of: channel, outbox, now: now) {
            let touches = try outbox.candidates(
                channel: channel.channel.name, behind: cursor, counting: counting, now: now,
                passBegan: channel.passBegan, limit: room)
            // Fewer than asked for: this level has no more.
            channel.advance(behind: touches.last, wasLast: touches.count < room)
            let free = touches.filter { !underWay.has($0) }
            if !free.isEmpty { return free }
        }
        return []
    }

    private func nextCursor(
        of channel: ChannelAtWork, _ outbox: Outbox, now: Instant
    ) throws -> Outbox.Cursor? {
        if let cursor = channel.cursor, !channel.isLevelDone { return cursor }
        channel.isLevelDone = false
        if let cursor = channel.cursor, !cursor.isRetrying {
            channel.cursor = Outbox.Cursor(priority: cursor.priority, isRetrying: true)
            return channel.cursor
        }
        let name = channel.channel.name
        guard let priority = try outbox.highestPriority(channel: name, below: channel.cursor?.priority) else {
            channel.isExhausted = true
            channel.retryAt = try outbox.nextRetry(channels: [name], after: channel.passBegan)
            return nil
        }
        channel.cursor = Outbox.Cursor(priority: priority)
        return channel.cursor
    }

    /// What one look at a channel's touches has come to.
    private struct Turn {
        let rules: ClaimRules
        let channel: ChannelAtWork
        let hasLostSends: Bool
        let now: Instant
        let processNow: Instant
        let underWay: TouchesUnderWay
        var claims: [ClaimedTouch] = []
        /// Touches that were settled with others.
        var seen: Set<Int64> = []
        /// The ghosts that it has settled, by person.
        var ghosts: [String: [TouchCandidate]] = [:]

        /// For each cap, what counts for a touch and is not in the table as it was looked at; ghosts count for those of their
        /// enrollment.
        func claimed(before touch: TouchCandidate) -> [Int] {
            let own = touch.isGhost ? (ghosts[touch.recipient] ?? []) : []
            return rules.caps.map { cap in
                underWay.moments(to: touch.recipient, counting: cap).count
                    + own.count {
                        $0.enrollmentID == touch.enrollmentID
                            && cap.counts($0.kind, channel: $0.channel, category: $0.category)
                    }
            }
        }
    }

    private func decide(_ touch: TouchCandidate, _ turn: Turn, _ outbox: Outbox) throws -> ClaimRules.Decision {
        let playbook = walked[touch.versionID] ?? playbooks[touch.playbook]
        return try turn.rules.decide(
            touch, stepWindow: playbook?.window(of: touch), exitsWhenChurned: playbook?.exitsWhenChurned ?? true,
            claimed: turn.claimed(before: touch),
            heldOutFor: heldOut(touch, turn, outbox),
            mayRepeat: turn.channel.channel.mayRepeat(touch, at: turn.processNow), now: turn.now)
    }

    /// The period of the global holdout that has the account; where the draw was stored, what was stored.
    private func heldOut(_ touch: TouchCandidate, _ turn: Turn, _ outbox: Outbox) throws -> String? {
        guard touch.category != "service",
            let draw = GlobalDraw(configuration, on: configuration.zone.day(of: turn.now)), draw.holds(touch.accountKey)
        else { return nil }
        return try outbox.isHeldOut(touch.accountID, in: draw, enrollment: touch.enrollmentID) ? draw.period : nil
    }

    /// Until when a touch waits for room under all caps, and why.
    private func waitForRoom(
        _ touch: TouchCandidate, _ cap: Cap, _ turn: Turn, _ outbox: Outbox
    ) throws -> (until: Instant, reason: String) {
        let counting = try turn.rules.caps
            .filter { $0.counts(touch.kind, channel: touch.channel, category: touch.category) }
            .map { cap in
                (
                    cap,
                    try outbox.moments(
                        to: touch.recipient, counting: cap, after: turn.now - cap.reach, beside: touch)
                        + turn.underWay.moments(to: touch.recipient, counting: cap)
                )
            }
        let window = (walked[touch.versionID] ?? playbooks[touch.playbook])?.window(of: touch)
        let room = Cap.room(under: counting, from: turn.now) { turn.rules.opening(for: touch, window, from: $0).at }
        let until = room.at > turn.now ? room.at : turn.now + cap.reach
        let reason = (room.cap ?? cap).reason
        guard until >= touch.expiresAt else { return (until, reason) }
        let zone = configuration.zone
        return Touch.wait(
            until: until, "\(reason), which has room from \(until.text(in: zone)) \(zone.name)",
            expiresAt: touch.expiresAt)
    }

    private func carryOut(
        _ decision: ClaimRules.Decision, on touch: TouchCandidate, in group: String? = nil, _ turn: inout Turn,
        _ outbox: Outbox, _ report: inout DrainReport
    ) throws {
        let now = turn.now
        switch decision {
        case .claim:
            // One that may have arrived has an earlier attempt of its own.
            if turn.hasLostSends, !touch.isAmbiguous, try outbox.lostSends.take(touch) {
                let reason = "it left in the time that the restored back-up does not know of"
                try outbox.end(touch, as: .unknown, reason: reason, now: now)
                report.count(.unknown)
                return
            }
            let claim = ClaimedTouch(touch: touch, claimedAt: now)
            claim.group = group
            claim.isAlone = turn.channel.alone.contains(touch.id)
            turn.underWay.add(claim)
            turn.claims.append(claim)
        case .ghost:
            try outbox.end(touch, as: .ghost, reason: nil, now: now)
            turn.ghosts[touch.recipient, default: []].append(touch)
            report.ghosts += 1
        case .leave(let reason):
            if let reason, touch.reason != reason { try outbox.note(touch, reason: reason) }
        case .wait(let until, let reason):
            try outbox.wait(touch, until: until, reason: reason)
            report.waiting += 1
        case .capped(let index):
            let wait = try waitForRoom(touch, configuration.caps[index], turn, outbox)
            try outbox.wait(touch, until: wait.until, reason: wait.reason)
            report.waiting += 1
        case .end(let state, let reason):
            try outbox.end(touch, as: state, reason: reason, now: now)
            report.ended[state, default: 0] += 1
        case .doubt(let reason):
            let state: TouchState = turn.channel.channel.onUnknown == .assumeSent ? .sent : .unknown
            try outbox.end(touch, as: state, reason: reason, now: now)
            report.count(state)
        }
    }

    // MARK: - Repeating a request of several

    /// The touches of the request that may have arrived, where it carried several.
    private func companions(of touch: TouchCandidate, _ turn: Turn, _ outbox: Outbox) throws -> [TouchCandidate]? {
        guard touch.isAmbiguous, turn.channel.channel.batch != nil, let hash = touch.bodyHash else { return nil }
        let group = try outbox.companions(of: touch, bodyHash: hash, counting: counting, now: turn.now)
            .filter { !turn.underWay.has($0) }
        return group.count > 1 ? group : nil
    }

    /// All of them go out again, or none: only the same request has the same key.
    private func settle(
        _ group: [TouchCandidate], _ turn: inout Turn, _ outbox: Outbox, _ report: inout DrainReport
    ) throws {
        turn.seen.formUnion(group.map(\.id))
        var decisions: [ClaimRules.Decision] = []
        for touch in group { decisions.append(try decide(touch, turn, outbox)) }
        guard !decisions.contains(where: { if case .leave = $0 { true } else { false } }) else { return }
        let isBroken = decisions.contains { decision in
            switch decision {
            case .end, .doubt, .ghost: true
            case .claim, .leave, .wait, .capped: false
            }
        }
        let doubt = "an earlier attempt may have arrived, and its batch cannot be repeated whole any more"
        var common = isBroken ? ClaimRules.Decision.doubt(reason: doubt) : .claim
        if !isBroken {
            for (touch, decision) in zip(group, decisions) {
                guard let wait = try wait(of: touch, decision, turn, outbox) else { continue }
                if case .wait(let latest, _) = common, latest >= wait.until { continue }
                common = .wait(until: wait.until, reason: "its batch waits: \(wait.reason)")
            }
        }
        for (touch, own) in zip(group, decisions) {
            var decision = common
            if case .doubt = own { decision = own }
            try carryOut(decision, on: touch, in: touch.bodyHash, &turn, outbox, &report)
        }
    }

    private func wait(
        of touch: TouchCandidate, _ decision: ClaimRules.Decision, _ turn: Turn, _ outbox: Outbox
    ) throws -> (until: Instant, reason: String)? {
        switch decision {
        case .wait(let until, let reason): return (until, reason)
        case .capped(let index): return try waitForRoom(touch, configuration.caps[index], turn, outbox)
        case .claim, .ghost, .leave, .end, .doubt: return nil
        }
    }
}
