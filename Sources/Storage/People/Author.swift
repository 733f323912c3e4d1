import Decisions
package import Playbooks

/// Who changes something, and from where: a move of an author is done and written into the audit log at once.
package struct Author: Sendable {
    /// Empty for the runner.
    package var who: String
    package var origin: Audit.Origin
    /// Process time.
    package var at: Instant

    package init(_ who: String = "", from origin: Audit.Origin, at: Instant) {
        self.who = who
        self.origin = origin
        self.at = at
    }

    /// Writes down what was done, in the words of the command that does it.
    package func did(
        _ action: String, _ object: String, because reason: String? = nil, from old: String? = nil,
        to new: String? = nil, _ connection: Connection
    ) throws {
        try Audit(at: at, who: who, origin: origin, action: action, object: object, reason: reason, old: old, new: new)
            .write(connection)
    }

    /// Writes down what was not done, and why.
    package func wasRefused(_ action: String, _ object: String, because reason: String, _ connection: Connection) throws
    {
        try Audit(at: at, who: who, origin: origin, action: action, object: object, reason: reason, isDone: false)
            .write(connection)
    }

    /// - Parameter scope: `all`, `playbook:NAME` or `channel:NAME`.
    package func pause(_ scope: String, because reason: String, _ connection: Connection) throws {
        try Pauses.set(scope, reason: reason, at: at, connection)
        try did("pause", scope, because: reason, from: "going", to: "paused", connection)
    }

    /// Pauses what is not paused by anybody else: another reason stays. False when it was.
    @discardableResult
    package func pauseIfGoing(_ scope: String, because reason: String, _ connection: Connection) throws -> Bool {
        guard try !Pauses(connection).isSet(scope) else { return false }
        try pause(scope, because: reason, connection)
        return true
    }

    /// False when nothing of that scope was paused.
    package func resume(_ scope: String, because reason: String?, _ connection: Connection) throws -> Bool {
        let old = try StatusQuery(connection).pauses().first { $0.scope == scope }?.reason
        guard try Pauses.clear(scope, connection) else { return false }
        try did("resume", scope, because: reason, from: old.map { "paused: \($0)" }, to: "going", connection)
        return true
    }

    /// - Parameter reads: what the playbook reads.
    package func release(
        _ playbook: String, reading reads: Term.Reads, because reason: String? = nil, now: Instant,
        _ connection: Connection
    ) throws -> Release {
        let old = try StatusQuery(connection).known(playbook, now: now)?.heldBecause
        let release = try Release(of: playbook, reading: reads, at: now, connection)
        if release.isDone {
            try did(
                "release", playbook, because: reason, from: old ?? "asks before its first run",
                to: release.sentence(of: playbook), connection)
        }
        return release
    }

    /// - Throws: `StorageError` when there is no such touch, or its state leaves nothing to settle.
    package func resolve(
        _ touch: Int64, as verdict: Ledger.Resolution, because reason: String? = nil, now: Instant,
        _ connection: Connection
    ) throws {
        let old = try TouchDetail(touch, connection)?.state.rawValue
        try Ledger(connection).resolve(touch, as: verdict, now: now)
        try did("resolve", "touch \(touch)", because: reason, from: old, to: verdict.rawValue, connection)
    }

    /// - Parameter category: nil for everything.
    package func suppress(
        _ address: String, from category: String?, because reason: String, now: Instant, _ connection: Connection
    ) throws {
        try Suppressions.add(
            address, category: category, reason: Suppressions.byHand(reason), at: now, connection)
        try did("suppress", address, because: reason, to: category ?? "everything", connection)
    }

    /// False when the address was not suppressed.
    package func unsuppress(_ address: String, from category: String?, _ connection: Connection) throws -> Bool {
        guard try Suppressions.remove(address, category: category, connection) else { return false }
        try did("unsuppress", address, to: category.flatMap { $0.isEmpty ? nil : $0 } ?? "everything", connection)
        return true
    }
}
