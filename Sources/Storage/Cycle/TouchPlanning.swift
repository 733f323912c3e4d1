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

    func plan(
        _ send: Step.Send, step: Step, index: Int, on road: Progress.Road, now: Instant, _ walk: [String: SQLValue]
    ) throws {
        let playbook = road.playbook
        guard let message = send.message(for: road.variant), let channel = send.channel ?? road.channels[send.kind]
        else { return }
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id, entry)
            SELECT pr.account_id, pr.account_id, pr.event_id, pr.entry FROM \(Self.beginners)
            """, walk)
        guard try connection.integer("SELECT count(*) FROM plan_population") > 0 else { return }
        if send.kind == .webhook {
            try fillZones([nil], send, index, road)
        } else {
            try findRecipients(playbook, kind: send.kind, walk)
            let zones = try connection.query("SELECT DISTINCT timezone FROM plan_recipient").map { $0[0].text }
            try fillZones(zones, send, index, road)
        }
        let frozen = freeze(step, on: road)
        var arguments = frozen.arguments.merging(walk) { $1 }
        arguments.merge([
            "touch_step": .text(step.id), "touch_kind": .text(send.kind.rawValue), "touch_channel": .text(channel),
            "touch_category": .text(playbook.category), "touch_message": .text(message),
            "touch_priority": .integer(Int64(playbook.priority)),
            "touch_expires": .integer(playbook.expires.milliseconds),
            "touch_zone": .text(road.zone.name), "touch_team": .text("team:" + channel),
        ]) { $1 }
        let isTeam = send.kind == .webhook
        try connection.execute(
            """
            INSERT INTO plan_touch \(Self.columns)
            SELECT playbook_id, account_id, version_id, :touch_step, variant, contact_id, recipient, :touch_kind,
                :touch_channel, :touch_category, :touch_message, ghost,
                CASE WHEN missing IS NULL THEN 'pending' ELSE 'held' END, :touch_priority, due_at, not_before,
                expires_at, missing, variables
            FROM (
                SELECT pr.playbook_id, pr.account_id, pr.version_id, pr.variant,
                    \(isTeam ? "NULL" : "r.contact_id") AS contact_id,
                    \(isTeam ? ":touch_team" : "r.recipient") AS recipient,
                    CASE pr.arm WHEN 'treated' THEN 0 ELSE 1 END AS ghost,
                    coalesce(pr.due_at, :walk_now) AS due_at, z.not_before, z.base + :touch_expires AS expires_at,
                    \(frozen.missing) AS missing, \(frozen.variables) AS variables
                FROM \(frozen.from)
                JOIN plan_progress AS pr ON pr.playbook_id = :walk_playbook AND pr.account_id = p.account_id
                \(isTeam ? "" : "JOIN plan_recipient AS r ON r.account_id = p.account_id")
                JOIN plan_zone AS z ON z.timezone = \(isTeam ? ":touch_zone" : "coalesce(r.timezone, :touch_zone)")
            ) AS made
            """, arguments)
        guard !isTeam else { return }
        try connection.execute(
            """
            INSERT INTO plan_touch \(Self.columns)
            SELECT pr.playbook_id, pr.account_id, pr.version_id, :touch_step, pr.variant, NULL, 'nobody', :touch_kind,
                :touch_channel, :touch_category, :touch_message, CASE pr.arm WHEN 'treated' THEN 0 ELSE 1 END,
                'suppressed', :touch_priority, coalesce(pr.due_at, :walk_now), :walk_now, :walk_now,
                'no contact that may be written to', '{}'
            FROM \(Self.beginners)
                AND NOT EXISTS (SELECT 1 FROM plan_recipient AS r WHERE r.account_id = pr.account_id)
            """, arguments)
    }

    /// Freezes the variables of held touches of one step anew, as rows of `plan_held`: those that miss nothing any more
    /// go on.
    func refreeze(_ step: Step, on road: Progress.Road) throws {
        try connection.execute("DELETE FROM plan_population")
        try connection.execute(
            """
            INSERT INTO plan_population (account_id, row_id, event_id, entry)
            SELECT t.account_id, t.id, e.event_id, e.entry
            FROM touch AS t JOIN enrollment AS e ON e.id = t.enrollment_id
            WHERE t.state = 'held' AND t.ambiguous = 0 AND e.state = 'active' AND t.version_id = :version
                AND t.step = :step AND t.variant IS NOT DISTINCT FROM :variant
            """,
            [
                "version": .integer(road.versionID), "step": .text(step.id), "variant": .optional(road.variant),
            ])
        let frozen = freeze(step, on: road)
        try connection.execute(
            """
            INSERT INTO plan_held (touch_id, enrollment_id, state, reason, variables)
            SELECT r.id, r.enrollment_id, 'pending', NULL, \(frozen.variables)
            FROM \(frozen.from) JOIN touch AS r ON r.id = p.row_id
            WHERE \(frozen.missing) IS NULL ON CONFLICT DO NOTHING
            """, frozen.arguments)
    }

    /// What a step's message says of each row of `plan_population`, whose recipient is `r`.
    private struct Freeze {
        /// The JSON object, and what is missing in it, or null.
        var variables: String
        var missing: String
        var from: String
        var arguments: [String: SQLValue]
    }

    private func freeze(_ step: Step, on road: Progress.Road) -> Freeze {
        let playbook = road.playbook
        let variables = playbook.variables(of: step, variant: road.variant)
        let known =
            variables.required.compactMap { source($0, isRequired: true, playbook) }
            + variables.optional.compactMap { source($0, isRequired: false, playbook) }
        let terms = known.compactMap { if case .term(let term) = $0.source { term } else { nil } }
        let query = compiler.compile(terms, over: .table("plan_population"), audience: playbook.audienceKey)
        var expressions = query.expressions[...]
        let values = known.map { variable -> (name: String, type: ValueType, expression: String) in
            switch variable.source {
            case .term(let term): (variable.name, term.type, expressions.popFirst() ?? "NULL")
            case .contact(let type, let expression): (variable.name, type, expression)
            }
        }
        let frozen = Frozen.object(values)
        let cases = zip(known, values).filter { $0.0.isRequired }.map(\.1).map { value in
            "WHEN \(value.expression) IS NULL THEN 'missing: \(value.name)'"
        }
        return Freeze(
            variables: frozen.expression, missing: cases.isEmpty ? "NULL" : "CASE \(cases.joined(separator: " ")) END",
            from: query.from, arguments: query.arguments.merging(frozen.arguments) { $1 })
    }

    /// Fills `plan_recipient` with the contacts that the accounts of `plan_population` are written to.
    private func findRecipients(_ playbook: Playbook, kind: Channel.Kind, _ walk: [String: SQLValue]) throws {
        try connection.execute("DELETE FROM plan_recipient")
        let recipients = Recipients(
            playbook, needsAddress: kind == .email,
            eventContact: "(SELECT contact_id FROM event WHERE event.id = p.event_id)")
        // Of several contacts with one address the first is meant: a touch is one message to one recipient.
        try connection.execute(
            """
            INSERT INTO plan_recipient (account_id, contact_id, recipient, timezone)
            SELECT account_id, min(contact_id), recipient, min(timezone) FROM (
                SELECT p.account_id, c.id AS contact_id, coalesce(c.address, 'contact:' || CAST(c.id AS TEXT)) AS recipient,
                    coalesce(c.timezone, a.timezone) AS timezone, \(recipients.rank) AS rank,
                    row_number() OVER (PARTITION BY p.account_id ORDER BY \(recipients.rank), c.id) AS place,
                    min(\(recipients.rank)) OVER (PARTITION BY p.account_id) AS best
                FROM plan_population AS p JOIN account AS a ON a.id = p.account_id
                JOIN contact AS c ON c.account_id = p.account_id
                WHERE \(recipients.isEligible) AND \(recipients.rank) IS NOT NULL
            ) AS ranked
            WHERE rank = best AND (place = 1 OR \(recipients.takesAll))
            GROUP BY account_id, recipient
            """, recipients.arguments.merging(walk) { $1 })
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
                    (SELECT CASE WHEN instr(trim(name), ' ') > 0 THEN substr(trim(name), 1, instr(trim(name), ' ') - 1)
                        ELSE nullif(trim(name), '') END FROM contact WHERE id = r.contact_id)
                    """)
        }
        guard let attribute = compiler.dataMap.contactAttribute(name) else { return nil }
        let column = AttributeColumns.ofContact(attribute.name)
        return .contact(attribute.type, expression: "(SELECT \(column) FROM contact WHERE id = r.contact_id)")
    }
}
