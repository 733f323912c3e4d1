import Playbooks
import Storage

/// The claim: a choice over pending rows, ordered by priority, due instant and key, inside the worker's transaction.
struct Claiming {
    private let owner: String
    private let configuration: Configuration
    private let playbooks: [String: Playbook]
    /// The playbooks of the versions that are walked.
    var versions: [Int64: Playbook] = [:]

    init(workspace: Workspace, owner: String) {
        self.owner = owner
        configuration = workspace.configuration
        playbooks = Dictionary(workspace.playbooks.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Claims as many touches as the channels have room for; the others that it looks at wait, end, or stay.
    func claim(
        _ channels: [String: ChannelAtWork], _ outbox: Outbox, pauses: Pauses, report: inout DrainReport,
        now: Instant, processNow: Instant
    ) throws -> [Worker.Flight] {
        let rules = ClaimRules(
            caps: configuration.caps, zone: configuration.zone, window: configuration.sendWindow, pauses: pauses)
        var flights: [Worker.Flight] = []
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            if let reason = pauses.reason(forChannel: name) {
                channel.isExhausted = true
                report.stopped[name] = report.stopped[name] ?? "paused: \(reason)"
            }
            let room = channel.room(processNow: processNow)
            let touches = try candidates(of: channel, outbox, room: room, now: now)
            var claimedTo: [String: Claimed] = [:]
            var taken = 0
            for touch in touches {
                if try settle(
                    touch, of: channel.channel, rules, &claimedTo, outbox, &report, now: now, processNow: processNow
                ) {
                    flights.append(Worker.Flight(touch: touch, fence: touch.fence + 1))
                    taken += 1
                }
            }
            channel.took(taken, processNow: processNow)
        }
        return flights
    }

    /// The next touches of the pass, at most `room`; those of one level at a time.
    private func candidates(
        of channel: ChannelAtWork, _ outbox: Outbox, room: Int, now: Instant
    ) throws -> [TouchCandidate] {
        while room > 0, let cursor = try nextCursor(of: channel, outbox, now: now) {
            let touches = try outbox.candidates(
                channel: channel.channel.name, behind: cursor, caps: configuration.caps, now: now,
                passBegan: channel.passBegan, limit: room)
            // Fewer than asked for: this level has no more.
            channel.advance(behind: touches.last, wasLast: touches.count < room)
            if !touches.isEmpty { return touches }
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
            channel.retryAt = try outbox.nextRetry(channels: [name], after: channel.passBegan, now: now)
            return nil
        }
        channel.cursor = Outbox.Cursor(priority: priority)
        return channel.cursor
    }

    /// What one batch has claimed for an address.
    private struct Claimed {
        var real = 0
        var ghosts = 0
    }

    /// Carries out the decision on one touch; true when it is claimed.
    private func settle(
        _ touch: TouchCandidate, of channel: Channel, _ rules: ClaimRules, _ claimedTo: inout [String: Claimed],
        _ outbox: Outbox, _ report: inout DrainReport, now: Instant, processNow: Instant
    ) throws -> Bool {
        let playbook = versions[touch.versionID] ?? playbooks[touch.playbook]
        let claimed = claimedTo[touch.recipient] ?? Claimed()
        let decision = rules.decide(
            touch, stepWindow: window(of: touch, playbook),
            exitsWhenChurned: playbook?.exits.contains(.churned) ?? true,
            claimed: claimed.real + (touch.isGhost ? claimed.ghosts : 0),
            mayRepeat: channel.mayRepeat(touch, at: processNow), now: now)
        switch decision {
        case .claim:
            guard try outbox.claim(touch, owner: owner, now: now) else { return false }
            if touch.category != "service" { claimedTo[touch.recipient, default: Claimed()].real += 1 }
            return true
        case .ghost:
            try outbox.end(touch, as: "ghost", reason: nil, now: now)
            if touch.category != "service" { claimedTo[touch.recipient, default: Claimed()].ghosts += 1 }
            report.ghosts += 1
        case .leave:
            break
        case .wait(let until, let reason):
            try outbox.wait(touch, until: until, reason: reason)
            report.waiting += 1
        case .capped(let index):
            let cap = configuration.caps[index]
            let until = try outbox.roomAgain(touch, cap: cap, now: now)
            try outbox.wait(touch, until: min(until, touch.expiresAt), reason: "cap \(cap.count) per \(cap.window)")
            report.waiting += 1
        case .end(let state, let reason):
            try outbox.end(touch, as: state, reason: reason, now: now)
            report.dropped += 1
        case .doubt(let reason):
            let state = channel.onUnknown == .assumeSent ? "sent" : "unknown"
            try outbox.end(touch, as: state, reason: reason, now: now)
            report.count(state)
        }
        return false
    }

    private func window(of touch: TouchCandidate, _ playbook: Playbook?) -> SendWindow? {
        let step = playbook?.steps(of: touch.variant).first { $0.id == touch.step }
        guard case .send(let send)? = step?.action else { return nil }
        return send.window
    }
}
