package import Playbooks

/// How the columns of a block came to be what they are: every change, so that the block can be what it was at a moment.
///
/// Status and dates of leaving follow from `history` and from `churned_at`, tracked attributes from `history`, requests to
/// cancel, roles and departures of contacts from their events; everything else is as it is now.
package struct AsOf: Sendable {
    /// Something that happened to a contact.
    package struct ContactEvent: Sendable {
        package enum Kind: Sendable, Equatable {
            case left, added
            case role(from: String?, to: String?)
        }

        /// Its index among the contacts of the block.
        package var contact: Int
        package var at: Int64
        package var kind: Kind

        package init(contact: Int, at: Int64, kind: Kind) {
            self.contact = contact
            self.at = at
            self.kind = kind
        }
    }

    private enum Place: Sendable, Hashable {
        case account(String)
        case contact(String)
    }

    /// The value from a moment on, and the one before.
    private struct Change: Sendable {
        var place: Place
        var row: Int
        var at: Int64
        var value: Block.Cell
        var previous: Block.Cell
    }

    /// Attributes of which every moment is known without a history of them.
    package static let known: Set = [
        "key", "name", "created_at", Block.origin, "status", "churned_at", "cancel_requested_at",
    ]
    /// The kinds of events that say when an account asked to cancel, and when it took that back.
    package static let cancelEvents = ["cancel_requested", "cancel_withdrawn"]

    /// By their moments.
    private var changes: [Change] = []
    /// The first change that has not happened yet.
    private var next = 0

    /// A block to which nothing happens.
    package init() {}

    /// - Parameters:
    ///   - block: as it stands now, with the history of `status` and of `tracked`, and the events in `cancelEvents`.
    ///   - hasJourneys: whether stages are what a trial makes of them, and the stored ones what the data said.
    ///   - contactEvents: in the order of their moments and ids.
    ///   - start: nobody asks for an earlier moment.
    package init(
        _ block: Block, tracked: [Attribute], hasJourneys: Bool, contactEvents: [ContactEvent], from start: Instant
    ) {
        addStatus(block)
        addCancels(block)
        for attribute in tracked where !Self.known.contains(attribute.name) { add(attribute, block, hasJourneys) }
        addContacts(contactEvents)
        changes = changes.filter { $0.at > start.milliseconds }.sorted { $0.at < $1.at }
    }

    /// Takes back all that has not happened by `start`.
    package func rewind(_ block: inout Block) {
        for change in changes.reversed() { Self.set(change.previous, change, &block) }
    }

    /// Lets happen what has happened by a moment, which is never before the last one.
    package mutating func advance(_ block: inout Block, to moment: Instant) {
        while next < changes.count, changes[next].at <= moment.milliseconds {
            Self.set(changes[next].value, changes[next], &block)
            next += 1
        }
    }

    private static func set(_ cell: Block.Cell, _ change: Change, _ block: inout Block) {
        switch change.place {
        case .account(let name): block.set(name, cell, at: change.row)
        case .contact(let name): block.contacts?.set(name, cell, at: change.row)
        }
    }

    private mutating func add(
        _ place: Place, _ row: Int, _ at: Int64, _ value: Block.Cell, _ previous: Block.Cell
    ) {
        changes.append(Change(place: place, row: row, at: at, value: value, previous: previous))
    }

    private static func moment(_ at: Int64?) -> Block.Cell { .number(at.map { Double($0) } ?? .nan) }

    // MARK: Accounts

    /// An account that was churned when it was first imported has no history of it.
    private mutating func addStatus(_ block: Block) {
        let history = block.history["status"]
        for account in block.ids.indices {
            var known: [(at: Int64, value: String)] = []
            if let history, case .texts(let values) = history.value {
                known = history.range(account).map { (history.at[$0], values[$0] ?? "") }
            }
            if let churned = block.instant("churned_at", account)?.milliseconds,
                !known.contains(where: { $0.at == churned })
            {
                known.append((churned, "churned"))
            }
            var last: Int64?
            for change in known.sorted(by: { $0.at < $1.at }) {
                let hasChurned = change.value == "churned"
                add(
                    .account("status"), account, change.at, .text(change.value),
                    .text(hasChurned ? "active" : "churned"))
                add(
                    .account("churned_at"), account, change.at, Self.moment(hasChurned ? change.at : nil),
                    Self.moment(change.value == "active" ? last : nil))
                last = change.at
            }
        }
    }

    private mutating func addCancels(_ block: Block) {
        let kinds = Self.cancelEvents.map { block.events[$0] }
        for account in block.ids.indices {
            var found: [(at: Int64, id: Int64, value: Int64?)] = []
            for (kind, events) in kinds.enumerated() {
                guard let events else { continue }
                for index in events.range(account) {
                    found.append((events.at[index], events.ids[index], kind == 0 ? events.at[index] : nil))
                }
            }
            var last: Int64?
            var sorted = found.sorted { ($0.at, $0.id) < ($1.at, $1.id) }[...]
            while let first = sorted.first {
                // Of several in one moment, the request counts.
                var (value, previous): (Int64?, Int64?)
                while let event = sorted.first, event.at == first.at {
                    value = [value, event.value].compactMap { $0 }.max()
                    previous = [previous, last].compactMap { $0 }.max()
                    last = event.value
                    sorted.removeFirst()
                }
                add(
                    .account("cancel_requested_at"), account, first.at, Self.moment(value), Self.moment(previous))
            }
        }
    }

    private mutating func add(_ attribute: Attribute, _ block: Block, _ hasJourneys: Bool) {
        guard let history = block.history[attribute.name] else { return }
        let isStage = attribute.name == "stage"
        let place = Place.account(isStage && hasJourneys ? "stage_imported" : attribute.name)
        let since = Place.account(hasJourneys ? "stage_imported_at" : "stage_since")
        for account in block.ids.indices {
            var last: Int64?
            for index in history.range(account) {
                add(place, account, history.at[index], history.value.cell(index), history.previous.cell(index))
                if isStage { add(since, account, history.at[index], Self.moment(history.at[index]), Self.moment(last)) }
                last = history.at[index]
            }
        }
    }

    // MARK: Contacts

    /// A contact is there from the first; of events only those say something that contradict that.
    private mutating func addContacts(_ events: [ContactEvent]) {
        struct Moment: Hashable {
            var contact: Int
            var at: Int64
        }
        var statuses: [Moment: (value: String, previous: String)] = [:]
        var roles: [Moment: (to: String?, from: String?)] = [:]
        var firstLeft: [Int: Int64] = [:]
        for event in events where event.kind == .left {
            firstLeft[event.contact] = min(firstLeft[event.contact] ?? .max, event.at)
        }
        for event in events {
            let moment = Moment(contact: event.contact, at: event.at)
            switch event.kind {
            case .left: statuses[moment] = Self.first(("left", "active"), statuses[moment])
            case .added:
                guard let left = firstLeft[event.contact], left < event.at else { continue }
                statuses[moment] = Self.first(("active", "left"), statuses[moment])
            case .role(let from, let to):
                let known = roles[moment]
                roles[moment] = (
                    [known?.to, to].compactMap { $0 }.max(), [known?.from, from].compactMap { $0 }.max()
                )
            }
        }
        for (moment, found) in statuses {
            add(.contact("status"), moment.contact, moment.at, .text(found.value), .text(found.previous))
        }
        for (moment, found) in roles {
            add(.contact("role"), moment.contact, moment.at, .text(found.to), .text(found.from))
        }
    }

    /// Of several in one moment, that the contact is there counts.
    private static func first(
        _ one: (value: String, previous: String), _ other: (value: String, previous: String)?
    ) -> (value: String, previous: String) {
        guard let other else { return one }
        return (min(one.value, other.value), min(one.previous, other.previous))
    }
}
