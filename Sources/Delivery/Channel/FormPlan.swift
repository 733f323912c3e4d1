import Basics
import Playbooks

/// A form body (`application/x-www-form-urlencoded`), compiled once: fields in order, a list repeats its field.
struct FormPlan: Sendable {
    private enum Field: Sendable {
        case value(name: String, BodyPlan)
        /// `$spread: [{map: headers, prefix: "h:"}]`: each member of an object as a field of its own.
        case spread(Channel.Expression, prefix: String)
    }

    private let fields: [Field]

    init(_ fields: [Channel.Template.Field], vars: [String: String]) throws(TextComplaint) {
        var plans: [Field] = []
        for field in fields {
            if field.key == "$spread" {
                plans += try Self.spreads(field.value, vars: vars)
            } else {
                plans.append(.value(name: field.key, try BodyPlan(field.value, vars: vars)))
            }
        }
        self.fields = plans
    }

    private static func spreads(
        _ template: Channel.Template, vars: [String: String]
    ) throws(TextComplaint) -> [Field] {
        guard case .list(let items) = template else {
            throw TextComplaint("$spread takes a list of {map: NAME, prefix: TEXT}")
        }
        var spreads: [Field] = []
        for item in items {
            guard case .object(let fields) = item, let map = fields.first(where: { $0.key == "map" })?.value else {
                throw TextComplaint("$spread takes a list of {map: NAME, prefix: TEXT}")
            }
            var prefix = ""
            if case .text(let text)? = fields.first(where: { $0.key == "prefix" })?.value { prefix = text }
            spreads.append(.spread(try BodyPlan.expression(map, vars: vars, inEach: false), prefix: prefix))
        }
        return spreads
    }

    /// The fields in their order; a list stands for as many fields of its name.
    func members(in envelope: Envelope) -> [JSON.Member] {
        var members: [JSON.Member] = []
        for field in fields {
            switch field {
            case .value(let name, let plan):
                if let value = plan.value(in: envelope) { members.append(JSON.Member(name, value)) }
            case .spread(let expression, let prefix):
                guard case .object(let spread)? = expression.value(in: envelope) else { continue }
                members += spread.map { JSON.Member(prefix + $0.key, $0.value) }
            }
        }
        return members
    }

    static func encoded(_ members: [JSON.Member]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4_096)
        for member in members { append(member.key, member.value, into: &bytes) }
        return bytes
    }

    private static func append(_ name: String, _ value: JSON, into bytes: inout [UInt8]) {
        if case .list(let items) = value {
            for item in items { append(name, item, into: &bytes) }
            return
        }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        PercentEncoding.form(name, into: &bytes)
        bytes.append(UInt8(ascii: "="))
        if case .null = value { return }
        PercentEncoding.form(value.scalarText ?? String(decoding: value.encoded, as: UTF8.self), into: &bytes)
    }
}
