package import Playbooks

/// What the attempts and outcomes of playbooks and channels tell of failures, bounces and complaints.
package struct Breakers {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// The end of an attempt.
    package struct Attempt: Sendable {
        package var playbook: String
        package var channel: String
        package var failed: Bool
    }

    /// The last attempts that ended and that no breaker has looked at before it tripped; the oldest first.
    ///
    /// - Parameter died: the detail of attempts that ended with their program, which tells nothing of the endpoint.
    package func lastAttempts(died: String) throws -> [Attempt] {
        try connection.query(
            """
            SELECT p.name AS playbook, t.channel, CASE a.result WHEN 'sent' THEN 0 ELSE 1 END AS failed
            FROM (SELECT touch_id, number, began_at, result, detail FROM attempt
                ORDER BY touch_id DESC, number DESC LIMIT 1000) AS a
            JOIN touch AS t ON t.id = a.touch_id JOIN playbook AS p ON p.id = t.playbook_id
            WHERE a.result IN ('sent', 'rejected', 'unknown') AND coalesce(a.detail, '') <> :died
                AND a.began_at > coalesce((SELECT max(b.process_at) FROM breaker AS b
                    WHERE b.scope = 'playbook:' || p.name OR b.scope = 'channel:' || t.channel), 0)
            ORDER BY a.touch_id, a.number
            """, ["died": .text(died)]
        ).map {
            Attempt(
                playbook: $0["playbook"].text ?? "", channel: $0["channel"].text ?? "",
                failed: $0["failed"].integer == 1)
        }
    }

    /// Bounces and complaints among the last touches of a playbook or a channel.
    package struct HarmRate: Sendable {
        /// `playbook:<name>` or `channel:<name>`.
        package var scope: String
        /// The last 200 touches, and the last 2,000.
        package var bounceable: Int
        package var bounced: Int
        package var complainable: Int
        package var complained: Int
        /// How many playbooks the harmful ones belong to.
        package var playbooks: Int
    }

    /// Only where there is any harm.
    package func harmRates() throws -> [HarmRate] {
        let any = "SELECT 1 FROM outcome WHERE touch_id > 0 AND (kind = 'bounced' OR kind = 'complained') LIMIT 1"
        guard try connection.first(any) != nil else { return [] }
        return try ["'playbook:' || p.name", "'channel:' || t.channel"].flatMap(harmRates)
    }

    private func harmRates(by scope: String) throws -> [HarmRate] {
        func has(_ kind: String) -> String {
            """
            CASE WHEN EXISTS (SELECT 1 FROM outcome AS o WHERE o.touch_id = t.id AND o.kind = '\(kind)'
                AND (o.kind = 'bounced' OR o.kind = 'complained')) THEN 1 ELSE 0 END
            """
        }
        return try connection.query(
            """
            WITH last AS (
                SELECT \(scope) AS scope, t.playbook_id, \(has("bounced")) AS bounced,
                    \(has("complained")) AS complained,
                    row_number() OVER (PARTITION BY \(scope) ORDER BY t.id DESC) AS place
                FROM (SELECT id, playbook_id, channel, claimed_at FROM touch WHERE state = 'sent'
                    ORDER BY id DESC LIMIT 5000) AS t
                JOIN playbook AS p ON p.id = t.playbook_id
                WHERE t.claimed_at > coalesce((SELECT b.decided_at FROM breaker AS b WHERE b.scope = \(scope)), 0)
            )
            SELECT scope, count(*) FILTER (WHERE place <= 200) AS bounceable,
                count(*) FILTER (WHERE place <= 200 AND last.bounced = 1) AS bounced, count(*) AS complainable,
                count(*) FILTER (WHERE last.complained = 1) AS complained,
                count(DISTINCT CASE WHEN last.bounced = 1 OR last.complained = 1 THEN playbook_id END) AS playbooks
            FROM last WHERE place <= 2000 GROUP BY scope
            HAVING count(*) FILTER (WHERE last.bounced = 1 OR last.complained = 1) > 0 ORDER BY scope
            """
        ).map { row in
            func count(_ name: String) -> Int { Int(row[name].integer ?? 0) }
            return HarmRate(
                scope: row["scope"].text ?? "", bounceable: count("bounceable"), bounced: count("bounced"),
                complainable: count("complainable"), complained: count("complained"), playbooks: count("playbooks"))
        }
    }

    /// Pauses a playbook or a channel, and begins to count anew.
    package static func trip(
        _ scope: String, reason: String, now: Instant, processNow: Instant, _ connection: Connection
    ) throws {
        try Author(from: .runner, at: processNow).pause(scope, because: reason, connection)
        try connection.execute(
            """
            INSERT INTO breaker (scope, decided_at, process_at) VALUES (:scope, :now, :process)
            ON CONFLICT (scope) DO UPDATE SET decided_at = excluded.decided_at, process_at = excluded.process_at
            """, ["scope": .text(scope), "now": .instant(now), "process": .instant(processNow)])
    }
}
