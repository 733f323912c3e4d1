import Basics
import Crypto
package import Decisions
package import Playbooks

/// Writes the playbooks of the files into `playbook`, `playbook_version` and `experiment`.
///
/// Where nothing may be written, what is not there yet gets ids that no row has.
package final class Registry {
    private let connection: Connection
    private let isReadOnly: Bool
    private var unwritten: Int64 = 0

    package init(_ connection: Connection, isReadOnly: Bool = false) {
        self.connection = connection
        self.isReadOnly = isReadOnly
    }

    private var nextUnwritten: Int64 {
        unwritten -= 1
        return unwritten
    }

    /// Brings one playbook up to date and answers what the database knows of it.
    ///
    /// A playbook that goes live has only later events trigger it; a changed design begins a new period of its experiment.
    ///
    /// - Parameters:
    ///   - files: what else the version was read with, kept when it is first seen.
    ///   - shares: the part of the design that earlier versions of the program wrote down; a period that has no
    ///   more than that goes on with the design.
    package func register(
        _ playbook: Playbook, design: String, shares: String? = nil, files: String? = nil, now: Instant
    ) throws -> RegisteredPlaybook {
        let name: [String: SQLValue] = ["name": .text(playbook.name)]
        var row = try connection.first("SELECT id, state FROM playbook WHERE name = :name", name)
        if isReadOnly { return try preview(playbook, known: row, design: design, shares: shares, now: now) }
        if row == nil {
            try connection.execute("INSERT INTO playbook (name, state) VALUES (:name, 'draft')", name)
            row = try connection.first("SELECT id, state FROM playbook WHERE name = :name", name)
        }
        guard let id = row?[0].integer else { throw StorageError("playbook \"\(playbook.name)\" was not registered") }
        let isNewlyLive = playbook.state == .live && row?[1].text != Playbook.State.live.rawValue
        let versionID = try version(
            of: id, hash: Self.hash(playbook.source), source: playbook.source, files: files, now: now)
        let experimentID = try experiment(
            playbook.experiment, design: design, shares: shares, isDraft: playbook.state == .draft, now: now)
        // A row that stays as it is is not written: `serve` comes by every few seconds.
        try connection.execute(
            """
            UPDATE playbook SET state = :state, version_id = :version, risk = :risk,
                live_since = CASE WHEN :newly_live = 1 THEN :now ELSE coalesce(live_since, :now) END
            WHERE id = :id AND (state <> :state OR version_id IS DISTINCT FROM :version OR live_since IS NULL
                OR risk IS DISTINCT FROM :risk)
            """,
            [
                "id": .integer(id), "state": .text(playbook.state.rawValue), "version": .integer(versionID),
                "newly_live": .integer(isNewlyLive ? 1 : 0), "now": .instant(now), "risk": .optional(playbook.risk),
            ])
        // A campaign that was no longer live when its hour came has not missed it.
        if isNewlyLive, case .at = playbook.trigger {
            try connection.execute("UPDATE playbook SET next_at = NULL WHERE id = :id", ["id": .integer(id)])
        }
        guard let known = try known(id, versionID: versionID, experimentID: experimentID, now: now) else {
            throw StorageError("playbook \"\(playbook.name)\" was not registered")
        }
        return known
    }

    private func known(
        _ id: Int64, versionID: Int64, experimentID: Int64, now: Instant
    ) throws -> RegisteredPlaybook? {
        try connection.first(
            """
            SELECT live_since, event_cursor, next_at, scheduled_since, last_match_at, released_at, let_through, held_at, held_because,
                CASE WHEN held_until > :now THEN held_by_hand END AS held_by_hand
            FROM playbook WHERE id = :id
            """, ["id": .integer(id), "now": .instant(now)]
        ).map { known in
            RegisteredPlaybook(
                id: id, versionID: versionID, experimentID: experimentID,
                liveSince: known["live_since"].instant ?? now, eventCursor: known["event_cursor"].integer ?? 0,
                nextAt: known["next_at"].instant, scheduledSince: known["scheduled_since"].instant,
                lastMatchAt: known["last_match_at"].instant, releasedAt: known["released_at"].instant,
                isLetThrough: known["let_through"].integer == 1,
                heldAt: known["held_at"].instant, heldBecause: known["held_because"].text,
                heldByHand: known["held_by_hand"].text)
        }
    }

    /// The playbook as it would be registered.
    private func preview(
        _ playbook: Playbook, known row: Row?, design: String, shares: String?, now: Instant
    ) throws -> RegisteredPlaybook {
        let experiment = try experiment(playbook.experiment, design: design, shares: shares, now: now)
        guard let id = row?["id"].integer else {
            return RegisteredPlaybook(
                id: nextUnwritten, versionID: nextUnwritten, experimentID: experiment, liveSince: now)
        }
        let versionID = try connection.first(
            "SELECT id FROM playbook_version WHERE playbook_id = :playbook AND hash = :hash",
            ["playbook": .integer(id), "hash": .text(Self.hash(playbook.source))])?["id"].integer
        var registered =
            try known(id, versionID: versionID ?? nextUnwritten, experimentID: experiment, now: now)
            ?? RegisteredPlaybook(id: id, versionID: nextUnwritten, experimentID: experiment, liveSince: now)
        if playbook.state == .live, row?["state"].text != Playbook.State.live.rawValue {
            registered.liveSince = now
            if case .at = playbook.trigger { registered.nextAt = nil }
        }
        return registered
    }

    /// A playbook with the version that a cycle saw last.
    package struct LastSeen: Sendable {
        package var name: String
        package var id: Int64
        package var wasLive: Bool
        package var hash: String
        package var source: String
    }

    package func lastSeen() throws -> [LastSeen] {
        try connection.query(
            """
            SELECT p.name, p.id, p.state, v.hash, v.source FROM playbook AS p
            JOIN playbook_version AS v ON v.id = p.version_id ORDER BY p.name
            """
        ).map { row in
            LastSeen(
                name: row["name"].text ?? "", id: row["id"].integer ?? 0,
                wasLive: row["state"].text == Playbook.State.live.rawValue, hash: row["hash"].text ?? "",
                source: row["source"].text ?? "")
        }
    }

    /// How many active enrollments are pinned to each version of a playbook, the oldest version first.
    package func pinned(
        to playbookID: Int64
    ) throws -> [(hash: String, source: String, files: String?, running: Int)] {
        try connection.query(
            """
            SELECT v.hash, v.source, v.files, e.running FROM playbook_version AS v JOIN (
                SELECT version_id, count(*) AS running FROM enrollment
                WHERE playbook_id = :playbook AND state = 'active' GROUP BY version_id) AS e ON e.version_id = v.id
            ORDER BY v.id
            """, ["playbook": .integer(playbookID)]
        ).map { ($0["hash"].text ?? "", $0["source"].text ?? "", $0["files"].text, Int($0["running"].integer ?? 0)) }
    }

    /// The playbooks that were live when they were last seen.
    package func liveNames() throws -> [String] {
        try connection.query("SELECT name FROM playbook WHERE state = 'live' ORDER BY name").compactMap { $0[0].text }
    }

    /// Marks a playbook whose file has been deleted; should the file come back, it goes live anew.
    package func retire(_ name: String) throws {
        if isReadOnly { return }
        try connection.execute("UPDATE playbook SET state = 'retired' WHERE name = :name", ["name": .text(name)])
    }

    /// The period of an experiment with this design, begun now when the last one had another.
    ///
    /// - Parameter isDraft: a period that nobody has entered takes the design of a draft, which is edited many times.
    package func experiment(
        _ name: String, design: String, shares: String? = nil, isDraft: Bool = false, now: Instant
    ) throws -> Int64 {
        let last = try connection.first(
            "SELECT id, period, design FROM experiment WHERE name = :name ORDER BY period DESC LIMIT 1",
            ["name": .text(name)])
        if let last, let id = last["id"].integer {
            let known = last["design"].text
            if known == design { return id }
            let isOlder = known != nil && known == shares
            if isOlder, isReadOnly { return id }
            if isOlder {
                try connection.execute(
                    "UPDATE experiment SET design = :design WHERE id = :id",
                    ["id": .integer(id), "design": .text(design)])
                return id
            }
            if isDraft, !isReadOnly, try !hasBegun(id) {
                try connection.execute(
                    "UPDATE experiment SET design = :design, started_at = :now WHERE id = :id",
                    ["id": .integer(id), "design": .text(design), "now": .instant(now)])
                return id
            }
        }
        if isReadOnly { return nextUnwritten }
        try connection.execute(
            "INSERT INTO experiment (name, period, design, started_at) VALUES (:name, :period, :design, :now)",
            [
                "name": .text(name), "period": .integer((last?["period"].integer ?? 0) + 1), "design": .text(design),
                "now": .instant(now),
            ])
        return try connection.integer(
            "SELECT max(id) FROM experiment WHERE name = :name", ["name": .text(name)])
    }

    private func hasBegun(_ experiment: Int64) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM assignment WHERE experiment_id = :id LIMIT 1", ["id": .integer(experiment)]) != nil
    }

    /// The stored texts of the versions that running enrollments are pinned to, or those whose goals are watched still,
    /// by version id.
    package func runningVersions(now: Instant) throws -> [(
        playbook: String, playbookID: Int64, versionID: Int64, source: String, files: String?
    )] {
        try connection.query(
            """
            SELECT p.name, p.id, v.id, v.source, v.files FROM playbook_version v JOIN playbook p ON p.id = v.playbook_id
            WHERE EXISTS (SELECT 1 FROM enrollment e WHERE e.playbook_id = p.id AND e.version_id = v.id
                AND (e.state = 'active' OR e.goal_until >= :now))
            ORDER BY p.name, v.id
            """, ["now": .instant(now)]
        ).map { ($0[0].text ?? "", $0[1].integer ?? 0, $0[2].integer ?? 0, $0[3].text ?? "", $0[4].text) }
    }

    /// Whoever left a category of an earlier name has left the one of today.
    package func rename(_ names: [String], to category: String) throws {
        if isReadOnly { return }
        try Suppressions.rename(names, to: category, connection)
    }

    package func schedule(of playbookID: Int64) throws -> String? {
        try connection.first("SELECT schedule FROM playbook WHERE id = :id", ["id": .integer(playbookID)])?[0].text
    }

    package func setSchedule(_ text: String, since: Instant?, nextAt: Instant?, of playbookID: Int64) throws {
        try connection.execute(
            "UPDATE playbook SET schedule = :schedule, scheduled_since = :since, next_at = :next WHERE id = :id",
            [
                "id": .integer(playbookID), "schedule": .text(text), "since": .optional(since?.milliseconds),
                "next": .optional(nextAt?.milliseconds),
            ])
    }

    /// The name of a version: SHA-256 of the text of `playbook.yaml`, in hexadecimal.
    package static func hash(_ source: String) -> String {
        Hexadecimal.text(SHA256.hash(data: Array(source.utf8)))
    }

    private func version(
        of playbookID: Int64, hash: String, source: String, files: String?, now: Instant
    ) throws -> Int64 {
        let key: [String: SQLValue] = ["playbook": .integer(playbookID), "hash": .text(hash)]
        let find = "SELECT id FROM playbook_version WHERE playbook_id = :playbook AND hash = :hash"
        if let id = try connection.first(find, key)?[0].integer { return id }
        try connection.execute(
            """
            INSERT INTO playbook_version (playbook_id, hash, source, files, seen_at)
            VALUES (:playbook, :hash, :source, :files, :now)
            """, key.merging(["source": .text(source), "files": .optional(files), "now": .instant(now)]) { $1 })
        return try connection.integer(find, key)
    }
}

extension SQLValue {
    package var instant: Instant? { integer.map { Instant(milliseconds: $0) } }
}
