import Decisions
package import Playbooks

/// What is going on, counted for `status`.
package struct StatusQuery {
    let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Whether somebody must say what database this is.
    package func isDoubtful() throws -> Bool { try Doubt(connection) != nil }

    package struct OfPlaybook: Sendable {
        package var id: Int64
        package var name: String
        package var state: Playbook.State
        package var active: Int
        package var ended: Int
        package var goals: Int
        package var holdout: Int
        package var open: Int
        package var sent: Int
        package var heldBecause: String?
        package var paused: (because: String, since: Instant)?
        package var lastMatchAt: Instant?
        package var nextAt: Occurrence?

        package var standing: Standing { Standing(state, isHeld: heldBecause != nil, isPaused: paused != nil) }
    }

    /// What a playbook does at present, in one word: the state of its file, unless somebody or something stops it.
    package enum Standing: String, Sendable, CaseIterable {
        case live, paused, held, draft, retired

        package init(_ state: Playbook.State, isHeld: Bool, isPaused: Bool) {
            self =
                if isPaused { .paused } else if isHeld { .held } else {
                    switch state {
                    case .draft: .draft
                    case .live: .live
                    case .retired: .retired
                    }
                }
        }
    }

    /// A moment of a schedule; where it is `local`, the wall-clock time that each contact's clock shows, read as UTC.
    package struct Occurrence: Sendable, Hashable {
        package var at: Instant
        package var isLocal: Bool

        /// As `schedule` in the table of playbooks holds it.
        init(_ at: Instant, schedule: String?) {
            self.at = at
            isLocal = schedule?.hasSuffix(" local") == true
        }

        /// Whether it is over everywhere; a clock in the far west shows it half a day after UTC.
        func isOver(by now: Instant) -> Bool { now - at > (isLocal ? .hours(12) : .hours(0)) }

        /// For people, on the clock of a zone unless it is local: `2026-03-08 10:00 local`.
        package func text(in zone: Zone) -> String { isLocal ? "\(at.text(in: .utc)) local" : at.text(in: zone) }
    }

    /// Why a playbook is held at `:now`, by a person or by a safety rule.
    static let heldBecause = "CASE WHEN held_until > :now THEN held_by_hand ELSE held_because END"

    /// With what others have counted of each, by its id.
    package func playbooks(now: Instant, _ counts: [Int64: PlaybookCounts]) throws -> [OfPlaybook] {
        let pauses = try self.pauses()
        return try connection.query(
            """
            SELECT id, name, state, \(Self.heldBecause) AS held_because,
                last_match_at, next_at, schedule
            FROM playbook ORDER BY name
            """, ["now": .instant(now)]
        ).map { row in
            let pause = pauses.first { $0.scope == "playbook:\(row["name"].text ?? "")" }
            let id = row["id"].integer ?? 0
            let found = counts[id] ?? PlaybookCounts()
            return OfPlaybook(
                id: id, name: row["name"].text ?? "", state: try row["state"].word(), active: found.active,
                ended: found.entered - found.active, goals: found.goals, holdout: found.heldOut,
                open: found.touches(TouchState.allCases.filter { !$0.isSettled }), sent: found.touches([.sent]),
                heldBecause: row["held_because"].text, paused: pause.map { ($0.reason, $0.at) },
                lastMatchAt: row["last_match_at"].instant, nextAt: pause == nil ? Self.next(row, after: now) : nil)
        }
    }

    /// When a playbook comes round next; nil for one that is not live, whose last plans are no plans any more, and where an
    /// occurrence that is over keeps its turn or no cycle has looked since.
    private static func next(_ row: Row, after now: Instant) -> Occurrence? {
        guard row["state"].text == Playbook.State.live.rawValue else { return nil }
        return row["next_at"].instant.map { Occurrence($0, schedule: row["schedule"].text) }
            .flatMap { $0.isOver(by: now) ? nil : $0 }
    }

    /// With the counts that are kept.
    package func playbooks(now: Instant) throws -> [OfPlaybook] {
        try playbooks(now: now, PlaybookCounts.all(since: now, connection))
    }

    /// Active enrollments that stand at one step of one version.
    package struct Place: Sendable {
        package var playbook: String
        /// The text of the version that they walk.
        package var source: String
        package var variant: String?
        package var step: Int
        package var count: Int
    }

    package func places() throws -> [Place] {
        try connection.query(
            """
            SELECT p.name, v.source, f.name AS variant, f.slot AS step, f.count
            FROM flow_count AS f JOIN playbook AS p ON p.id = f.owner JOIN playbook_version AS v ON v.id = f.version_id
            WHERE f.what = 'here' ORDER BY p.name, f.slot, v.id, f.name
            """
        ).map { row in
            Place(
                playbook: row["name"].text ?? "", source: row["source"].text ?? "",
                variant: row["variant"].text.flatMap { $0.isEmpty ? nil : $0 },
                step: Int(row["step"].integer ?? 0), count: Int(row["count"].integer ?? 0))
        }
    }

    package struct Totals: Sendable {
        package var accounts: Int
        package var contacts: Int
        package var events: Int
        package var suppressed: Int
    }

    package func totals() throws -> Totals {
        let kept = FlowCounts(connection)
        // What is left of an erased account is no account.
        let erased = try connection.integer("SELECT count(*) FROM account WHERE erased_at IS NOT NULL")
        return Totals(
            accounts: Int(try kept.sum(.account) - erased), contacts: Int(try kept.sum(.contact)),
            events: Int(try kept.sum(.event)), suppressed: Int(try kept.sum(.suppression)))
    }

    /// Scope, reason and moment of what is paused.
    package func pauses() throws -> [(scope: String, reason: String, at: Instant)] {
        try connection.query("SELECT scope, reason, at FROM pause ORDER BY scope").map {
            ($0[0].text ?? "", $0[1].text ?? "", $0[2].instant ?? Instant(milliseconds: 0))
        }
    }

    /// How many occurrences of campaigns were missed.
    package func missedCount() throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM occurrence WHERE state = 'missed'"))
    }

    /// The occurrences of campaigns that were missed, the newest first.
    ///
    /// - Returns: with why, where they were held; nil where nothing ran.
    package func missed(limit: Int = 5) throws -> [(playbook: String, at: Occurrence, reason: String?)] {
        try connection.query(
            """
            SELECT p.name, o.at, p.schedule, o.reason FROM occurrence AS o JOIN playbook AS p ON p.id = o.playbook_id
            WHERE o.state = 'missed' ORDER BY o.at DESC, p.name LIMIT :limit
            """, ["limit": .integer(Int64(limit))]
        ).map {
            (
                $0["name"].text ?? "",
                Occurrence($0["at"].instant ?? Instant(milliseconds: 0), schedule: $0["schedule"].text),
                $0["reason"].text
            )
        }
    }

    package func lastCycle() throws -> (now: Instant, state: CycleState)? {
        try connection.first("SELECT now, state FROM cycle ORDER BY id DESC LIMIT 1").map {
            ($0["now"].instant ?? Instant(milliseconds: 0), try $0["state"].word())
        }
    }
}
