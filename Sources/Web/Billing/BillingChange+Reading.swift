import Basics
import Playbooks
import Storage

/// What the webhooks of several providers have in common.
extension BillingChange {
    /// `account`, `account_id` or `account_key` of what the team gave the provider to keep.
    static func keys(in metadata: JSON?) -> [String] {
        ["account", "account_id", "account_key"].compactMap { metadata?[$0]?.scalarText }.filter { !$0.isEmpty }
    }

    /// Says what was to be paid, as a property of the event; an amount in minor units of its currency.
    mutating func setAmount(_ minor: JSON?, _ currency: JSON?) {
        guard let minor = minor?.asNumber.flatMap({ BillingChange.sum([$0]) }), let currency = currency?.scalarText
        else { return }
        amountCurrency = currency
        properties["amount"] = Currency.text(minor: minor, currency: currency)
    }

    /// What an amount for so many intervals comes to in a month; nil for an interval that is not known.
    static func perMonth(_ amount: Double, interval: String?, count: Double) -> Double? {
        guard count >= 1, amount.isFinite else { return nil }
        return switch interval {
        case "day": amount * 365 / 12 / count
        case "week": amount * 52 / 12 / count
        case "month": amount / count
        case "year": amount / 12 / count
        default: nil
        }
    }

    /// The sum in whole minor units, unless a part of it is not known.
    static func sum(_ parts: [Double?]) -> Int64? {
        var sum = 0.0
        for part in parts {
            guard let part else { return nil }
            sum += part
        }
        return parts.isEmpty || abs(sum) > 1e15 ? nil : Int64(exactly: sum.rounded())
    }
}
