import Basics
package import Playbooks

/// The values that a touch froze when its step was reached, by name.
package struct Variables: Sendable, Hashable {
    package struct Variable: Sendable, Hashable {
        package var type: ValueType
        /// Money in major units; never `.missing`.
        package var value: Value

        package init(_ type: ValueType, _ value: Value) {
            self.type = type
            self.value = value
        }
    }

    private var values: [String: Variable]

    package init(_ values: [String: Variable] = [:]) {
        self.values = values.filter { $0.value.isPresent }
    }

    /// Reads `{"fall": ["percent", 0.43], "contact.first_name": ["text", "Ada"]}`.
    ///
    /// Dates are day numbers, instants and durations milliseconds, booleans also 0 and 1, money major units; null, empty
    /// text and numbers that are not finite are missing. Nil when the text is not of this form.
    package init?(frozen text: String) {
        guard case .object(let members) = JSON(parsing: text) else { return nil }
        values = [:]
        values.reserveCapacity(members.count)
        for member in members {
            guard case .list(let pair) = member.value, pair.count == 2, case .text(let name) = pair[0],
                let type = ValueType(rawValue: name)
            else { return nil }
            if pair[1] == .null { continue }
            guard let value = Self.value(of: pair[1], as: type) else { return nil }
            let variable = Variable(type, value)
            if variable.isPresent { values[member.key] = variable }
        }
    }

    /// Nil when it is missing.
    package subscript(name: String) -> Variable? {
        get { values[name] }
        set { values[name] = newValue?.isPresent == true ? newValue : nil }
    }

    package var sortedNames: [String] { values.keys.sorted() }

    private static func value(of json: JSON, as type: ValueType) -> Value? {
        switch (type, json) {
        case (.number, .integer), (.number, .number), (.percent, .integer), (.percent, .number), (.money, .integer),
            (.money, .number):
            json.asNumber.map { .number($0) }
        case (.text, .text(let text)), (.reason, .text(let text)): .text(text)
        case (.boolean, .boolean(let isTrue)): .boolean(isTrue)
        case (.boolean, .integer(let number)): .boolean(number != 0)
        // Some 13,000 years either way; calendar arithmetic beyond could overflow.
        case (.date, .integer(let number)) where (-5_000_000...5_000_000).contains(number):
            .date(Day(number: Int(number)))
        case (.instant, .integer(let number)): .instant(Instant(milliseconds: number))
        case (.duration, .integer(let number)): .duration(TimeSpan(milliseconds: number))
        default: nil
        }
    }
}

extension Variables.Variable {
    fileprivate var isPresent: Bool {
        switch value {
        case .missing: false
        case .number(let number): number.isFinite
        case .text(let text): !text.isEmpty
        case .boolean, .date, .instant, .duration: true
        }
    }

    /// As a channel's body holds it: numbers as numbers, dates and instants in ISO 8601, durations in seconds.
    var json: JSON? {
        switch value {
        case .missing: nil
        case .number(let number): JSON.exact(number)
        case .text(let text): .text(text)
        case .boolean(let isTrue): .boolean(isTrue)
        case .date(let day): .text(day.description)
        case .instant(let instant): .text(instant.description)
        case .duration(let span): JSON.exact(Double(span.milliseconds) / 1_000)
        }
    }
}

extension JSON {
    /// A whole number as an integer, so that 25 does not become 25.0.
    static func exact(_ number: Double) -> JSON {
        Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }
}
