import Playbooks

/// The simulated life of one account: who is there, what it did on each day, and what happened to it.
///
/// A pure function of the simulation's settings and the account's number.
struct SampleAccount {
    struct Contact {
        var key: String
        var email: String
        var name: String
        var role: String
        var status: String
        var zone: String
        var title: String
    }

    struct Event {
        var name: String
        var at: Instant
        var contact = ""
        /// A JSON object, or empty.
        var properties = ""
    }

    /// Attributes that change while the simulation runs.
    struct State: Equatable {
        var users = 1
        var health = 0
        var renewal: Day?
        var serviceEnd: Day?
    }

    struct Usage {
        var day: Day
        var logins: Int
        var reports: Int
    }

    let key: String
    let name: String
    let created: Instant
    let isChurned: Bool
    let mrr: Int
    let plan: String
    let seats: Int
    let zone: String
    let locale: String
    private(set) var contacts: [Contact] = []
    private(set) var usage: [Usage] = []
    var events: [Event] = []
    /// What an export says of it at the end of the history.
    var state = State()
    /// What later exports say, where it has changed.
    var changes: [(day: Day, state: State)] = []

    /// Monday first.
    private static let weekdayShares = [1.15, 1.2, 1.15, 1.05, 0.95, 0.3, 0.2]
    /// Logins on an average day, from accounts that hardly come to those that live in the product.
    private static let rates = [0.4, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15]

    private var random: SampleRandom
    let createdDay: Day
    /// The day on which the account was cancelled for good.
    private(set) var cancelDay: Day?
    /// Why it left, a reason of the data map.
    private(set) var churnReason = ""
    private(set) var firstReportDay: Day?
    /// When its use fell.
    private(set) var dropDay: Day?

    /// How many accounts come on a day for one that is there.
    private static let growth = 0.003

    /// The account that comes after the history in the company of one of its accounts; nil where none does.
    static func later(_ number: Int, _ sample: Sample) -> SampleAccount? {
        var random = SampleRandom(seed: sample.seed, stream: UInt64(number) | 1 << 41)
        guard sample.laterDays > 0, random.chance(min(1, growth * Double(sample.laterDays))) else { return nil }
        return SampleAccount(number, sample, came: sample.until + random.integer(1...sample.laterDays))
    }

    /// - Parameter came: a day after the history; nil for an account that is part of it.
    init(_ number: Int, _ sample: Sample, came: Day? = nil) {
        var random = SampleRandom(seed: sample.seed, stream: UInt64(number) | (came == nil ? 0 : 1 << 42))
        let digits = String(number + 1)
        key = (came == nil ? "a" : "n") + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        name = [
            random.pick(SampleNames.qualities), random.pick(SampleNames.places), random.pick(SampleNames.trades),
        ].joined(separator: " ")
        // One in eight is new, so that onboarding has something to do.
        let age = random.chance(0.125) ? random.integer(1...45) : random.integer(46...900)
        createdDay = came ?? sample.until - age
        created = Self.working(createdDay, &random)
        switch random.fraction() {
        case ..<0.3: (plan, mrr, seats) = ("free", 0, random.integer(1...3))
        case ..<0.8: (plan, mrr, seats) = ("starter", random.pick([29, 29, 49]), random.integer(1...8))
        default: (plan, mrr, seats) = ("pro", random.pick([79, 99, 149, 249]), random.integer(5...40))
        }
        zone = random.pick(SampleNames.zones)
        locale = zone == "Europe/London" ? "en-GB" : "en-US"
        isChurned = came == nil && age > 120 && random.chance(0.04)
        self.random = random
        addContacts()
        addOnboarding(sample)
        addCancellation(sample)
        addUsage(sample)
        addTalk(sample)
        addBusiness(sample, number)
        addLaterDeparture(sample, number)
        events.sort { ($0.at, $0.name) < ($1.at, $1.name) }
    }

    private mutating func addContacts() {
        guard random.chance(0.96) else { return }
        for (role, share) in [("owner", 0.95), ("admin", 0.45), ("billing", 0.35)] where random.chance(share) {
            let (first, last) = (random.pick(SampleNames.firstNames), random.pick(SampleNames.lastNames))
            contacts.append(
                Contact(
                    key: "\(key)-\(role)",
                    email: random.chance(0.97) ? "\(first).\(last).\(role)@\(key).example".lowercased() : "",
                    name: random.chance(0.97) ? "\(first) \(last)" : "", role: role,
                    status: random.chance(0.96) ? "active" : "left",
                    zone: random.chance(0.7) ? zone : random.chance(0.5) ? random.pick(SampleNames.zones) : "",
                    title: role == "owner" ? random.pick(SampleNames.titles) : ""))
        }
    }

    private mutating func addOnboarding(_ sample: Sample) {
        let isStalled = sample.until - createdDay <= 45 ? random.chance(0.4) : random.chance(0.08)
        guard !isStalled else {
            // Some find their way after all.
            if random.chance(0.4) { firstReportDay = createdDay + random.integer(14...45) }
            return
        }
        firstReportDay = createdDay + random.integer(0...6)
    }

