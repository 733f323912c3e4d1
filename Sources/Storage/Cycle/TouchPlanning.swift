import Decisions
import Playbooks

/// Plans the touches of one step: who gets them, when they may go out, and the frozen variables.
struct TouchPlanning {
    private let connection: Connection
    private let compiler: ConditionSQL

    init(_ connection: Connection, _ compiler: ConditionSQL) {
        self.connection = connection
        self.compiler = compiler
    }

    private static let columns = """
        (playbook_id, account_id, version_id, step, variant, contact_id, recipient, kind, channel, category, message,
            ghost, state, priority, due_at, not_before, expires_at, reason, variables)
        """

    /// The enrollments that begin the step, before they are moved on.
    private static let beginners = """
        plan_progress AS pr WHERE pr.playbook_id = :walk_playbook AND pr.version_id = :walk_version
            AND pr.variant IS NOT DISTINCT FROM :walk_variant AND pr.step = :walk_step AND pr.begun = 0 AND pr.ended = 0
        """

    /// - Returns: whether everybody who begins the step has a touch now.
    func plan(
        _ send: Step.Send, step: Step, index: Int, on road: Progress.Road, now: Instant, _ walk: [String: SQLValue]
    ) throws -> Bool {
        guard let path = send.message(for: road.variant), let channel = send.channel ?? road.channels[send.kind]
        else { return false }
        try connection.execute("DELETE FROM plan_population")
        let beginners = try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id, entry)
            SELECT pr.account_id, pr.account_id, pr.event_id, pr.entry FROM \(Self.beginners)
            """, walk)
        guard beginners > 0 else { return true }
        var reached = beginners
        if send.kind == .webhook {
            try fillZones([nil], send, index, road)
        } else {
            reached = try findRecipients(road.playbook, needsAddress: send.kind == .email, walk)
            let zones = try connection.query("SELECT DISTINCT timezone FROM plan_recipient").map { $0[0].text }
            try fillZones(zones, send, index, road)
        }
        let messages = road.playbook.messages(at: path)
        let arguments = walk.merging([
            "touch_step": .text(step.id), "touch_kind": .text(send.kind.rawValue), "touch_channel": .text(channel),
            "touch_category": .text(road.playbook.category), "touch_message": .text(path),
            "touch_priority": .integer(Int64(road.playbook.priority)),
            "touch_expires": .integer(road.playbook.expires.milliseconds),
            "touch_zone": .text(road.zone.name), "touch_team": .text("team:" + channel),
        ]) { $1 }
        if messages == [path] {
            try write(path, of: channel, isTeam: send.kind == .webhook, on: road, arguments)
        } else {
            reached -= try rotate(messages, walk)
            for index in try connection.query("SELECT DISTINCT value FROM plan_route").compactMap({ $0[0].integer }) {
                guard let message = messages.indices.contains(Int(index)) ? messages[Int(index)] : nil else { continue }
                try connection.execute("DELETE FROM plan_population")
                try connection.execute(
                    """
                    INSERT INTO plan_population (account_id, row_id, event_id, entry)
                    SELECT pr.account_id, pr.account_id, pr.event_id, pr.entry FROM \(Self.beginners)
                        AND pr.account_id IN (SELECT t.account_id FROM plan_route AS t WHERE t.value = :touch_index)
                    """, walk.merging(["touch_index": .integer(index)]) { $1 })
                try write(
                    message, of: channel, isTeam: send.kind == .webhook, on: road,
                    arguments.merging(["touch_message": .text(message)]) { $1 })
            }
            try writeNobody(
                "it has had all messages of \(path)",
                where: "NOT EXISTS (SELECT 1 FROM plan_route AS t WHERE t.account_id = pr.account_id)", arguments)
        }
        guard reached < beginners else { return true }
        if send.kind != .webhook {
            try writeNobody(
                "no contact that may be written to",
                where: """
                    NOT EXISTS (SELECT 1 FROM plan_recipient AS r WHERE r.account_id = pr.account_id)
                        AND NOT EXISTS (SELECT 1 FROM plan_touch AS t WHERE t.playbook_id = pr.playbook_id
                            AND t.account_id = pr.account_id AND t.step = :touch_step)
                    """, arguments)
        }
        return false
    }

    /// Writes the touches with one message for the accounts of `plan_population`.
    private func write(
        _ message: String, of channel: String, isTeam: Bool, on road: Progress.Road, _ arguments: [String: SQLValue]
    ) throws {
        let freeze = freeze(message, for: channel, of: road.playbook)
        let columns = freeze.values.indices.map { "v\($0)" }
        let made = columns.map { "made.\($0)" }
        let frozen = freeze.object(made)
        let missing = freeze.missing(made)
        // OFFSET keeps the rows of `made` apart from what reads them: each variable is worked out once, though it is
        // mentioned up to three times, and no row is kept.
        try connection.execute(
            """
            WITH made AS (
                SELECT pr.playbook_id, pr.account_id, pr.version_id, pr.variant,
                    \(isTeam ? "NULL" : "r.contact_id") AS contact_id,
                    \(isTeam ? ":touch_team" : "r.recipient") AS recipient,
                    CASE pr.arm WHEN 'treated' THEN 0 ELSE 1 END AS ghost,
                    coalesce(pr.due_at, :walk_now) AS due_at, z.not_before, z.base + :touch_expires AS expires_at
                    \(zip(freeze.values, columns).map { ", \($0.expression) AS \($1)" }.joined())
                FROM \(freeze.from)
                JOIN plan_progress AS pr ON pr.playbook_id = :walk_playbook AND pr.account_id = p.account_id
                \(isTeam ? "" : "JOIN plan_recipient AS r ON r.account_id = p.account_id")
                \(isTeam ? "" : "JOIN contact AS rc ON rc.id = r.contact_id")
                JOIN plan_zone AS z ON z.timezone = \(isTeam ? ":touch_zone" : "coalesce(r.timezone, :touch_zone)")
                LIMIT 9223372036854775807 OFFSET 0
            )
            INSERT INTO plan_touch \(Self.columns)
            SELECT playbook_id, account_id, version_id, :touch_step, variant, contact_id, recipient, :touch_kind,
                :touch_channel, :touch_category, :touch_message, ghost,
                CASE WHEN \(missing) IS NULL THEN 'pending' ELSE 'held' END, :touch_priority, due_at, not_before,
                expires_at, \(missing), \(frozen.expression)
            FROM made
            """, freeze.arguments.merging(frozen.arguments) { $1 }.merging(arguments) { $1 })
    }

    /// Writes for beginners of the step that they get no touch, and why.
    private func writeNobody(_ reason: String, where filter: String, _ arguments: [String: SQLValue]) throws {
        try connection.execute(
            """
            INSERT INTO plan_touch \(Self.columns)
            SELECT pr.playbook_id, pr.account_id, pr.version_id, :touch_step, pr.variant, NULL, 'nobody', :touch_kind,
                :touch_channel, :touch_category, :touch_message, CASE pr.arm WHEN 'treated' THEN 0 ELSE 1 END,
                'suppressed', :touch_priority, coalesce(pr.due_at, :walk_now), :walk_now, :walk_now, :touch_reason, '{}'
            FROM \(Self.beginners) AND \(filter)
            """, arguments.merging(["touch_reason": .text(reason)]) { $1 })
    }

    /// Fills `plan_route` with the index of the first message that an account of `plan_population` has not had from the
    /// playbook; one that was rejected or never went out has not been had.
    ///
    /// - Returns: how many accounts have had all of them.
    private func rotate(_ messages: [String], _ walk: [String: SQLValue]) throws -> Int {
        try connection.execute("DELETE FROM plan_route")
        var arguments = walk
        for (index, message) in messages.enumerated() { arguments["rotate_\(index)"] = .text(message) }
        let list = messages.indices.map { "SELECT \($0) AS place, :rotate_\($0) AS message" }
        let found = try connection.execute(
            """
            INSERT INTO plan_route (account_id, value)
            SELECT p.account_id, min(m.place)
            FROM plan_population AS p CROSS JOIN (\(list.joined(separator: " UNION ALL "))) AS m
            WHERE NOT EXISTS (
                SELECT 1 FROM enrollment AS e JOIN touch AS t ON t.enrollment_id = e.id
                WHERE e.account_id = p.account_id AND e.playbook_id = :walk_playbook AND t.message = m.message
                    AND t.state IN ('pending', 'claimed', 'sending', 'sent', 'unknown', 'held', 'ghost'))
            GROUP BY p.account_id
            """, arguments)
        return try Int(connection.integer("SELECT count(*) FROM plan_population")) - found
    }

    /// More than any contact's id.
    private static let rankUnit: Int64 = 1_000_000_000_000

    /// Freezes the variables of held touches of one step anew, as rows of `plan_held`: those that miss nothing any more
    /// go on.
    func refreeze(_ step: Step, message: String, on road: Progress.Road) throws {
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id, entry)
            SELECT t.account_id, t.id, e.event_id, e.entry
            FROM touch AS t JOIN enrollment AS e ON e.id = t.enrollment_id
            WHERE t.state = 'held' AND t.ambiguous = 0 AND e.state = 'active' AND t.version_id = :version
                AND t.step = :step AND t.variant IS NOT DISTINCT FROM :variant AND t.message = :message
            """,
            [
                "version": .integer(road.versionID), "step": .text(step.id), "variant": .optional(road.variant),
                "message": .text(message),
            ])
        var channel: String?
        if case .send(let send) = step.action { channel = send.channel ?? road.channels[send.kind] }
        let freeze = freeze(message, for: channel ?? "", of: road.playbook)
        let expressions = freeze.values.map(\.expression)
        let frozen = freeze.object(expressions)
        try connection.execute(
            """
            INSERT INTO plan_held (touch_id, enrollment_id, state, reason, variables)
            SELECT r.id, r.enrollment_id, 'pending', NULL, \(frozen.expression)
            FROM \(freeze.from) JOIN touch AS r ON r.id = p.row_id LEFT JOIN contact AS rc ON rc.id = r.contact_id
            WHERE \(freeze.missing(expressions)) IS NULL ON CONFLICT DO NOTHING
            """, freeze.arguments.merging(frozen.arguments) { $1 })
    }

    /// What a message says of each row of `plan_population`, whose contact is `rc`.
    private struct Freeze {
        var values: [(name: String, type: ValueType, expression: String, isRequired: Bool)]
        var from: String
        var arguments: [String: SQLValue]

        /// The JSON object over these expressions of the values.
        func object(_ expressions: [String]) -> (expression: String, arguments: [String: SQLValue]) {
            Frozen.object(zip(values, expressions).map { ($0.name, $0.type, $1) })
        }

        /// What is missing in it, or null.
        func missing(_ expressions: [String]) -> String {
            let cases = zip(values, expressions).filter { $0.0.isRequired }.map { value, expression in
                "WHEN \(expression) IS NULL THEN 'missing: \(value.name)'"
            }
            return cases.isEmpty ? "NULL" : "CASE \(cases.joined(separator: " ")) END"
        }
    }

    /// What the message and the channel that carries it read; without what only the channel reads the touch goes out too.
    private func freeze(_ message: String, for channel: String, of playbook: Playbook) -> Freeze {
        let variables = playbook.variables(ofMessage: message)
        let others = Set(compiler.context.channelVariables[channel] ?? [])
            .subtracting(variables.required + variables.optional)
        let known =
            variables.required.compactMap { source($0, isRequired: true, playbook) }
            + (variables.optional + others.sorted()).compactMap { source($0, isRequired: false, playbook) }
        let terms = known.compactMap { if case .term(let term) = $0.source { term } else { nil } }
        let query = compiler.compile(terms, over: .table("plan_population"), audience: playbook.audienceKey)
        var expressions = query.expressions[...]
        let values = known.map { variable in
            switch variable.source {
            case .term(let term): (variable.name, term.type, expressions.popFirst() ?? "NULL", variable.isRequired)
            case .contact(let type, let expression): (variable.name, type, expression, variable.isRequired)
            }
        }
        return Freeze(values: values, from: query.from, arguments: query.arguments)
    }

    /// Fills `plan_recipient` with the contacts that the accounts of `plan_population` are written to; answers how many of
    /// the accounts have one.
    ///
    /// - Parameter onlyFirst: whether the first contact stands for all.
    func findRecipients(
        _ playbook: Playbook, needsAddress: Bool, onlyFirst: Bool = false, _ walk: [String: SQLValue]
    ) throws -> Int {
        try connection.execute("DELETE FROM plan_recipient")
        let recipients = Recipients(
            playbook, needsAddress: needsAddress,
            eventContact: "(SELECT contact_id FROM event WHERE event.id = p.event_id)")
        // The best contact of each account: by rank, then by id, in one number.
        let best = """
            SELECT p.account_id AS account_id, min((\(recipients.rank)) * \(Self.rankUnit) + c.id) AS place
            FROM plan_population AS p CROSS JOIN contact AS c ON c.account_id = p.account_id
            WHERE \(recipients.isEligible) GROUP BY p.account_id
            """
        let columns =
            "coalesce(c.address, 'contact:' || CAST(c.id AS TEXT)) AS recipient, coalesce(c.timezone, a.timezone)"
        let arguments = recipients.arguments.merging(walk) { $1 }
        let reached = try connection.execute(
            """
            INSERT INTO plan_recipient (account_id, contact_id, recipient, timezone)
            SELECT best.account_id, c.id, \(columns) FROM (\(best)) AS best
            JOIN account AS a ON a.id = best.account_id JOIN contact AS c ON c.id = best.place % \(Self.rankUnit)
            """, arguments)
        guard !onlyFirst, let takesAll = recipients.takesAll else { return reached }
        // Of several contacts with one address the first is meant: a touch is one message to one recipient.
        try connection.execute(
            """
            INSERT INTO plan_recipient (account_id, contact_id, recipient, timezone)
            SELECT p.account_id, c.id, \(columns) FROM plan_population AS p
            JOIN (\(best)) AS best ON best.account_id = p.account_id
            JOIN account AS a ON a.id = p.account_id JOIN contact AS c ON c.account_id = p.account_id
            WHERE \(recipients.isEligible) AND best.place / \(Self.rankUnit) = (\(recipients.rank)) AND \(takesAll)
            ORDER BY c.id
            ON CONFLICT DO NOTHING
            """, arguments)
        return reached
    }

    /// Computes the allowed instant once for each zone; nil stands for the workspace's.
    private func fillZones(_ names: [String?], _ send: Step.Send, _ index: Int, _ road: Progress.Road) throws {
        try connection.execute("DELETE FROM plan_zone")
        for name in Set(names + [nil]) {
            let zone = name.flatMap { Zone($0) } ?? road.zone
            let allowed = road.allowed(send, index, zone)
            try connection.execute(
                """
                INSERT INTO plan_zone (timezone, base, not_before) VALUES (:zone, :base, :not_before)
                ON CONFLICT DO NOTHING
                """,
                [
                    "zone": .text(name ?? road.zone.name), "base": .instant(allowed.base),
                    "not_before": .instant(allowed.notBefore),
                ])
        }
    }

    private enum Source {
        /// A value of the account, the event or the entry.
        case term(Term)
        /// A column of the recipient.
        case contact(ValueType, expression: String)
    }

    /// Where a variable's value comes from; nil for those that the renderer itself knows.
    private func source(
        _ name: String, isRequired: Bool, _ playbook: Playbook
    ) -> (name: String, isRequired: Bool, source: Source)? {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        let found: Source?
        switch (parts.first, parts.count) {
        case ("contact", 2):
            found = contactSource(parts[1])
        case ("account", 2):
            found = compiler.dataMap.attribute(parts[1]).map { .term(Term(.attribute($0), $0.type, text: name)) }
        case ("entry", 2):
            found = playbook.signals.first { $0.name == parts[1] }
                .map { .term(Term(.entry(parts[1]), $0.term.type, text: name)) }
        case ("event", 2):
            guard case .on(let event, _) = playbook.trigger else { return nil }
            found = compiler.dataMap.event(event)?.property(parts[1])
                .map { .term(Term(.triggeringEvent(parts[1]), $0.type, text: name)) }
        default:
            found = playbook.signals.first { $0.name == name }
                .map { .term(Term(.named(name, $0.term), $0.term.type, text: name)) }
        }
        return found.map { (name, isRequired, $0) }
    }

    private func contactSource(_ name: String) -> Source? {
        if name == "first_name" {
            return .contact(
                .text,
                expression: """
                    CASE WHEN instr(trim(rc.name), ' ') > 0
                        THEN substr(trim(rc.name), 1, instr(trim(rc.name), ' ') - 1) ELSE nullif(trim(rc.name), '') END
                    """)
        }
        guard let attribute = compiler.dataMap.contactAttribute(name) else { return nil }
        let column = AttributeColumns.ofContact(attribute.name)
        return .contact(attribute.type, expression: "rc.\(column)")
    }
}
