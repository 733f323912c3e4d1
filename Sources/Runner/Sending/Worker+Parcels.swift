import Decisions
import Delivery
import Dispatch
import Playbooks
import Storage

/// The way of claimed touches through rendering, packing, the wire and back.
extension Worker {
    /// Makes the requests on another thread, while this one writes.
    func render(_ claimed: [Flight], now: Instant) {
        guard !claimed.isEmpty else { return }
        rendering += claimed.count
        let builders = channels.mapValues(\.builder)
        let processNow = clocks.processNow()
        renderer.async { [messages, mailbox] in
            for flight in claimed {
                guard let builder = builders[flight.touch.channel] else { continue }
                do throws(Rendering.Failure) {
                    let made = try messages.request(
                        for: flight.touch, builder: builder, now: now, processNow: processNow)
                    (flight.request, flight.messageHash) = (made.request, made.message.messageHash)
                    (flight.links, flight.part) = (made.message.links, made.part)
                } catch {
                    flight.failure = error
                }
            }
            var parcels: [Parcel] = []
            for (channel, flights) in Dictionary(grouping: claimed, by: \.touch.channel) {
                parcels += Parcel.pack(flights, builders[channel]?.batch)
            }
            mailbox.deliver(parcels)
        }
    }

    /// Takes what is rendered, as far as the rates have room for it.
    func take(_ parcels: [Parcel]) {
        guard !parcels.isEmpty else { return }
        let processNow = clocks.processNow()
        for (name, parcels) in Dictionary(grouping: parcels, by: \.channel) {
            guard let channel = channels[name] else { continue }
            let (leaving, back) = channel.packed(parcels, processNow: processNow)
            leaving.forEach(take)
            for parcel in back {
                rendering -= parcel.flights.count
                results += parcel.flights.map { .returned($0) }
            }
        }
    }

    private func take(_ parcel: Parcel) {
        rendering -= parcel.flights.count
        for flight in parcel.flights {
            guard let failure = flight.failure else { continue }
            // What may have arrived is not held, because what is held is frozen anew.
            park(flight, as: flight.touch.isAmbiguous ? .unknown : .held, reason: failure.reason)
        }
        let flights = parcel.flights.filter { $0.failure == nil }
        let hash = parcel.request?.bodyHash
        let endpoint = parcel.request.flatMap { channels[parcel.channel]?.endpoint.text(of: $0) }
        let isElsewhere = flights.contains { flight in
            flight.touch.isAmbiguous && flight.touch.endpoint.map { $0 != endpoint } ?? false
        }
        if !isElsewhere, flights.count == parcel.flights.count, hash != nil,
            flights.allSatisfy({ !$0.touch.isAmbiguous || $0.touch.bodyHash == nil || $0.touch.bodyHash == hash })
        {
            var parcel = parcel
            parcel.endpoint = endpoint
            rendered.append(parcel)
            return
        }
        let change = isElsewhere ? "its channel leads to another endpoint or account" : "the message has changed"
        for flight in flights {
            park(flight, as: .unknown, reason: "an earlier attempt may have arrived, and \(change) since")
        }
    }

    private func park(_ flight: Flight, as state: TouchState, reason: String) {
        results.append(.parked(flight, state: state, reason: reason))
    }

    /// As many touches as may become `sending` in one tick, in the order in which they were claimed.
    func takeRendered(processNow: Instant) -> [Parcel] {
        var taken: [Parcel] = []
        var count = 0
        rendered.removeAll { parcel in
            guard count < Self.tickRows, let channel = channels[parcel.channel],
                channel.canSend(processNow: processNow)
            else { return false }
            channel.began(touches: parcel.flights.count)
            count += parcel.flights.count
            taken.append(parcel)
            return true
        }
        return taken
    }

