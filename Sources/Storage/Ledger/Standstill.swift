/// Why running enrollments do not go on that nobody has asked to stop: a pause, or an exclusive playbook.
package struct Standstill {
    private let pauses: Pauses
    /// The exclusive playbook that has an account, by the account's id.
    private var takers: [Int64: String] = [:]

    package init(_ connection: Connection, accounts: ClosedRange<Int64>) throws {
        pauses = try Pauses(connection)
        try connection.forEach(
            """
            SELECT e.account_id, p.name FROM enrollment AS e JOIN playbook AS p ON p.id = e.playbook_id
            WHERE e.account_id BETWEEN :first AND :last AND e.state = 'active' AND e.exclusive = 1
            """, ["first": .integer(accounts.lowerBound), "last": .integer(accounts.upperBound)]
        ) { takers[$0.integer("account_id")] = $0.text("name") }
    }

    package func reason(
        of playbook: String, isService: Bool, isExclusive: Bool, account: Int64
    ) -> String? {
        if let reason = pauses.all { return "everything is paused: \(reason)" }
        if let reason = pauses.reason(for: playbook) { return "\(playbook) is paused: \(reason)" }
        guard !isService, !isExclusive else { return nil }
        return takers[account].map { "the exclusive playbook \($0) has the account" }
    }
}
