package import Playbooks

/// Takes in the rows of requests by the rules of `keeptouch import`, inside the transactions of a `GroupCommit`.
///
/// Accounts come first, then contacts, metrics and events, so that one request may bring an account and all that belongs
/// to it. Rows whose account is not known yet are kept and taken when it comes. Used only within writes of its store.
package final class Intake: @unchecked Sendable {
    private let store: Store
    private var rules: IntakeRules?
    private var context: ImportContext?
    private var targets: [IncomingRow.Kind: IntakeTarget] = [:]
    /// Whether what is taken had waited.
    private var isWaking = false

    /// - Parameter store: the one that the group commit writes with.
    package init(store: Store) {
        self.store = store
        // A statement's scratch tables are small; files for them would cost more than the statement.
        try? store.session { try $0.pragma("temp_store = MEMORY") }
    }

    /// Stores the good rows and tells of the bad ones.
    ///
    /// - Parameter now: when the request came; the moment of changes that bring no date of their own.
    /// - Throws: `StorageError` or `ImportError`, with nothing taken.
    package func take(
        _ rows: [IncomingRow], aliases: [IncomingAlias] = [], rules: IntakeRules, now: Instant, _ connection: Connection
    ) throws -> IntakeReport {
        do {
            if self.rules !== rules {
                targets = [:]
                try AttributeColumns(rules.dataMap).apply(to: store)
                context = ImportContext(
                    dataMap: rules.dataMap, configuration: rules.configuration, now: now, options: ImportOptions(),
                    isOngoing: true)
                self.rules = rules
            }
            context?.now = now
            var round = IntakeRound(intake: self, connection: connection, now: now)
            let report = try round.take(rows, aliases)
            try wakeChanges(of: Set(rows.lazy.filter { $0.kind == .accounts }.compactMap { $0["key"] }), connection)
            return report
        } catch {
            // Half of a request may be staged; the next one begins afresh.
            self.rules = nil
            throw error
        }
    }

    /// Webhooks of billing systems that waited for these accounts.
    private func wakeChanges(of keys: Set<String>, _ connection: Connection) throws {
        let changes = WaitingChanges(connection)
        guard !isWaking, !keys.isEmpty, let rules, let now = context?.now, try !changes.isEmpty else { return }
        isWaking = true
        defer { isWaking = false }
        let billing = BillingIntake(rules: rules, now: now, connection)
        for (account, rows) in try changes.find(amongAccounts: keys, rules.dataMap) {
            try billing.take(rows, waitingFor: account, by: self)
        }
    }

    /// Takes whatever waited for accounts and contacts that are there by now, however they came; in slices.
    ///
    /// - Throws: `StorageError` or `ImportError`; what was taken by then stays, the rest goes on waiting.
    func wake(rules: IntakeRules, now: Instant) throws {
        isWaking = true
        defer { isWaking = false }
        let (owners, changes) = try store.read { connection in
            (
                try WaitingRows(connection).knownOwners(),
                try WaitingChanges(connection).isEmpty ? [] : WaitingChanges(connection).find(rules.dataMap)
            )
        }
        try store.writeInSlices(count: owners.count) { connection, slice in
            for owner in owners[slice] {
                var rows = try WaitingRows(connection).take([owner])
                // Its call is known since it came, and was not taken.
                for index in rows.indices { rows[index].callID = nil }
                _ = try take(rows, rules: rules, now: now, connection)
            }
        }
        try store.writeInSlices(count: changes.count) { connection, slice in
            let billing = BillingIntake(rules: rules, now: now, connection)
            for (account, rows) in changes[slice] { try billing.take(rows, waitingFor: account, by: self) }
        }
    }

    /// Lets go of what the imports have made on the connection.
    func end() {
        for target in targets.values { target.target.end() }
        targets = [:]
        rules = nil
    }

    /// Made for the first row of its kind.
    func target(of kind: IncomingRow.Kind, _ connection: Connection) throws -> IntakeTarget {
        if let target = targets[kind] { return target }
        guard let context else { throw ImportError("there is no data map") }
        let target = try IntakeTarget(kind, store, connection, context)
        targets[kind] = target
        return target
    }
}

