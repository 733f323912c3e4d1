/// A place in a text; lines and columns count from 1, columns in Unicode scalars.
package struct TextPlace: Sendable, Hashable {
    package var line = 1
    package var column = 1

    package init() {}

    /// Moves behind the scalars.
    mutating func advance(over scalars: Substring.UnicodeScalarView) {
        for scalar in scalars {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}

/// What is wrong with a text, and where.
package struct TextComplaint: Error, Sendable, Hashable {
    package var place: TextPlace
    package var message: String

    package init(_ message: String, at place: TextPlace = TextPlace()) {
        self.place = place
        self.message = message
    }
}
