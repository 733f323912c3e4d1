import Decisions
import Playbooks

extension ConditionWriter {
    /// What became of an enrollment's touches and waits, or what playbooks did with the account.
    mutating func touch(_ signal: TouchSignal) -> Fragment {
        switch signal {
        case .touched(let playbook, let window): return touched(playbook, window)
        case .enrolled(let playbook, let window): return enrolled(playbook, window)
        case .sent(let step):
            return touches(of: step, "in_o.state = 'sent' AND in_o.settled_at <= \(bind(context.now))")
        // Mail programs that keep images back tell of a click and of no opening.
        case .delivered(let step): return outcomes(of: step, ["delivered", "opened", "clicked"])
        case .opened(let step): return outcomes(of: step, ["opened", "clicked"])
        case .clicked(let step): return outcomes(of: step, ["clicked"])
        case .waited(let step): return waited(step)
        }
    }

    // MARK: Steps of the enrollment

    private mutating func touches(of step: String, _ filter: String) -> Fragment {
        guard hasRows else { return Self.missing(.boolean) }
        return Fragment(
            """
            EXISTS (SELECT 1 FROM touch AS in_o WHERE in_o.enrollment_id = p.enrollment_id \
            AND in_o.step = \(bind(.text(step))) AND \(filter))
            """)
    }

    private mutating func outcomes(of step: String, _ kinds: [String]) -> Fragment {
        let isOne = kinds.map { "in_w.kind = '\($0)'" }.joined(separator: " OR ")
        return touches(
            of: step,
            """
            EXISTS (SELECT 1 FROM outcome AS in_w WHERE in_w.touch_id = in_o.id AND (\(isOne)) \
            AND in_w.at <= \(bind(context.now)))
            """)
    }

    /// `met`, `timed_out`, or missing until the wait is over.
    private mutating func waited(_ step: String) -> Fragment {
        guard hasRows else { return Self.missing(.text) }
        let name = bind(.text(step))
        let stored = """
            (SELECT in_w.result FROM passage AS in_w WHERE in_w.account_id = a.id \
            AND in_w.enrollment_id = p.enrollment_id AND in_w.step = \(name) AND in_w.at <= \(bind(context.now)))
            """
        guard case .walking(let playbookID) = population else { return Fragment(stored) }
        return Fragment(
            """
            coalesce((SELECT in_q.result FROM plan_passage AS in_q WHERE in_q.playbook_id = \(playbookID) \
            AND in_q.account_id = a.id AND in_q.step = \(name)), \(stored))
            """)
    }

    // MARK: The account's playbooks

    /// Touches that the claim let through, as caps count them; a holdout's ghosts with them.
    private mutating func touched(_ playbook: String?, _ window: TimeSpan) -> Fragment {
        var bounds = [
            "in_o.state IN ('claimed', 'sending', 'sent', 'unknown', 'ghost')",
            "in_o.claimed_at <= \(bind(context.now))",
        ]
        if let start = start(of: window) { bounds.append("in_o.claimed_at > \(start)") }
        if let playbook { bounds.append("in_o.playbook_id = \(id(ofPlaybook: playbook))") }
        let filter = bounds.joined(separator: " AND ")
        guard hasRows else {
            // Over all accounts, one pass costs less than looking each account up.
            return Fragment(
                "+a.id IN (SELECT in_o.account_id FROM touch AS in_o WHERE \(filter))", rank: Fragment.comparison)
        }
        return Fragment(
            """
            EXISTS (SELECT 1 FROM enrollment AS in_n JOIN touch AS in_o ON in_o.enrollment_id = in_n.id \
            WHERE in_n.account_id = a.id AND \(filter))
            """)
    }

    private mutating func enrolled(_ playbook: String, _ window: TimeSpan?) -> Fragment {
        var bounds = [
            "in_n.playbook_id = \(id(ofPlaybook: playbook))", "in_n.entered_at <= \(bind(context.now))",
        ]
        if let start = start(of: window) { bounds.append("in_n.entered_at > \(start)") }
        let filter = bounds.joined(separator: " AND ")
        guard hasRows else {
            return Fragment(
                "+a.id IN (SELECT in_n.account_id FROM enrollment AS in_n WHERE \(filter))", rank: Fragment.comparison)
        }
        return Fragment("EXISTS (SELECT 1 FROM enrollment AS in_n WHERE in_n.account_id = a.id AND \(filter))")
    }

    private mutating func id(ofPlaybook name: String) -> String {
        "(SELECT in_p.id FROM playbook AS in_p WHERE in_p.name = \(bind(.text(name))))"
    }
}
