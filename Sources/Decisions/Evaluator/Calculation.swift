import Playbooks

/// What an operator makes of two numbers, by the types of its sides; missing when a side is missing.
enum Calculation {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case plus, minus, times, divided
    /// Durations are whole milliseconds.
    case timesRounded, dividedRounded
    /// A date and a duration, of which only whole days count.
    case plusDays, minusDays
    /// Two dates.
    case daysBetween
    /// Conditions joined.
    case and, or

    static let day = 86_400_000.0

    init(_ found: Operator, _ left: ValueType, _ right: ValueType) {
        switch found {
        case .and: self = .and
        case .or: self = .or
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        case .plus: self = left == .date && right == .duration ? .plusDays : .plus
        case .minus: self = left != .date ? .minus : right == .duration ? .minusDays : .daysBetween
        case .times: self = left == .duration || right == .duration ? .timesRounded : .times
        case .divided: self = left == .duration && right != .duration ? .dividedRounded : .divided
        }
    }

    @inline(__always)
    func callAsFunction(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .equal: Self.truth(left == right, left, right)
        case .notEqual: Self.truth(left != right, left, right)
        case .less: Self.truth(left < right, left, right)
        case .lessOrEqual: Self.truth(left <= right, left, right)
        case .greater: Self.truth(left > right, left, right)
        case .greaterOrEqual: Self.truth(left >= right, left, right)
        case .plus: Self.finite(left + right)
        case .minus: Self.finite(left - right)
        case .times: Self.finite(left * right)
        case .divided: right == 0 ? .nan : Self.finite(left / right)
        case .timesRounded: Self.finite((left * right).rounded())
        case .dividedRounded: right == 0 ? .nan : Self.finite((left / right).rounded())
        case .plusDays: left + (right / Self.day).rounded(.towardZero)
        case .minusDays: left - (right / Self.day).rounded(.towardZero)
        case .daysBetween: (left - right) * Self.day
        case .and: left == 0 || right == 0 ? 0 : left * right
        case .or: left == 1 || right == 1 ? 1 : left + right
        }
    }

    /// What is too large for a number is missing, as what is divided by zero.
    @inline(__always)
    private static func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

    @inline(__always)
    private static func truth(_ holds: Bool, _ left: Double, _ right: Double) -> Double {
        left == left && right == right ? (holds ? 1 : 0) : .nan
    }

    /// Whether two texts are equal, or different.
    func callAsFunction(_ left: String?, _ right: String?) -> Double {
        guard let left, let right else { return .nan }
        return (left == right) == (self == .equal) ? 1 : 0
    }

    /// Element by element; a loop for each operator, so that the compiler makes vector instructions of it.
    func callAsFunction(_ left: [Double], _ right: [Double]) -> [Double] {
        switch self {
        case .equal: Self.each(left, right) { Self.equal($0, $1) }
        case .notEqual: Self.each(left, right) { Self.notEqual($0, $1) }
        case .less: Self.each(left, right) { Self.less($0, $1) }
        case .lessOrEqual: Self.each(left, right) { Self.lessOrEqual($0, $1) }
        case .greater: Self.each(left, right) { Self.greater($0, $1) }
        case .greaterOrEqual: Self.each(left, right) { Self.greaterOrEqual($0, $1) }
        case .plus: Self.each(left, right) { Self.plus($0, $1) }
        case .minus: Self.each(left, right) { Self.minus($0, $1) }
        case .times: Self.each(left, right) { Self.times($0, $1) }
        case .divided: Self.each(left, right) { Self.divided($0, $1) }
        case .and: Self.each(left, right) { Self.and($0, $1) }
        case .or: Self.each(left, right) { Self.or($0, $1) }
        default: Self.each(left, right) { self($0, $1) }
        }
    }

    @inline(__always)
    private static func each(
        _ left: [Double], _ right: [Double], _ body: (Double, Double) -> Double
    ) -> [Double] {
        let length = min(left.count, right.count)
        return [Double](unsafeUninitializedCapacity: length) { result, count in
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    guard let left = left.baseAddress, let right = right.baseAddress, let result = result.baseAddress
                    else { return }
                    for row in 0..<length { result[row] = body(left[row], right[row]) }
                }
            }
            count = length
        }
    }
}

extension Operator {
    /// Whether a comparison holds.
    package func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: false
        }
    }

    var isJunction: Bool { self == .and || self == .or }
    var isArithmetic: Bool { !isJunction && !isComparison }
}
