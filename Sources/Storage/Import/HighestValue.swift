import Foundation
import Playbooks

/// The highest value of one column, by which the next pull of a source begins.
///
/// Numbers are compared as numbers, everything else as text, so that ISO 8601 times are in their order.
struct HighestValue {
    let column: String
    private(set) var value: String?
    private let index: Int?
    private let name: [UInt8]
    /// Whether the values begin with a letter, as in `evt_17`.
    private let isWord: Bool

    /// - Parameter header: the columns of the source; nil where every row names its own.
    init(_ since: DataSource.Since, in header: [String]?, source: String) throws {
        column = since.column
        isWord = Self.isWord(since.first)
        name = Array(column.utf8)
        guard let header else {
            index = nil
            return
        }
        let simple = ColumnMap.simplified(column)
        guard
            let found = header.firstIndex(of: column)
                ?? header.firstIndex(where: { ColumnMap.simplified($0) == simple })
        else {
            throw ImportError(
                "\(source): there is no column \"\(column)\", by which what is new is known"
                    + suggestion(for: column, in: header))
        }
        index = found
    }

    mutating func look(at record: Record, wanted: [String]) {
        let place = index ?? wanted.firstIndex(of: column)
        let cell =
            place.flatMap { record.cells.indices.contains($0) ? record.cells[$0] : nil }
            ?? record.others.first { $0.key.isEqual(to: name) }?.value
        guard let cell, !cell.isEmpty else { return }
        let text = cell.string
        // `n/a` and `infinity` would stand above all that comes.
        guard Self.isWord(text) == isWord, !Placeholder.isOne(text) else { return }
        if let value, !Self.precedes(value, text) { return }
        value = text
    }

    private static func isWord(_ text: String) -> Bool { text.first?.isLetter == true }

    static func precedes(_ one: String, _ other: String) -> Bool {
        if let left = number(one), let right = number(other) { return left < right }
        return one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    private static func number(_ text: String) -> Decimal? {
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == 0x2d || $0 == 0x2e }), text.utf8.count <= 38 else {
            return nil
        }
        return text.dropFirst().contains("-") ? nil : Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }
}
