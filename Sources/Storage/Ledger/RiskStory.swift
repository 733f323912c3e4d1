import Basics
package import Decisions
package import Playbooks

/// What is known of an account and its risks, as a note tells it.
package struct RiskStory: Sendable {
    /// Something that was done, or that the account did.
    package struct Entry: Sendable, Equatable {
        package var at: Instant
        package var text: String
    }

    /// An enrollment that goes on.
    package struct Running: Sendable, Equatable {
        package var playbook: String
        package var source: String
        package var variant: String?
        package var arm: Arm
        package var step: Int
        /// Whether that step has been begun: its message made, or its wait started.
        package var hasBegun: Bool
        package var dueAt: Instant?
    }

    /// A touch that waits.
    package struct Waiting: Sendable, Equatable {
        package var playbook: String
        package var step: String
        package var notBefore: Instant
        package var reason: String?
        /// Whether something is missing for it that only a person can bring.
        package var isHeld: Bool
    }

    package var item: AccountList.Item
    /// Nil where the workspace has no health score.
    package var health: HealthStory?
    package var createdAt: Instant
    package var churnedAt: Instant?
    package var plan: String?
    /// Its MRR times the time that it had it, in minor units, which is no sum of payments; nil where nobody knows any.
    package var paid: Double?
    /// The oldest first.
    package var done: [Entry]
    package var running: [Running]
    package var waiting: [Waiting]
    /// The live playbooks of a risk that it matches, and that are held.
    package var held: [String]

    /// The last entries that a note tells.
    package static let mostEntries = 10
    private static let month = 30.4375 * 86_400_000

    /// - Parameters:
    ///   - answers: the events that answers to questions are recorded as.
    ///   - stepName: how steps are called.
    package init(
        _ connection: Connection, _ context: EvaluationContext, account: Int64, answers: [String],
        stepName: @escaping AccountList.StepName
    ) throws {
        guard let item = try AccountList(connection, context, AccountList.Choice(), stepName: stepName).item(account),
            let row = try connection.first(
                "SELECT * FROM account WHERE id = :id", ["id": .integer(account)])
        else { throw StorageError("there is no such account") }
        self.item = item
        health = try HealthStory(connection, context, account: account, weeks: 4)
        createdAt = row["created_at"].instant ?? context.now
        churnedAt = row["churned_at"].instant
        // One that was declared just now has no column yet.
        plan = context.dataMap.attribute("plan") != nil && row.has("a_plan") ? row["a_plan"].text : nil
        let scope: [String: SQLValue] = ["account": .integer(account), "now": .instant(context.now)]
        paid = try Self.paid(connection, scope, from: createdAt, until: min(context.now, churnedAt ?? context.now))
        done = try Self.done(connection, scope, key: item.key, answers)
        held = try connection.query(
            """
            SELECT DISTINCT p.name FROM standing AS s JOIN playbook AS p ON p.id = s.playbook_id
            WHERE s.account_id = :account AND s.verdict = 'held' AND s.false_since IS NULL AND p.state = 'live'
            ORDER BY p.name
            """, scope
        ).compactMap { $0["name"].text }
        running = try connection.query(
            """
            SELECT p.name, v.source, e.variant, e.arm, e.step, e.begun, e.due_at FROM enrollment AS e
            JOIN playbook AS p ON p.id = e.playbook_id JOIN playbook_version AS v ON v.id = e.version_id
            WHERE e.account_id = :account AND e.state = 'active' ORDER BY p.name
            """, scope
        ).map {
            Running(
                playbook: $0["name"].text ?? "", source: $0["source"].text ?? "", variant: $0["variant"].text,
                arm: try $0["arm"].word(), step: Int($0["step"].integer ?? 0),
                hasBegun: $0["begun"].integer == 1, dueAt: $0["due_at"].instant)
        }
        waiting = try connection.query(
            """
            SELECT p.name, t.step, t.not_before, t.reason, t.state FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id
            JOIN enrollment AS e ON e.id = t.enrollment_id
            WHERE e.account_id = :account AND t.ghost = 0 AND t.state IN ('pending', 'held') ORDER BY t.not_before, t.id
            """, scope
        ).map {
            Waiting(
                playbook: $0["name"].text ?? "", step: $0["step"].text ?? "",
                notBefore: $0["not_before"].instant ?? context.now, reason: $0["reason"].text,
                isHeld: try $0["state"].word() == TouchState.held)
        }
    }

    /// MRR over the months of the tenure, as its history tells it.
    private static func paid(
        _ connection: Connection, _ scope: [String: SQLValue], from start: Instant, until end: Instant
    ) throws -> Double? {
        guard start < end else { return nil }
        var (sum, isKnown, begun) = (0.0, false, start)
        func add(_ rate: Double?, until moment: Instant) {
            let stop = min(max(moment, begun), end)
            if let rate { (sum, isKnown) = (sum + rate * Double((stop - begun).milliseconds) / month, true) }
            begun = stop
        }
        let changes = try connection.query(
            """
            SELECT at, CAST(previous AS bigint) AS previous FROM history
            WHERE account_id = :account AND attribute = 'mrr' AND at <= :now ORDER BY at
            """,
            scope)
        for change in changes { add(change["previous"].real, until: change["at"].instant ?? start) }
        add(try connection.first("SELECT mrr FROM account WHERE id = :account", scope)?["mrr"].real, until: end)
        return isKnown ? sum : nil
    }

    private static func done(
        _ connection: Connection, _ scope: [String: SQLValue], key: String, _ answers: [String]
    ) throws -> [Entry] {
        let sent = try connection.query(
            """
            SELECT t.settled_at AS at, t.step, p.name, (SELECT \(connection.dialect.listing)(kind, ', ') FROM (
                    SELECT DISTINCT kind FROM outcome WHERE touch_id = t.id AND kind IN ('opened', 'clicked', 'replied', 'bounced')
                    ORDER BY kind) AS k) AS outcomes
            FROM enrollment AS e JOIN touch AS t ON t.enrollment_id = e.id JOIN playbook AS p ON p.id = t.playbook_id
            WHERE e.account_id = :account AND t.state = 'sent' AND t.settled_at <= :now
            ORDER BY t.settled_at DESC, t.id DESC LIMIT \(mostEntries)
            """, scope
        ).map { row in
            Entry(
                at: row["at"].instant ?? Instant(milliseconds: 0),
                text: "\(row["step"].text ?? "") of \(row["name"].text ?? "")"
                    + (row["outcomes"].text.map { " (\($0))" } ?? ""))
        }
        let kinds = BoundList("kind", answers)
        let answered = try connection.query(
            """
            SELECT e.at, k.name, e.properties FROM event_kind AS k JOIN event AS e ON e.kind_id = k.id
            WHERE k.name IN (\(kinds.names)) AND e.account_id = :account AND e.at <= :now
            ORDER BY e.at DESC LIMIT \(mostEntries)
            """, kinds.arguments.merging(scope) { $1 }
        ).map { row in
            Entry(
                at: row["at"].instant ?? Instant(milliseconds: 0),
                text: "answered: \(row["name"].text ?? "")\(Self.values(row["properties"].text))")
        }
        return (sent + answered).sorted { $0.at < $1.at }.suffix(mostEntries)
    }

    /// ` score 3`, of the properties of an event.
    private static func values(_ properties: String?) -> String {
        guard let properties, case .object(let members)? = JSON(parsing: Array(properties.utf8)) else { return "" }
        return members.compactMap { member in member.value.scalarText.map { " \(member.key) \($0)" } }.joined(
            separator: ",")
    }
}
