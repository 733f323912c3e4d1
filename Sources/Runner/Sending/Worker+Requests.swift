import Decisions
import Delivery
import Dispatch
import Playbooks
import Storage

/// The way of claimed touches through rendering, packing, the wire and back.
extension Worker {
    /// Makes the requests on another thread, while this one writes.
    func render(_ claimed: [ClaimedTouch], now: Instant) {
        guard !claimed.isEmpty else { return }
        rendering += claimed.count
        let builders = channels.mapValues(\.builder)
        let processNow = clocks.processNow()
        renderer.async { [messages, workQueue] in
            for claim in claimed {
                guard let builder = builders[claim.touch.channel] else { continue }
                do throws(Rendering.Failure) {
                    let made = try messages.request(
                        for: claim.touch, builder: builder, now: now, processNow: processNow)
                    (claim.request, claim.messageHash) = (made.request, made.message.messageHash)
                    (claim.links, claim.part) = (made.message.links, made.part)
                } catch {
                    claim.failure = error
                }
            }
            var requests: [OutgoingRequest] = []
            for (channel, claims) in Dictionary(grouping: claimed, by: \.touch.channel) {
                requests += OutgoingRequest.pack(claims, builders[channel]?.batch)
            }
            workQueue.deliver(requests)
        }
    }

    /// Takes what is rendered, as far as the rates have room for it.
    func take(_ requests: [OutgoingRequest]) {
        guard !requests.isEmpty else { return }
        let processNow = clocks.processNow()
        for (name, requests) in Dictionary(grouping: requests, by: \.channel) {
            guard let channel = channels[name] else { continue }
            let (leaving, back) = channel.packed(requests, processNow: processNow)
            leaving.forEach(take)
            for outgoing in back {
                rendering -= outgoing.claims.count
                results += outgoing.claims.map { .returned($0) }
            }
        }
    }

    private func take(_ outgoing: OutgoingRequest) {
        rendering -= outgoing.claims.count
        for claim in outgoing.claims {
            guard let failure = claim.failure else { continue }
            // What may have arrived is not held, because what is held is frozen anew.
            park(claim, as: claim.touch.isAmbiguous ? .unknown : .held, reason: failure.reason)
        }
        let claims = outgoing.claims.filter { $0.failure == nil }
        let hash = outgoing.request?.bodyHash
        let endpoint = outgoing.request.flatMap { channels[outgoing.channel]?.endpoint(of: $0) }
        let isElsewhere = claims.contains { claim in
            claim.touch.isAmbiguous && claim.touch.endpoint.map { $0 != endpoint } ?? false
        }
        if !isElsewhere, claims.count == outgoing.claims.count, hash != nil,
            claims.allSatisfy({ !$0.touch.isAmbiguous || $0.touch.bodyHash == nil || $0.touch.bodyHash == hash })
        {
            outgoing.endpoint = endpoint
            rendered.append(outgoing)
            return
        }
        let change = isElsewhere ? "its channel leads to another endpoint or account" : "the message has changed"
        for claim in claims {
            park(claim, as: .unknown, reason: "an earlier attempt may have arrived, and \(change) since")
        }
    }

    private func park(_ claim: ClaimedTouch, as state: TouchState, reason: String) {
        results.append(.parked(claim, state: state, reason: reason))
    }

    /// As many touches as may become `sending` in one tick, in the order in which they were claimed.
    func takeRendered(processNow: Instant) -> [OutgoingRequest] {
        var taken: [OutgoingRequest] = []
        var count = 0
        rendered.removeAll { outgoing in
            guard count < Self.tickRows, let channel = channels[outgoing.channel],
                channel.canSend(processNow: processNow)
            else { return false }
            channel.began(touches: outgoing.claims.count)
            count += outgoing.claims.count
            taken.append(outgoing)
            return true
        }
        return taken
    }

