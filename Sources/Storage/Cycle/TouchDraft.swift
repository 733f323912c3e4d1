package import Playbooks

/// A touch as the next cycle would make it for one account, for previews; nothing is written.
package struct TouchDraft: Sendable {
    package var recipient: String
    package var kind: Channel.Kind
    package var channel: String
    package var message: String
    package var state: String
    package var notBefore: Instant
    package var reason: String?
    package var variables: String
    package var contactID: Int64?
    package var contactKey: String?
    package var contactName: String?
    package var email: String?
    package var timezone: String?
    package var locale: String?

    /// The drafts of one step, made by the statements that plan real touches.
    ///
    /// - Parameter event: for an `on` playbook the event that would have triggered.
    package static func make(
        _ work: PlaybookAtWork, step index: Int, variant: String?, accountID: Int64, event: Int64?, zone: Zone,
        compiler: ConditionSQL, now: Instant, _ connection: Connection
    ) throws -> [TouchDraft] {
        try PlanTables.reset(connection)
        try connection.execute(
            """
            INSERT INTO plan_verdict (playbook_id, account_id, match_key, event_id, since, verdict, reason, settled,
                variant, is_news, is_changed)
            VALUES (:playbook, :account, '', :event, :now, 'enrolled', '', 0, :variant, 1, 1)
            """,
            [
                "playbook": work.id, "account": .integer(accountID), "event": .optional(event), "now": .instant(now),
                "variant": .optional(variant),
            ])
        let progress = Progress(connection, compiler)
        try progress.enter(work, now: now)
        try connection.execute("UPDATE plan_progress SET step = :step", ["step": .integer(Int64(index))])
        try progress.walk(
            Progress.Road(
                playbook: work.playbook, playbookID: work.registered.id, versionID: work.registered.versionID,
                variant: variant, channels: work.channels, zone: zone, allowed: { _, _, _ in (now, now) }),
            now: now)
        let stepID = work.playbook.steps(of: variant)[index].id
        return try connection.query(
            """
            SELECT t.recipient, t.kind, t.channel, t.message, t.state, t.not_before, t.reason, t.variables, c.key, c.name,
                c.email, coalesce(c.timezone, a.timezone), coalesce(c.locale, a.locale), c.id
            FROM plan_touch AS t JOIN account AS a ON a.id = t.account_id LEFT JOIN contact AS c ON c.id = t.contact_id
            WHERE t.step = :step ORDER BY t.recipient
            """, ["step": .text(stepID)]
        ).map { row in
            TouchDraft(
                recipient: row[0].text ?? "", kind: Channel.Kind(rawValue: row[1].text ?? "") ?? .email,
                channel: row[2].text ?? "", message: row[3].text ?? "", state: row[4].text ?? "",
                notBefore: row[5].instant ?? now, reason: row[6].text, variables: row[7].text ?? "{}",
                contactID: row[13].integer, contactKey: row[8].text, contactName: row[9].text, email: row[10].text,
                timezone: row[11].text,
                locale: row[12].text)
        }
    }
}

extension TouchDraft {
    /// A candidate that was never written: for rendering only.
    package func candidate(of playbook: Playbook) -> TouchCandidate {
        TouchCandidate(
            id: 0, enrollmentID: 0, accountID: 0, accountKey: "", playbook: playbook.name, versionID: 0, step: "",
            variant: nil,
            recipient: recipient, kind: kind, channel: channel, category: playbook.category, message: message,
            isGhost: false, priority: 0, dueAt: notBefore, expiresAt: notBefore, reason: nil, variables: variables,
            fence: 0, attempts: 0, isAmbiguous: false, bodyHash: nil, firstAttemptAt: nil, contactID: contactID,
            contactKey: contactKey,
            contactName: contactName, email: email, timezone: timezone, locale: locale, isReachable: true,
            isEnrolled: true, hasChurned: false, isSuppressed: false, isExcluded: false, sentWithin: [])
    }
}
