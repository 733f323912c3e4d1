import Playbooks

/// One value in the units of a column; NaN and nil are missing.
enum Scalar {
    case number(Double)
    case text(String?)

    static let missing = Scalar.number(.nan)

    init(_ isTrue: Bool) {
        self = .number(isTrue ? 1 : 0)
    }

    init(_ value: Value) {
        switch value {
        case .missing: self = .missing
        case .number(let number): self = .number(number)
        case .text(let text): self = .text(text)
        case .boolean(let isTrue): self = Scalar(isTrue)
        case .date(let day): self = .number(Double(day.number))
        case .instant(let instant): self = .number(Double(instant.milliseconds))
        case .duration(let span): self = .number(Double(span.milliseconds))
        }
    }

    /// Missing for a text.
    var number: Double {
        guard case .number(let number) = self else { return .nan }
        return number
    }

    /// A number where a text was declared is its text.
    var text: String? {
        switch self {
        case .text(let text): text
        case .number(let number): number.isNaN ? nil : "\(number)"
        }
    }

    var isMissing: Bool {
        switch self {
        case .number(let number): number.isNaN
        case .text(let text): text == nil
        }
    }

    func value(as type: ValueType) -> Value {
        switch self {
        case .number(let number): Value(number, as: type)
        case .text(let text): type.isText ? text.map { .text($0) } ?? .missing : .missing
        }
    }
}

extension ValueType {
    var isText: Bool { self == .text || self == .reason }
}

extension Column {
    /// A value of the declared type; a stored text is missing where a number was declared.
    func scalar(_ row: Int, as type: ValueType) -> Scalar {
        switch self {
        case .numbers(let values):
            return type == .boolean ? .number(values[row].asBoolean) : .number(values[row])
        case .texts(let values): return type.isText ? .text(values[row]) : .missing
        }
    }

    /// Missing where texts are held.
    package var numbers: [Double] {
        switch self {
        case .numbers(let values): values
        case .texts(let values): [Double](repeating: .nan, count: values.count)
        }
    }

    var texts: [String?] {
        switch self {
        case .texts(let values): values
        case .numbers(let values): values.map { $0.isNaN ? nil : "\($0)" }
        }
    }

    /// The same as a column of the declared type holds it.
    func read(as type: ValueType) -> Column {
        switch (self, type.isText) {
        case (.texts, true): self
        case (.numbers(let values), false): type == .boolean ? .numbers(values.map(\.asBoolean)) : self
        case (.texts, false): .numbers(numbers)
        case (.numbers, true): .texts(texts)
        }
    }

    static func missing(_ type: ValueType, count: Int) -> Column {
        type.isText
            ? .texts([String?](repeating: nil, count: count)) : .numbers([Double](repeating: .nan, count: count))
    }
}

extension Double {
    /// 1 for all but 0; missing stays missing.
    var asBoolean: Double { isNaN ? .nan : self == 0 ? 0 : 1 }
}
