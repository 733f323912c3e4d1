import Basics
package import Playbooks

/// Values frozen into a row as JSON: `{"fall": ["percent", 0.43]}`; a missing value is `["percent", null]`.
package struct Frozen: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var name: String
        package var type: ValueType
        package var value: Value

        package init(_ name: String, _ type: ValueType, _ value: Value) {
            self.name = name
            self.type = type
            self.value = value
        }
    }

    package var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var json: String {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            JSON.text(member.name).encode(into: &json)
            json.append(contentsOf: ":[\"\(member.type.rawValue)\",".utf8)
            Self.append(member.value, to: &json)
            json.append(UInt8(ascii: "]"))
        }
        json.append(UInt8(ascii: "}"))
        return String(decoding: json, as: UTF8.self)
    }

    private static func append(_ value: Value, to json: inout [UInt8]) {
        switch value {
        case .missing: JSON.null.encode(into: &json)
        // A whole number keeps its point, as SQL writes a real one.
        case .number(let number): json.append(contentsOf: number.isFinite ? "\(number)".utf8 : "null".utf8)
        case .text(let text): JSON.text(text).encode(into: &json)
        case .boolean(let isTrue): JSON.integer(isTrue ? 1 : 0).encode(into: &json)
        case .date(let day): JSON.integer(Int64(day.number)).encode(into: &json)
        case .instant(let instant): JSON.integer(instant.milliseconds).encode(into: &json)
        case .duration(let span): JSON.integer(span.milliseconds).encode(into: &json)
        }
    }
}

extension Frozen {
    /// The values by name; what cannot be read is missing.
    package static func values(of json: String) -> [String: Value] {
        guard json.utf8.count > 2, case .object(let members)? = JSON(parsing: json) else { return [:] }
        return Dictionary(members.map { ($0.key, value(of: $0.value)) }) { $1 }
    }

    private static func value(of pair: JSON) -> Value {
        guard case .list(let pair) = pair, pair.count == 2, case .text(let name) = pair[0],
            let type = ValueType(rawValue: name)
        else { return .missing }
        return switch pair[1] {
        case .text(let text): .text(text)
        case .boolean(let isTrue): Value(isTrue ? 1 : 0, as: type)
        default: pair[1].asNumber.map { Value($0, as: type) } ?? .missing
        }
    }
}
