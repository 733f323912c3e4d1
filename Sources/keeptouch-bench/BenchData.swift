import Playbooks

/// The made-up customers of the benchmarks: the same numbers from the same sizes, whoever asks and in whatever order.
///
/// Accounts are numbered from 1. Each has a row for every day on which it existed, zeros included.
struct BenchData {
    let accounts: Int
    let days: Int
    let events: Int

    /// The last day with data, a Wednesday; `now` is noon on the day after it.
    static let lastDay = 19_998
    static let dayLength: Int64 = 86_400_000
    static var now: Instant { Instant(milliseconds: Int64(lastDay + 1) * dayLength + dayLength / 2) }

    struct Account {
        var number: Int
        var createdDay: Int
        var churnedDay: Int?
        var plan: String
        var seats: Int
        var health: Int
        var mrr: Int
        /// Nil for accounts on the free plan.
        var renewalDay: Int?

        var key: String { "account-\(number)" }
        var name: String { "Company \(number)" }
        var cohort: Int { number % 10 }
        var timezone: String { BenchData.zones[number % BenchData.zones.count] }
        var firstName: String { BenchData.firstNames[number % BenchData.firstNames.count] }
        var email: String { "owner\(number)@company\(number).example" }
        var createdAt: Int64 { Int64(createdDay) * BenchData.dayLength + Int64(number % 86_400) * 1_000 }
        var churnedAt: Int64? { churnedDay.map { Int64($0) * BenchData.dayLength + 3_600_000 } }
    }

    struct Event {
        var number: Int
        var account: Int
        var kind: String
        var at: Int64
        var priority: String
    }

    static let kinds = ["report_exported", "ticket_opened", "invite_sent", "cancel_requested"]
    private static let zones = ["America/New_York", "America/Chicago", "Europe/Berlin", "Asia/Tokyo"]
    private static let firstNames = ["Ada", "Grace", "Linus", "Barbara", "Edsger", "Radia"]
    private static let plans = ["free", "free", "free", "starter", "starter", "pro"]
    /// Mean daily values, in quarters.
    private static let rates = [0, 1, 1, 2, 2, 4, 4, 8, 8, 12, 16, 24, 32, 48, 64, 120]

    func account(_ number: Int) -> Account {
        let bits = Self.mix(UInt64(number))
        let isNew = bits % 25 == 0
        let plan = Self.plans[Int(bits >> 8 % 6)]
        let created = isNew ? Self.lastDay - Int(bits >> 16 % 50) : Self.lastDay - 100 - Int(bits >> 16 % 1_500)
        let isChurned = !isNew && bits >> 32 % 20 == 0
        return Account(
            number: number, createdDay: created,
            churnedDay: isChurned ? Self.lastDay - Int(bits >> 40 % 60) : nil, plan: plan,
            seats: 1 + Int(bits >> 24 % 40), health: Int(bits >> 44 % 101),
            mrr: plan == "free" ? 0 : 1_900 + Int(bits >> 20 % 200) * 100,
            renewalDay: plan == "free" ? nil : Self.lastDay + Int(bits >> 28 % 365))
    }

    /// What an account did on a day; nil when it did not exist.
    func value(_ account: Account, day: Int) -> Int? {
        guard account.createdDay <= day, account.churnedDay.map({ day <= $0 }) ?? true else { return nil }
        let own = Self.mix(UInt64(account.number) &+ 0xabcd)
        var rate = Self.rates[Int(own % 16)]
        let group = own >> 8 % 20
        // One in twenty falls to a fifth, one in twenty falls silent, one in forty grows.
        if group == 0, day > Self.lastDay - 14 { rate /= 5 }
        if group == 1, day > Self.lastDay - 20 { rate = 0 }
        if group == 2, own >> 16 % 2 == 0, day > Self.lastDay - 7 { rate *= 3 }
        if day % 7 == 2 || day % 7 == 3 { rate = rate * 3 / 10 }
        let luck = Int(Self.mix(UInt64(account.number) << 20 &+ UInt64(day)) & 0xffff)
        return (rate * 2 * luck) >> 18
    }

    func event(_ number: Int) -> Event {
        let bits = Self.mix(UInt64(number) &+ 0x5eed_0000_0000)
        let share = bits % 1_000
        let kind = share < 650 ? 0 : share < 850 ? 1 : share < 994 ? 2 : 3
        // They arrive in the order in which they happen.
        let age = 180 * Self.dayLength / Int64(events) * Int64(events - number)
        return Event(
            number: number, account: 1 + Int(bits >> 10 % UInt64(accounts)), kind: Self.kinds[kind],
            at: Self.now.milliseconds - age, priority: bits >> 50 % 4 == 0 ? "high" : "normal")
    }

    /// The finalizer of SplitMix64: neighboring numbers give unrelated bits.
    private static func mix(_ number: UInt64) -> UInt64 {
        var bits = number &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }
}
