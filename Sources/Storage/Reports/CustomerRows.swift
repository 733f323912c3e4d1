import Decisions
import Playbooks

/// The rows that say of the accounts of one block when they were customers and what they paid.
struct CustomerRows {
    struct Event {
        enum Kind: String, CaseIterable {
            case churned, reactivated
            case asked = "cancel_requested"
        }

        var kind: Kind
        var at: Int64
        var id: Int64
        var day: Int
        /// Whether it had happened, and was known, at the moment that is asked about.
        var counts: Bool
        var reason: String?
    }

    struct Account {
        var createdAt: Instant
        var seenAt: Instant?
        var churnedAt: Instant?
        var churnReason: String?
        var erasedAt: Instant?
        var hasLeft: Bool
        /// What it paid at first; -1 when nobody knows.
        var mrr: Int64
        /// By their moments and ids.
        var events: [Event] = []
        var payments: [(day: Int, mrr: Int64)] = []
        /// Whether what it pays is not known any more, and counts as it was known last.
        var keepsPayment = false
        fileprivate var hasHistory = false

        /// That it left is told by no event; then by the account itself.
        var leftWithoutEvent: Bool { !events.contains { $0.kind == .churned } }

        /// Whether it was erased before it had left: then nobody knows how it went on.
        var wasErasedAsCustomer: Bool {
            guard let erasedAt, let churnedAt, churnedAt >= erasedAt else { return false }
            let last = events.last { $0.kind != .asked && $0.at <= erasedAt.milliseconds }
            return last?.kind != .churned
        }

        /// When it left or came back, in the order of time.
        func statuses(until now: Instant, in zone: Zone) -> [(day: Int, isActive: Bool)] {
            var found: [(at: Int64, day: Int, isActive: Bool)] = []
            if leftWithoutEvent, let churnedAt, churnedAt <= now {
                found = [(churnedAt.milliseconds, zone.day(of: churnedAt).number, false)]
            }
            for event in events where event.counts && event.kind != .asked {
                found.append((event.at, event.day, event.kind == .reactivated))
            }
            // Of one moment, what the account says comes first.
            let order = found.indices.sorted { (found[$0].at, $0) < (found[$1].at, $1) }
            return order.map { (found[$0].day, found[$0].isActive) }
        }
    }

    /// As many as the block has.
    private(set) var accounts: [Account] = []

    /// - Parameter known: what came in later is not known.
    init(_ rows: AccountRows, _ context: EvaluationContext, known: Instant) throws {
        try rows.forEach(
            """
            SELECT id, created_at, seen_at, churned_at, churn_reason, erased_at, status, mrr FROM account
            WHERE id BETWEEN :first AND :last ORDER BY id
            """
        ) { row, _ in
            accounts.append(
                Account(
                    createdAt: row.instant("created_at"), seenAt: row.optionalInstant("seen_at"),
                    churnedAt: row.optionalInstant("churned_at"), churnReason: row.optionalText("churn_reason"),
                    erasedAt: row.optionalInstant("erased_at"),
                    hasLeft: row.text("status") == "churned", mrr: Self.revenue(row.optionalInteger("mrr"))))
        }
        try addPayments(rows, context)
        for kind in Event.Kind.allCases { try addEvents(kind, rows, context, known) }
        for index in accounts.indices where accounts[index].events.count > 1 {
            accounts[index].events.sort { ($0.at, $0.id) < ($1.at, $1.id) }
        }
    }

    /// What an account pays in a month, in minor units; -1 when nobody knows. Who is paid instead pays nothing.
    ///
    /// Keys and phone numbers that were imported as money must not come to more than 64 bits hold.
    private static func revenue(_ stored: Int64?) -> Int64 {
        stored.map { min(max($0, 0), most) } ?? -1
    }

    private static let most: Int64 = 1_000_000_000_000

    private mutating func addPayments(_ rows: AccountRows, _ context: EvaluationContext) throws {
        try rows.forEach(
            """
            SELECT account_id, at, \(rows.connection.dialect.stored("value", as: .money)),
                \(rows.connection.dialect.stored("previous", as: .money)) FROM history
            WHERE attribute = 'mrr' AND account_id BETWEEN :first AND :last ORDER BY account_id, at
            """
        ) { row, index in
            if !accounts[index].hasHistory {
                accounts[index].hasHistory = true
                accounts[index].mrr = Self.revenue(row.optionalInteger("previous"))
            }
            let at = row.instant("at")
            guard at <= context.now else { return }
            let mrr = Self.revenue(row.optionalInteger("value"))
            // What nobody knows any more is no less than it was.
            accounts[index].keepsPayment = mrr < 0 && (accounts[index].payments.last?.mrr ?? accounts[index].mrr) > 0
            guard !accounts[index].keepsPayment else { return }
            accounts[index].payments.append((context.zone.day(of: at).number, mrr))
        }
    }

    private mutating func addEvents(
        _ kind: Event.Kind, _ rows: AccountRows, _ context: EvaluationContext, _ known: Instant
    ) throws {
        guard let id = context.kindIDs[kind.rawValue] else { return }
        try rows.forEach(
            """
            SELECT account_id, id, at, received_at, properties ->> 'reason' AS reason FROM event
            WHERE kind_id = :kind AND account_id BETWEEN :first AND :last ORDER BY account_id, at
            """, ["kind": .integer(id)]
        ) { row, index in
            let at = row.instant("at")
            accounts[index].events.append(
                Event(
                    kind: kind, at: at.milliseconds, id: row.integer("id"), day: context.zone.day(of: at).number,
                    counts: at <= context.now && row.instant("received_at") <= known, reason: row.optionalText("reason")
                ))
        }
    }
}
