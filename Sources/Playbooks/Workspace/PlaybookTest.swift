/// A test of a playbook: one account, and what must happen to it while time goes on.
///
/// It begins on Monday 2026-01-12 at 06:00 in the workspace's zone.
package struct PlaybookTest: Sendable, Hashable {
    /// Data of the account: what it has when the test begins, or what comes in during a stretch.
    package struct Facts: Sendable, Hashable {
        package var attributes: [Property] = []
        package var metrics: [Usage] = []
        package var events: [Event] = []
        /// Nil when the test does not speak of them.
        package var contacts: [Contact]?
    }

    /// An attribute or a property with its value.
    package struct Property: Sendable, Hashable {
        package var name: String
        package var value: Given

        package init(name: String, value: Given) {
            self.name = name
            self.value = value
        }
    }

    package enum Given: Sendable, Hashable {
        /// As an import takes it.
        case text(String)
        /// A date or moment, counted from the test's beginning or the stretch's end; negative for the past.
        case after(TimeSpan)
    }

    /// The values of a metric, one run of days after the other; the last one ends yesterday.
    package struct Usage: Sendable, Hashable {
        package var metric: String
        package var runs: [Run]

        /// The values of all days, the oldest first; nil for a day without data.
        package var days: [Double?] { runs.flatMap(\.days) }
    }

    /// So many of something every so many days, or nothing known.
    package struct Run: Sendable, Hashable {
        package var amount: Double?
        package var period: Int
        package var length: Int

        /// Whole amounts fall on days as evenly as whole numbers can; others are the same every day.
        var days: [Double?] {
            (0..<length).map { day in
                guard let amount else { return nil }
                guard amount == amount.rounded(), period > 1 else { return amount / Double(period) }
                let place = day % period
                func sum(_ days: Int) -> Double { (Double(days) * amount / Double(period)).rounded(.down) }
                return sum(place + 1) - sum(place)
            }
        }
    }

    package struct Event: Sendable, Hashable {
        package var name: String
        package var at: Given
        package var contact: String?
        package var properties: [Property]
    }

    package struct Contact: Sendable, Hashable {
        package var key: String
        package var attributes: [Property]

        package init(key: String, attributes: [Property]) {
            self.key = key
            self.attributes = attributes
        }
    }

    /// A stretch of time.
    package struct Stretch: Sendable, Hashable {
        /// How long it lasts; zero for the first, which lasts until what its cycle makes has gone out.
        package var length: TimeSpan
        package var facts: Facts
        /// Steps whose messages are answered as it begins.
        package var replies: [String] = []
        package var expectations: [Expectation]
    }

    /// What must have happened in a stretch.
    package struct Expectation: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            case match, noMatch, active, goal, noGoal, nothingSent
            case verdict(String)
            case sent(message: String, role: String?)
            case notSent(message: String)
            case exit(reason: String)
            case waited(step: String, isMet: Bool)
            /// What stands in a declared attribute of the account.
            case has(Attribute, Value)
        }

        package var kind: Kind
        package var text: String
        package var position: Position
    }

    package var name: String
    package var position: Position
    package var variant: String?
    /// The first is the beginning.
    package var stretches: [Stretch]

    /// The day on which every test begins, a Monday.
    package static let firstDay = Day(year: 2026, month: 1, day: 12) ?? Day(number: 20_465)

    /// The key of the contact that an account has when the test names none.
    package static let defaultContact = "ada"
}
