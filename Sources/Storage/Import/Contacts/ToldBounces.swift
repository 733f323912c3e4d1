import Playbooks

/// Addresses of which files of contacts say that mail does not arrive, or that their people called it spam.
///
/// As with a bounce that a webhook tells, nothing is sent to them; as with a list, only what is said for the first time counts.
struct ToldBounces {
    private var addresses: [String: SuppressionReason] = [:]
    private(set) var count = 0

    mutating func add(_ address: String, _ reason: SuppressionReason) {
        count += 1
        addresses[address] = reason
    }

    /// Suppresses what was added since the last time.
    mutating func apply(_ store: Store, _ connection: Connection, at now: Instant) throws {
        guard !addresses.isEmpty else { return }
        let listed = addresses.sorted { $0.key < $1.key }.map {
            ListedSuppression(address: $0.key, reason: $0.value, at: nil)
        }
        let writer = try ListedSuppressions(connection, now: now)
        var pace = Store.freshPace
        try store.writeInSlices(
            on: connection, count: listed.count, at: &pace, checkpointAfter: Store.importCheckpointPages
        ) { _, slice in
            for row in listed[slice] { _ = try writer.take(row) }
        }
        addresses.removeAll()
    }
}
