import Playbooks

/// What happens to an account besides its use: features, tickets, bills, promises, people who leave, the renewal.
///
/// Drawn from a stream of its own.
extension SampleAccount {
    mutating func addBusiness(_ sample: Sample, _ number: Int) {
        let isLater: UInt64 = createdDay > sample.until ? 1 << 42 : 0
        var random = SampleRandom(seed: sample.seed, stream: UInt64(number) | 1 << 40 | isLater)
        addFeatures(sample, &random)
        addTickets(sample, &random)
        addBills(sample, &random)
        addPromise(sample, &random)
        addDeparture(sample, &random)
        addStates(sample, &random)
    }

    /// The days on which something can happen, unless it came or left too late.
    private func span(_ sample: Sample, from first: Day? = nil) -> ClosedRange<Int>? {
        let start = max(first ?? createdDay, createdDay, sample.firstDay).number
        let end = min(sample.last.number, (cancelDay?.number ?? .max) - 1)
        return start <= end ? start...end : nil
    }

    private mutating func add(_ name: String, _ day: Int, _ random: inout SampleRandom, _ properties: String = "") {
        let at = max(created, Self.working(Day(number: day), &random))
        events.append(Event(name: name, at: at, properties: properties))
    }

    private mutating func addFeatures(_ sample: Sample, _ random: inout SampleRandom) {
        let knowsSchedules = random.chance(0.7)
        guard let begin = firstReportDay else { return }
        if knowsSchedules {
            let day = begin + random.integer(5...60)
            if day < cancelDay ?? sample.last + 1 {
                add("feature_used", day.number, &random, "{\"feature\": \"scheduled_report\"}")
            }
        }
        if random.chance(0.65) {
            let day = begin + random.integer(1...30)
            if day < cancelDay ?? sample.last + 1 { add("report_shared", day.number, &random) }
        }
        guard let days = span(sample, from: begin + 1) else { return }
        for _ in 0..<random.poisson(0.02 * Double(days.count)) {
            let feature = random.pick(SampleNames.features)
            guard knowsSchedules || feature != "scheduled_report" else { continue }
            add("feature_used", random.integer(days), &random, "{\"feature\": \"\(feature)\"}")
        }
        guard random.chance(0.0006 * Double(days.count)) else { return }
        let (wish, day) = (random.pick(SampleNames.wishes), random.integer(days))
        add("feature_requested", day, &random, "{\"feature\": \"\(wish.key)\", \"title\": \"\(wish.title)\"}")
        let shipped = day + random.integer(10...60)
        if random.chance(0.3), days.contains(shipped) {
            add("feature_shipped", shipped, &random, "{\"feature\": \"\(wish.key)\"}")
        }
    }

    /// Tickets are closed after some days; a few accounts have a bad week.
    private mutating func addTickets(_ sample: Sample, _ random: inout SampleRandom) {
        if random.chance(0.03), let days = span(sample) {
            let first = random.integer(days)
            let topic = "{\"topic\": \"\(random.pick(SampleNames.topics))\"}"
            for day in first..<(first + random.integer(3...5)) where days.contains(day) {
                add("ticket_opened", day, &random, topic)
            }
        }
        var tickets = 0
        for index in events.indices where events[index].name == "ticket_opened" {
            tickets += 1
            let ticket = "\(key)-t\(tickets)"
            events[index].properties = "{\"ticket\": \"\(ticket)\", " + events[index].properties.dropFirst()
            guard random.chance(0.9) else { continue }
            let hours = TimeSpan.hours(Int64(random.integer(1...96)))
            events.append(
                Event(
                    name: "ticket_closed", at: events[index].at + hours, properties: "{\"ticket\": \"\(ticket)\"}"))
        }
    }

