import Basics
import Foundation
import Playbooks
import Statistics

extension Report: Encodable {
    /// The report as one line of JSON, its keys in order.
    ///
    /// Sections and tables have an `id` that stays when their title is written otherwise in capitals or marks. A row is an object with the keys of its columns; shares are fractions, money is in major units, an interval has
    /// `lower` and `upper`, what has a name in files beside its title has it under `..._key`, and what cannot be said is null with the reason under `why`.
    package var json: String {
        get throws { try JSONText.encode(self) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(title, forKey: Key("title"))
        try container.encode("\(asOf)", forKey: Key("as_of"))
        try container.encode(sections, forKey: Key("sections"))
    }
}

extension Report.Section: Encodable {
    private enum CodingKeys: CodingKey {
        case id, title, blocks
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Report.id(of: title), forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(blocks, forKey: .blocks)
    }
}

extension Report.Block: Encodable {
    private enum CodingKeys: CodingKey {
        case sentence, table, chart, diff, kind, data
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .sentence(let text): try container.encode(text, forKey: .sentence)
        case .table(let table): try container.encode(table, forKey: .table)
        case .diff(let text): try container.encode(text, forKey: .diff)
        case .chart(let chart):
            var inner = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .chart)
            switch chart {
            case .survival(let data): try Self.put("survival", data, in: &inner)
            case .control(let data): try Self.put("control", data, in: &inner)
            case .funnel(let data): try Self.put("funnel", data, in: &inner)
            case .intervals(let data): try Self.put("intervals", data, in: &inner)
            case .heat(let data): try Self.put("heat", data, in: &inner)
            case .line(let data): try Self.put("line", data, in: &inner)
            }
        }
    }

    private static func put(
        _ kind: String, _ data: some Encodable, in container: inout KeyedEncodingContainer<CodingKeys>
    ) throws {
        try container.encode(kind, forKey: .kind)
        try container.encode(data, forKey: .data)
    }
}

extension Report.Table: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: Key("id"))
        try container.encode(title, forKey: Key("title"))
        try container.encode(columns.map { ["key": $0.key, "title": $0.title] }, forKey: Key("columns"))
        var list = container.nestedUnkeyedContainer(forKey: Key("rows"))
        for row in rows {
            var object = list.nestedContainer(keyedBy: Key.self)
            var reasons: [String: String] = [:]
            for (column, cell) in zip(columns, row) {
                let key = Key(column.key)
                switch cell {
                case .text(let text): try object.encode(text.isEmpty ? nil : text, forKey: key)
                case .named(let text, let name):
                    try object.encode(text, forKey: key)
                    try object.encode(name, forKey: Key(column.key + "_key"))
                case .count(let count): try object.encode(count, forKey: key)
                case .number(let value, let unit): try object.encode(unit.value(value), forKey: key)
                case .interval(let interval, let unit):
                    let bounds = ["lower": unit.value(interval.lower), "upper": unit.value(interval.upper)]
                    try object.encode(bounds, forKey: key)
                case .day(let day): try object.encode("\(day)", forKey: key)
                case .bar(let share): try object.encode(share.isFinite ? share : nil, forKey: key)
                case .none(let why):
                    try object.encodeNil(forKey: key)
                    if !why.isEmpty { reasons[column.key] = why }
                }
            }
            if !reasons.isEmpty { try object.encode(reasons, forKey: Key("why")) }
        }
    }
}

/// A name that is known at run time only.
private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
