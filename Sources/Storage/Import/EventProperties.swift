import Basics
import Playbooks

/// The properties of one event as the JSON text that is stored: in the order of the data map, typed by it.
///
/// Numbers and booleans are JSON's; money is in minor units, dates are day numbers, moments and durations milliseconds,
/// as in columns. A property without a value is left out.
struct EventProperties {
    private struct Property {
        var name: String
        var reader: CellReader
        var isBoolean: Bool
        /// The column of that name.
        var place: Int?
    }

    private var byKind: [String: [Property]] = [:]
    private var text = JSONText()
    var json: [UInt8] { text.bytes }
    /// Members of `properties` objects that the data map does not have.
    private(set) var unknown: [String] = []
    /// The bad properties of the row that was read last.
    private(set) var leftOut: [Rejection] = []
    private let takesGoodCells: Bool
    private let copy = ByteArena()

    init(_ context: ImportContext, place: (String) -> Int?) {
        takesGoodCells = context.takesGoodCells
        for kind in context.dataMap.events {
            byKind[kind.name] = kind.properties.map { property in
                Property(
                    name: property.name, reader: Self.reader(property, context), isBoolean: property.type == .boolean,
                    place: place(property.name))
            }
        }
    }

    private static func reader(_ property: EventKind.Property, _ context: ImportContext) -> CellReader {
        var attribute = Attribute(property.name, property.type)
        attribute.form = property.form
        return CellReader(attribute, context)
    }

    /// What is to be told of values that no list knows.
    var warnings: [String] {
        byKind.sorted { $0.key < $1.key }.flatMap { kind, properties in
            properties.compactMap { property in property.reader.warning.map { "\(kind).\($0)" } }
        }
    }

    /// Reads the properties of a row into `json`, which is empty when there are none.
    mutating func read(_ record: Record, of kind: String, object: Cell) throws {
        text.removeAll()
        if !leftOut.isEmpty { leftOut.removeAll() }
        let members = try members(of: object, kind)
        for property in byKind[kind] ?? [] {
            var field = property.place.map { record.cells[$0] } ?? Cell.empty
            if let member = members.last(where: { $0.key.elementsEqual(property.name.utf8) }) {
                field = member.value
                if member.kind == .null { continue }
                if member.kind == .object || member.kind == .array {
                    throw Rejection(.value, property.name, "is a list or an object; a property is one value")
                }
            }
            let value: Scalar
            do {
                value = try property.reader.scalar(field)
            } catch let rejection as Rejection {
                guard takesGoodCells else { throw rejection }
                leftOut.append(rejection)
                continue
            }
            if value.isNull { continue }
            text.beginMember(property.name.utf8)
            append(value, isBoolean: property.isBoolean)
        }
        text.end()
    }

    private mutating func members(of object: Cell, _ kind: String) throws -> [JSONScanner.Member] {
        let object = object.trimmed
        if object.isEmpty { return [] }
        // The scanner unescapes in place, and a rejected row is to be kept as it was.
        copy.removeAll(reserving: object.count)
        let bytes = UnsafeMutableBufferPointer(mutating: copy.append(object))
        guard let members = JSONScanner.members(of: bytes) else {
            throw Rejection(.malformed, "properties", "is not a JSON object such as {\"score\": 9}")
        }
        let known = byKind[kind] ?? []
        for member in members where unknown.count < 20 {
            if known.contains(where: { member.key.elementsEqual($0.name.utf8) }) { continue }
            let name = "\(kind).\(member.key.string)"
            if !unknown.contains(name) { unknown.append(name) }
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
