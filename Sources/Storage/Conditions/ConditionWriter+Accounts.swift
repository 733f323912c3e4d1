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

    // MARK: Journey and risk

    mutating func journey(_ signal: JourneySignal) -> Fragment {
        switch signal {
        case .inStage(let stage):
            .infix(Fragment("a.stage"), "=", Fragment(bind(.text(stage))), rank: Fragment.comparison)
        case .timeInStage: .infix(Fragment(bind(context.now)), "-", Fragment("a.stage_since"), rank: Fragment.sum)
        case .stuck, .weakPoint: Self.missing(.boolean)
        }
    }

    /// A match that stands of a live playbook that names the reason.
    mutating func atRisk(_ reason: String?) -> Fragment {
        let names = reason.map { context.risks[$0] ?? [] } ?? context.risks.values.flatMap { $0 }
        guard !names.isEmpty else { return Fragment("1 = 0", rank: Fragment.comparison) }
        let list = Set(names).sorted().map { bind(.text($0)) }.joined(separator: ", ")
        return Fragment(
            """
            EXISTS (SELECT 1 FROM playbook AS in_p JOIN standing AS in_s ON in_s.playbook_id = in_p.id \
            WHERE in_p.state = 'live' AND in_p.name IN (\(list)) AND in_s.account_id = a.id \
            AND in_s.match_key = '' AND in_s.false_since IS NULL AND in_s.since <= \(bind(context.now)))
            """)
    }
}

extension Term {
    /// Whether a `where` looks at a property.
    func readsProperty(_ name: String) -> Bool {
        if case .property(name) = node { return true }
        return parts.contains { $0.readsProperty(name) }
    }
}
