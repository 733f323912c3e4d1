package import Playbooks

/// One value for each row, in the units in which people read it: money in major units, percents as shares, days as day
/// numbers, moments and durations in milliseconds, booleans as 1 and 0.
package enum Column: Sendable, Equatable {
    /// NaN is missing.
    case numbers([Double])
    case texts([String?])

    package var count: Int {
        switch self {
        case .numbers(let values): values.count
        case .texts(let values): values.count
        }
    }

    /// The value of one row as its type reads it.
    package func value(_ row: Int, as type: ValueType) -> Value {
        switch self {
        case .texts(let values): values[row].map { .text($0) } ?? .missing
        case .numbers(let values): Value(values[row], as: type)
        }
    }

    /// Whether a condition holds for a row; false where it is missing.
    package func holds(_ row: Int) -> Bool {
        guard case .numbers(let values) = self else { return false }
        return values[row] == 1
    }

    /// Whether a condition is definitely false for a row.
    package func fails(_ row: Int) -> Bool {
        guard case .numbers(let values) = self else { return false }
        return values[row] == 0
    }
}

extension Value {
    /// A number of a column as its type reads it; NaN, and what is beyond the calendar, is missing.
    package init(_ number: Double, as type: ValueType) {
        guard !number.isNaN else {
            self = .missing
            return
        }
        switch type {
        case .number, .percent, .money: self = .number(number)
        case .boolean: self = .boolean(number != 0)
        case .date: self = Int(exactly: number.rounded()).map { .date(Day(number: $0)) } ?? .missing
        case .instant: self = Int64(exactly: number.rounded()).map { .instant(Instant(milliseconds: $0)) } ?? .missing
        case .duration:
            self = Int64(exactly: number.rounded()).map { .duration(TimeSpan(milliseconds: $0)) } ?? .missing
        case .text, .reason: self = .text("\(number)")
        }
    }
}
