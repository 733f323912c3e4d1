import NIOConcurrencyHelpers

/// The variables of messages, which take long to find: each is looked for once in a cycle.
package final class FreezeCache: Sendable {
    struct Key: Hashable, Sendable {
        var version: Int64
        var message: String
        var channel: String
    }

    private let known = NIOLockedValueBox<[Key: Freeze]>([:])

    package init() {}

    func freeze(_ key: Key, _ find: () -> Freeze) -> Freeze {
        if let freeze = known.withLockedValue({ $0[key] }) { return freeze }
        let freeze = find()
        known.withLockedValue { $0[key] = freeze }
        return freeze
    }
}
