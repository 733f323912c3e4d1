/// Days with names on which windows stay closed: a file of `calendars/`.
package struct HolidayCalendar: Sendable, Equatable {
    /// Whose days they are: the accounts with one of some values in an attribute.
    package struct Audience: Sendable, Equatable {
        package var attribute: String
        package var values: [String]
        package var position: Position
    }

    package var name: String
    package var days: [Day: String]
    /// Everybody when nil.
    package var audience: Audience?
    package var position: Position

    package init(_ name: String, days: [Day: String], audience: Audience? = nil, position: Position) {
        self.name = name
        self.days = days
        self.audience = audience
        self.position = position
    }

    /// The years that days may lie in, and for which those of every year are written out.
    package static let years = 1970...2100

    /// Whether its days are those of an account; without a value in the attribute they are not.
    package func serves(_ value: (_ attribute: String) -> String?) -> Bool {
        guard let audience else { return true }
        return value(audience.attribute).map(audience.values.contains) ?? false
    }
}

/// Days on which nothing goes out to anybody, `service` apart.
package struct Blackout: Sendable, Equatable {
    package var days: [Day: String] = [:]
    package var calendars: [String] = []
    package var position = Position(file: "keeptouch.yaml")

    package init() {}

    package var isEmpty: Bool { days.isEmpty && calendars.isEmpty }
}
