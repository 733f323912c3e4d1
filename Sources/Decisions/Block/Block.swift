package import Playbooks

/// The facts of up to 1,000 accounts as they are known at one moment, column by column.
///
/// A block holds what `Needs` asked for and nothing else; what was not asked for is missing. Rows of an account are found
/// by its index in `ids`.
package struct Block: Sendable {
    /// Ascending.
    package var ids: [Int64]
    /// By the attribute's name. `status`, `created_at` and `churned_at` are always there.
    package var attributes: [String: Column] = [:]
    package var metrics: [String: DailyValues] = [:]
    /// By the kind's name.
    package var events: [String: Events] = [:]
    /// By the attribute's name.
    package var history: [String: Changes] = [:]
    package var contacts: Contacts?
    /// Whether each account has a match that stands of a playbook, by the playbook's name.
    package var risks: [String: [Bool]] = [:]
    /// Touches that the claim let through.
    package var touches = Grouped<PlaybookMoment>()
    package var enrollments = Grouped<PlaybookMoment>()

    /// Under which name `attributes` holds the journey that an account is on; no declared attribute can have it.
    package static let journey = "account.journey"
    /// Under which name `attributes` holds the moment from which an account is known to exist, where that may be before or
    /// without its `created_at`.
    package static let origin = "account.origin"

    package init(ids: [Int64]) {
        self.ids = ids
    }

    package var count: Int { ids.count }

    /// A text attribute of one account.
    package func text(_ name: String, _ account: Int) -> String? {
        guard case .texts(let values)? = attributes[name] else { return nil }
        return values[account]
    }

    /// What each account did of a metric on one day; 0 where nothing is stored.
    package func values(of metric: String, on day: Day) -> [Double] {
        guard let daily = metrics[metric], let index = daily.days.firstIndex(of: day.number) else {
            return [Double](repeating: 0, count: count)
        }
        return daily.values[index * count..<(index + 1) * count].map { $0.isNaN ? 0 : $0 }
    }

    /// What is stored of a metric for one account on some days, added up; nil where nothing is.
    package func sum(of metric: String, account: Int, days: Int, endingAt last: Day) -> Double? {
        total(of: metric, account: account, days: days, endingAt: last)?.sum
    }

    /// The same, with the number of days that something is stored of.
    package func total(
        of metric: String, account: Int, days: Int, endingAt last: Day
    ) -> (sum: Double, days: Int)? {
        guard let daily = metrics[metric] else { return nil }
        var total: (sum: Double, days: Int)?
        var index = daily.firstIndex(from: last.number - days + 1)
        while index < daily.days.count, daily.days[index] <= last.number {
            let value = daily.values[index * count + account]
            if !value.isNaN { total = ((total?.sum ?? 0) + value, (total?.days ?? 0) + 1) }
            index += 1
        }
        return total
    }

    /// An attribute of one account that is a moment.
    package func instant(_ name: String, _ account: Int) -> Instant? {
        guard case .instant(let instant)? = attributes[name]?.value(account, as: .instant) else { return nil }
        return instant
    }

    /// A value that takes the place of what was loaded.
    package enum Cell: Sendable, Equatable {
        case text(String?)
        case number(Double)

        /// A value in the units of its column.
        package init(_ value: Value) {
            switch Scalar(value) {
            case .number(let number): self = .number(number)
            case .text(let text): self = .text(text)
            }
        }

        /// Missing is missing, which no number that is none equals.
        package static func == (left: Cell, right: Cell) -> Bool {
            switch (left, right) {
            case (.text(let left), .text(let right)): left == right
            case (.number(let left), .number(let right)): left == right || left.isNaN && right.isNaN
            default: false
            }
        }
    }

    package mutating func set(_ name: String, _ cell: Cell, at account: Int) {
        attributes[name]?.set(cell, at: account)
    }

    /// The values of one metric, day after day, one for each account; days without any are left out.
    package struct DailyValues: Sendable {
        /// Day numbers, ascending.
        package var days: [Int] = []
        /// As many for each day as the block has accounts; NaN is "no data".
        package var values: [Double] = []

        package init() {}
    }

    /// The events of one kind, by account and in the order of their moments and ids.
    package struct Events: Sendable {
        package var starts: [Int]
        package var ids: [Int64] = []
        /// Milliseconds.
        package var at: [Int64] = []
        /// The properties that were asked for.
        package var properties: [String: Column] = [:]

        package init(starts: [Int]) {
            self.starts = starts
        }

        /// The events of one account.
        package func range(_ account: Int) -> Range<Int> { starts[account]..<starts[account + 1] }
    }

    /// The changes of one attribute, by account and in the order of their moments.
    package struct Changes: Sendable {
        package var starts: [Int]
        package var at: [Int64] = []
        package var value: Column = .numbers([])
        package var previous: Column = .numbers([])

        package init(starts: [Int]) {
            self.starts = starts
        }

        package func range(_ account: Int) -> Range<Int> { starts[account]..<starts[account + 1] }
    }

    /// The contacts of the accounts, by account and id.
    package struct Contacts: Sendable {
        package var starts: [Int]
        package var ids: [Int64] = []
        /// By the attribute's name; `address`, the normalized one, and `number` too.
        package var columns: [String: Column] = [:]
        /// Under which name `columns` holds the number of text messages, in E.164; no declared attribute can have it.
        package static let number = "contact.number"
        /// What each contact's address and number must not be sent, by the contact's index; most have none.
        package var suppressions: [Int: [Suppression]] = [:]

        package init(starts: [Int]) {
            self.starts = starts
        }

        package func range(_ account: Int) -> Range<Int> { starts[account]..<starts[account + 1] }

        package func text(_ name: String, _ contact: Int) -> String? {
            guard case .texts(let values)? = columns[name] else { return nil }
            return values[contact]
        }

        package mutating func set(_ name: String, _ cell: Cell, at contact: Int) {
            columns[name]?.set(cell, at: contact)
        }
    }

    /// An address that is not written to.
    package struct Suppression: Sendable, Equatable {
        /// "" for all categories.
        package var category: String
        package var reason: String
        /// Whether its category is none of the files any more: until they say what became of it, it holds for all.
        package var isGone: Bool
        /// Whether it is the number that is not written to, and not the e-mail address.
        package var isOfNumber: Bool

        /// Whether it is the person who wants nothing, whatever it is sent by, and not an address that cannot be reached.
        package var isWish: Bool { ["unsubscribed", "complaint", Self.erased].contains(reason) }

        /// The reason of an address whose person asked to be forgotten.
        package static let erased = "erased"

        package init(category: String, reason: String, isGone: Bool = false, isOfNumber: Bool = false) {
            self.category = category
            self.reason = reason
            self.isGone = isGone
            self.isOfNumber = isOfNumber
        }
    }

    /// Something that a playbook did with an account.
    package struct PlaybookMoment: Sendable {
        package var playbook: String
        package var at: Instant

        package init(playbook: String, at: Instant) {
            self.playbook = playbook
            self.at = at
        }
    }

    /// Elements by account, in the order in which they were added.
    package struct Grouped<Element: Sendable>: Sendable {
        package var starts: [Int] = []
        package var elements: [Element] = []

        package init() {}

        /// Those of one account; none where nothing was loaded.
        package subscript(_ account: Int) -> ArraySlice<Element> {
            starts.isEmpty ? [] : elements[starts[account]..<starts[account + 1]]
        }
    }
}

extension Column {
    /// Puts a value of the column's own kind in the place of another.
    fileprivate mutating func set(_ cell: Block.Cell, at row: Int) {
        // Nobody else may hold the array while it is changed, or all of it is copied.
        switch self {
        case .texts(var values):
            guard case .text(let text) = cell else { return }
            self = .numbers([])
            values[row] = text
            self = .texts(values)
        case .numbers(var values):
            guard case .number(let number) = cell else { return }
            self = .numbers([])
            values[row] = number
            self = .numbers(values)
        }
    }

    /// The value of one row as it stands in the column.
    package func cell(_ row: Int) -> Block.Cell {
        switch self {
        case .texts(let values): .text(values[row])
        case .numbers(let values): .number(values[row])
        }
    }
}
