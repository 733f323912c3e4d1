import Basics
import Crypto
import Playbooks

/// How many accounts have which value of an attribute, as far as its most frequent values go.
///
/// Values are kept as digests: nobody has to read them, and erasure need not look for them.
package struct ValueCensus: Sendable, Equatable {
    /// The share of the accounts, 0 to 1, by the digest of the value.
    package private(set) var shares: [String: Double]

    private static let most = 100

    package init(shares: [String: Double]) {
        self.shares = shares
    }

    /// - Parameter last: the newest account that counts.
    package static func now(_ attribute: String, upTo last: Int64, _ connection: Connection) throws -> ValueCensus {
        let column = AttributeColumns.ofAccount(attribute)
        let all = try NullCounts.accounts(upTo: last, connection)
        guard all > 0 else { return ValueCensus(shares: [:]) }
        let rows = try connection.query(
            """
            SELECT CAST(\(column) AS TEXT) AS value, count(*) AS accounts FROM account
            WHERE id <= :last AND \(column) IS NOT NULL
            GROUP BY \(column) ORDER BY accounts DESC, value LIMIT \(most)
            """, ["last": .integer(last)])
        let shares = rows.map { row in
            let digest = SHA256.hash(data: Array((row["value"].text ?? "").utf8))
            return (Hexadecimal.text(digest.prefix(8)), Double(row["accounts"].integer ?? 0) / Double(all))
        }
        return ValueCensus(shares: Dictionary(shares) { first, _ in first })
    }

    /// By attribute, as they were last believed.
    package static func believed(_ connection: Connection) throws -> [String: ValueCensus] {
        var all: [String: ValueCensus] = [:]
        for row in try connection.query("SELECT attribute, value, share FROM value_census") {
            all[row["attribute"].text ?? "", default: ValueCensus(shares: [:])].shares[row["value"].text ?? ""] =
                row["share"].real
        }
        return all
    }

    package func record(_ attribute: String, _ connection: Connection) throws {
        try Self.forget(attribute, connection)
        for (value, share) in shares {
            try connection.execute(
                "INSERT INTO value_census (attribute, value, share) VALUES (:attribute, :value, :share)",
                ["attribute": .text(attribute), "value": .text(value), "share": .real(share)])
        }
    }

    static func forget(_ attribute: String, _ connection: Connection) throws {
        try connection.execute(
            "DELETE FROM value_census WHERE attribute = :attribute", ["attribute": .text(attribute)])
    }

    /// The share of the accounts that have another value than before, at least: the total variation distance, with the
    /// values that are not among the most frequent as one.
    package func shift(since earlier: ValueCensus) -> Double {
        let rest = { (census: ValueCensus) in max(0, 1 - census.shares.values.reduce(0, +)) }
        let gains = shares.map { value, share in max(0, share - (earlier.shares[value] ?? 0)) }
        return gains.reduce(0, +) + max(0, rest(self) - rest(earlier))
    }

    /// How much the share of the most frequent value has grown.
    package func rise(since earlier: ValueCensus) -> (share: Double, by: Double) {
        guard let (value, share) = shares.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return (0, 0) }
        return (share, share - (earlier.shares[value] ?? 0))
    }
}