/// The rows of one request on their way in.
private struct IntakeRound {
    let intake: Intake
    let connection: Connection
    let now: Instant
    private var report = IntakeReport()
    /// Accounts of users and accounts themselves, as far as they were asked for.
    private var accountsOfUser: [String: [String]] = [:]
    private var knownAccounts: [String: Bool] = [:]
    private var newAccounts: Set<String> = []
    private var newUsers: Set<String> = []

    init(intake: Intake, connection: Connection, now: Instant) {
        self.intake = intake
        self.connection = connection
        self.now = now
    }

    mutating func take(_ rows: [IncomingRow], _ aliases: [IncomingAlias]) throws -> IntakeReport {
        let waiting = WaitingRows(connection)
        for alias in aliases { try waiting.rename(alias) }
        var byKind: [IncomingRow.Kind: [IncomingRow]] = [:]
        if rows.contains(where: { $0.callID != nil }) { try Webhooks(connection).forgetTokens(at: now) }
        for row in rows where try isNew(row) { byKind[row.kind, default: []].append(row) }
        let mayWake = (byKind[.accounts] != nil || byKind[.contacts] != nil) ? try !waiting.isEmpty : false

        try apply(byKind[.accounts] ?? [], .accounts)
        var woken = mayWake ? try waiting.take(newAccounts.map { "account:\($0)" }) : []
        // Those that name their account say which accounts the others' users have.
        let contacts = (byKind[.contacts] ?? []) + woken.filter { $0.kind == .contacts }
        try apply(contacts.filter(\.namesAccount), .contacts)
        try apply(contacts.filter { !$0.namesAccount }, .contacts)
        if mayWake {
            let ofUsers = try waiting.take(newUsers.map { "user:\($0)" })
            try apply(ofUsers.filter { $0.kind == .contacts }, .contacts)
            woken += ofUsers
        }
        try apply(byKind[.metrics] ?? [], .metrics)
        try apply((byKind[.events] ?? []) + woken.filter { $0.kind == .events }, .events)
        return report
    }

    /// False for a part of a call that was taken before.
    private mutating func isNew(_ row: IncomingRow) throws -> Bool {
        guard let token = row.callToken, try Webhooks(connection).knows(token: token) else { return true }
        report.accepted += 1
        report.unchanged += 1
        return false
    }

    /// A call that is taken, or waits, is known from now on.
    private func remember(callOf row: IncomingRow) throws {
        if let token = row.callToken { try Webhooks(connection).keep(token: token, at: now) }
    }

    private mutating func apply(_ rows: [IncomingRow], _ kind: IncomingRow.Kind) throws {
        if rows.isEmpty { return }
        let target = try intake.target(of: kind, connection)
        try target.target.renew()
        for row in rows {
            if let owner = row.ownerKey, owner.utf8.contains(0) {
                report.rejected.append(
                    rejected(row.pointer, Rejection(.encoding, "account", "holds a NUL"), isWholeRow: true))
                continue
            }
            guard let accounts = try accounts(of: row) else {
                report.waiting += 1
                continue
            }
            for account in accounts { try stage(row, account, target) }
            if target.target.isFull { try target.target.apply() }
        }
        if target.target.staged > 0 { try target.target.apply() }
        report.unchanged += target.target.tally.unchanged
        report.warnings += target.target.remarks
        // What was asked before may be otherwise now.
        accountsOfUser = [:]
        knownAccounts = [:]
    }

    private mutating func stage(_ row: IncomingRow, _ account: String?, _ target: IntakeTarget) throws {
        var left: [IntakeReport.Rejected] = []
        do {
            if row.kind == .metrics { try Self.refusePart(row, isKnown: target.isKnown) }
            try target.stage(row, account: account) { field, rejection in
                left.append(rejected(field.pointer, rejection, isWholeRow: false))
                note(target.target.hint(for: rejection, rejection.value.map { [$0] } ?? [], ofMost: true))
            }
            report.accepted += 1
            try remember(callOf: row)
            remember(row, account)
            for field in row.fields where !target.isKnown(field.column) {
                if report.unknown.count < 20, !report.unknown.contains(field.column) {
                    report.unknown.append(field.column)
                }
            }
        } catch let rejection as Rejection {
            let field = (row.fields + row.properties).first { $0.column == rejection.column }
            left.append(rejected(field?.pointer ?? row.pointer, rejection, isWholeRow: true))
            note(target.target.hint(for: rejection, rejection.value.map { [$0] } ?? [], ofMost: true))
        }
        report.rejected += left
    }

