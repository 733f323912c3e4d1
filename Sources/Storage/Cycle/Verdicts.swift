package import Playbooks

/// Gives every match of `plan_match` its verdict: the first of the nine that applies.
package struct Verdicts {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// The global holdout of the moment: its experiment and share.
    package struct GlobalHoldout: Sendable {
        package var experimentID: Int64
        package var salt: String
        package var share: Double

        package init(experimentID: Int64, salt: String, share: Double) {
            self.experimentID = experimentID
            self.salt = salt
            self.share = share
        }
    }

    /// Fills `plan_verdict` for one playbook; playbooks come in the order in which they arbitrate.
    ///
    /// An account that an exclusive playbook admits in this very cycle is blocked for those that come later.
    ///
    /// - Parameter isStale: the data are late: the verdicts are told, but no match begins to stand.
    package func decide(
        _ work: PlaybookAtWork, heldBecause: String?, isStale: Bool, globalHoldout: GlobalHoldout?, now: Instant
    ) throws {
        let playbook = work.playbook
        let recipients = Recipients(
            playbook, needsAddress: needsAddress(work.kinds),
            eventContact: "(SELECT contact_id FROM event WHERE event.id = m.event_id)")
        let drawn = holdoutRules(playbook, globalHoldout)
        let variant = variantExpression(playbook)
        let reachable =
            needsContact(work.kinds)
            ? """
            EXISTS (SELECT 1 FROM contact AS c WHERE c.account_id = m.account_id
                AND \(recipients.isEligible) AND \(recipients.rank) IS NOT NULL)
            """ : "1 = 1"
        let sql = """
            -- OFFSET keeps these rows apart from what reads them: each mention of the verdict would work it out anew.
            WITH decided AS (
                SELECT m.account_id, m.playbook_id, m.match_key, m.event_id, m.since, m.previous, m.was_false,
                    m.enrollment_id, a.key,
                    CASE
                        WHEN :held IS NOT NULL THEN 'held'
                        WHEN m.enrollment_id IS NOT NULL THEN 'already'
                        WHEN EXISTS (SELECT 1 FROM enrollment AS e WHERE e.playbook_id = m.playbook_id
                            AND e.account_id = m.account_id AND (e.state = 'active' OR e.entered_at = :now)) THEN 'already'
                        WHEN \(cooling(playbook.reentry)) THEN 'cooling'
                        WHEN :is_event = 1 AND (m.since - m.at > :age OR :now - m.since > :age) THEN 'too_old'
                        WHEN NOT (\(reachable)) THEN 'unreachable'
                        WHEN :is_service = 0 AND (
                            EXISTS (SELECT 1 FROM enrollment AS e WHERE e.account_id = m.account_id
                                AND e.state = 'active' AND e.exclusive = 1)
                            OR EXISTS (SELECT 1 FROM plan_exclusive AS x WHERE x.account_id = m.account_id))
                            THEN 'blocked'
                        \(drawn)
                        ELSE 'enrolled'
                    END AS verdict
                FROM plan_match AS m JOIN account AS a ON a.id = m.account_id
                WHERE m.playbook_id = :playbook
                LIMIT 9223372036854775807 OFFSET 0
            )
            INSERT INTO plan_verdict (playbook_id, account_id, match_key, event_id, since, enrollment_id, verdict,
                reason, settled, variant, is_news, is_changed)
            SELECT playbook_id, account_id, match_key, event_id, since, enrollment_id, verdict,
                CASE verdict
                    WHEN 'held' THEN :held
                    WHEN 'already' THEN CASE WHEN enrollment_id IS NOT NULL THEN 'enrolled for this match'
                        ELSE 'in this playbook now' END
                    WHEN 'cooling' THEN :reentry
                    WHEN 'too_old' THEN :max_age
                    WHEN 'unreachable' THEN :unreachable
                    WHEN 'blocked' THEN 'an exclusive playbook has the account'
                    WHEN 'global_holdout' THEN :global_text
                    WHEN 'holdout' THEN :holdout_text
                    ELSE 'all rules passed' END,
                CASE WHEN verdict IN ('held', 'blocked') THEN 0
                    WHEN verdict IN ('global_holdout', 'holdout', 'enrolled') THEN 1 ELSE :settles END,
                CASE WHEN verdict IN ('global_holdout', 'holdout', 'enrolled') THEN \(variant) END,
                CASE WHEN :stale = 1 OR previous = verdict THEN 0 ELSE 1 END,
                CASE WHEN :stale = 1 OR (previous = verdict AND was_false = 0) THEN 0 ELSE 1 END
            FROM decided
            """
        var isEvent = false
        if case .on = playbook.trigger { isEvent = true }
        var settles = true
        if case .when = playbook.trigger { settles = false }
        var arguments: [String: SQLValue] = [
            "playbook": work.id, "held": .optional(heldBecause), "now": .instant(now),
            "stale": .integer(isStale ? 1 : 0),
            "is_event": .integer(isEvent ? 1 : 0), "age": .integer(playbook.maxAge.milliseconds),
            "is_service": .integer(playbook.isService ? 1 : 0),
            "global": .integer(globalHoldout?.experimentID ?? 0), "global_salt": .text(globalHoldout?.salt ?? ""),
            "global_share": .real(globalHoldout?.share ?? 0), "experiment": .integer(work.registered.experimentID),
            "salt": .text(playbook.experiment), "variant_salt": .text(playbook.experiment + "/variant"),
            "holdout": .real(playbook.holdout), "settles": .integer(settles ? 1 : 0),
            "reentry": .text(Self.text(playbook.reentry)),
            "max_age": .text("older than max_age \(playbook.maxAge)"),
            "unreachable": .text("no active contact for \"to:\" that may be written to"),
            "global_text": .text("drawn into the global holdout of \(Self.share(globalHoldout?.share ?? 0))"),
            "holdout_text": .text("drawn into the holdout of \(Self.share(playbook.holdout))"),
        ]
        arguments.merge(recipients.arguments) { $1 }
        if case .after(let span, _) = playbook.reentry { arguments["cooled"] = .instant(now - span) }
        for (index, item) in playbook.variants.enumerated() {
            arguments["variant_\(index)"] = .text(item.name)
        }
        try connection.execute(sql, arguments)
        if isEvent { try admitOneOccurrence(work) }
        if playbook.exclusive {
            try connection.execute(
                """
                INSERT INTO plan_exclusive (account_id, playbook_id)
                SELECT DISTINCT account_id, playbook_id FROM plan_verdict
                WHERE playbook_id = :playbook AND verdict IN ('enrolled', 'holdout', 'global_holdout')
                ON CONFLICT DO NOTHING
                """, ["playbook": work.id])
        }
    }

    /// Takes a playbook's verdicts back, so that they can be given anew.
    package func forget(_ work: PlaybookAtWork) throws {
        try connection.execute("DELETE FROM plan_verdict WHERE playbook_id = :playbook", ["playbook": work.id])
        try connection.execute("DELETE FROM plan_exclusive WHERE playbook_id = :playbook", ["playbook": work.id])
    }

    /// Of several events of one account in one cycle the first enters; for the others it is in the playbook already.
    private func admitOneOccurrence(_ work: PlaybookAtWork) throws {
        let enters = "IN ('enrolled', 'holdout', 'global_holdout')"
        try connection.execute(
            """
            UPDATE plan_verdict SET verdict = 'already', reason = 'in this playbook now', variant = NULL
            WHERE playbook_id = :playbook AND verdict \(enters) AND EXISTS (
                SELECT 1 FROM plan_verdict AS o WHERE o.playbook_id = plan_verdict.playbook_id
                    AND o.account_id = plan_verdict.account_id
                    AND (o.event_id, o.match_key) < (plan_verdict.event_id, plan_verdict.match_key)
                    AND o.verdict \(enters))
            """, ["playbook": work.id])
    }

    /// Whether the verdict of any match is another than the one that stands.
    package func areNews(of playbookID: Int64) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM plan_verdict WHERE playbook_id = :playbook AND (is_news = 1 OR is_changed = 1) LIMIT 1
            """, ["playbook": .integer(playbookID)]) != nil
    }

    /// How many matches have each verdict.
    package func counts(of playbookID: Int64) throws -> [String: Int] {
        let rows = try connection.query(
            "SELECT verdict, count(*) FROM plan_verdict WHERE playbook_id = :playbook GROUP BY verdict",
            ["playbook": .integer(playbookID)])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) })
    }

    /// How many of those who enter have each variant.
    package func variants(of playbookID: Int64) throws -> [String: Int] {
        let rows = try connection.query(
            """
            SELECT variant, count(*) FROM plan_verdict WHERE playbook_id = :playbook AND variant IS NOT NULL
            GROUP BY variant
            """, ["playbook": .integer(playbookID)])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) })
    }

    /// The last two rules before `enrolled`: drawn once, and as it was drawn from then on. Without a share nobody is drawn.
    private func holdoutRules(_ playbook: Playbook, _ globalHoldout: GlobalHoldout?) -> String {
        guard !playbook.isService else { return "" }
        var rules: [String] = []
        if let globalHoldout, globalHoldout.share > 0 {
            rules.append(
                """
                WHEN coalesce((SELECT arm FROM assignment WHERE experiment_id = :global AND account_id = m.account_id)
                    = 'global_holdout', draw(:global_salt, a.key) < :global_share) THEN 'global_holdout'
                """)
        }
        if playbook.holdout > 0 {
            rules.append(
                """
                WHEN coalesce((SELECT arm FROM assignment WHERE experiment_id = :experiment
                    AND account_id = m.account_id) = 'holdout', draw(:salt, a.key) < :holdout) THEN 'holdout'
                """)
        }
        return rules.joined(separator: "\n")
    }

    private func needsContact(_ kinds: Set<Channel.Kind>) -> Bool { kinds != [.webhook] && !kinds.isEmpty }

    private func needsAddress(_ kinds: Set<Channel.Kind>) -> Bool { kinds.isDisjoint(with: [.inApp, .push]) }

    /// An account's variant: stored, or drawn by cumulative weight. Playbooks that share an experiment may have variants
    /// of their own, so a stored one that is another playbook's does not count.
    private func variantExpression(_ playbook: Playbook) -> String {
        guard !playbook.variants.isEmpty else { return "NULL" }
        let total = playbook.variants.reduce(0) { $0 + $1.weight }
        let names = playbook.variants.indices.map { ":variant_\($0)" }
        var sum = 0.0
        var cases: [String] = []
        for (index, variant) in playbook.variants.enumerated() {
            sum += variant.weight
            cases.append(
                index == playbook.variants.count - 1
                    ? "ELSE :variant_\(index)" : "WHEN draw(:variant_salt, key) < \(sum / total) THEN :variant_\(index)"
            )
        }
        let drawn = cases.count == 1 ? ":variant_0" : "CASE \(cases.joined(separator: " ")) END"
        return """
            coalesce((SELECT variant FROM assignment WHERE experiment_id = :experiment
                AND account_id = decided.account_id AND variant IN (\(names.joined(separator: ", ")))), \(drawn))
            """
    }

    private func cooling(_ reentry: Playbook.Reentry) -> String {
        let earlier =
            "SELECT 1 FROM enrollment AS e WHERE e.account_id = m.account_id AND e.playbook_id = m.playbook_id"
        return switch reentry {
        case .always: "1 = 0"
        case .never: "EXISTS (\(earlier))"
        case .after(_, let fromEnd):
            "EXISTS (\(earlier) AND \(fromEnd ? "coalesce(e.ended_at, e.entered_at)" : "e.entered_at") > :cooled)"
        }
    }

    private static func text(_ reentry: Playbook.Reentry) -> String {
        switch reentry {
        case .never: "enrolled before; reentry: never"
        case .always: ""
        case .after(let span, let fromEnd): "enrolled less than \(span) ago\(fromEnd ? " (from the last end)" : "")"
        }
    }

    private static func share(_ share: Double) -> String {
        Value.number((share * 10_000).rounded() / 100).text(as: .number, currency: "", zone: .utc) + " %"
    }
}