    /// Writes down that these are about to be sent; answers those that are still this worker's.
    func begin(
        _ requests: [OutgoingRequest], _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws -> [OutgoingRequest] {
        try requests.filter { outgoing in
            guard let request = outgoing.request else { return false }
            // A request without one of its touches would be another request.
            guard try outgoing.claims.allSatisfy({ try underWay.holds($0, outbox) }) else {
                outgoing.claims.forEach(underWay.remove)
                channels[outgoing.channel]?.ended()
                // The pass has gone by them.
                channels[outgoing.channel]?.restart(processNow: processNow)
                return false
            }
            for claim in outgoing.claims {
                underWay.begin(
                    SendIntent(
                        id: claim.touch.id, fence: claim.fence, enrollmentID: claim.touch.enrollmentID,
                        accountID: claim.touch.accountID, attempt: claim.attempt, claimedAt: claim.claimedAt,
                        beganAt: processNow, bodyHash: request.bodyHash, messageHash: claim.messageHash,
                        endpoint: outgoing.endpoint), of: claim)
            }
            for claim in outgoing.claims {
                try keepLinks(of: claim, connection)
                try keepMessage(of: claim, connection, processNow: processNow)
            }
            if outgoing.claims.count == 1, let claim = outgoing.claims.first,
                try settleInInbox(claim, outbox, connection, now: now, processNow: processNow)
            {
                channels[outgoing.channel]?.ended()
                return false
            }
            return true
        }
    }

    /// Keeps the texts of a message the first time that it goes out, so that people can see it after an edit.
    private func keepMessage(of claim: ClaimedTouch, _ connection: Connection, processNow: Instant) throws {
        guard !claim.messageHash.isEmpty, !keptMessages.contains(claim.messageHash),
            let message = messages.message(of: claim.touch)
        else { return }
        let versions = MessageVersions(connection)
        // What this transaction writes may be undone with it.
        if try versions.has(claim.messageHash) {
            keptMessages.insert(claim.messageHash)
        } else {
            try versions.keep(claim.messageHash, texts: pinned.texts(of: message), at: processNow)
        }
    }

    /// What an answer means for each touch of its request.
    func classify(_ completion: Transport.Completion, now: Instant) {
        guard let outgoing = flying.removeValue(forKey: completion.token), let channel = channels[outgoing.channel]
        else { return }
        channel.ended()
        compareClocks(completion.response, of: outgoing.request)
        let processNow = clocks.processNow()
        let attempts = outgoing.claims.map { claim in
            Classifier.Attempt(
                number: claim.attempt, firstAt: claim.touch.firstAttemptAt ?? processNow, now: processNow,
                mayHaveArrived: claim.touch.isAmbiguous)
        }
        let verdicts: [SendResult]
        if attempts.count == 1 {
            verdicts = attempts.map { channel.classifier.classify(completion.response, attempt: $0) }
        } else {
            let classified = channel.classifier.classify(completion.response, attempts: attempts)
            verdicts = classified.results
            if classified.isSplit { channel.alone.formUnion(outgoing.claims.map(\.touch.id)) }
        }
        channel.note(completion.response, verdicts, processNow: processNow)
        if let reason = channel.stopped, report.stopped[outgoing.channel] == nil {
            report.stopped[outgoing.channel] = reason
        }
        let rules = SettlementRules(channel: channel.channel)
        let random = clocks.random()
        for (index, verdict) in verdicts.enumerated() {
            let claim = outgoing.claims[index]
            if case .halt(let reason) = verdict, channel.halted == nil {
                channel.halted = reason
                results.append(.halted(channel: outgoing.channel, reason: reason))
            }
            results.append(
                .settled(claim, rules.settlement(of: claim, verdict, processNow: processNow, random: random)))
        }
    }

    /// False when the touch is not this worker's any more.
    func settle(
        _ claim: ClaimedTouch, _ settlement: Outbox.Settlement, _ outbox: Outbox, now: Instant, processNow: Instant
    ) throws -> Bool {
        guard !claim.isRow, let intent = claim.intent else {
            return try outbox.settle(settlement, now: now, processNow: processNow)
        }
        underWay.settle(intent, settlement, at: now, endedAt: processNow)
        return true
    }

    /// After a turn that failed: what is known of touches that were on their way. What has left is waited for, and nothing
    /// leaves any more.
    func salvage(now: Instant) -> [Result] {
        let processNow = clocks.processNow()
        for token in workQueue.withdraw(Set(flying.keys)) {
            guard let outgoing = flying.removeValue(forKey: token) else { continue }
            results += outgoing.claims.map { claim in
                .settled(
                    claim,
                    Outbox.Settlement(
                        id: claim.touch.id, fence: claim.fence, enrollmentID: claim.touch.enrollmentID,
                        attempt: claim.attempt, state: .pending, retryAt: processNow,
                        detail: "the database was lost before it left"))
            }
        }
        let deadline = ContinuousClock.now + .seconds(60)
        while !flying.isEmpty, ContinuousClock.now < deadline {
            for completion in workQueue.collect(waiting: 0.25).completions { classify(completion, now: now) }
        }
        return results.filter { result in
            // What was claimed and has not begun goes back with all other claims.
            switch result {
            case .settled, .halted, .doubted: true
            case .returned, .parked: false
            }
        }
    }

    /// Writes down what became of a touch.
    func record(
        _ result: Result, _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws {
        switch result {
        case .settled(let claim, let settlement):
            // Somebody else has the touch by now, and this result is void.
            guard try settle(claim, settlement, outbox, now: now, processNow: processNow) else { return }
            report.count(settlement.state)
            let channel = channels[claim.touch.channel]
            if settlement.state == .pending {
                channel?.notePutOff(until: settlement.retryAt)
            } else if claim.isAlone {
                channel?.alone.remove(claim.touch.id)
            }
            try note(settlement, of: claim.touch, now: now, connection)
            if settlement.state == .suppressed, claim.touch.kind == .email || claim.touch.kind == .sms {
                try Suppressions.add(
                    claim.touch.recipient, category: nil,
                    reason: "\(claim.touch.channel): \(settlement.detail ?? "refused")", at: now, connection)
                underWay.doubtClaims()
            }
            if settlement.state == .rejected || settlement.state == .suppressed {
                try giveRoomBack(of: claim, outbox, now: now)
            }
        case .returned(let claim):
            underWay.remove(claim)
            channels[claim.touch.channel]?.parked()
            channels[claim.touch.channel]?.restart(processNow: processNow)
            try giveRoomBack(of: claim, outbox, now: now)
        case .parked(let claim, let state, let reason):
            channels[claim.touch.channel]?.parked()
            underWay.remove(claim)
            try outbox.park(claim.touch, as: state, reason: reason, claimedAt: claim.claimedAt)
            report.count(state)
            if state == .held { try giveRoomBack(of: claim, outbox, now: now) }
        case .halted(let channel, let reason):
            try Author(from: .runner, at: processNow).pauseIfGoing("channel:" + channel, because: reason, connection)
            report.stopped[channel] = reason
        case .doubted(let trusted):
            try doubt(trusted, connection, processNow: processNow)
        }
    }

    /// Whatever waits for the room of a claim that came to nothing is looked at again in this pass.
    private func giveRoomBack(of claim: ClaimedTouch, _ outbox: Outbox, now: Instant) throws {
        if try outbox.giveRoomBack(of: claim.touch, now: now) { hasRoomAgain = true }
    }
}
