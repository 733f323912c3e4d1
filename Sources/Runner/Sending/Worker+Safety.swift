import Decisions
import Delivery
import Foundation
import Playbooks
import Storage

/// The breakers and kill switches of a drain.
extension Worker {
    /// Counts the last attempts of the runs before.
    func beginBreakers() throws {
        breakers = [:]
        for attempt in try store.read({ try Breakers($0).lastAttempts(died: SettlementRules.died) }) {
            count(failed: attempt.failed, playbook: attempt.playbook, channel: attempt.channel)
        }
    }

    /// Pauses what has led to too many bounces or complaints by now.
    func pauseHarmful(now: Instant) throws {
        let rules = Safety(workspace.configuration.safety)
        for harm in try store.read({ try Breakers($0).harmRates() })
        where harm.scope.hasPrefix("playbook:") || harm.playbooks > 1 {
            let counted = Safety.Harms(
                bounceable: harm.bounceable, bounced: harm.bounced, complainable: harm.complainable,
                complained: harm.complained)
            guard let reason = rules.pause(counted) else { continue }
            try store.write {
                try Breakers.trip(harm.scope, reason: reason, now: now, processNow: clocks.processNow(), $0)
            }
        }
    }

    private func count(failed: Bool, playbook: String, channel: String) {
        for scope in ["playbook:" + playbook, "channel:" + channel] {
            breakers[scope, default: Breaker()].note(failed: failed, playbook: playbook)
        }
    }

    /// Counts an attempt that came to its end, and pauses its playbook or its channel when too many failed.
    func note(_ settlement: Outbox.Settlement, of touch: TouchCandidate, now: Instant, _ connection: Connection) throws
    {
        let failed = settlement.state == .rejected || settlement.state == .unknown
        guard failed || settlement.state == .sent else { return }
        count(failed: failed, playbook: touch.playbook, channel: touch.channel)
        guard failed else { return }
        let most = workspace.configuration.safety.maxFailed
        for scope in ["channel:" + touch.channel, "playbook:" + touch.playbook] {
            guard let breaker = breakers[scope], let reason = breaker.reason(most: most) else { continue }
            if scope.hasPrefix("channel:"), breaker.failing < 2 { continue }
            breakers[scope] = nil
            try Breakers.trip(scope, reason: reason, now: now, processNow: clocks.processNow(), connection)
            return
        }
    }

    /// Lets go of what is claimed but has not left where a kill switch, a halt, or half a key's life came in between.
    func giveBack(_ outbox: Outbox, _ pauses: Pauses, now: Instant, processNow: Instant) throws {
        let shut = Set(channels.lazy.filter { $0.value.isShut(processNow: processNow) }.map(\.key))
        func isPaused(_ touch: TouchCandidate) -> Bool {
            shut.contains(touch.channel) || pauses.reason(forChannel: touch.channel) != nil
                || pauses.reason(for: touch.playbook) != nil
        }
        let isQuiet = pauses.isEmpty && shut.isEmpty
        rendered.removeAll { outgoing in
            let channel = channels[outgoing.channel]
            let isStaying = outgoing.claims.contains { claim in
                // Somebody may have put the machine to sleep since the claim.
                !isQuiet && isPaused(claim.touch) || channel?.channel.mayRepeat(claim.touch, at: processNow) == false
            }
            guard isStaying else { return false }
            for claim in outgoing.claims {
                underWay.remove(claim)
                channel?.parked()
            }
            // The pass has gone by it.
            if shut.contains(outgoing.channel) || outgoing.claims.count > 1 { channel?.restart(processNow: processNow) }
            return true
        }
        guard !isQuiet else { return }
        let waiting = Set(
            flying.values.lazy.filter { $0.claims.contains { isPaused($0.touch) } }.map(\.token))
        guard !waiting.isEmpty else { return }
        // They are on record as `sending` but still wait for a place on the wire.
        for token in workQueue.withdraw(waiting) {
            guard let outgoing = flying.removeValue(forKey: token) else { continue }
            channels[outgoing.channel]?.ended()
            channels[outgoing.channel]?.notePutOff(until: processNow)
            for claim in outgoing.claims {
                let settlement = Outbox.Settlement(
                    id: claim.touch.id, fence: claim.fence, enrollmentID: claim.touch.enrollmentID,
                    attempt: claim.attempt, state: .pending, retryAt: processNow, detail: "paused before it left")
                _ = try settle(claim, settlement, outbox, now: now, processNow: processNow)
            }
        }
    }

    /// Hears what time an answer says it is.
    func compareClocks(_ response: Response, of request: Request?) {
        guard let reading = clockReading(), let date = response.date,
            let host = request.flatMap(host),
            let testimony = witness.note(date - reading.wall, from: host)
        else { return }
        var trusted = reading
        trusted.wall = reading.wall + testimony.difference
        trusted.witness = testimony.hosts.joined(separator: " and ")
        results.append(.doubted(trusted))
    }

    /// Mostly that of the last request.
    private func host(of request: Request) -> String? {
        if let last = lastHost, last.url == request.url { return last.name }
        let name = URL(string: request.url)?.host
        lastHost = (request.url, name)
        return name
    }

    /// Stops everything when somebody has set the wall clock since the last look.
    func heedClock(_ connection: Connection, processNow: Instant) throws {
        guard let reading = clockReading(), clockGuard.check(reading) != nil else { return }
        // Somebody may have said meanwhile that it is right.
        let stored = try Meta.clock.read(connection)
        if stored != knownClock {
            knownClock = stored
            clockGuard = ClockGuard(last: stored.flatMap { ClockReading(text: $0) })
            guard clockGuard.check(reading) != nil else { return }
        }
        guard let trusted = clockGuard.last else { return }
        try doubt(trusted, connection, processNow: processNow)
    }

    /// Stops everything until the clock is right, or a person says that it is.
    func doubt(_ trusted: ClockReading, _ connection: Connection, processNow: Instant) throws {
        guard let reading = clockReading(), let reason = trusted.doubt(of: reading) else { return }
        try Meta.clock.write(trusted.text, connection)
        knownClock = trusted.text
        // Another pause stays.
        let author = Author(from: .runner, at: processNow)
        if try !author.pauseIfGoing("all", because: reason, connection),
            try Pauses(connection).all.map(Wakefulness.isClock) == true
        {
            try Pauses.set("all", reason: reason, at: processNow, connection)
        }
        onDoubt(trusted)
    }

    /// Lets `status` know which channels do not go at full speed.
    func writeStates(_ connection: Connection, processNow: Instant) throws {
        for (name, channel) in channels where channel.state != channel.written {
            let state = channel.state
            try ChannelStates(connection).set(state, of: name, at: processNow)
            channel.written = state
        }
    }
}
