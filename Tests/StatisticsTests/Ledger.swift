import Foundation
import Statistics
import Testing

/// The rows of a CSV file of the vectors.
struct Ledger {
    var rows: [[String: String]]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Vectors/data"))
        let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
        let header = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        rows = lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(header, fields))
        }
    }

    /// The lifetimes of a group, or of all.
    func lifetimes(of group: String? = nil) throws -> [Lifetime] {
        try rows.filter { group == nil || $0["group"] == group }.map { row in
            Lifetime(
                entry: row["entry"].flatMap(Double.init), duration: try #require(row["duration"].flatMap(Double.init)),
                left: row["event"] == "1")
        }
    }

    func table(of group: String? = nil) throws -> RiskTable { RiskTable(try lifetimes(of: group)) }
}
