import Decisions
package import Playbooks

/// What happened to one account, the newest first: events, stages, decisions, waits, touches and what was heard of them.
package struct AccountTimeline {
    package struct Item: Sendable {
        package enum Kind: String, Sendable, CaseIterable {
            case touch, outcome, decision, enrollment, step, stage, event, change
        }

        package var kind: Kind
        package var at: Instant
        package var playbook: String?
        /// A touch's state, a decision's verdict, an outcome's kind, an event's name, a stage, a result, an attribute.
        package var word: String
        package var detail: String?
        package var touch: Int64?
        package var step: String?
        package var channel: Channel.Kind?
    }

    private let connection: Connection
    private let account: Int64
    private let tracked: [Attribute]
    private let currency: String
    private let zone: Zone

    /// - Parameter configuration: whose currency and zone its values are written in.
    package init(_ connection: Connection, account: Int64, _ map: DataMap, _ configuration: Configuration) {
        self.connection = connection
        self.account = account
        tracked = map.attributes.filter(\.track)
        (currency, zone) = (configuration.currency, configuration.zone)
    }

    /// - Parameter before: only what happened earlier.
    package func items(_ kinds: Set<Item.Kind>, before: Instant, limit: Int) throws -> [Item] {
        var items: [Item] = []
        let scope: [String: SQLValue] = [
            "account": .integer(account), "before": .instant(before), "limit": .integer(Int64(limit)),
        ]
        func add(_ kind: Item.Kind, _ sql: String) throws {
            guard kinds.contains(kind) else { return }
            for row in try connection.query(sql + " LIMIT :limit", scope) {
                items.append(
                    Item(
                        kind: kind, at: row["at"].instant ?? Instant(milliseconds: 0), playbook: row["playbook"].text,
                        word: row["word"].text ?? "", detail: row["detail"].text, touch: row["touch"].integer,
                        step: row["step"].text, channel: row["channel"].text.flatMap(Channel.Kind.init(rawValue:))))
            }
        }
        try add(
            .touch,
            """
            SELECT coalesce(t.settled_at, t.not_before) AS at, p.name AS playbook, t.state AS word,
                coalesce(t.error, t.reason) AS detail, t.id AS touch, t.step, t.kind AS channel
            FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id
            WHERE t.account_id = :account AND coalesce(t.settled_at, t.not_before) < :before ORDER BY 1 DESC
            """)
        try add(
            .outcome,
            """
            SELECT o.at, p.name AS playbook, o.kind AS word, o.detail, o.touch_id AS touch, t.step, NULL AS channel
            FROM outcome AS o LEFT JOIN touch AS t ON t.id = o.touch_id
            LEFT JOIN enrollment AS e ON e.id = coalesce(o.enrollment_id, t.enrollment_id)
            LEFT JOIN playbook AS p ON p.id = e.playbook_id
            WHERE o.account_id = :account AND o.at < :before ORDER BY o.at DESC
            """)
        try add(
            .decision,
            """
            SELECT d.at, p.name AS playbook, d.verdict AS word, d.reason AS detail, NULL AS touch, NULL AS step,
                NULL AS channel
            FROM decision AS d JOIN playbook AS p ON p.id = d.playbook_id
            WHERE d.account_id = :account AND d.at < :before ORDER BY d.at DESC
            """)
        try add(
            .enrollment,
            """
            SELECT e.ended_at AS at, p.name AS playbook, 'ended' AS word, e.end_reason AS detail, NULL AS touch,
                NULL AS step, NULL AS channel
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id = :account AND e.ended_at < :before ORDER BY e.ended_at DESC
            """)
        try add(
            .enrollment,
            """
            SELECT e.goal_at AS at, p.name AS playbook, 'goal' AS word, NULL AS detail, NULL AS touch, NULL AS step,
                NULL AS channel
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id = :account AND e.goal_at < :before ORDER BY e.goal_at DESC
            """)
        try add(
            .step,
            """
            SELECT x.at, p.name AS playbook, x.result AS word, NULL AS detail, NULL AS touch, x.step, NULL AS channel
            FROM passage AS x JOIN enrollment AS e ON e.id = x.enrollment_id
            JOIN playbook AS p ON p.id = e.playbook_id
            WHERE x.account_id = :account AND x.at < :before ORDER BY x.at DESC
            """)
        try add(
            .stage,
            """
            SELECT at, NULL AS playbook, stage AS word, how AS detail, NULL AS touch, NULL AS step, NULL AS channel
            FROM stage_entry WHERE account_id = :account AND at < :before ORDER BY at DESC
            """)
        if kinds.contains(.change) { items += try changes(before: before, limit: limit) }
        if kinds.contains(.event) { items += try events(before: before, limit: limit) }
        // Of one moment what came of something stands above it.
        return Array(items.sorted { ($0.at, $0.touch ?? 0) > ($1.at, $1.touch ?? 0) }.prefix(limit))
    }

    /// One seek for each kind of event.
    private func events(before: Instant, limit: Int) throws -> [Item] {
        let kinds = try connection.query("SELECT id, name FROM event_kind ORDER BY id")
        return try kinds.flatMap { kind in
            try connection.query(
                """
                SELECT at, properties FROM event
                WHERE kind_id = :kind AND account_id = :account AND at < :before ORDER BY at DESC LIMIT :limit
                """,
                [
                    "kind": kind["id"], "account": .integer(account), "before": .instant(before),
                    "limit": .integer(Int64(limit)),
                ]
            ).map { row in
                Item(
                    kind: .event, at: row["at"].instant ?? Instant(milliseconds: 0), word: kind["name"].text ?? "",
                    detail: row["properties"].text)
            }
        }
    }

    /// One seek for each attribute whose changes are kept.
    private func changes(before: Instant, limit: Int) throws -> [Item] {
        try tracked.flatMap { attribute in
            try connection.query(
                """
                SELECT at, value, previous FROM history
                WHERE attribute = :attribute AND account_id = :account AND at < :before ORDER BY at DESC LIMIT :limit
                """,
                [
                    "attribute": .text(attribute.name), "account": .integer(account), "before": .instant(before),
                    "limit": .integer(Int64(limit)),
                ]
            ).map { row in
                func text(_ name: String) -> String {
                    Value(row[name], as: attribute.type, currency: currency)?.text(
                        as: attribute.type, currency: currency, zone: zone)
                        ?? "nothing"
                }
                return Item(
                    kind: .change, at: row["at"].instant ?? Instant(milliseconds: 0), word: attribute.name,
                    detail: "\(text("previous")) → \(text("value"))")
            }
        }
    }
}
