package import Playbooks

/// The facts about the database itself, one row each.
package enum Meta: String {
    /// The name of the workspace that it belongs to.
    case workspace
    /// The currency in whose minor units amounts are kept.
    case currency
    /// "1" in a database whose clock may be set freely.
    case simulation
    /// The latest `now` of a cycle, in milliseconds.
    case lastNow = "last_now"
    /// The `now` of the last cycle that looked at the journeys, in milliseconds.
    case stagesAt = "stages_at"
    /// The newest event that there was then.
    case stagesEvent = "stages_event"
    /// The id that `<database>.instance` repeats.
    case instance
    /// How many requests have left; `<database>.sent` lists them.
    case sent
    /// Which database is being copied into this one, as long as that has not come to its end.
    case copying
    /// Why it is not certain that this is the database that sent last, until a person has said what it is.
    case doubt
    /// When a back-up was put back of which nobody knows what had left since, in milliseconds.
    case unsureSince = "unsure_since"
    /// The clocks when something last ran: the wall's, the machine's, and which start of the machine that was.
    case clock
    /// Differences between the answers of channels and the machine's clock of which a person said that the clock is right,
    /// in milliseconds.
    case acceptedDifferences = "accepted_differences"
    /// How often the key of inbox tokens was renewed.
    case inboxGeneration = "inbox_generation"
    /// By which secret erased addresses were hashed, once there are any.
    case erasureKey = "erasure_key"
    /// When retention was last applied, in milliseconds.
    case retainedAt = "retained_at"
    /// The last change that was dropped because of its age.
    case changesDropped = "changes_dropped"
    /// The last event whose digest was made of declared properties alone.
    case declaredDigests = "declared_digests"
    /// What the kinds of events and their properties were when values that had been left out were last read.
    case eventProperties = "event_properties"

    /// By which attribute and country the numbers of contacts were last read.
    case contactNumbers = "contact_numbers"
    /// How many imports of accounts have changed any.
    case accountImports = "account_imports"
    /// How the moments of events were read last, by import, as JSON.
    case eventMoments = "event_moments"
    /// The attributes whose values are not believed for now, as JSON.
    case doubtfulAttributes = "doubtful_attributes"
    /// The metrics of which the last complete day is not believed, as JSON.
    case doubtfulMetrics = "doubtful_metrics"
    /// When the server of the database could not be reached last.
    case outage
    /// Why enrollments stand still, a sentence a line.
    case standingStill = "standing_still"

    package func read(_ connection: Connection) throws -> String? {
        try Self.value(of: rawValue, connection)
    }

    package static func sentCount(_ connection: Connection) throws -> Int64 {
        try sent.read(connection).flatMap { Int64($0) } ?? 0
    }

    /// Adds to the number of requests that have left.
    package static func count(sent: Int, _ connection: Connection) throws {
        guard sent > 0 else { return }
        try self.sent.write(String(sentCount(connection) + Int64(sent)), connection)
    }

    package func delete(_ connection: Connection) throws {
        try connection.execute("DELETE FROM meta WHERE key = :key", ["key": .text(rawValue)])
    }

    package func write(_ value: String, _ connection: Connection) throws {
        try Self.set(rawValue, to: value, connection)
    }

    /// How many imports of accounts have changed any.
    package static func accountImports(_ connection: Connection) throws -> Int64 {
        try accountImports.read(connection).flatMap { Int64($0) } ?? 0
    }

    /// How often the key of inbox tokens was renewed.
    package static func inboxGeneration(_ connection: Connection) throws -> Int {
        try inboxGeneration.read(connection).flatMap { Int($0) } ?? 0
    }

    package static func isSimulation(_ connection: Connection) throws -> Bool {
        try simulation.read(connection) == "1"
    }

    package static func markAsSimulation(_ connection: Connection) throws {
        try simulation.write("1", connection)
    }

    package static func lastNow(_ connection: Connection) throws -> Instant? {
        try lastNow.read(connection).flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
    }

    /// Moves the clock of decisions; it never runs backwards.
    ///
    /// - Throws: `StorageError` when a cycle has already been at a later moment.
    package static func advance(to now: Instant, _ connection: Connection) throws {
        try expect(now, connection)
        try lastNow.write(String(now.milliseconds), connection)
    }

    /// Makes sure that the clock of decisions may stand at a moment.
    ///
    /// - Throws: `StorageError` when a cycle has already been at a later moment.
    package static func expect(_ now: Instant, _ connection: Connection) throws {
        if let last = try lastNow(connection), now < last {
            throw StorageError(
                "the clock would run backwards: a cycle has already been at \(last), and this one is at \(now); check the "
                    + "machine's clock, or give a later --now; when that cycle ran on a wrong clock, see keeptouch clock"
            )
        }
    }

    /// Says whose database this is.
    ///
    /// - Throws: `StorageError` when it belongs to another workspace.
    package static func claim(for name: String, _ connection: Connection) throws {
        guard let owner = try workspace.read(connection) else { return try workspace.write(name, connection) }
        guard owner == name else {
            throw StorageError(
                "the database belongs to the workspace \"\(owner)\", not to \"\(name)\"; point `database:` to another file, "
                    + "or put `workspace: \(owner)` back")
        }
    }

    package static func acceptedDifferences(_ connection: Connection) throws -> [TimeSpan] {
        (try acceptedDifferences.read(connection) ?? "").split(separator: " ").compactMap { Int64($0) }
            .map { TimeSpan(milliseconds: $0) }
    }

    /// Keeps one more; of many the last ones.
    package static func accept(difference: TimeSpan, _ connection: Connection) throws {
        let kept = (try acceptedDifferences(connection) + [difference]).suffix(8)
        try acceptedDifferences.write(kept.map { String($0.milliseconds) }.joined(separator: " "), connection)
    }

    /// A moment that is kept in milliseconds.
    package static func instant(of fact: Meta, _ connection: Connection) throws -> Instant? {
        try fact.read(connection).flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
    }

    static func value(of key: String, _ connection: Connection) throws -> String? {
        try connection.first("SELECT value FROM meta WHERE key = :key", ["key": .text(key)])?[0].text
    }

    static func set(_ key: String, to value: String, _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO meta (key, value) VALUES (:key, :value)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """, ["key": .text(key), "value": .text(value)])
    }
}
