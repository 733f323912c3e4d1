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

    /// Behind which item a page begins: a moment, and how many items of that moment stand before it.
    package struct Cursor: Sendable, Equatable {
        package var at: Instant
        package var skipped: Int

        package static let newest = Cursor(at: Instant(milliseconds: .max), skipped: 0)

        package init(at: Instant, skipped: Int) {
            (self.at, self.skipped) = (at, skipped)
        }
    }

    package struct Page: Sendable {
        package var items: [Item]
        /// Where the next page begins; nil when there is none.
        package var older: Cursor?
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

    package func page(_ kinds: Set<Item.Kind>, from cursor: Cursor = .newest, limit: Int) throws -> Page {
        let most = limit + cursor.skipped + 1
        let scope: [String: SQLValue] = [
            "account": .integer(account), "until": .instant(cursor.at), "limit": .integer(Int64(most)),
        ]
        var items: [Item] = []
        for source in Self.sources where kinds.contains(source.kind) {
            items += try connection.query(source.sql + " LIMIT :limit", scope).map { item(source.kind, $0) }
        }
        if kinds.contains(.change) { items += try changes(scope) }
        if kinds.contains(.event) { items += try events(scope) }
        // Of one moment what came of something stands above it; of the rest each source has its order.
        let ordered = items.enumerated().sorted {
            ($0.element.at, $0.element.touch ?? 0, $1.offset) > ($1.element.at, $1.element.touch ?? 0, $0.offset)
        }.map(\.element).dropFirst(cursor.skipped)
        let shown = Array(ordered.prefix(limit))
        guard ordered.count > limit, let last = shown.last?.at else { return Page(items: shown) }
        let before = last == cursor.at ? cursor.skipped : 0
        return Page(items: shown, older: Cursor(at: last, skipped: before + shown.count { $0.at == last }))
    }

    private func item(_ kind: Item.Kind, _ row: Row) -> Item {
        Item(
            kind: kind, at: row["at"].instant ?? Instant(milliseconds: 0), playbook: row["playbook"].text,
            word: row["word"].text ?? "", detail: row["detail"].text, touch: row["touch"].integer,
            step: row["step"].text, channel: row["channel"].text.flatMap(Channel.Kind.init(rawValue:)))
    }

    /// Each with its own order among what has one moment.
    private static let sources: [(kind: Item.Kind, sql: String)] = [
        (
            .touch,
            """
            SELECT coalesce(t.settled_at, t.not_before) AS at, p.name AS playbook, t.state AS word,
                coalesce(t.error, t.reason) AS detail, t.id AS touch, t.step, t.kind AS channel
            FROM touch AS t JOIN playbook AS p ON p.id = t.playbook_id
            WHERE t.account_id = :account AND coalesce(t.settled_at, t.not_before) <= :until ORDER BY 1 DESC, t.id DESC
            """
        ),
        (
            .outcome,
            """
            SELECT o.at, p.name AS playbook, o.kind AS word, o.detail, o.touch_id AS touch, t.step, NULL AS channel
            FROM outcome AS o LEFT JOIN touch AS t ON t.id = o.touch_id
            LEFT JOIN enrollment AS e ON e.id = coalesce(o.enrollment_id, t.enrollment_id)
            LEFT JOIN playbook AS p ON p.id = e.playbook_id
            WHERE o.account_id = :account AND o.at <= :until
                -- The enrollment tells of its goal itself.
                AND o.kind <> 'goal' ORDER BY o.at DESC, o.id DESC
            """
        ),
        (
            .decision,
            """
            SELECT d.at, p.name AS playbook, d.verdict AS word, d.reason AS detail, NULL AS touch, NULL AS step,
                NULL AS channel
            FROM decision AS d JOIN playbook AS p ON p.id = d.playbook_id
            WHERE d.account_id = :account AND d.at <= :until
            ORDER BY d.at DESC, d.cycle_id DESC, d.playbook_id, d.match_key
            """
        ),
        (
            .enrollment,
            """
            SELECT e.ended_at AS at, p.name AS playbook, 'ended' AS word, e.end_reason AS detail, NULL AS touch,
                NULL AS step, NULL AS channel
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id = :account AND e.ended_at <= :until ORDER BY e.ended_at DESC, e.id DESC
            """
        ),
        (
            .enrollment,
            """
            SELECT e.goal_at AS at, p.name AS playbook, 'goal' AS word, NULL AS detail, NULL AS touch, NULL AS step,
                NULL AS channel
            FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id = :account AND e.goal_at <= :until ORDER BY e.goal_at DESC, e.id DESC
            """
        ),
        (
            .step,
            """
            SELECT x.at, p.name AS playbook, x.result AS word, NULL AS detail, NULL AS touch, x.step, NULL AS channel
            FROM passage AS x JOIN enrollment AS e ON e.id = x.enrollment_id
            JOIN playbook AS p ON p.id = e.playbook_id
            WHERE x.account_id = :account AND x.at <= :until ORDER BY x.at DESC, x.enrollment_id DESC, x.step DESC
            """
        ),
        (
            .stage,
            """
            SELECT at, NULL AS playbook, stage AS word, how AS detail, NULL AS touch, NULL AS step, NULL AS channel
            FROM stage_entry WHERE account_id = :account AND at <= :until ORDER BY at DESC, journey, stage
            """
        ),
    ]

    /// One seek for each kind of event, in the order of the index.
    private func events(_ scope: [String: SQLValue]) throws -> [Item] {
        let kinds = try connection.query("SELECT id, name FROM event_kind ORDER BY id")
        return try kinds.flatMap { kind in
            try connection.query(
                """
                SELECT at, properties FROM event WHERE kind_id = :kind AND account_id = :account AND at <= :until
                ORDER BY at DESC, properties DESC, id DESC LIMIT :limit
                """, scope.merging(["kind": kind["id"]]) { $1 }
            ).map { row in
                Item(
                    kind: .event, at: row["at"].instant ?? Instant(milliseconds: 0), word: kind["name"].text ?? "",
                    detail: row["properties"].text)
            }
        }
    }

    /// One seek for each attribute whose changes are kept.
    private func changes(_ scope: [String: SQLValue]) throws -> [Item] {
        try tracked.flatMap { attribute in
            try connection.query(
                """
                SELECT at, \(connection.dialect.stored("value", as: attribute.type)),
                \(connection.dialect.stored("previous", as: attribute.type)) FROM history
                WHERE attribute = :attribute AND account_id = :account AND at <= :until ORDER BY at DESC LIMIT :limit
                """, scope.merging(["attribute": .text(attribute.name)]) { $1 }
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