    /// Writes down that these are about to be sent; answers those that are still this worker's.
    func begin(
        _ parcels: [Parcel], _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws -> [Parcel] {
        try parcels.filter { parcel in
            guard let request = parcel.request else { return false }
            // A request without one of its touches would be another request.
            let claims = parcel.flights.map { (id: $0.touch.id, fence: $0.fence) }
            if claims.count > 1, try !outbox.holds(claims) {
                for claim in claims { try outbox.giveBack(id: claim.id, fence: claim.fence) }
                channels[parcel.channel]?.ended()
                channels[parcel.channel]?.restart(processNow: processNow)
                return false
            }
            var hasBegun = true
            for flight in parcel.flights {
                hasBegun =
                    try outbox.beginAttempt(
                        id: flight.touch.id, fence: flight.fence, number: flight.attempt, bodyHash: request.bodyHash,
                        messageHash: flight.messageHash, endpoint: parcel.endpoint, processNow: processNow) && hasBegun
            }
            guard hasBegun else {
                channels[parcel.channel]?.ended()
                return false
            }
            for flight in parcel.flights { try keepLinks(of: flight, connection) }
            if parcel.flights.count == 1, let flight = parcel.flights.first,
                try settleInInbox(flight, outbox, connection, now: now, processNow: processNow)
            {
                channels[parcel.channel]?.ended()
                return false
            }
            return true
        }
    }

    /// What an answer means for each touch of its request.
    func classify(_ completion: Transport.Completion, now: Instant) {
        guard let parcel = flying.removeValue(forKey: completion.token), let channel = channels[parcel.channel]
        else { return }
        channel.ended()
        let processNow = clocks.processNow()
        let attempts = parcel.flights.map { flight in
            Classifier.Attempt(
                number: flight.attempt, firstAt: flight.touch.firstAttemptAt ?? processNow, now: processNow,
                mayHaveArrived: flight.touch.isAmbiguous)
        }
        let verdicts: [SendResult]
        if attempts.count == 1 {
            verdicts = attempts.map { channel.classifier.classify(completion.response, attempt: $0) }
        } else {
            let classified = channel.classifier.classify(completion.response, attempts: attempts)
            verdicts = classified.results
            if classified.isSplit { channel.alone.formUnion(parcel.flights.map(\.touch.id)) }
        }
        channel.note(completion.response, verdicts, processNow: processNow)
        if let reason = channel.stopped, report.stopped[parcel.channel] == nil {
            report.stopped[parcel.channel] = reason
        }
        let resolution = Resolution(channel: channel.channel)
        let random = clocks.random()
        for (index, verdict) in verdicts.enumerated() {
            let flight = parcel.flights[index]
            if case .halt(let reason) = verdict, channel.halted == nil {
                channel.halted = reason
                results.append(.halted(channel: parcel.channel, reason: reason))
            }
            results.append(
                .settled(flight, resolution.settlement(of: flight, verdict, processNow: processNow, random: random)))
        }
    }

    /// Writes down what became of a touch.
    func record(
        _ result: Result, _ outbox: Outbox, _ connection: Connection, now: Instant, processNow: Instant
    ) throws {
        switch result {
        case .settled(let flight, let settlement):
            // No row changed: somebody else has the touch by now, and this result is void.
            guard try outbox.settle(settlement, now: now, processNow: processNow) else { return }
            report.count(settlement.state)
            let channel = channels[flight.touch.channel]
            if settlement.state == .pending {
                channel?.notePutOff(until: settlement.retryAt)
            } else if flight.isAlone {
                channel?.alone.remove(flight.touch.id)
            }
            try note(settlement, of: flight.touch, now: now, connection)
            if settlement.state == .suppressed, flight.touch.kind == .email {
                try Suppressions.add(
                    flight.touch.recipient, category: nil,
                    reason: "\(flight.touch.channel): \(settlement.detail ?? "refused")", at: now, connection)
            }
        case .returned(let flight):
            try outbox.giveBack(id: flight.touch.id, fence: flight.fence)
            channels[flight.touch.channel]?.parked()
            channels[flight.touch.channel]?.restart(processNow: processNow)
        case .parked(let flight, let state, let reason):
            channels[flight.touch.channel]?.parked()
            try outbox.park(id: flight.touch.id, fence: flight.fence, as: state, reason: reason)
            report.count(state)
        case .halted(let channel, let reason):
            try Pauses.set("channel:" + channel, reason: reason, at: processNow, connection)
            report.stopped[channel] = reason
        }
    }
}
