package import Playbooks

/// One pass over what is older than the workspace keeps it, in slices of at most 50 ms.
///
/// A pass looks at rows in the order of their ids, takes the write lock only where there is something to do, and can be
/// left and taken up again. What it empties or deletes is gone for good.
package struct RetentionSweep {
    /// How many rows lost something.
    package private(set) var touches = 0
    package private(set) var events = 0

    private let rules: Configuration.Retention
    private let now: Instant
    /// Whether anything but the ledger of changes is looked through.
    private let isWhole: Bool
    private var stage: Stage? = .changes
    private var after: Int64 = 0
    private var pace = Store.freshPace

    private enum Stage {
        case changes, touches, webhooks, waitingRows, events

        var next: Stage? {
            switch self {
            case .changes: .touches
            case .touches: .webhooks
            case .webhooks: .waitingRows
            case .waitingRows: .events
            case .events: nil
            }
        }
    }

    /// How long after the end of one pass the next one begins.
    private static let interval = TimeSpan.hours(20)
    /// Events that tell of an account's life and not of a person's; reports count them for ever.
    private static let lasting = ["churned", "reactivated", "cancel_requested", "cancel_withdrawn"]

    /// Nil when nothing is to be kept short, or a pass has just been done; the ledger of changes is always looked at.
    package init?(_ rules: Configuration.Retention, store: Store, now: Instant) throws {
        let last = try store.read { try Meta.instant(of: .retainedAt, $0) }
        let isRecent = last.map { now - $0 < Self.interval } ?? false
        isWhole = !isRecent && (rules.variables != nil || rules.events != nil)
        self.rules = rules
        self.now = now
        guard try isWhole || hasOldChanges(store) else { return nil }
    }

    /// Goes on for about as long as it may; true when the pass is over.
    package mutating func advance(on store: Store, for span: Duration, clock: ContinuousClock = .init()) throws -> Bool
    {
        let deadline = clock.now + span
        try store.session { connection in
            while let stage {
                let isOver =
                    switch stage {
                    case .changes: try sweepChanges(store, connection, clock)
                    case .touches: try sweepTouches(store, connection, clock)
                    case .webhooks: try sweepReceived("webhook", store, connection, clock)
                    case .waitingRows: try sweepReceived("waiting_row", store, connection, clock)
                    case .events: try sweepEvents(store, connection, clock)
                    }
                if isOver { (self.stage, after, pace) = (isWhole ? stage.next : nil, 0, Store.freshPace) }
                if clock.now >= deadline { break }
            }
            if stage == nil, isWhole {
                let end = String(now.milliseconds)
                try store.write(on: connection) { try Meta.retainedAt.write(end, $0) }
            }
        }
        return stage == nil
    }

    /// The ledger of changes is for those who follow; the facts stay where they are.
    private mutating func sweepChanges(_ store: Store, _ connection: Connection, _ clock: ContinuousClock) throws
        -> Bool
    {
        guard try hasOldChanges(store) else { return true }
        let began = clock.now
        let size = min(pace.size, 5_000)
        let dropped = try store.write(on: connection) { try ChangeFeed($0).drop(before: changesSince, most: size) }
        pace.took(began.duration(to: clock.now), for: size)
        return dropped == 0
    }

    private var changesSince: Instant { now - (rules.changes ?? ChangeFeed.standardMemory) }

    private func hasOldChanges(_ store: Store) throws -> Bool {
        try store.read { connection in
            let oldest = try connection.first("SELECT at FROM change ORDER BY id LIMIT 1")?["at"].instant
            return oldest.map { $0 < changesSince } ?? false
        }
    }

    private mutating func sweepTouches(_ store: Store, _ connection: Connection, _ clock: ContinuousClock) throws
        -> Bool
    {
        guard let span = rules.variables else { return true }
        let isOld = "settled_at < :limit AND (variables <> '{}' OR provider_id IS NOT NULL OR error IS NOT NULL)"
        guard let ids = try slice("touch", where: isOld, span, store) else { return true }
        let began = clock.now
        touches += try store.write(on: connection) { connection in
            let arguments = arguments(ids, span)
            try connection.execute(
                """
                UPDATE attempt SET detail = NULL WHERE detail IS NOT NULL AND touch_id IN (
                    SELECT id FROM touch WHERE id BETWEEN :first AND :last AND \(isOld))
                """, arguments)
            try connection.execute(
                """
                UPDATE outcome SET detail = NULL WHERE detail IS NOT NULL AND touch_id IN (
                    SELECT id FROM touch WHERE id BETWEEN :first AND :last AND \(isOld))
                """, arguments)
            try connection.execute(
                """
                DELETE FROM inbox WHERE (account_id, contact_id, touch_id) IN (
                    SELECT account_id, contact_id, id FROM touch WHERE id BETWEEN :first AND :last AND \(isOld))
                """, arguments)
            return try connection.execute(
                """
                UPDATE touch SET variables = '{}', provider_id = NULL, error = NULL
                WHERE id BETWEEN :first AND :last AND \(isOld)
                """, arguments)
        }
        pace.took(began.duration(to: clock.now), for: ids.count)
        return false
    }

    /// What came in and belonged to nothing.
    private mutating func sweepReceived(
        _ table: String, _ store: Store, _ connection: Connection, _ clock: ContinuousClock
    ) throws -> Bool {
        guard let span = rules.variables,
            let ids = try slice(table, where: "received_at < :limit", span, store)
        else { return true }
        let began = clock.now
        try store.write(on: connection) { connection in
            _ = try connection.execute(
                "DELETE FROM \(table) WHERE id BETWEEN :first AND :last AND received_at < :limit", arguments(ids, span))
        }
        pace.took(began.duration(to: clock.now), for: ids.count)
        return false
    }

    private mutating func sweepEvents(_ store: Store, _ connection: Connection, _ clock: ContinuousClock) throws -> Bool
    {
        guard let span = rules.events else { return true }
        let lasting = Self.lasting.map { "'\($0)'" }.joined(separator: ", ")
        let isOld = "at < :limit AND kind_id NOT IN (SELECT id FROM event_kind WHERE name IN (\(lasting)))"
        guard let ids = try slice("event", where: isOld, span, store) else { return true }
        let began = clock.now
        events += try store.write(on: connection) { connection in
            // An enrollment that is under way may still write to the contact of its event.
            try connection.execute(
                """
                DELETE FROM event WHERE id BETWEEN :first AND :last AND \(isOld)
                    AND NOT EXISTS (
                        SELECT 1 FROM enrollment AS e
                        WHERE e.account_id = event.account_id AND e.event_id = event.id AND e.state = 'active')
                """, arguments(ids, span))
        }
        pace.took(began.duration(to: clock.now), for: ids.count)
        return false
    }

    /// The next ids, from the first that is old; nil when none is.
    private mutating func slice(
        _ table: String, where isOld: String, _ span: TimeSpan, _ store: Store
    ) throws -> ClosedRange<Int64>? {
        let first = try store.read { connection in
            try connection.first(
                "SELECT id FROM \(table) WHERE id > :first AND \(isOld) ORDER BY id LIMIT 1",
                arguments(after...after, span))?[0].integer
        }
        guard let first else { return nil }
        let last = first + Int64(min(pace.size, 5_000)) - 1
        after = last
        return first...last
    }

    private func arguments(_ ids: ClosedRange<Int64>, _ span: TimeSpan) -> [String: SQLValue] {
        ["first": .integer(ids.lowerBound), "last": .integer(ids.upperBound), "limit": .instant(now - span)]
    }
}
