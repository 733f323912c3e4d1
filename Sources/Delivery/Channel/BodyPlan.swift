import Basics
import Playbooks

/// A channel's body template, compiled once: every name resolved, every constant part ready.
///
/// A missing value drops its key, and what becomes empty by that is dropped too; a literal `null` or `[]` stays.
indirect enum BodyPlan: Sendable {
    case constant(JSON)
    case expression(Channel.Expression)
    case text(Channel.Text)
    case list([BodyPlan])
    case object([Member])
    /// `$if: name, then: ..., else: ...`
    case condition(Channel.Expression, then: BodyPlan, otherwise: BodyPlan?)
    /// `$each: name, do: ...`, with `key` and `value` inside.
    case each(Channel.Expression, do: BodyPlan)
    /// `$merge: [...]`, perhaps among other keys: objects laid over each other, later members last and winning.
    case merge([BodyPlan])

    struct Member: Sendable {
        let key: String
        let value: BodyPlan
    }

    init(_ template: Channel.Template, vars: [String: String], inEach: Bool = false) throws(TextComplaint) {
        switch template {
        case .null: self = .constant(.null)
        case .boolean(let isTrue): self = .constant(.boolean(isTrue))
        case .integer(let number): self = .constant(.integer(Int64(number)))
        case .number(let number): self = .constant(.number(number))
        case .text(let text):
            let text = try Channel.Text(text, vars: vars, inEach: inEach)
            if let constant = text.constant {
                self = .constant(.text(constant))
            } else if let expression = text.expression {
                self = .expression(expression)
            } else {
                self = .text(text)
            }
        case .list(let templates):
            var items: [BodyPlan] = []
            for template in templates { items.append(try BodyPlan(template, vars: vars, inEach: inEach)) }
            let constants = items.compactMap(\.constant)
            self = constants.count == items.count ? .constant(.list(constants)) : .list(items)
        case .object(let fields):
            if fields.contains(where: { $0.key.hasPrefix("$") && !$0.key.hasPrefix("$$") }) {
                self = try BodyPlan(structure: fields, vars: vars, inEach: inEach)
                return
            }
            var members: [Member] = []
            for field in fields {
                // `$$schema` is the key `$schema`.
                let key = field.key.hasPrefix("$$") ? String(field.key.dropFirst()) : field.key
                members.append(Member(key: key, value: try BodyPlan(field.value, vars: vars, inEach: inEach)))
            }
            let constants = members.compactMap { member in member.value.constant.map { JSON.Member(member.key, $0) } }
            self = constants.count == members.count ? .constant(.object(constants)) : .object(members)
        }
    }

    private init(
        structure fields: [Channel.Template.Field], vars: [String: String], inEach: Bool
    ) throws(TextComplaint) {
        let keys = fields.map(\.key)
        func field(_ key: String) -> Channel.Template? { fields.first { $0.key == key }?.value }
        if keys.allSatisfy(["$if", "then", "else"].contains), let name = field("$if"), let then = field("then") {
            let otherwise = field("else")
            var plan: BodyPlan?
            if let otherwise { plan = try BodyPlan(otherwise, vars: vars, inEach: inEach) }
            self = .condition(
                try Self.expression(name, vars: vars, inEach: inEach),
                then: try BodyPlan(then, vars: vars, inEach: inEach), otherwise: plan)
        } else if keys.allSatisfy(["$each", "do"].contains), let name = field("$each"), let body = field("do") {
            self = .each(
                try Self.expression(name, vars: vars, inEach: inEach), do: try BodyPlan(body, vars: vars, inEach: true))
        } else if keys.allSatisfy({ $0 == "$merge" || !$0.hasPrefix("$") }) {
            var plans: [BodyPlan] = []
            for field in fields {
                if field.key != "$merge" {
                    plans.append(try BodyPlan(.object([field]), vars: vars, inEach: inEach))
                } else if case .list(let parts) = field.value {
                    for part in parts { plans.append(try BodyPlan(part, vars: vars, inEach: inEach)) }
                } else {
                    plans.append(try BodyPlan(field.value, vars: vars, inEach: inEach))
                }
            }
            self = .merge(plans)
        } else {
            throw TextComplaint(
                "\(keys.joined(separator: ", ")) do not go together; write {$if: NAME, then: ..., else: ...}, "
                    + "{$each: NAME, do: ...} or {$merge: [...]}")
        }
    }

    /// A name, bare or in braces.
    static func expression(
        _ template: Channel.Template, vars: [String: String], inEach: Bool
    ) throws(TextComplaint) -> Channel.Expression {
        guard case .text(let text) = template else { throw TextComplaint("$if and $each take a name") }
        return try Channel.Expression.named(text, vars: vars, inEach: inEach)
    }

    private var constant: JSON? {
        if case .constant(let value) = self { value } else { nil }
    }

    /// Nil when it is missing.
    func value(in envelope: Envelope, each: JSON.Member? = nil) -> JSON? {
        switch self {
        case .constant(let value):
            return value
        case .expression(let expression):
            return expression.value(in: envelope, each: each)
        case .text(let text):
            return text.text(in: envelope, each: each).map { .text($0) }
        case .list(let plans):
            let items = plans.compactMap { $0.value(in: envelope, each: each) }
            return items.isEmpty ? nil : .list(items)
        case .object(let plans):
            var members: [JSON.Member] = []
            members.reserveCapacity(plans.count)
            for plan in plans {
                if let value = plan.value.value(in: envelope, each: each) {
                    members.append(JSON.Member(plan.key, value))
                }
            }
            return members.isEmpty ? nil : .object(members)
        case .condition(let expression, let then, let otherwise):
            let holds = expression.value(in: envelope, each: each)?.isTruthy ?? false
            return (holds ? then : otherwise)?.value(in: envelope, each: each)
        case .each(let expression, let body):
            return Self.each(expression.value(in: envelope, each: each), do: body, in: envelope)
        case .merge(let plans):
            return Self.merge(plans.compactMap { $0.value(in: envelope, each: each) })
        }
    }

    private static func each(_ value: JSON?, do body: BodyPlan, in envelope: Envelope) -> JSON? {
        let members: [JSON.Member]
        switch value {
        case .object(let pairs): members = pairs
        case .list(let items): members = items.enumerated().map { JSON.Member(String($0), $1) }
        default: return nil
        }
        let items = members.compactMap { body.value(in: envelope, each: $0) }
        return items.isEmpty ? nil : .list(items)
    }

    private static func merge(_ values: [JSON]) -> JSON? {
        var merged: [JSON.Member] = []
        for case .object(let members) in values {
            for member in members {
                merged.removeAll { $0.key == member.key }
                merged.append(member)
            }
        }
        return merged.isEmpty ? nil : .object(merged)
    }
}

extension JSON {
    /// Whether `$if` takes it as true: there, and neither false nor empty.
    fileprivate var isTruthy: Bool {
        switch self {
        case .null: false
        case .boolean(let isTrue): isTrue
        case .integer, .number, .decimal: true
        case .text(let text): !text.isEmpty
        case .list(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}