    /// One payment in thirty fails; most are made good within days.
    private mutating func addBills(_ sample: Sample, _ random: inout SampleRandom) {
        guard mrr > 0, let days = span(sample) else { return }
        for (month, day) in stride(from: days.lowerBound, through: days.upperBound, by: 30).enumerated() {
            guard random.chance(0.033) else { continue }
            let invoice = "\"invoice\": \"\(key)-i\(month + 1)\""
            let paid = random.chance(0.75) ? day + random.integer(1...9) : Int.max
            for attempt in 1...3 {
                let tried = day + (attempt - 1) * 4
                guard tried < paid, days.contains(tried) else { break }
                add("payment_failed", tried, &random, "{\(invoice), \"amount\": \(mrr), \"attempt\": \(attempt)}")
            }
            if days.contains(paid) { add("payment_succeeded", paid, &random, "{\(invoice)}") }
        }
    }

    /// What was promised at the hand-over, with a day; a quarter of the promises is kept late or never.
    private mutating func addPromise(_ sample: Sample, _ random: inout SampleRandom) {
        let (day, due) = (createdDay.number + random.integer(1...5), random.integer(14...35))
        guard random.chance(0.12), let days = span(sample), days.contains(day) else { return }
        let what = random.pick(SampleNames.promises)
        let by = Day(number: day + due).description
        add("commitment", day, &random, "{\"what\": \"\(what)\", \"by\": \"\(by)\"}")
        let met = day + (random.chance(0.75) ? random.integer(3...due) : due + random.integer(1...40))
        if days.contains(met) { add("commitment_met", met, &random) }
    }

    /// After the history, people leave; before it, the list of contacts says who has.
    private mutating func addDeparture(_ sample: Sample, _ random: inout SampleRandom) {
        let there = contacts.filter { $0.status == "active" }
        guard random.chance(0.002 * Double(sample.laterDays)), !there.isEmpty, sample.laterDays > 0 else { return }
        let day = sample.until + random.integer(1...sample.laterDays)
        guard day < cancelDay ?? .init(number: .max) else { return }
        events.append(
            Event(name: "contact_left", at: Self.working(day, &random), contact: random.pick(there).key))
    }

    private mutating func addStates(_ sample: Sample, _ random: inout SampleRandom) {
        let isAlone = random.chance(0.12)
        let kept = random.pick([0.4, 0.5, 0.6])
        let full = random.integer(62...96)
        let joins = sample.until + random.integer(1...200)
        let isRenewed = random.chance(0.85)
        var now = State(users: isAlone ? 1 : random.integer(min(2, seats)...seats), health: full)
        // It shows in the score a few days after the fall.
        let fall = dropDay.map { $0 + 4 }
        func after(_ day: Day) -> State {
            var state = now
            if let fall, day >= fall { state.health = Int(Double(full) * kept) }
            if day >= joins, state.users < seats { state.users += 1 }
            if let asked = standingRequest(until: day) { state.serviceEnd = asked + 20 }
            return state
        }
        if mrr > 0 {
            let years = (sample.until - createdDay) / 365 + 1
            now.renewal = createdDay + 365 * years
        }
        state = after(sample.until)
        var last = state
        for number in 0..<sample.laterDays {
            let day = sample.until + number + 1
            if let renewal = now.renewal, renewal == day, cancelDay.map({ day < $0 }) ?? true, isRenewed {
                now.renewal = renewal + 365
                add("renewed", day.number, &random)
            }
            let state = after(day)
            if state != last { changes.append((day, state)) }
            last = state
        }
    }

    /// The day of a cancellation request that was not withdrawn up to a day.
    private func standingRequest(until day: Day) -> Day? {
        let end = Instant(milliseconds: Int64(day.number + 1) * 86_400_000)
        let newest = events.filter { $0.at < end && $0.name.hasPrefix("cancel_") }.max { $0.at < $1.at }
        guard let newest, newest.name == "cancel_requested" else { return nil }
        return Day(number: Int(newest.at.milliseconds / 86_400_000))
    }
}

extension SampleAccount.State {
    /// `users, health, renewal_at, service_end_at` as an export has them.
    var fields: [String] {
        [String(users), String(health), renewal?.description ?? "", serviceEnd?.description ?? ""]
    }
}
