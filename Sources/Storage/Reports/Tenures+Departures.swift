package import Playbooks

extension Tenures {
    /// Why accounts left.
    package struct Departures: Sendable, Hashable {
        /// The reason's name; nil when nobody knows.
        package var reason: String?
        /// Whether the account is still there without paying.
        package var isFree: Bool
        /// Whether a risk playbook had matched the account in the 90 days before.
        package var isExpected: Bool
        package var accounts: Int
        /// What they paid, in minor units.
        package var mrr: Int64
    }

    /// How long before the departure a risk counts as a warning, in days.
    package static let warning = 90

    /// The departures behind the first day and up to the last, by reason, and by whether they were expected.
    ///
    /// The reason is the one of the event by which the account left, else what a cancel request of the tenure said.
    ///
    /// - Parameter risks: the playbooks that put accounts at risk.
    package func departures(from first: Day, to last: Day, risks: [String]) throws -> [Departures] {
        struct Key: Hashable {
            var reason: Int32
            var isFree: Bool
            var isExpected: Bool
        }
        let ended = ended(from: first, to: last)
        let expected = try expected(ended, risks)
        var groups: [Key: Departures] = [:]
        for index in ended {
            let stay = tenures[index]
            let key = Key(reason: stay.reason, isFree: stay.isFree, isExpected: expected.contains(index))
            var group =
                groups[key]
                ?? Departures(
                    reason: name(stay.reason), isFree: key.isFree, isExpected: key.isExpected, accounts: 0, mrr: 0)
            group.accounts += 1
            group.mrr += stay.mrr
            groups[key] = group
        }
        func order(_ group: Departures) -> (Int, String, Int, Int) {
            (-group.accounts, group.reason ?? "", group.isFree ? 1 : 0, group.isExpected ? 1 : 0)
        }
        return groups.values.sorted { order($0) < order($1) }
    }

    /// An account that left without a warning.
    package struct Unseen: Sendable, Hashable {
        package var key: String
        package var name: String?
        package var left: Day
        package var reason: String?
        package var mrr: Int64
    }

    /// Of the accounts that left and were not expected to, those that paid most.
    package func unseen(from first: Day, to last: Day, risks: [String], limit: Int) throws -> [Unseen] {
        let ended = ended(from: first, to: last)
        let expected = try expected(ended, risks)
        var found = ended.filter { !expected.contains($0) }.sorted { tenures[$0].mrr > tenures[$1].mrr }
        guard limit > 0, !found.isEmpty else { return [] }
        // Of those that paid the same, the keys decide.
        let least = tenures[found[min(limit, found.count) - 1]].mrr
        found = found.prefix { tenures[$0].mrr >= least }.sorted()
        let ids = found.map { accounts[Int(tenures[$0].account)].id }
        var names: [Int64: (key: String, name: String?)] = [:]
        try AccountRows(connection, ids: ids, ranges: AccountRows.ranges(of: ids)).forEach(
            "SELECT id, key, name FROM account WHERE id BETWEEN :first AND :last ORDER BY id"
        ) { row, _ in names[row.integer("id")] = (row.text("key") ?? "", row.optionalText("name")) }
        return found.map { index in
            let stay = tenures[index]
            let account = names[accounts[Int(stay.account)].id]
            return Unseen(
                key: account?.key ?? "", name: account?.name, left: Day(number: Int(stay.end)),
                reason: name(stay.reason), mrr: stay.mrr)
        }.sorted { (-$0.mrr, $0.key, $0.left) < (-$1.mrr, $1.key, $1.left) }.prefix(limit).map { $0 }
    }

    func name(_ reason: Int32) -> String? { reason < 0 ? nil : reasons.names[Int(reason)] }

    /// The tenures that ended, by their indices.
    private func ended(from first: Day, to last: Day) -> [Int] {
        tenures.indices.filter { index in
            tenures[index].ended.map { $0 > first.number && $0 <= last.number } ?? false
        }
    }

    /// Of some tenures, those that a risk playbook had matched in the days before they ended, or still did.
    func expected(_ ended: [Int], _ risks: [String]) throws -> Set<Int> {
        var expected: Set<Int> = []
        guard !ended.isEmpty, !risks.isEmpty else { return [] }
        var byAccount: [Int64: [Int]] = [:]
        for index in ended { byAccount[accounts[Int(tenures[index].account)].id, default: []].append(index) }
        let ids = byAccount.keys.sorted()
        let list = BoundList("risk", risks)
        try AccountRows(connection, ids: ids, ranges: AccountRows.ranges(of: ids)).forEach(
            """
            SELECT d.account_id, d.at, m.since, m.false_since
            FROM decision AS d JOIN playbook AS p ON p.id = d.playbook_id LEFT JOIN standing AS m
                ON m.playbook_id = d.playbook_id AND m.account_id = d.account_id AND m.match_key = d.match_key
                AND m.match_key = ''
            WHERE d.account_id BETWEEN :first AND :last AND p.name IN (\(list.names)) AND d.verdict <> 'held'
            ORDER BY d.account_id
            """, list.arguments
        ) { row, _ in
            func day(_ moment: Instant) -> Int { zone.day(of: moment).number }
            let matched = day(row.instant("at"))
            let since = row.optionalInstant("since").map(day)
            let until = row.optionalInstant("false_since").map(day)
            for index in byAccount[row.integer("account_id")] ?? [] {
                let end = Int(tenures[index].end)
                let stood = since.map { $0 <= end && (until ?? .max) >= end - Self.warning } ?? false
                if matched <= end, matched >= end - Self.warning || stood { expected.insert(index) }
            }
        }
        return expected
    }
}
