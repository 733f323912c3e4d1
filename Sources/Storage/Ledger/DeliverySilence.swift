import Foundation
package import Playbooks

/// A channel that accepts messages, and whose provider has stopped to tell what became of them: messages that go nowhere
/// look the same as messages that arrive, until somebody asks.
package struct DeliverySilence: Sendable, Equatable {
    /// One message that a channel has accepted.
    package struct Message: Sendable, Equatable {
        package var acceptedAt: Instant
        /// When the provider first told what became of it; nil when it never did.
        package var reportedAt: Instant?

        package init(acceptedAt: Instant, reportedAt: Instant?) {
            self.acceptedAt = acceptedAt
            self.reportedAt = reportedAt
        }
    }

    /// How many of the newest messages, all older than `hours`, nothing was told of.
    package var messages: Int
    package var since: Instant
    /// By when the channel usually has told: its own 95th percentile, from 1 to 24 hours.
    package var hours: Int
    /// Whether the provider told of anything before.
    package var hasToldBefore: Bool

    /// Fewer messages say nothing.
    private static let fewest = 20
    /// A run of silence that chance would bring less often than that is none.
    private static let chance = 0.001

    /// Nil when the channel tells as it usually does.
    ///
    /// The run of the newest unreported messages is compared with the share that was reported before it: with a share r, k
    /// messages in a row are unreported by chance with probability (1 - r)^k.
    ///
    /// - Parameter messages: from the oldest to the newest.
    package init?(_ messages: [Message], now: Instant) {
        let delays = messages.compactMap { message in
            message.reportedAt.map { max(0, ($0 - message.acceptedAt).milliseconds) }
        }.sorted()
        let usual = delays.isEmpty ? .max : delays[(delays.count * 95 - 1) / 100]
        hours = delays.isEmpty ? 24 : Int(min(24, max(1, usual / 3_600_000 + 1)))
        let limit = now - .hours(Int64(hours))
        let due = messages.filter { $0.acceptedAt < limit || $0.reportedAt != nil }
        let silent = due.reversed().prefix { $0.reportedAt == nil }
        let before = due.dropLast(silent.count)
        guard silent.count >= Self.fewest, let first = silent.last else { return nil }
        self.messages = silent.count
        since = first.acceptedAt
        hasToldBefore = !before.isEmpty
        guard hasToldBefore else { return }
        let share = Double(before.count { $0.reportedAt != nil }) / Double(before.count)
        guard pow(1 - share, Double(silent.count)) < Self.chance else { return nil }
    }

    /// For people.
    package func sentence(in zone: Zone) -> String {
        let accepted = "accepted \(messages) messages since \(since.text(in: zone))"
        guard hasToldBefore else { return "\(accepted), but no delivery event has ever come" }
        return "\(accepted), but of none has a delivery event come within \(hours) h, by which it usually does"
    }
}
