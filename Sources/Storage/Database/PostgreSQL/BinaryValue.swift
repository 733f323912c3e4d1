import CPQ
import Foundation

/// PostgreSQL's binary form of the types that the tables and answers of the program have.
enum BinaryValue {
    /// The types by their numbers in `pg_type`.
    enum Kind: Oid {
        case boolean = 16
        case bytes = 17
        case name = 19
        case bigint = 20
        case smallint = 21
        case integer = 23
        case text = 25
        case json = 114
        case real = 700
        case double = 701
        case varchar = 1043
        case numeric = 1700

        /// Of which kind a column of the type is to who reads it.
        var column: ColumnKind {
            switch self {
            case .boolean, .bigint, .smallint, .integer, .numeric: .integer
            case .real, .double: .real
            case .name, .text, .json, .varchar: .text
            case .bytes: .blob
            }
        }
    }

    /// The bytes of a value for a parameter of a type.
    ///
    /// - Returns: nil when the type does not hold such a value: the text of the statement should cast the parameter.
    static func bytes(of value: SQLValue, as kind: Kind) -> [UInt8]? {
        switch (value, kind) {
        case (.integer(let value), .bigint): bigEndian(value)
        case (.integer(let value), .integer): Int32(exactly: value).map(bigEndian)
        case (.integer(let value), .smallint): Int16(exactly: value).map(bigEndian)
        case (.integer(let value), .boolean): [value == 0 ? 0 : 1]
        case (.integer(let value), .double): bigEndian(Double(value).bitPattern)
        case (.real(let value), .double): bigEndian(value.bitPattern)
        case (.real(let value), .bigint): Int64(exactly: value).map(bigEndian)
        case (.text(let value), .text), (.text(let value), .varchar), (.text(let value), .name),
            (.text(let value), .json):
            Array(value.utf8)
        case (.blob(let value), .bytes): value
        default: nil
        }
    }

    static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian, Array.init)
    }

    /// The integer of a column; 0 for what is none.
    static func integer(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> Int64 {
        switch kind {
        case .bigint: load(bytes, Int64.self)
        case .integer: Int64(load(bytes, Int32.self))
        case .smallint: Int64(load(bytes, Int16.self))
        case .boolean: bytes.first == 1 ? 1 : 0
        case .double, .real: Int64(exactly: real(bytes, kind).rounded(.towardZero)) ?? 0
        case .numeric: wholeNumber(bytes) ?? 0
        case .bytes, .name, .text, .json, .varchar: 0
        }
    }

    /// The number of a column; 0 for what is none.
    static func real(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> Double {
        switch kind {
        case .double: Double(bitPattern: load(bytes, UInt64.self))
        case .real: Double(Float(bitPattern: load(bytes, UInt32.self)))
        default: Double(integer(bytes, kind))
        }
    }

    private static func load<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Number.Type) -> Number {
        bytes.count < MemoryLayout<Number>.size ? 0 : Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }

    /// A `numeric` without a fraction, which sums of integers are; nil for any other.
    ///
    /// Four 16-bit numbers come first (how many digits of base 10,000, the place of the first, the sign, how many decimals
    /// are shown), then the digits.
    static func wholeNumber(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 8 else { return nil }
        func number(_ index: Int) -> Int64 {
            Int64(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self)))
        }
        let (count, weight, decimals) = (Int(number(0)), Int(number(1)), number(3))
        guard decimals == 0, bytes.count >= 8 + count * 2, count <= weight + 1, weight < 5 else { return nil }
        var value: Int64 = 0
        for place in 0...max(weight, 0) where weight >= 0 {
            let (shifted, isTooLarge) = value.multipliedReportingOverflow(by: 10_000)
            guard !isTooLarge else { return nil }
            value = shifted + (place < count ? number(4 + place) : 0)
        }
        // 0x4000 stands for minus.
        return number(2) == 0x4000 ? -value : value
    }
}
