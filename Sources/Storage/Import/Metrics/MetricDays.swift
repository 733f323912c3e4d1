/// Which accounts a source has brought for each metric and day, one bit each.
struct MetricDays {
    struct Key: Hashable {
        var metric: Int64
        var day: Int
    }

    private final class Bits {
        var words: [UInt64] = []
    }

    /// 32 MB; beyond that, repeated rows are no longer counted.
    private static let mostWords = 4 << 20

    private var days: [Key: Bits] = [:]
    private var last: (key: Key, bits: Bits)?
    private var words = 0

    /// Whether the account is new for that metric and day.
    mutating func insert(_ metric: Int64, _ day: Int, _ account: Int64) -> Bool {
        let bits = bits(of: Key(metric: metric, day: day))
        let word = Int(account >> 6)
        if word >= bits.words.count {
            let more = max(word + 1, bits.words.count * 2) - bits.words.count
            guard words + more <= Self.mostWords else { return true }
            bits.words.append(contentsOf: repeatElement(0, count: more))
            words += more
        }
        let bit = UInt64(1) << UInt64(account & 63)
        let isNew = bits.words[word] & bit == 0
        bits.words[word] |= bit
        return isNew
    }

    private mutating func bits(of key: Key) -> Bits {
        if let last, last.key == key { return last.bits }
        let bits = days[key] ?? Bits()
        days[key] = bits
        last = (key, bits)
        return bits
    }

    /// How many accounts the fullest day of any metric has.
    var fullest: Int {
        days.values.map { $0.words.reduce(0) { $0 + $1.nonzeroBitCount } }.max() ?? 0
    }

    /// The metrics and days, in order.
    var all: [Key] { days.keys.sorted { ($0.metric, $0.day) < ($1.metric, $1.day) } }
}
