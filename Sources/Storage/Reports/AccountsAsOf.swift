package import Playbooks

/// The accounts as they were at a moment, as a temporary view that stands before the table.
///
/// Those that had left by then count as they were before they did: a segment that asks for active accounts holds
/// them, or it would lose nobody. Tracked attributes are what they were; the others are as they are now.
package enum AccountsAsOf {
    /// Runs the body while the view stands.
    package static func with<T>(
        _ moment: Instant, _ dataMap: DataMap, _ connection: Connection, _ body: () throws -> T
    ) throws -> T {
        let tracked = (Attribute.builtIn + dataMap.attributes).filter { $0.track && $0.name != "status" }
        let byColumn = Dictionary(
            tracked.map { (AttributeColumns.ofAccount($0.name), $0.name) }, uniquingKeysWith: { first, _ in first })
        let columns = try connection.columns(of: "account").map { name in
            let quoted = "\"\(name)\""
            switch name {
            case "status": return "'active' AS status"
            case "churned_at", "churn_reason": return "NULL AS \(name)"
            default: break
            }
            guard let attribute = byColumn[quoted] else { return "m.\(quoted)" }
            let later = """
                FROM history AS later WHERE later.attribute = '\(attribute)' AND later.account_id = m.id
                AND later.at > \(moment.milliseconds)
                """
            return """
                CASE WHEN EXISTS (SELECT 1 \(later)) THEN (SELECT later.previous \(later) ORDER BY later.at LIMIT 1)
                ELSE m.\(quoted) END AS \(quoted)
                """
        }
        try connection.executeScript("DROP VIEW IF EXISTS temp.account")
        try connection.executeScript(
            "CREATE TEMP VIEW account AS SELECT \(columns.joined(separator: ", ")) FROM main.account AS m")
        defer { try? connection.executeScript("DROP VIEW IF EXISTS temp.account") }
        return try body()
    }
}
