import Decisions
import Playbooks

extension ConditionWriter {
    /// The number of commitments that are open, or open past their due date.
    ///
    /// A closing event closes the oldest commitment that is open at its moment; where both events have properties of the
    /// same name and type, only one with the same values. They are a state of the account, so that those from before an
    /// enrollment count too.
    mutating func commitments(_ signal: EventSignal) -> Fragment {
        guard let opening = context.dataMap.event(signal.event), let closing = opening.closedBy else {
            return Self.missing(.number)
        }
        let column = signal.function == .open ? "open" : "overdue"
        if hasRows { return Fragment("(SELECT in_m.\(column) FROM (\(pass(opening, closing, of: "a.id"))) AS in_m)") }
        let index = commitments.firstIndex { $0.event == opening.name } ?? commitments.count
        if index == commitments.count {
            let pass = pass(opening, closing, of: nil)
            commitments.append((opening.name, "LEFT JOIN (\(pass)) AS in_m\(index) ON in_m\(index).account_id = a.id"))
        }
        return Fragment("coalesce(in_m\(index).\(column), 0)")
    }

    /// One pass over the commitments and what closes them, in their order; for one account, or for all that have any.
    private mutating func pass(_ opening: EventKind, _ closing: String, of account: String?) -> String {
        let (opened, closed) = (context.kindIDs[opening.name] ?? 0, context.kindIDs[closing] ?? 0)
        let shared = opening.properties.filter { property in
            property.name != opening.due
                && context.dataMap.event(closing)?.properties.contains {
                    $0.name == property.name && $0.type == property.type
                } == true
        }
        let keys = shared.indices.map { "k\($0)" }
        let values = zip(shared, keys).map { "\(Self.json("in_e.properties", "->>", $0.name)) AS \($1), " }.joined()
        let due = opening.due.map { Self.json("in_e.properties", "->>", $0) } ?? "NULL"
        let now =
            opening.due.flatMap { opening.property($0) }?.type == .instant
            ? bind(context.now) : bind(context.today)
        let parts = (["account_id"] + keys).joined(separator: ", ")
        let step = "CASE in_e.kind_id WHEN \(bind(.integer(opened))) THEN 1 ELSE -1 END"
        // What is closed while nothing is open counts for nothing: the sum of the steps is measured from its lowest point.
        return """
            SELECT \(account == nil ? "account_id, " : "")count(*) FILTER (WHERE step = 1 AND newest <= total - low) AS open, \
            count(*) FILTER (WHERE step = 1 AND newest <= total - low AND due < \(now)) AS overdue \
            FROM (SELECT account_id, step, due, sum(step) OVER (PARTITION BY \(parts)) AS total, \
            min(CASE WHEN run < 0 THEN run ELSE 0 END) OVER (PARTITION BY \(parts)) AS low, \
            row_number() OVER (PARTITION BY \(parts), step ORDER BY at DESC, id DESC) AS newest \
            FROM (SELECT account_id, \(keys.map { "\($0), " }.joined())step, due, at, id, sum(step) OVER \
            (PARTITION BY \(parts) ORDER BY at, step DESC, id ROWS UNBOUNDED PRECEDING) AS run \
            FROM (SELECT in_e.account_id, \(values)\(step) AS step, \(due) AS due, in_e.at, in_e.id FROM event AS in_e \
            WHERE in_e.kind_id IN (\(bind(.integer(opened))), \(bind(.integer(closed)))) \
            AND in_e.at <= \(bind(context.now))\(account.map { " AND in_e.account_id = \($0)" } ?? "")) AS in_x) AS in_y) \
            AS in_z\(account == nil ? " GROUP BY account_id" : "")
            """
    }
}
