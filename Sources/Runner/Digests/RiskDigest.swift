import Playbooks
import Storage

/// What a team reads about accounts that came to be at risk; pure text, the accounts that pay most first.
struct RiskDigest: Equatable {
    /// How many accounts are named.
    static let mostAccounts = 20

    var subject: String
    var text: String

    init(
        reasons: [RisksSeen.OfReason], accounts: [RisksSeen.OfAccount], total: (accounts: Int, mrr: RiskSum),
        since: Instant?, currency: String, zone: Zone, titles: [String: String] = [:]
    ) {
        func money(_ minor: Int64) -> String {
            var factor = 1.0
            for _ in 0..<Currency.minorDigits(of: currency) { factor *= 10 }
            return Value.number(Double(minor) / factor).text(as: .money, currency: currency, zone: zone)
        }
        func count(_ number: Int) -> String { number == 1 ? "1 account" : "\(number) accounts" }
        let when = since.map { "newly at risk since \($0.text(in: zone))" } ?? "at risk"
        guard total.accounts > 0 else {
            subject = "No account is \(since == nil ? "at risk" : "newly at risk")"
            text = "No account is \(when)."
            return
        }
        let size = "\(count(total.accounts)), \(total.mrr.text(of: total.accounts, each: " a month", money))"
        subject = "\(since == nil ? "At risk" : "Newly at risk"): \(size)"
        var lines = ["\(size), \(total.accounts == 1 ? "is" : "are") \(when)"]
        lines += reasons.map {
            "- \(titles[$0.reason] ?? $0.reason): \(count($0.accounts)), \($0.mrr.text(of: $0.accounts, money))"
        }
        lines.append("")
        lines += accounts.map { account in
            let name = account.name.map { "\(Self.plain($0)) (\(Self.plain(account.key)))" } ?? Self.plain(account.key)
            let mrr = account.mrr.map(money) ?? "MRR unknown"
            return "\(mrr)  \(name): \(account.reasons.map { titles[$0] ?? $0 }.joined(separator: ", "))"
        }
        if total.accounts > accounts.count { lines.append("and \(total.accounts - accounts.count) more") }
        text = lines.joined(separator: "\n")
    }

    /// A name on one line, without the signs by which chats know links and calls to everybody.
    private static func plain(_ name: String) -> String {
        String(
            name.map { character in
                switch character {
                case "<": "‹"
                case ">": "›"
                default: character.isNewline ? " " : character
                }
            })
    }
}
