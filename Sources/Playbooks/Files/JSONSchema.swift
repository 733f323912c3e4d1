/// JSON Schemas (draft 2020-12) of the workspace's files, for editors; made from the tables that the reader follows.
package enum JSONSchema: String, CaseIterable, Sendable {
    case configuration = "keeptouch", dataMap = "data", playbook, channel, journey

    package var table: KeyTable {
        switch self {
        case .configuration: .configuration
        case .dataMap: .dataMap
        case .playbook: .playbook
        case .channel: .channel
        case .journey: .journey
        }
    }

    /// `keeptouch.schema.json`
    package var fileName: String { "\(rawValue).schema.json" }

    private var title: String {
        switch self {
        case .configuration: "keeptouch.yaml: the workspace"
        case .dataMap: "data.yaml: the data map"
        case .playbook: "playbooks/*/playbook.yaml: a playbook"
        case .channel: "channels/*.yaml: a channel"
        case .journey: "journeys/*.yaml: a journey"
        }
    }

    /// The schema as indented JSON with a newline at its end.
    package var text: String {
        var members: [(String, JSON)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text(title)),
        ]
        members += Self.members(of: table)
        if self == .playbook {
            let step = JSON.object([
                ("anyOf", .list([.object(Self.members(of: .choice(["stop"]))), .object(Self.members(of: .step))]))
            ])
            let steps = JSON.object([("type", .text("array")), ("minItems", .number(1)), ("items", step)])
            members.append(("$defs", .object([("steps", steps)])))
        }
        return JSON.object(members).written(indent: 0) + "\n"
    }

    private static func members(of table: KeyTable) -> [(String, JSON)] {
        let properties = table.keys.map { key in
            (key.name, JSON.object([("description", .text(key.about))] + members(of: key.shape)))
        }
        let required = table.keys.filter(\.isRequired).map { JSON.text($0.name) }
        return [("type", .text("object")), ("additionalProperties", .boolean(table.takesOthers))]
            + (required.isEmpty ? [] : [("required", .list(required))]) + [("properties", .object(properties))]
    }

    private static func members(of shape: KeyTable.Shape) -> [(String, JSON)] {
        switch shape {
        // What an editor takes for a number or a boolean is text here.
        case .text: [("type", .list([.text("string"), .text("number"), .text("boolean")]))]
        case .form(let pattern, let examples):
            [("type", .text("string")), ("pattern", .text(pattern)), ("examples", .list(examples.map(JSON.text)))]
        case .number(let range):
            [("type", .text("number"))]
                + (range.map { [("minimum", .number($0.lowerBound)), ("maximum", .number($0.upperBound))] } ?? [])
        case .integer(let range):
            [("type", .text("integer"))]
                + (range.map {
                    [("minimum", .number(Double($0.lowerBound))), ("maximum", .number(Double($0.upperBound)))]
                } ?? [])
        case .boolean: [("enum", .list([.boolean(true), .boolean(false), .text("yes"), .text("no")]))]
        case .choice(let names): [("enum", .list(names.map(JSON.text)))]
        case .list(let item): [("type", .text("array")), ("items", .object(members(of: item)))]
        case .mapping(let value):
            [("type", .text("object")), ("additionalProperties", .object(members(of: value)))]
        case .table(let table): members(of: table)
        case .steps: [("$ref", .text("#/$defs/steps"))]
        case .either(let shapes): [("anyOf", .list(shapes.map { .object(members(of: $0)) }))]
        case .optional(let shape):
            [("anyOf", .list([.object(members(of: shape)), .object([("type", .text("null"))])]))]
        case .anything: []
        }
    }
}

/// A JSON value whose members keep their order.
private indirect enum JSON {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case list([JSON])
    case object([(String, JSON)])

    func written(indent: Int) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch self {
        case .text(let text): return quoted(text)
        case .number(let number): return number == number.rounded() ? "\(Int(clamping: Int64(number)))" : "\(number)"
        case .boolean(let value): return value ? "true" : "false"
        case .list(let values): return "[" + values.map { $0.written(indent: indent + 1) }.joined(separator: ", ") + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(quoted($0.0)): \($0.1.written(indent: indent + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
