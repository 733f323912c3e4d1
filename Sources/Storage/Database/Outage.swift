package import Playbooks

/// When the server of the database could not be reached, as a runner met it; in process time.
package struct Outage: Sendable, Equatable {
    package var from: Instant
    package var to: Instant

    package init(from: Instant, to: Instant) {
        (self.from, self.to) = (from, to)
    }

    /// The last one; nil where there was none.
    package init?(_ connection: Connection) throws {
        let words = try Meta.outage.read(connection)?.split(separator: " ").compactMap { Int64($0) } ?? []
        guard words.count == 2 else { return nil }
        self.init(from: Instant(milliseconds: words[0]), to: Instant(milliseconds: words[1]))
    }

    package func write(_ connection: Connection) throws {
        try Meta.outage.write("\(from.milliseconds) \(to.milliseconds)", connection)
    }
}
