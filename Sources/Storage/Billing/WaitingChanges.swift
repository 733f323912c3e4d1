import Foundation
package import Playbooks

/// Webhooks of billing systems that came before the account that they mean, kept until it is there.
///
/// They lie among the rows that wait, once for each name that their account may go by: its key, or an id that one of its
/// attributes holds.
package struct WaitingChanges {
    /// A webhook and its provider.
    struct Change: Codable {
        var provider: String
        var change: BillingChange
        var receivedAt: Instant
    }

    /// How long one waits for an account that never comes.
    static let longest = TimeSpan.days(90)
    private static let prefix = "billing:"
    /// The first text behind all that begin with the prefix.
    private static let end = "billing;"

    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// False when nothing waits, as mostly.
    var isEmpty: Bool {
        get throws {
            try connection.first(
                "SELECT id FROM waiting_row WHERE waits_for >= :first AND waits_for < :end LIMIT 1", Self.all) == nil
        }
    }

    func add(_ change: BillingChange, from provider: BillingProvider, at now: Instant) throws {
        let waiting = Change(provider: provider.rawValue, change: change, receivedAt: now)
        let row = String(decoding: try JSONEncoder().encode(waiting), as: UTF8.self)
        let names = Set(change.names(by: provider))
        guard try !isWaiting(waiting, under: names) else { return }
        let rows = WaitingRows(connection)
        for name in names { try rows.add(row, for: Self.owner(name), at: now) }
        try connection.execute(
            """
            DELETE FROM waiting_row WHERE id IN (SELECT id FROM waiting_row ORDER BY id LIMIT 100)
                AND waits_for >= :first AND waits_for < :end AND received_at < :old
            """,
            Self.all.merging(["old": .instant(now - Self.longest)]) { $1 })
    }

    /// Whether the provider has told it before.
    private func isWaiting(_ change: Change, under names: Set<BillingChange.Name>) throws -> Bool {
        guard let name = names.min(by: { ($0.attribute, $0.value) < ($1.attribute, $1.value) }) else { return false }
        return try connection.query(
            "SELECT row FROM waiting_row WHERE waits_for = :owner", ["owner": .text(Self.owner(name))]
        ).contains { row in
            let other = row[0].text.flatMap(Self.read)
            return other?.provider == change.provider && other?.change.id == change.change.id
        }
    }

    /// What can be told to an account by now, by the account's key, in the order of the provider's moments.
    ///
    /// - Parameter keys: looks at these accounts only.
    func find(amongAccounts keys: Set<String>? = nil, _ dataMap: DataMap) throws -> [(account: String, rows: [String])]
    {
        var accounts: [String: [BillingChange.Name: String]] = [:]
        for attribute in Self.attributes where attribute == "key" || dataMap.isText(attribute) {
            let column = attribute == "key" ? "key" : AttributeColumns.ofAccount(attribute)
            let owner = Self.owner(attribute)
            let list = keys.map { BoundList("key", $0) }
            try connection.forEach(
                """
                SELECT a.key, a.\(column), w.row FROM account a
                    -- Said twice, so that either table can be looked up by the other.
                    JOIN waiting_row w ON w.waits_for = :owner || a.\(column)
                        AND a.\(column) = substr(w.waits_for, :behind)
                WHERE w.waits_for >= :owner AND w.waits_for < :end
                    \(list.map { "AND a.key IN (\($0.names))" } ?? "")
                ORDER BY a.id DESC
                """,
                (list?.arguments ?? [:]).merging([
                    "owner": .text(owner), "behind": .integer(Int64(owner.count + 1)),
                    "end": .text("\(owner.dropLast());"),
                ]) { $1 }
            ) { row in
                guard let key = row.text(0), let value = row.text(1), let text = row.text(2) else { return }
                // Of several accounts the first one counts.
                accounts[text, default: [:]][BillingChange.Name(attribute: attribute, value: value)] = key
            }
        }
        var found: [String: [(row: String, at: Instant, id: String)]] = [:]
        for (row, names) in accounts {
            guard let waiting = Self.read(row), let provider = BillingProvider(rawValue: waiting.provider),
                let account = waiting.change.names(by: provider).lazy.compactMap({ names[$0] }).first
            else { continue }
            let at = waiting.change.toldAt ?? waiting.change.at ?? waiting.receivedAt
            found[account, default: []].append((row, at, waiting.change.id))
        }
        return found.sorted { $0.key < $1.key }.map { account, rows in
            (account, rows.sorted { ($0.at, $0.id) < ($1.at, $1.id) }.map(\.row))
        }
    }

    /// Takes one out under all its names; nil when it is not there any more.
    func take(_ row: String) throws -> Change? {
        guard let waiting = Self.read(row), let provider = BillingProvider(rawValue: waiting.provider) else {
            return nil
        }
        var count = 0
        for name in Set(waiting.change.names(by: provider)) {
            count += try connection.execute(
                "DELETE FROM waiting_row WHERE waits_for = :owner AND row = :row",
                ["owner": .text(Self.owner(name)), "row": .text(row)])
        }
        return count > 0 ? waiting : nil
    }

    /// How many wait, and the last of them.
    package func census() throws -> (count: Int, at: Instant, provider: String, reason: String)? {
        let count = try connection.integer(
            "SELECT count(DISTINCT row) FROM waiting_row WHERE waits_for >= :first AND waits_for < :end", Self.all)
        let last = try connection.first(
            """
            SELECT row FROM waiting_row WHERE waits_for >= :first AND waits_for < :end ORDER BY id DESC LIMIT 1
            """, Self.all)?[0].text
        guard let waiting = last.flatMap(Self.read), let provider = BillingProvider(rawValue: waiting.provider) else {
            return nil
        }
        return (Int(count), waiting.receivedAt, waiting.provider, Self.reason(waiting.change, provider))
    }

    static func reason(_ change: BillingChange, _ provider: BillingProvider) -> String {
        let name = provider.rawValue
        let keeping = "keep the id in an attribute \(name)_customer, or the account's key in its metadata"
        if let key = change.accountKeys.first { return "there is no account with the key \"\(key)\" yet" }
        guard let customer = change.customer else {
            return "no account has its subscription \(change.subscription ?? "?"); keep the id in an attribute "
                + "\(name)_subscription, or the account's key in its metadata"
        }
        return "no account has its customer \(customer); \(keeping)"
    }

    private static var all: [String: SQLValue] { ["first": .text(prefix), "end": .text(end)] }

    private static let attributes =
        ["key"] + BillingProvider.allCases.flatMap { ["\($0.rawValue)_customer", "\($0.rawValue)_subscription"] }

    private static func owner(_ attribute: String) -> String { "\(prefix)\(attribute):" }

    private static func owner(_ name: BillingChange.Name) -> String { owner(name.attribute) + name.value }

    private static func read(_ row: String) -> Change? {
        try? JSONDecoder().decode(Change.self, from: Data(row.utf8))
    }
}

extension DataMap {
    /// Whether accounts have such an attribute, and it is a text.
    func isText(_ attribute: String) -> Bool { attributes.contains { $0.name == attribute && $0.type == .text } }
}
