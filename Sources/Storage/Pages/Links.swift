import Basics
package import Playbooks

/// Where tracked links lead, and who followed them.
package enum Links {
    /// Writes down where the links of a touch lead; what is there already stays.
    package static func keep(
        _ links: [(id: String, url: String)], account: Int64, _ connection: Connection
    ) throws {
        for link in links {
            _ = try connection.execute(
                "INSERT INTO link (account_id, id, url) VALUES (:account, :id, :url) ON CONFLICT DO NOTHING",
                inOrder: [.integer(account), .text(link.id), .text(link.url)])
        }
    }

    /// A touch whose link was followed, or whose picture was loaded.
    package struct Source: Sendable {
        package var touch: Int64
        package var account: Int64
        package var enrollment: Int64?
        /// When the last attempt to send it ended, or began; nil when it was never sent.
        package var sentAt: Instant?
        /// Where the link leads; nil for a picture.
        package var url: String?
    }

    /// Nil when there is no such touch, its account was never shown the link, or the person was erased.
    package static func source(touch: Int64, link: String?, _ connection: Connection) throws -> Source? {
        guard
            let row = try connection.first(
                """
                SELECT t.account_id, t.enrollment_id, l.url,
                    (SELECT max(coalesce(a.ended_at, a.began_at)) FROM attempt AS a WHERE a.touch_id = t.id)
                FROM touch AS t JOIN account AS o ON o.id = t.account_id
                LEFT JOIN link AS l ON l.account_id = t.account_id AND l.id = :link
                WHERE t.id = :touch AND o.erased_at IS NULL
                    AND substr(t.recipient, 1, length(CAST(:erased AS TEXT))) <> :erased
                """,
                ["touch": .integer(touch), "link": .optional(link), "erased": .text(ErasureKey.prefix)]),
            link == nil || row[2].text != nil
        else { return nil }
        return Source(
            touch: touch, account: row[0].integer ?? 0, enrollment: row[1].integer, sentAt: row[3].instant,
            url: row[2].text)
    }

    /// Clicks on other links of a touch that are as close as this give a scanner away, which follows all of them.
    private static let burst = TimeSpan(milliseconds: 1_000)

    /// Records that a link was followed, once an hour for each link.
    ///
    /// - Parameter isMachine: whether the request itself looks like a program's.
    package static func click(
        _ source: Source, link: String, isMachine: Bool, at now: Instant, _ connection: Connection
    ) throws {
        let others: [String: SQLValue] = [
            "touch": .integer(source.touch), "link": .text(link), "since": .instant(now - burst),
        ]
        let isBurst =
            try connection.first(
                """
                SELECT 1 FROM outcome WHERE touch_id = :touch AND (kind = 'clicked' OR kind = 'machine_clicked')
                    AND at > :since AND detail ->> 'link' <> :link LIMIT 1
                """, others) != nil
        if isBurst {
            // The click before was the scanner's, too. A person who comes later is counted all the same.
            try connection.execute(
                """
                UPDATE outcome SET kind = 'machine_clicked', dedup = dedup || ':' || id
                WHERE touch_id = :touch AND kind = 'clicked' AND at > :since AND detail ->> 'link' <> :link
                """, others)
        }
        let kind: Outcome.Kind = isMachine || isBurst ? .machineClicked : .clicked
        try record(kind, source, detail: ["link": link, "url": source.url ?? ""], name: link, at: now, connection)
    }

    /// Records that a picture was loaded, once an hour.
    package static func open(
        _ source: Source, isMachine: Bool, at now: Instant, _ connection: Connection
    ) throws {
        try record(isMachine ? .machineOpened : .opened, source, detail: [:], name: "", at: now, connection)
    }

    private static func record(
        _ kind: Outcome.Kind, _ source: Source, detail: [String: String], name: String, at now: Instant,
        _ connection: Connection
    ) throws {
        let hour = now.milliseconds / 3_600_000
        try Outcome(
            kind, account: source.account, enrollment: source.enrollment, touch: source.touch, at: now,
            detail: Outcome.detail(detail), dedup: "\(kind.rawValue):t\(source.touch):\(name):\(hour)"
        ).record(connection)
    }
}

extension Outcome {
    /// Names and values as a JSON object; nil when there are none.
    static func detail(_ values: [String: String]) -> String? {
        if values.isEmpty { return nil }
        let members = values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .text($0.value)) }
        return JSON.object(members).encodedText
    }
}