    /// A value of one person, feature or hour would take the place of the account's whole day.
    private static func refusePart(_ row: IncomingRow, isKnown: (String) -> Bool) throws {
        guard let field = row.fields.first(where: { !isKnown($0.column) && MetricParts.names($0.column) }) else {
            return
        }
        throw Rejection(
            .value, field.column,
            "tells a part of the account's day apart, and what is sent is the value of the whole day; send the sum over all "
                + "of them, without \"\(field.column)\"")
    }

    private func rejected(_ pointer: String, _ rejection: Rejection, isWholeRow: Bool) -> IntakeReport.Rejected {
        IntakeReport.Rejected(
            pointer: pointer, detail: rejection.reason, isWholeRow: isWholeRow,
            isUnknown: rejection.kind == .unknownName || rejection.kind == .unknownAccount)
    }

    private mutating func note(_ hint: String?) {
        guard let hint, report.hints.count < 20, !report.hints.contains(hint) else { return }
        report.hints.append(hint)
    }

    private mutating func remember(_ row: IncomingRow, _ account: String?) {
        switch row.kind {
        case .accounts:
            if let key = row["key"] { newAccounts.insert(key) }
        case .contacts:
            if let key = row["key"] { newUsers.insert(key) }
        case .metrics, .events: break
        }
    }

    // MARK: Whose rows they are

    /// The accounts that a row is for; nil when it was put aside to wait. `[nil]` says that the row names its own.
    private mutating func accounts(of row: IncomingRow) throws -> [String?]? {
        switch row.owner {
        case .named: return [nil]
        case .account(let key):
            if try isAccount(key) { return [key] }
            return try wait(row, for: "account:\(key)")
        case .accountOf(let user):
            let accounts = try accounts(ofUser: user)
            if accounts.isEmpty { return try wait(row, for: "user:\(user)") }
            return row.kind == .contacts ? accounts : accounts.first.map { [$0] }
        }
    }

    private mutating func wait(_ row: IncomingRow, for owner: String) throws -> [String?]? {
        if try namesErased(row) {
            report.accepted += 1
            report.unchanged += 1
            try remember(callOf: row)
            return []
        }
        try WaitingRows(connection).add(row, for: owner, at: now)
        try remember(callOf: row)
        return nil
    }

    /// What comes in late of an erased person is not kept.
    private func namesErased(_ row: IncomingRow) throws -> Bool {
        guard try ErasureKey.isNeeded(connection) else { return false }
        let texts = [row.ownerKey] + (row.fields + row.properties).map(\.value)
        return try texts.contains { text in
            guard let text, text.contains("@") else { return false }
            return try ErasureKey.knows(text, connection)
        }
    }

    private mutating func isAccount(_ key: String) throws -> Bool {
        if let isKnown = knownAccounts[key] { return isKnown }
        let spelled = try AccountKeySpelling.key(key, connection)
        let isKnown = try connection.first("SELECT id FROM account WHERE key = :key", ["key": .text(spelled)]) != nil
        knownAccounts[key] = isKnown
        return isKnown
    }

    /// Those that it has not left come first, the newest before the others.
    private mutating func accounts(ofUser user: String) throws -> [String] {
        if let accounts = accountsOfUser[user] { return accounts }
        var accounts: [String] = []
        try connection.forEach(
            """
            SELECT a.key FROM contact c JOIN account a ON a.id = c.account_id WHERE c.key = :user
            ORDER BY CASE c.status WHEN 'active' THEN 0 ELSE 1 END, c.id DESC
            """, ["user": .text(user)]
        ) { accounts.append($0.text(0) ?? "") }
        accountsOfUser[user] = accounts
        return accounts
    }
}
