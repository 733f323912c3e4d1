/// The type of a value in the data map and in conditions.
package enum ValueType: String, Sendable, Hashable, Codable {
    /// A number without a unit.
    case number
    /// A relative change or a share; 0.4 is written `40%`, and it compares with numbers.
    case percent
    /// Money, stored in minor units (cents) and compared in major ones.
    case money
    case text
    case boolean
    /// A calendar day, stored as a day number.
    case date
    /// A moment, stored in milliseconds.
    case instant
    /// A length of time, stored in milliseconds.
    case duration
    /// The name of a reason of the data map.
    case reason

    package var isNumeric: Bool { self == .number || self == .percent || self == .money }
}

/// A value with its type, as a condition, an import or a message holds it.
package enum Value: Sendable, Hashable, Codable {
    case missing
    /// Numbers, percents (0.4 for 40 %) and money in major units.
    case number(Double)
    case text(String)
    case boolean(Bool)
    case date(Day)
    case instant(Instant)
    case duration(TimeSpan)
}
