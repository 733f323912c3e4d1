/// Why a text about time could not be read: what was expected, and what stood there.
package struct TimeTextError: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
