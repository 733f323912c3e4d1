import Playbooks

/// How late accounts come in by import, which tells whom one could have seen leaving from the first day on.
///
/// An account that is first seen within the usual delay of its feed, or by the first import after its creation that
/// brought anybody, is watched from its creation. Later ones could have left before without anybody hearing of it.
struct AccountFeed {
    /// The days on which accounts were first seen, ascending.
    private let days: [Int]
    /// In days.
    let usualDelay: Int

    /// A monthly export is the slowest that counts as a feed.
    private static let slowest = 35
    /// A nightly export that rests over the weekend.
    private static let least = 3
    /// From fewer accounts no delay is learned.
    private static let fewest = 10

    /// - Parameter known: accounts that were seen later are not known.
    init(_ connection: Connection, zone: Zone, known: Instant) throws {
        var days: Set<Int> = []
        var delays: [Int] = []
        let first = try connection.first("SELECT min(seen_at) AS first FROM account")?["first"].instant
        let firstDay = first.map { zone.day(of: $0).number } ?? .max
        try connection.forEach(
            "SELECT created_at, seen_at FROM account WHERE seen_at <= :known", ["known": .instant(known)]
        ) { row in
            let seen = zone.day(of: row.instant("seen_at")).number
            days.insert(seen)
            let delay = seen - zone.day(of: row.instant("created_at")).number
            // Whom the first import found says nothing of how soon the next ones come.
            if seen > firstDay, (0...Self.slowest).contains(delay) { delays.append(delay) }
        }
        self.days = days.sorted()
        delays.sort()
        usualDelay =
            delays.count < Self.fewest ? Self.least : max(Self.least, delays[(delays.count * 9 + 9) / 10 - 1])
    }

    /// Whether an account that was created on one day and first seen on another was watched from the first on.
    func watchesFromCreation(_ created: Int, seen: Int) -> Bool {
        // The first import follows none: who came and left before it was never seen.
        if seen == days.first { return seen - created <= Self.least }
        if seen - created <= usualDelay { return true }
        guard seen - created <= Self.slowest else { return false }
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < seen { low = middle + 1 } else { high = middle }
        }
        return low > 0 && created >= days[low - 1]
    }
}
