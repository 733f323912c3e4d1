import Decisions
package import Playbooks

/// From when to when each account was a customer, and what it paid: what reports count in.
///
/// Read in one pass over the blocks of accounts. Tenures are [began, ended) in days of the workspace. What is counted was
/// dated and known at the moment that is asked about. An account counts in the groups that it was in then; one that had
/// left by then as it was before it did: a segment that asks for active accounts holds it, or it would lose nobody.
package struct Tenures {
    /// What accounts are grouped by.
    package struct Grouping: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            /// In the segment or not: 1 or 0.
            case segment
            /// By the value of an attribute.
            case attribute
        }

        package var kind: Kind
        package var name: String
        let term: Term?
    }

    struct Account {
        var id: Int64
        /// From when on it is observed.
        var began: Int32
        /// What it paid at first; -1 when nobody knows.
        var mrr: Int64
    }

    struct Change {
        /// The index of the account.
        var account: Int32
        var day: Int32
        var was: Bool
        var pays: Bool
        var mrrBefore: Int64
        var mrr: Int64
    }

    struct Tenure {
        /// The index of the account.
        var account: Int32
        /// When it first became a customer.
        var origin: Int32
        var began: Int32
        /// `never` while it goes on.
        var end: Int32
        var mrr: Int64
        /// Why it ended; the index of the reason's name, -1 when nobody knows.
        var reason: Int32 = -1
        /// Whether the account is still there without paying.
        var isFree = false

        static let never = Int32.max

        var ended: Int? { end == Self.never ? nil : Int(end) }
        /// Whether the account was a customer on a day.
        func holds(_ day: Int) -> Bool { began <= day && end > day }
    }

    /// Texts that are counted by their number.
    struct Names {
        private(set) var names: [String] = []
        private var numbers: [String: Int32] = [:]

        mutating func number(of name: String) -> Int32 {
            if let known = numbers[name] { return known }
            let number = Int32(names.count)
            names.append(name)
            numbers[name] = number
            return number
        }
    }

    let connection: Connection
    let now: Instant
    let zone: Zone
    package let today: Day
    package let groupings: [Grouping]

    /// Ascending by id.
    private(set) var accounts: [Account] = []
    /// By account and day.
    private(set) var changes: [Change] = []
    /// By account and day.
    private(set) var tenures: [Tenure] = []
    private(set) var reasons = Names()
    /// By grouping: the number of each account's value, and what the numbers stand for.
    private(set) var groups: [(values: [Int32], names: Names)]
    /// Accounts that have been erased since: those that had left before count with what was kept of them, customers of that
    /// moment are on no side of anything.
    package private(set) var erased = (left: 0, customers: 0)
    /// Customers whose MRR is not known any more, and counts as it was known last.
    package private(set) var keptPayments = 0
    /// Accounts that left, but nobody knows when; they count nowhere.
    package private(set) var departedUnknownWhen = 0

    /// The first import that brought the past with it, of which nobody knows whether it brought all who had left.
    package struct Brought: Sendable, Hashable {
        package var day: Day
        /// Its accounts, and how many of them had left before.
        package var accounts = 0
        package var departed = 0
    }

    package private(set) var brought: Brought?

    /// Accounts that are older than this many days count as that old: a garbled date of long ago makes no months.
    private static let longest = 40 * 366

    /// - Parameter segment: only the accounts in it; nil for all.
    package init(
        _ connection: Connection, workspace: Workspace, segment: NamedTerm? = nil, asOf now: Instant
    ) throws {
        self.connection = connection
        self.now = now
        zone = workspace.configuration.zone
        today = zone.day(of: now)
        groupings =
            workspace.segments.filter { $0.name != segment?.name }.map {
                Grouping(kind: .segment, name: $0.name, term: $0.term)
            }
            + workspace.dataMap.attributes.filter { $0.type == .text && !$0.values.isEmpty }.map {
                Grouping(kind: .attribute, name: $0.name, term: nil)
            }
        groups = groupings.map { _ in ([], Names()) }
        let known = try Self.known(asOf: now, connection)
        let context = try EvaluationContext(connection, workspace: workspace, now: now, figures: .neutral)
        let tracked = Set((Attribute.builtIn + workspace.dataMap.attributes).filter(\.track).map(\.name))
        let needs = self.needs(segment, context, tracked)
        let informed = try informedDays(context, known: known)
        let feed = try AccountFeed(connection, zone: zone, known: known)
        let loader = try BlockLoader(connection, context)
        for range in try loader.blocks() {
            var block = try loader.load(range, needs)
            block.rewind(tracked, to: now)
            let evaluator = Evaluator(context, block)
            let isIn = segment.map { evaluator.column($0.term, of: .accounts) }
            let columns = groupings.map { grouping in
                grouping.term.map { evaluator.column($0, of: .accounts) } ?? block.attributes[grouping.name]
            }
            let rows = try CustomerRows(
                AccountRows(connection, ids: block.ids, ranges: [range]), context, known: known)
            for (index, account) in rows.accounts.enumerated() where isIn?.holds(index) ?? true {
                guard account.createdAt <= now, account.seenAt ?? account.createdAt <= known else { continue }
                if account.wasErasedAsCustomer {
                    erased.customers += 1
                    continue
                }
                if account.erasedAt != nil { erased.left += 1 }
                guard !account.hasLeft || account.churnedAt != nil else {
                    departedUnknownWhen += 1
                    continue
                }
                add(account, block.ids[index], informed, feed)
                for (group, column) in columns.enumerated() { join(group, column, index) }
            }
        }
    }

    /// What came in later was not known, and is left out.
    ///
    /// Imports of a simulation may bear the clock of the day on which somebody played it: where none had come by the moment, all
    /// count.
    private static func known(asOf now: Instant, _ connection: Connection) throws -> Instant {
        guard try Meta.isSimulation(connection),
            try connection.first("SELECT 1 FROM account WHERE seen_at <= :now LIMIT 1", ["now": .instant(now)]) == nil
        else { return now }
        return Instant(milliseconds: .max)
    }

    private func needs(_ segment: NamedTerm?, _ context: EvaluationContext, _ tracked: Set<String>) -> Needs {
        let terms = [segment?.term].compactMap { $0 } + groupings.compactMap(\.term)
        var needs = Needs(of: terms, in: context.dataMap, risks: context.risks)
        needs.attributes.formUnion(groupings.filter { $0.kind == .attribute }.map(\.name))
        needs.history.formUnion(needs.attributes.intersection(tracked))
        return needs
    }

    /// The days on which accounts came with an import that brought the past with it: of some of them it said that they had
    /// left before. Who was there then, and is said later to have left in those hours, tells nothing of the past.
    private func informedDays(_ context: EvaluationContext, known: Instant) throws -> Set<Int> {
        var days: Set<Int> = []
        try connection.forEach(
            """
            SELECT a.seen_at FROM event AS e CROSS JOIN account AS a
            WHERE a.id = e.account_id AND e.kind_id = :churned AND e.received_at <= :known AND e.at < a.seen_at - :day
                AND (e.received_at < a.seen_at + :day OR e.history = 1)
            UNION
            SELECT a.seen_at FROM account AS a WHERE a.churned_at < a.seen_at - :day AND NOT EXISTS (
                SELECT 1 FROM event AS e WHERE e.kind_id = :churned AND e.account_id = a.id)
            """,
            [
                "churned": .integer(context.kindIDs["churned"] ?? -1), "known": .instant(known),
                "day": .integer(TimeSpan.days(1).milliseconds),
            ]
        ) { days.insert(zone.day(of: $0.instant("seen_at")).number) }
        return days
    }

    // MARK: One account

    private mutating func add(
        _ account: CustomerRows.Account, _ id: Int64, _ informed: Set<Int>, _ feed: AccountFeed
    ) {
        let origin = max(zone.day(of: account.createdAt).number, today.number - Self.longest)
        var began = origin
        // One that came with an import which knew of nobody who had left could not have been seen leaving before it.
        if let seenAt = account.seenAt, seenAt <= now {
            let seen = zone.day(of: seenAt).number
            if seen > origin, !informed.contains(seen), !feed.watchesFromCreation(origin, seen: seen) { began = seen }
        }
        let life = CustomerLife(
            origin: origin, began: began, mrr: account.mrr, statuses: account.statuses(until: now, in: zone),
            payments: account.payments)
        if let seenAt = account.seenAt, informed.contains(zone.day(of: seenAt).number) {
            note(
                zone.day(of: seenAt),
                hasLeft: life.tenures.last?.ended.map { $0 < zone.day(of: seenAt).number } ?? false)
        }
        let index = Int32(accounts.count)
        accounts.append(Account(id: id, began: Int32(began), mrr: account.mrr))
        for change in life.changes {
            changes.append(
                Change(
                    account: index, day: Int32(change.day), was: change.was, pays: change.pays,
                    mrrBefore: change.mrrBefore, mrr: change.mrr))
        }
        if account.keepsPayment, life.tenures.last?.ended == nil, !life.tenures.isEmpty { keptPayments += 1 }
        for (number, found) in life.tenures.enumerated() {
            let next = number + 1 < life.tenures.count ? life.tenures[number + 1].began : Int.max
            var stay = Tenure(
                account: index, origin: Int32(found.origin), began: Int32(found.began),
                end: found.ended.map { Int32($0) } ?? Tenure.never, mrr: found.mrr)
            if let ended = found.ended { explain(&stay, found.began...ended, before: next, account) }
            tenures.append(stay)
        }
    }

    private mutating func note(_ day: Day, hasLeft: Bool) {
        if brought.map({ day < $0.day }) ?? true { brought = Brought(day: day) }
        guard brought?.day == day else { return }
        brought?.accounts += 1
        brought?.departed += hasLeft ? 1 : 0
    }

    /// Why a tenure ended: by the event by which the account left, else by what it said when it asked to cancel.
    ///
    /// Who no longer pays may be said to have left some nights later: that is the departure, unless it paid again before `next`.
    private mutating func explain(
        _ stay: inout Tenure, _ days: ClosedRange<Int>, before next: Int, _ account: CustomerRows.Account
    ) {
        func latest(_ kind: CustomerRows.Event.Kind, needsReason: Bool) -> CustomerRows.Event? {
            account.events.last {
                $0.kind == kind && $0.counts && days.contains($0.day) && (!needsReason || $0.reason != nil)
            }
        }
        let left =
            latest(.churned, needsReason: false)
            ?? account.events.first {
                $0.kind == .churned && $0.counts && $0.day > days.upperBound && $0.day < next
            }
        let own = account.leftWithoutEvent || account.erasedAt != nil ? account.churnReason : nil
        stay.reason =
            (left?.reason ?? latest(.asked, needsReason: true)?.reason ?? own).map { reasons.number(of: $0) } ?? -1
        let hasChurned =
            account.churnedAt.map { $0 <= now && zone.day(of: $0).number < max(days.upperBound + 1, next) } ?? false
        stay.isFree = left == nil && !hasChurned
    }

    private mutating func join(_ group: Int, _ column: Column?, _ index: Int) {
        var value = ""
        switch column {
        case .texts(let texts)?: value = texts[index] ?? ""
        case .numbers?: value = column?.holds(index) == true ? "1" : "0"
        case nil: break
        }
        let number = groups[group].names.number(of: value)
        groups[group].values.append(number)
    }

    // MARK: Looking up

    /// The index of the tenure of an account that holds a day, or that ended on it.
    func place(of account: Int64, on day: Int) -> Int? {
        var (low, high) = (0, tenures.count)
        while low < high {
            let middle = (low + high) / 2
            if accounts[Int(tenures[middle].account)].id < account { low = middle + 1 } else { high = middle }
        }
        var ended: Int?
        while low < tenures.count, accounts[Int(tenures[low].account)].id == account {
            if tenures[low].holds(day) { return low }
            if tenures[low].ended == day { ended = low }
            low += 1
        }
        return ended
    }

    /// The first day on which anybody was a customer.
    package var firstDay: Day? { tenures.map(\.began).min().map { Day(number: Int($0)) } }

    /// From when on figures are of more than a few: the first day on which accounts were seen that had been there before, if
    /// they are more than had been watched until then.
    package var watchedSince: Day? {
        let entries = tenures.filter(isLateEntry).map(\.began)
        guard let first = entries.min() else { return firstDay }
        let before = tenures.count { $0.began < first }
        return entries.count { $0 == first } > before ? Day(number: Int(first)) : firstDay
    }
}

extension Block {
    /// Makes the accounts what they were at a moment, before any of them left; what is not tracked stays as it is.
    fileprivate mutating func rewind(_ tracked: Set<String>, to moment: Instant) {
        let nothing = Column.texts(Array(repeating: nil, count: count))
        attributes["status"] = .texts(Array(repeating: "active", count: count))
        attributes["churned_at"] = .numbers(Array(repeating: .nan, count: count))
        if attributes["churn_reason"] != nil { attributes["churn_reason"] = nothing }
        for (name, changes) in history where name != "status" && tracked.contains(name) {
            for account in ids.indices {
                guard let next = changes.range(account).first(where: { changes.at[$0] > moment.milliseconds }) else {
                    continue
                }
                set(name, changes.previous.cell(next), at: account)
            }
        }
    }
}