    private mutating func addCancellation(_ sample: Sample) {
        if isChurned {
            let left = max(createdDay + 30, sample.until - random.integer(0...sample.days + 60))
            cancelDay = left
            let asked = Self.working(left - 20, &random)
            let words = random.pick(SampleNames.cancelReasons)
            churnReason = SampleNames.churnReasons[words] ?? ""
            events.append(Event(name: "cancel_requested", at: asked, properties: Self.cancelReason(words)))
            return
        }
        let chance = 0.0006 * Double(sample.days + sample.laterDays)
        guard plan != "free", random.chance(chance) else { return }
        let first = max(createdDay + 1, sample.until - sample.days + 1)
        let day = first + random.integer(0...max(0, sample.last - first))
        let asks = contacts.filter { $0.status == "active" }.map(\.key)
        events.append(
            Event(
                name: "cancel_requested", at: Self.working(day, &random),
                contact: asks.isEmpty ? "" : random.pick(asks),
                properties: Self.cancelReason(random.pick(SampleNames.cancelReasons))))
        if random.chance(0.5) {
            events.append(Event(name: "cancel_withdrawn", at: Self.working(day + random.integer(1...12), &random)))
        }
    }

    /// After the history some leave, and the nightly export says so; drawn from a stream of its own.
    private mutating func addLaterDeparture(_ sample: Sample, _ number: Int) {
        var random = SampleRandom(seed: sample.seed, stream: UInt64(number) | (createdDay > sample.until ? 3 : 1) << 43)
        let (leaves, words) = (random.fraction(), random.pick(SampleNames.cancelReasons))
        let first = max(sample.until + 1, createdDay)
        let day = first + Int(leaves / Self.hazard)
        guard !isChurned, day <= sample.last else { return }
        cancelDay = day
        churnReason = SampleNames.churnReasons[words] ?? ""
        // Who has left does nothing any more.
        usage.removeAll { $0.day >= day }
        changes.removeAll { $0.day > day }
        events.removeAll { Int($0.at.milliseconds / 86_400_000) >= day.number }
    }

    /// What share of the accounts leaves on a day.
    private static let hazard = 0.001

    /// The row of an export of a day: key, name, created_at, status, churned_at, churn_reason, mrr, timezone, locale, plan,
    /// seats, and what changes.
    func fields(_ state: State, on day: Day) -> [String] {
        let left = cancelDay.flatMap { $0 <= day ? $0 : nil }
        return [
            key, name, created.description, left == nil ? "active" : "churned", left?.description ?? "",
            left == nil ? "" : churnReason, String(mrr), zone, locale, plan, String(seats),
        ] + state.fields
    }

    /// The rows of the exports after the history: where something changed, and where the account came or left.
    func rows(_ sample: Sample) -> [(day: Day, fields: [String])] {
        var days = Dictionary(changes.map { ($0.day, $0.state) }) { $1 }
        for day in [createdDay, cancelDay ?? createdDay] where day > sample.until && days[day] == nil {
            days[day] = changes.last { $0.day <= day }?.state ?? state
        }
        return days.filter { $0.key >= createdDay && $0.key <= sample.last }.sorted { $0.key < $1.key }.map {
            ($0.key, fields($0.value, on: $0.key))
        }
    }

    private static func cancelReason(_ reason: String) -> String { "{\"reason\": \"\(reason)\"}" }

    private mutating func addUsage(_ sample: Sample) {
        let rate = random.pick(Self.rates) * (0.8 + 0.4 * random.fraction())
        dropDay = random.chance(0.09) ? sample.until - random.integer(-sample.laterDays...70) : nil
        let (kept, recovers) = (random.pick([0, 0.1, 0.2, 0.3]), random.chance(0.35) ? random.integer(20...50) : nil)
        var mood = 1.0
        for number in sample.firstDay.number...sample.last.number {
            let day = Day(number: number)
            if day.weekday == .monday { mood = random.pick([0.75, 0.9, 1, 1.1, 1.25]) }
            guard day >= createdDay, day < cancelDay ?? .init(number: .max) else { continue }
            var mean = rate * mood * Self.weekdayShares[day.weekday.rawValue - 1]
            if let dropDay, day >= dropDay, day < dropDay + (recovers ?? 10_000) { mean *= kept }
            let hasBegun = firstReportDay.map { day >= $0 } ?? false
            // Until the first report there is little to come for.
            if !hasBegun { mean *= max(0.05, 1 - 0.12 * Double(day - createdDay)) }
            let logins = random.poisson(mean)
            let reports = hasBegun ? random.poisson(0.3 * Double(logins)) : 0
            if logins > 0 { usage.append(Usage(day: day, logins: logins, reports: reports)) }
        }
        if let firstReportDay, firstReportDay <= sample.last {
            events.append(Event(name: "first_report", at: max(created, Self.working(firstReportDay, &random))))
        }
    }

    /// What the account says: answers to surveys, and tickets.
    private mutating func addTalk(_ sample: Sample) {
        for number in max(createdDay.number, sample.firstDay.number)...max(createdDay.number, sample.last.number) {
            let day = Day(number: number)
            guard day < cancelDay ?? .init(number: .max) else { break }
            if random.chance(0.002) {
                let comment = random.pick(SampleNames.comments).replacing("\"", with: "\\\"")
                events.append(
                    Event(
                        name: "nps_response", at: Self.working(day, &random),
                        properties:
                            "{\"score\": \(random.pick([3, 6, 7, 8, 8, 9, 9, 10])), \"comment\": \"\(comment)\"}"
                    ))
            }
            if random.chance(0.008) {
                events.append(
                    Event(
                        name: "ticket_opened", at: Self.working(day, &random),
                        properties: "{\"topic\": \"\(random.pick(SampleNames.topics))\"}"))
            }
        }
    }

    /// A moment in the working hours of the workspace's zone, so that the day is the same there and in UTC.
    static func working(_ day: Day, _ random: inout SampleRandom) -> Instant {
        Instant(milliseconds: Int64(day.number) * 86_400_000 + Int64(random.integer(14 * 60...22 * 60)) * 60_000)
    }
}
