import Decisions
import Playbooks

/// Takes some members out of JSON objects, one object a row, without building what it does not need.
///
/// The values are those that SQLite's `->>` gives: true and false are 1 and 0, null and what is not there is missing, an
/// object or a list is its text. What is no JSON object is an object without members.
struct PropertyScanner {
    private let properties: [EventKind.Property]
    private let names: [[UInt8]]
    private var builders: [ColumnBuilder]
    private var found: [Bool]

    init(_ properties: [EventKind.Property], currency: String) {
        self.properties = properties
        names = properties.map { Array($0.name.utf8) }
        builders = properties.map { ColumnBuilder($0.type, currency: currency) }
        found = [Bool](repeating: false, count: properties.count)
    }

    var isEmpty: Bool { properties.isEmpty }

    /// The columns by the names of the properties.
    var columns: [String: Column] {
        Dictionary(zip(properties, builders).map { ($0.name, $1.column) }) { first, _ in first }
    }

    /// The values of one row, without those that are missing.
    func values(_ row: Int) -> [String: Value] {
        var values: [String: Value] = [:]
        for (property, builder) in zip(properties, builders) {
            let value = builder.column.value(row, as: property.type)
            if value != .missing { values[property.name] = value }
        }
        return values
    }

    mutating func removeAll() {
        for index in builders.indices { builders[index].removeAll() }
    }

    mutating func permute(_ order: [Int]) {
        for index in builders.indices { builders[index].permute(order) }
    }

    mutating func append(_ json: UnsafeRawBufferPointer) {
        for index in builders.indices {
            builders[index].appendMissing()
            found[index] = false
        }
        guard !json.isEmpty, !builders.isEmpty else { return }
        var bytes = JSONBytes(json)
        guard readObject(&bytes) else {
            for index in builders.indices { builders[index].setMissing() }
            return
        }
    }

    /// False when it is no JSON object.
    private mutating func readObject(_ bytes: inout JSONBytes) -> Bool {
        guard bytes.takeSign(0x7b) else { return false }
        if bytes.takeSign(0x7d) { return bytes.isAtEnd }
        while true {
            guard let key = bytes.takeText(), bytes.takeSign(0x3a) else { return false }
            if let index = index(of: key, bytes) {
                guard readValue(&bytes, index) else { return false }
            } else if !bytes.skipValue() {
                return false
            }
            if bytes.takeSign(0x2c) { continue }
            return bytes.takeSign(0x7d) && bytes.isAtEnd
        }
    }

    /// Which property a name is; of members with one name the first counts.
    private mutating func index(of key: JSONBytes.Text, _ bytes: JSONBytes) -> Int? {
        for index in names.indices where !found[index] && bytes.equals(key, names[index]) {
            found[index] = true
            return index
        }
        return nil
    }

    private mutating func readValue(_ bytes: inout JSONBytes, _ index: Int) -> Bool {
        bytes.skipBlanks()
        switch bytes.next {
        case 0x22:
            guard let text = bytes.takeText() else { return false }
            builders[index].set(text: bytes.string(text))
        case 0x7b, 0x5b:
            let start = bytes.position
            guard bytes.skipValue() else { return false }
            builders[index].set(text: bytes.compact(start..<bytes.position))
        case 0x74, 0x66:
            let isTrue = bytes.next == 0x74
            guard bytes.skipValue() else { return false }
            builders[index].set(number: isTrue ? 1 : 0, isWhole: true)
        case 0x6e: return bytes.skipValue()
        default:
            guard let number = bytes.takeNumber() else { return false }
            builders[index].set(number: number.value, isWhole: number.isWhole)
        }
        return true
    }
}
