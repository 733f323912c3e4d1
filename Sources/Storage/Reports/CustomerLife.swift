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
    }

    /// [began, ended) in days.
    package struct Stay: Sendable, Hashable {
        /// When the account first became a customer.
        package var origin: Int
        package var began: Int
        /// Nil while it goes on.
        package var ended: Int?
        /// What it paid at the end, or pays.
        package var mrr: Int64
    }

    package private(set) var changes: [Change] = []
    package private(set) var stays: [Stay] = []

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
        findStays(origin, began, mrr)
    }

    private static func turns(
        _ origin: Int, _ began: Int, _ mrrAtFirst: Int64, _ statuses: [(day: Int, isActive: Bool)],
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
        var mrr = mrrAtFirst
        for payment in payments where payment.mrr != mrr {
            let day = max(payment.day, began)
            turns[day, default: Turn(day: day)].mrr += payment.mrr - mrr
            mrr = payment.mrr
        }
        if mrrAtFirst != 0, statuses.contains(where: { $0.day == began }) { stayForADay(&turns, began) }
        return turns.values.filter { $0.active != 0 || $0.mrr != 0 }.sorted { $0.day < $1.day }
    }

    /// A customer who leaves on the day on which it came was one for that day, and is lost.
    private static func stayForADay(_ turns: inout [Int: Turn], _ began: Int) {
        guard let turn = turns[began], turn.active < 0, !turns.keys.contains(where: { $0 < began }) else { return }
        turns[began] = nil
        turns[began + 1, default: Turn(day: began + 1)].active += turn.active
        turns[began + 1, default: Turn(day: began + 1)].mrr += turn.mrr
    }

    /// The state before and after each day with a change.
    private mutating func follow(_ turns: [Turn], _ first: Int64) {
        var (active, mrr) = (1, first)
        for turn in turns {
            var change = Change(
                day: turn.day, was: active > 0 && mrr != 0, pays: false, mrrBefore: active > 0 ? max(0, mrr) : 0, mrr: 0
            )
            active += turn.active
            mrr += turn.mrr
            change.pays = active > 0 && mrr != 0
            change.mrr = active > 0 ? max(0, mrr) : 0
            changes.append(change)
        }
    }

    private mutating func findStays(_ origin: Int, _ began: Int, _ mrr: Int64) {
        let turns = changes.filter { $0.was != $0.pays }
        guard let first = turns.first, let last = turns.last else {
            if mrr != 0 { stays = [Stay(origin: origin, began: began, ended: nil, mrr: max(0, mrr))] }
            return
        }
        let origin = mrr != 0 ? origin : first.day
        var start = began
        for turn in turns {
            if !turn.pays, start < turn.day {
                stays.append(Stay(origin: origin, began: start, ended: turn.day, mrr: turn.mrrBefore))
            }
            start = turn.day
        }
        if last.pays { stays.append(Stay(origin: origin, began: last.day, ended: nil, mrr: last.mrr)) }
    }
}
