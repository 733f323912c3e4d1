import Foundation
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
        var json = "{"
        for (index, member) in members.enumerated() {
            if index > 0 { json += "," }
            Self.append(member.name, to: &json)
            json += ":[\""
            json += member.type.rawValue
            json += "\","
            Self.append(member.value, to: &json)
            json += "]"
        }
        return json + "}"
    }

    private static func append(_ value: Value, to json: inout String) {
        switch value {
        case .missing: json += "null"
        case .number(let number):
            json += number.isFinite ? "\(number)" : "null"
        case .text(let text): append(text, to: &json)
        case .boolean(let isTrue): json += isTrue ? "1" : "0"
        case .date(let day): json += "\(day.number)"
        case .instant(let instant): json += "\(instant.milliseconds)"
        case .duration(let span): json += "\(span.milliseconds)"
        }
    }

    private static func append(_ text: String, to json: inout String) {
        json += "\""
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }) {
            json += text
        } else {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": json += "\\\""
                case "\\": json += "\\\\"
                case "\n": json += "\\n"
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: json.unicodeScalars.append(scalar)
                }
            }
        }
        json += "\""
    }
}

extension Frozen {
    /// The values by name; what cannot be read is missing.
    package static func values(of json: String) -> [String: Value] {
        guard json.utf8.count > 2,
            let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: [Any]]
        else { return [:] }
        return object.mapValues { pair in
            guard pair.count == 2, let type = (pair[0] as? String).flatMap(ValueType.init(rawValue:)) else {
                return .missing
            }
            if let text = pair[1] as? String { return .text(text) }
            guard let number = pair[1] as? NSNumber else { return .missing }
            return Column.numbers([number.doubleValue]).value(0, as: type)
        }
    }
}
