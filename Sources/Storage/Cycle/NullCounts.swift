package import Playbooks

/// How many accounts have no value of the attributes that a playbook reads: now, and when it was last matched.
package final class NullCounts {
    /// The count of one attribute at one match.
    package struct Count: Sendable, Equatable {
        package var attribute: String
        /// The newest account that was counted.
        package var lastAccount: Int64
        package var nulls: Int64
    }

    /// Playbooks often ask for the same within one cycle.
    private var known: [String: Count] = [:]
    private var newest: Int64?

    package init() {}

    package func now(_ attribute: String, _ connection: Connection) throws -> Count {
        let last = try newest ?? connection.integer("SELECT coalesce(max(id), 0) FROM account")
        newest = last
        return try count(attribute, upTo: last, connection)
    }

    /// How many more of the accounts that were there at an earlier count have no value now; never below 0.
    package func lost(since earlier: Count, _ connection: Connection) throws -> Int {
        let now = try count(earlier.attribute, upTo: earlier.lastAccount, connection)
        return Int(max(0, now.nulls - earlier.nulls))
    }

    package static func atLastMatch(of playbookID: Int64, _ connection: Connection) throws -> [Count] {
        try connection.query(
            "SELECT attribute, last_account, nulls FROM null_count WHERE playbook_id = :playbook ORDER BY attribute",
            ["playbook": .integer(playbookID)]
        ).map { Count(attribute: $0[0].text ?? "", lastAccount: $0[1].integer ?? 0, nulls: $0[2].integer ?? 0) }
    }

    package static func accounts(upTo last: Int64, _ connection: Connection) throws -> Int {
        Int(try connection.integer("SELECT count(*) FROM account WHERE id <= :last", ["last": .integer(last)]))
    }

    package static func record(_ counts: [Count], of playbookID: Int64, _ connection: Connection) throws {
        for count in counts {
            try connection.execute(
                """
                INSERT INTO null_count (playbook_id, attribute, last_account, nulls)
                VALUES (:playbook, :attribute, :last, :nulls)
                ON CONFLICT (playbook_id, attribute) DO UPDATE SET last_account = excluded.last_account,
                    nulls = excluded.nulls
                """,
                [
                    "playbook": .integer(playbookID), "attribute": .text(count.attribute),
                    "last": .integer(count.lastAccount), "nulls": .integer(count.nulls),
                ])
        }
    }

    private func count(_ attribute: String, upTo last: Int64, _ connection: Connection) throws -> Count {
        let key = "\(attribute) \(last)"
        if let count = known[key] { return count }
        let nulls = try connection.integer(
            "SELECT count(*) FROM account WHERE id <= :last AND \(AttributeColumns.ofAccount(attribute)) IS NULL",
            ["last": .integer(last)])
        let count = Count(attribute: attribute, lastAccount: last, nulls: nulls)
        known[key] = count
        return count
    }
}

extension Playbook {
    /// The attributes of accounts that it reads and that may be empty, in alphabetical order.
    package var nullableAttributes: [String] { doubtableReads.attributes.sorted() }

    /// The part of its reading that may come in empty or otherwise wrong.
    package var doubtableReads: Term.Reads {
        var reads = terms.reduce(into: Term.Reads()) { $0.formUnion($1.reads) }
        reads.attributes.subtract(["key", "status", "created_at"])
        return reads
    }
}
