import Playbooks
import Testing

/// Terms that together use everything that conditions can say, over the accounts of `ConditionWorld`.
enum ConditionSignals {
    static let signals = [
        // Attributes and operators.
        "mrr", "mrr < 100", "mrr * 2 - 10", "seats / 0", "seats / 2", "plan == \"pro\"", "plan != \"pro\"",
        "plan in [\"pro\", \"free\"]", "not plan in [\"pro\"]", "seats in [1, 2, seats]", "vip", "not vip",
        "vip == true",
        "vip == (seats > 2)", "seats is missing", "plan is present and vip", "vip and seats > 2", "vip or seats > 2",
        "not (vip or seats > 2)", "vip and true", "vip or false", "small", "small and not small",
        "small or vip is missing",
        "-seats + 3 * (2 - seats)", "mrr / seats", "mrr > seats", "seats > 40%", "40% + 10%", "1 - -seats",
        "created_at < 2026-02-01", "created_at <= 2026-02-01", "created_at > 2026-02-01", "created_at >= 2026-02-01",
        "created_at == 2026-02-01", "created_at != 2026-02-01", "2026-02-01 < created_at", "created_at < renewal_at",
        "renewal_at >= created_at", "renewal_at - 30d", "renewal_at + 2w > 2026-03-01", "renewal_at - 2026-03-01",
        "renewal_at in [2026-03-01, created_at]", "created_at in [2026-02-01, 2026-02-02]", "created_at + 36h",
        "last(invoice) - created_at > 30d", "(created_at - stage_since) / 1d", "2 * since(invoice)",
        "since(invoice) / 3",
        "days_since(created_at)", "days_since(renewal_at)", "days_until(renewal_at)", "days_until(created_at)",
        "anniversary(renewal_at)", "anniversary(created_at)", "days_until(anniversary(renewal_at)) < 30",
        "in_stage(activated)", "time_in_stage() > 14d", "worth", "base * 2",
        // Metrics.
        "sum(logins, 7d)", "avg(logins, 28d)", "min(logins, 14d)", "max(logins, 3d)", "active_days(logins, 28d)",
        "sum(score, 7d)", "avg(score, 28d)", "min(score, 14d)", "max(score, 3d)", "active_days(score, 28d)",
        "sum(logins, 1d)", "avg(logins, 120d)", "drop(logins, 14d, 56d)", "rise(logins, 7d, 28d)",
        "drop(score, 14d, 28d)",
        "rise(score, 7d, 7d)", "drop(logins, 14d, 56d) > 40%", "idle(logins)", "idle(score) > 10d", "sum(never, 7d)",
        "idle(never) is missing", "sum(logins, 3d) > 0 and vip", "avg(logins, 7d) >= 0.8 * avg(logins, 28d)",
        // Events.
        "count(invoice)", "count(invoice, 14d)", "count(invoice, 36h)", "happened(invoice)",
        "not happened(report, 14d)",
        "since(invoice)", "since(report) > 10d", "first(invoice)", "last(invoice, 14d)", "ever(report)",
        "ever(invoice where paid)", "count(invoice where plan == \"pro\")", "count(invoice, 30d where not paid)",
        "count(invoice where amount > 20 and lines is present)", "count(invoice where due_at < 2026-03-20)",
        "count(invoice where days_until(due_at) > 2)", "latest(invoice.plan)", "latest(invoice.amount, 30d)",
        "latest(invoice.paid)", "latest(invoice.due_at where paid)", "sum(invoice.amount)", "sum(invoice.lines, 30d)",
        "sum(invoice.amount, 30d where paid) > 50", "count(unheard)", "since(unheard)", "happened(unheard) or vip",
        "count(invoice, 30d) - count(invoice, 14d)", "count(invoice) / count(report)", "count(cancel_requested) == 0",
        // History.
        "change(mrr, 30d)", "fall(mrr, 30d)", "was(mrr, 30d)", "fall(health, 14d) > 20%",
        "was(status, 20d) == \"active\"",
        "change(health, 100d)", "was(health, 1d)",
        // Contacts.
        "contacts()", "contacts(where role == \"owner\")", "contacts(where status == \"left\")",
        "contacts(where title == \"CEO\" or role is missing) > 0",
    ]

    static let conditions = [
        "count(invoice, 14d) >= 1", "happened(report) and vip", "since(report) > 10d and mrr < 150",
        "count(invoice where paid) > 1 and count(invoice, 30d) > 0", "since(invoice) > 3d or since(invoice) < 1d",
        "not happened(invoice)", "happened(invoice) or happened(report)", "happened(invoice) and happened(report, 30d)",
        "first(invoice) is present", "count(invoice where plan == \"pro\" and not paid) > 0",
        "happened(invoice where plan == \"pro\") and not happened(report, 30d)", "not (count(report) == 0)",
        "sum(invoice.amount, 30d) > 20",
        "count(invoice, 14d) > 0 and latest(invoice.plan) == \"pro\"", "count(invoice) + 1 > 1",
        "happened(invoice) and sum(logins, 7d) > 1", "small and (happened(invoice) and since(invoice) > 2d)",
        "count(invoice) == 0 and vip", "true", "vip is missing or happened(unheard)",
    ]

    static func term(_ text: String) throws -> Term {
        let (term, diagnostics) = ConditionParser(ConditionWorld.scope).signal(
            SourceText(name: "when", text: text, position: Position(file: "playbook.yaml")))
        return try #require(term, "\(diagnostics)")
    }

    static func isNear(_ one: Value, _ other: Value) -> Bool {
        guard case .number(let left) = one, case .number(let right) = other else { return one == other }
        return abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    }

    /// What only an enrollment has.
    static let ofEnrollments = [
        "entry.base", "entry.worth > 100", "entry.tier == \"pro\"", "entry.noted", "not entry.noted",
        "avg(logins, 7d) >= 0.8 * entry.base", "event.amount", "event.paid", "event.plan == \"pro\"",
        "event.due_at > 2026-03-15", "count(invoice where plan == event.plan)",
        "count(invoice where amount > entry.worth)",
    ]
}
