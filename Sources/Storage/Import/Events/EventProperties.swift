import Basics
import Playbooks

/// The properties of one event as the JSON text that is stored: in the order of the data map, typed by it.
///
/// Numbers and booleans are JSON's; money is in minor units, dates are day numbers, moments and durations milliseconds,
/// as in columns. A property without a value is left out. What the data map does not have is kept apart, as it was sent.
struct EventProperties {
    /// One property as it was sent; the bytes are valid until the next row.
    struct Sent {
        /// In the form in which names are compared (`PlainName`).
        var plainName: Cell
        var name: Cell
        var value: Cell
        var kind: JSONScanner.ValueKind
        /// Whether the data map has it.
        var isDeclared: Bool
    }

    private struct Property {
        var name: String
        var plainName: [UInt8]
        var reader: CellReader
        var isBoolean: Bool
        /// The column of that name.
        var place: Int?
    }

    /// What the data map says of one kind of event.
    private struct Kind {
        var properties: [Property]
        /// For each of the columns whether it is one of the properties.
        var hasColumn: [Bool]

        func has(_ plainName: Cell) -> Bool { properties.contains { plainName.isEqual(to: $0.plainName) } }
    }

    /// A column that holds properties, declared or not.
    private struct Column {
        var plainName: Cell
        var name: Cell
        var place: Int
    }

    private var byKind: [String: Kind] = [:]
    /// In the order of their names.
    private var columns: [Column] = []
    private var text = JSONText()
    private var others = JSONText()
    /// What is stored; empty when there are none.
    var json: [UInt8] { text.bytes }
    /// What the data map does not have; empty when there is none.
    var leftOut: [UInt8] { others.bytes }
    /// All that the row said.
    private(set) var sent: [Sent] = []
    /// Members of `properties` objects that the data map does not have.
    private(set) var unknown: [String] = []
    /// The bad properties of the row that was read last.
    private(set) var rejections: [Rejection] = []
    private let takesGoodCells: Bool
    private let copy = ByteArena()
    private let names = ByteArena()
    private let columnNames = ByteArena()

    /// - Parameters:
    ///   - columns: of the source, with their places, that may hold properties.
    ///   - place: where a declared property lies.
    init(_ context: ImportContext, columns: [(name: String, place: Int)] = [], place: (String) -> Int?) {
        takesGoodCells = context.takesGoodCells
        columnNames.removeAll(reserving: columns.reduce(0) { $0 + 2 * $1.name.utf8.count })
        self.columns = columns.filter { !$0.name.isEmpty }.map {
            Column(
                plainName: columnNames.append(PlainName.bytes($0.name.utf8)), name: columnNames.append($0.name.utf8),
                place: $0.place)
        }.sorted { $0.plainName.precedes($1.plainName) }
        for kind in context.dataMap.events {
            let properties = kind.properties.map { property in
                Property(
                    name: property.name, plainName: PlainName.bytes(property.name.utf8),
                    reader: Self.reader(property, context), isBoolean: property.type == .boolean,
                    place: place(property.name))
            }
            let hasColumn = self.columns.map { column in
                properties.contains { column.plainName.isEqual(to: $0.plainName) || column.place == $0.place }
            }
            byKind[kind.name] = Kind(properties: properties, hasColumn: hasColumn)
        }
    }

    private static func reader(_ property: EventKind.Property, _ context: ImportContext) -> CellReader {
        var attribute = Attribute(property.name, property.type)
        attribute.form = property.form
        return CellReader(attribute, context)
    }

    /// What is to be told of values that no list knows.
    var warnings: [String] {
        byKind.sorted { $0.key < $1.key }.flatMap { kind, known in
            known.properties.compactMap { property in property.reader.warning.map { "\(kind).\($0)" } }
        }
    }

    /// Reads the properties of a row into `json`, `leftOut` and `sent`.
    mutating func read(_ record: Record, of kind: String, object: Cell) throws {
        text.removeAll()
        if !rejections.isEmpty { rejections.removeAll() }
        others.removeAll()
        sent.removeAll(keepingCapacity: true)
        let members = try members(of: object)
        let declared = byKind[kind] ?? Kind(properties: [], hasColumn: columns.map { _ in false })
        // A member of the object counts more than a column of its name.
        for (index, column) in columns.enumerated() {
            let value = record.cells[column.place].trimmed
            if value.isEmpty || members.contains(where: { $0.key.isEqual(to: column.name) }) { continue }
            sent.append(
                Sent(
                    plainName: column.plainName, name: column.name, value: value,
                    kind: record.isNumber(column.place) ? .number : .text, isDeclared: declared.hasColumn[index]))
        }
        let hasMembers = !members.isEmpty || !record.others.isEmpty
        if hasMembers { add(record.others + members, declared) }
        for property in declared.properties {
            do {
                try take(property, record, members, looksFurther: hasMembers)
            } catch var rejection as Rejection {
                rejection.event = kind
                throw rejection
            }
        }
        text.end()
        keepOthers()
        if !members.isEmpty { noteUnknown(members, kind, declared) }
    }

