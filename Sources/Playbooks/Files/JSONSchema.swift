import Basics

/// JSON Schemas (draft 2020-12) of the workspace's files, for editors; made from the tables that the reader follows.
package enum JSONSchema: String, CaseIterable, Sendable {
    private typealias Member = JSON.Member

    case configuration = "keeptouch", dataMap = "data", playbook, channel, journey, calendar, brand

    package var table: KeyTable {
        switch self {
        case .configuration: .configuration
        case .dataMap: .dataMap
        case .playbook: .playbook
        case .channel: .channel
        case .journey: .journey
        case .calendar: .calendar
        case .brand: .brand
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
        case .calendar: "calendars/*.yaml: a calendar"
        case .brand: "brand.yaml: the brand"
        }
    }

    /// The schema as indented JSON with a newline at its end.
    package var text: String {
        var members: [Member] = [
            Member("$schema", .text("https://json-schema.org/draft/2020-12/schema")), Member("title", .text(title)),
        ]
        members += Self.members(of: table)
        if self == .playbook {
            let step = JSON.object([
                Member(
                    "anyOf", .list([.object(Self.members(of: .choice(["stop"]))), .object(Self.members(of: .step))]))
            ])
            let steps = JSON.object([
                Member("type", .text("array")), Member("minItems", .number(1)), Member("items", step),
            ])
            members.append(Member("$defs", .object([Member("steps", steps)])))
        }
        return JSON.object(members).indented + "\n"
    }

    private static func members(of table: KeyTable) -> [Member] {
        let properties = table.keys.map { key in
            Member(key.name, .object([Member("description", .text(key.about))] + members(of: key.shape)))
        }
        let required = table.keys.filter(\.isRequired).map { JSON.text($0.name) }
        return [Member("type", .text("object")), Member("additionalProperties", .boolean(table.takesOthers))]
            + (required.isEmpty ? [] : [Member("required", .list(required))]) + [
                Member("properties", .object(properties))
            ]
    }

    private static func members(of shape: KeyTable.Shape) -> [Member] {
        switch shape {
        // What an editor takes for a number or a boolean is text here.
        case .text: [Member("type", .list([.text("string"), .text("number"), .text("boolean")]))]
        case .form(let pattern, let examples):
            [
                Member("type", .text("string")), Member("pattern", .text(pattern)),
                Member("examples", .list(examples.map(JSON.text))),
            ]
        case .number(let range):
            [Member("type", .text("number"))]
                + (range.map { [Member("minimum", .number($0.lowerBound)), Member("maximum", .number($0.upperBound))] }
                    ?? [])
        case .integer(let range):
            [Member("type", .text("integer"))]
                + (range.map {
                    [
                        Member("minimum", .number(Double($0.lowerBound))),
                        Member("maximum", .number(Double($0.upperBound))),
                    ]
                } ?? [])
        case .boolean: [Member("enum", .list([.boolean(true), .boolean(false), .text("yes"), .text("no")]))]
        case .choice(let names): [Member("enum", .list(names.map(JSON.text)))]
        case .list(let item): [Member("type", .text("array")), Member("items", .object(members(of: item)))]
        case .mapping(let value):
            [Member("type", .text("object")), Member("additionalProperties", .object(members(of: value)))]
        case .table(let table): members(of: table)
        case .steps: [Member("$ref", .text("#/$defs/steps"))]
        case .either(let shapes): [Member("anyOf", .list(shapes.map { .object(members(of: $0)) }))]
        case .optional(let shape):
            [Member("anyOf", .list([.object(members(of: shape)), .object([Member("type", .text("null"))])]))]
        case .anything: []
        }
    }
}
