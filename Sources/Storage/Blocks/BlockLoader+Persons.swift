package import Decisions
import Playbooks

extension BlockLoader {
    /// Says which addresses of the block other accounts have, too, and which account has each for an occurrence.
    ///
    /// - Parameter playbooks: those that each person gets once.
    package func load(_ persons: SharedRecipients, of block: Block, playbooks: [Int64]) throws {
        var shared: Set<String> = []
        // Whom text messages reach has the number in common.
        let columns = context.dataMap.sms == nil ? ["address"] : ["address", "phone"]
        let rows = AccountRows(connection, ids: block.ids, ranges: AccountRows.ranges(of: block.ids))
        for column in columns {
            var found: Set<String> = []
            try rows.forEach(
                """
                SELECT c.account_id, c.\(column) FROM contact c
                WHERE c.account_id BETWEEN :first AND :last AND c.\(column) IS NOT NULL AND EXISTS (
                    SELECT 1 FROM contact o WHERE o.\(column) = c.\(column) AND o.account_id <> c.account_id)
                ORDER BY c.account_id
                """
            ) { row, _ in if let address = row.text(1) { found.insert(address) } }
            for address in found {
                for playbook in playbooks { try load(persons, address, in: column, playbook) }
            }
            shared.formUnion(found)
        }
        persons.shared = shared
    }

    /// Enrollments older than that belong to occurrences that are over.
    private static let reach = TimeSpan.days(60)

    /// An enrollment has the addresses that its touches go to; one without touches has those of its account. One that has
    /// ended before anything left for an address gives it up, unless it was held out.
    private func load(
        _ persons: SharedRecipients, _ address: String, in column: String, _ playbook: Int64
    ) throws {
        try connection.forEach(
            """
            SELECT e.match_key, a.key, CASE WHEN e.arm = 'treated' THEN 0 ELSE 1 END AS held_out,
                CASE WHEN EXISTS (
                    SELECT 1 FROM touch t WHERE t.enrollment_id = e.id AND t.recipient = :address
                        AND (t.state IN ('sending', 'sent', 'unknown', 'rejected', 'ghost') OR t.ambiguous = 1))
                THEN 1 ELSE 0 END AS certain
            FROM contact o
            JOIN enrollment e ON e.account_id = o.account_id AND e.playbook_id = :playbook AND e.entered_at > :since
            JOIN account a ON a.id = e.account_id
            WHERE o.\(column) = :address AND (
                EXISTS (SELECT 1 FROM touch t WHERE t.enrollment_id = e.id AND t.recipient = :address
                    AND (e.state = 'active' OR e.arm <> 'treated' OR t.ambiguous = 1
                        OR t.state NOT IN ('cancelled', 'suppressed', 'expired', 'capped')))
                OR (e.state = 'active' OR e.arm <> 'treated')
                    AND NOT EXISTS (SELECT 1 FROM touch t WHERE t.enrollment_id = e.id))
            ORDER BY e.id
            """,
            [
                "playbook": .integer(playbook), "address": .text(address),
                "since": .instant(context.now - Self.reach),
            ]
        ) { row in
            let isHeldOut = row.integer(2) == 1
            let owner = SharedRecipients.Owner(
                address, row.text(1) ?? "", isHeldOut: isHeldOut, isCertain: isHeldOut || row.integer(3) == 1)
            persons.take(owner, playbook: playbook, match: row.text(0) ?? "")
        }
    }
}
