/// From when to when one account was a customer, and what it paid, day by day; pure.
///
/// An account is a customer while its status is active and it pays: an MRR above 0, or none that anybody knows. MRR is in
/// minor units, and -1 where nobody knows it.
package struct CustomerLife {
    /// What a day's changes led from and to; revenue is 0 where the account is no customer.
    package struct Change: Sendable, Hashable {
        package var day: Int
        package var was: Bool
        package var pays: Bool
        package var mrrBefore: Int64
        package var mrr: Int64
        /// What the account paid in between, where it began to pay and left on one day.
        package var paidBetween: Int64?
    }

    /// [began, ended) in days; empty where an account left on the day on which it came.
    package struct Tenure: Sendable, Hashable {
        /// When the account first became a customer.
        package var origin: Int
        package var began: Int
        /// Nil while it goes on.
        package var ended: Int?
        /// What it paid at the end, or pays.
        package var mrr: Int64
    }

    package private(set) var changes: [Change] = []
    package private(set) var tenures: [Tenure] = []

    /// Changes of one day, as differences: whether it is active, and what it pays.
    private struct Turn {
        var day: Int
        var active = 0
        var mrr: Int64 = 0
    }

    /// - Parameters:
    ///   - origin: the day on which it came to be.
    ///   - began: from when on it is observed.
    ///   - mrr: what it paid at first.
    ///   - statuses: when it left or came back, in the order of time.
    ///   - payments: when it came to pay something else, in the order of time.
    package init(
        origin: Int, began: Int, mrr: Int64, statuses: [(day: Int, isActive: Bool)],
        payments: [(day: Int, mrr: Int64)]
    ) {
        follow(Self.turns(origin, began, mrr, statuses, payments), mrr)
        // Who left before it was there, as the dates go, was never seen.
        let hadLeft = statuses.first.map { !$0.isActive && $0.day < origin } ?? false
        findStays(origin, began, mrr, hadLeft: hadLeft)
    }

    private static func turns(
        _ origin: Int, _ began: Int, _ first: Int64, _ statuses: [(day: Int, isActive: Bool)],
        _ payments: [(day: Int, mrr: Int64)]
    ) -> [Turn] {
        if statuses.isEmpty, payments.isEmpty { return [] }
        var turns: [Int: Turn] = [:]
        var isActive = true
        for status in statuses where status.isActive != isActive {
            let day = max(status.day, origin)
            turns[day, default: Turn(day: day)].active += status.isActive ? 1 : -1
            isActive = status.isActive
        }
        var mrr = first
        for payment in payments where payment.mrr != mrr {
            let day = max(payment.day, began)
            turns[day, default: Turn(day: day)].mrr += payment.mrr - mrr
            mrr = payment.mrr
        }
        return turns.values.filter { $0.active != 0 || $0.mrr != 0 }.sorted { $0.day < $1.day }
    }

    /// The state before and after each day with a change.
    private mutating func follow(_ turns: [Turn], _ first: Int64) {
        var (active, mrr) = (1, first)
        for turn in turns {
            var change = Change(
                day: turn.day, was: active > 0 && mrr != 0, pays: false, mrrBefore: active > 0 ? max(0, mrr) : 0, mrr: 0
            )
            if active > 0, mrr == 0, active + turn.active <= 0, turn.mrr != 0 { change.paidBetween = max(0, turn.mrr) }
            active += turn.active
            mrr += turn.mrr
            change.pays = active > 0 && mrr != 0
            change.mrr = active > 0 ? max(0, mrr) : 0
            changes.append(change)
        }
    }

    private mutating func findStays(_ origin: Int, _ began: Int, _ mrr: Int64, hadLeft: Bool) {
        let turns = changes.filter { $0.was != $0.pays || $0.paidBetween != nil }
        guard let first = turns.first, let last = turns.last else {
            if mrr != 0 { tenures = [Tenure(origin: origin, began: began, ended: nil, mrr: max(0, mrr))] }
            return
        }
        let origin = mrr != 0 ? origin : first.day
        var start = hadLeft ? Int.max : began
        for turn in turns {
            if let paid = turn.paidBetween {
                tenures.append(Tenure(origin: origin, began: turn.day, ended: turn.day, mrr: paid))
            } else if !turn.pays, start <= turn.day {
                tenures.append(Tenure(origin: origin, began: start, ended: turn.day, mrr: turn.mrrBefore))
            }
            start = turn.day
        }
        if last.pays { tenures.append(Tenure(origin: origin, began: last.day, ended: nil, mrr: last.mrr)) }
    }
}
