package import Playbooks

/// A value as a database holds it.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    package static func optional(_ value: Double?) -> SQLValue { value.map { .real($0) } ?? .null }
    /// A word of a closed list by its name.
    package static func word(_ word: some RawRepresentable<String>) -> SQLValue { .text(word.rawValue) }
    package static func instant(_ value: Instant) -> SQLValue { .integer(value.milliseconds) }

    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .real(let value): Int64(exactly: value.rounded())
        default: nil
        }
    }

    package var real: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    package var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// A word of a closed list.
    ///
    /// - Throws: `StorageError` when the list does not have it: somebody else has written to the database.
    package func word<Word: RawRepresentable<String>>(_ list: Word.Type = Word.self) throws -> Word {
        guard let word = text.flatMap(Word.init(rawValue:)) else {
            throw StorageError("the database holds \(text.map { "\"\($0)\"" } ?? "nothing") where a \(list) is due")
        }
        return word
    }
}

/// One row of an answer, its values in the order of the columns.
package struct Row: Sendable {
    package let columns: [String]
    package let values: [SQLValue]

    package subscript(_ index: Int) -> SQLValue { values[index] }

    package func has(_ name: String) -> Bool { columns.contains(name) }

    /// A column that the answer does not have is a mistake of the program, and reads as NULL.
    package subscript(_ name: String) -> SQLValue {
        let place = columns.firstIndex(of: name)
        assert(place != nil, "there is no column \(name)")
        return place.map { values[$0] } ?? .null
    }
}
