import Decisions
import Playbooks

extension ConditionWriter {
    // MARK: Contacts

    /// Active contacts, unless the filter itself speaks of the status.
    mutating func contacts(_ filter: Term?) -> Fragment {
        var bounds = ["in_c.account_id = a.id"]
        if filter?.readsProperty("status") != true { bounds.append("in_c.status = 'active'") }
        if let filter {
            filtered = .contacts
            defer { filtered = nil }
            bounds.append(fragment(filter).operand(Fragment.not))
        }
        return Fragment("(SELECT count(*) FROM contact AS in_c WHERE \(bounds.joined(separator: " AND ")))")
    }

    // MARK: Dates

    mutating func date(_ function: DateFunction, _ term: Term) -> Fragment {
        let value = fragment(term)
        switch (function, term.type) {
        case (.daysSince, .date): return .infix(Fragment(bind(context.today)), "-", value, rank: Fragment.sum)
        case (.daysUntil, .date): return .infix(value, "-", Fragment(bind(context.today)), rank: Fragment.sum)
        case (.daysSince, _), (.daysUntil, _):
            let (one, other) =
                function == .daysSince ? (Fragment(bind(context.now)), value) : (value, Fragment(bind(context.now)))
            let length = Fragment.infix(one, "-", other, rank: Fragment.sum)
            return Fragment("(\(length.text)) / \(TimeSpan.days(1).milliseconds)", rank: Fragment.product)
        case (.anniversary, .date): return Fragment(CalendarSQL.anniversary(of: value.text, today: context.today))
        case (.anniversary, _):
            let day = calendar.day(of: value.operand(Fragment.product))
            return Fragment(CalendarSQL.anniversary(of: day, today: context.today))
        }
    }

    // MARK: History

    mutating func history(_ function: HistoryFunction, _ attribute: Attribute, _ window: TimeSpan) -> Fragment {
        let then = value(of: attribute, at: start(of: window) ?? bind(context.now))
        guard function != .was else { return then }
        let now = value(of: attribute, at: bind(context.now))
        let difference = function == .change ? (now, then) : (then, now)
        let change = Fragment.infix(difference.0, "-", difference.1, rank: Fragment.sum)
        guard function == .fall else { return change }
        let ratio = "CAST(\(change.text) AS double precision) / NULLIF(\(then.text), 0)"
        return Fragment(ratio, rank: Fragment.product)
    }

    /// The value at a moment: what stood before the first change after it, or what stands now; missing before the
    /// account existed.
    private mutating func value(of attribute: Attribute, at moment: String) -> Fragment {
        let later = """
            FROM history AS in_h WHERE in_h.attribute = \(bind(.text(attribute.name))) AND in_h.account_id = a.id \
            AND in_h.at > \(moment)
            """
        let stored = Fragment(
            """
            CASE WHEN a.created_at > \(moment) THEN NULL WHEN EXISTS (SELECT 1 \(later)) \
            THEN (SELECT in_h.previous \(later) ORDER BY in_h.at LIMIT 1) \
            ELSE a.\(AttributeColumns.ofAccount(attribute.name)) END
            """)
        return inUnits(stored, attribute.type)
    }
}

extension Term {
    /// Whether a `where` looks at a property.
    func readsProperty(_ name: String) -> Bool {
        if case .property(name) = node { return true }
        return parts.contains { $0.readsProperty(name) }
    }
}