    private mutating func add(_ named: [JSONScanner.Member], _ declared: Kind) {
        names.removeAll(reserving: named.reduce(0) { $0 + $1.key.count })
        for member in named where member.kind != .null {
            let value = member.value.trimmed
            if value.isEmpty { continue }
            let plainName = names.append(PlainName.bytes(member.key))
            sent.append(
                Sent(
                    plainName: plainName, name: member.key, value: value, kind: member.kind,
                    isDeclared: declared.has(plainName)))
        }
        sent.sort { left, right in
            left.plainName.isEqual(to: right.plainName)
                ? left.value.precedes(right.value) : left.plainName.precedes(right.plainName)
        }
    }

    /// - Parameter looksFurther: whether it may stand under a name that is written otherwise.
    private mutating func take(
        _ property: Property, _ record: Record, _ members: [JSONScanner.Member], looksFurther: Bool
    ) throws {
        var field = property.place.map { record.cells[$0] } ?? Cell.empty
        var kind = property.place.map { record.isNumber($0) } ?? false ? JSONScanner.ValueKind.number : .text
        if let member = members.last(where: { $0.key.elementsEqual(property.name.utf8) }) {
            if member.kind == .null { return }
            (field, kind) = (member.value, member.kind)
        } else if looksFurther || property.place == nil, field.trimmed.isEmpty,
            let other = sent.last(where: { $0.plainName.isEqual(to: property.plainName) })
        {
            (field, kind) = (other.value, other.kind)
        }
        if kind == .object || kind == .array {
            throw Rejection(.value, property.name, "is a list or an object; a property is one value")
        }
        let value: Scalar
        do {
            value = try property.reader.scalar(field, isNumber: kind == .number)
        } catch let rejection as Rejection {
            guard takesGoodCells else { throw rejection }
            rejections.append(rejection)
            return
        }
        if value.isNull { return }
        text.beginMember(property.name.utf8)
        append(value, isBoolean: property.isBoolean)
    }

    private mutating func keepOthers() {
        for property in sent where !property.isDeclared {
            others.beginMember(property.name)
            switch property.kind {
            case .text: others.append(text: property.value)
            case .number where property.value.last.map { $0 &- 0x30 < 10 } == false: others.append(text: property.value)
            case .number, .boolean, .null, .object, .array: others.append(word: property.value.string)
            }
        }
        others.end()
    }

    private mutating func noteUnknown(_ members: [JSONScanner.Member], _ kind: String, _ declared: Kind) {
        for member in members where unknown.count < 20 {
            let plain = PlainName.bytes(member.key)
            if declared.properties.contains(where: { $0.plainName == plain }) { continue }
            let name = "\(kind).\(member.key.string)"
            if !unknown.contains(name) { unknown.append(name) }
        }
    }

    private mutating func members(of object: Cell) throws -> [JSONScanner.Member] {
        let object = object.trimmed
        if object.isEmpty { return [] }
        // The scanner unescapes in place, and a rejected row is to be kept as it was.
        copy.removeAll(reserving: object.count)
        let bytes = UnsafeMutableBufferPointer(mutating: copy.append(object))
        guard let members = JSONScanner.members(of: bytes) else {
            throw Rejection(.malformed, "properties", "is not a JSON object such as {\"score\": 9}")
        }
        for member in members where member.kind == .text && member.value.contains(0) {
            throw Rejection(.encoding, member.key.string, "holds a NUL")
        }
        return members
    }

    private mutating func append(_ value: Scalar, isBoolean: Bool) {
        switch value {
        case .null: text.append(word: "null")
        case .integer(let value): text.append(word: isBoolean ? (value == 0 ? "false" : "true") : String(value))
        case .real(let value): text.append(word: Int64(exactly: value).map { String($0) } ?? "\(value)")
        case .text(let bytes): text.append(text: bytes)
        }
    }
}

extension EventProperties {
    /// A JSON object that is being written; its bytes are part of what an event without an id is known by.
    private struct JSONText {
        private(set) var bytes: [UInt8] = []

        mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

        mutating func beginMember(_ name: some Sequence<UInt8>) {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            append(text: name)
            bytes.append(UInt8(ascii: ":"))
        }

        /// A number or a literal.
        mutating func append(word: String) { bytes.append(contentsOf: word.utf8) }

        mutating func append(text: some Sequence<UInt8>) {
            bytes.append(0x22)
            for byte in text {
                switch byte {
                case 0x22, 0x5c:
                    bytes.append(0x5c)
                    bytes.append(byte)
                case 0..<0x20:
                    bytes.append(contentsOf: "\\u00".utf8)
                    Hexadecimal.append(byte, to: &bytes)
                default: bytes.append(byte)
                }
            }
            bytes.append(0x22)
        }

        mutating func end() {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "}")) }
        }
    }
}
