import Foundation
import Playbooks
import Reliability
import Runner
import Storage
import Testing

/// Random playbooks and random facts, which can be lived through at any moments of cycles.
///
/// What only somebody who looks more often can know does not come up: attributes stay as they are for five days or more,
/// events wait for longer than the busiest account needs, campaigns whose occurrences could overtake each other have
/// one step, and nothing happens in the last nine days.
struct RandomLife: CustomStringConvertible {
    /// A change of the world that the program learns of at a moment.
    private struct Fact {
        var known: Instant
        var sql: String
    }

    static let start = noon(20_000, hours: -11)
    /// How long there are new facts.
    private static let days = 12
    static let end = noon(20_021, hours: 1)

    private(set) var playbooks: [String: String] = [:]
    private var accounts: [[String]] = []
    private var facts: [Fact] = []
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        var dice = Dice(seed)
        for number in 1...(3 + dice.below(3)) {
            // The first is the owner; the others have other roles.
            accounts.append((0...dice.below(3)).map { ["owner", "admin", "user"][$0] })
            addAttributes(of: number, &dice)
            addEvents(of: number, &dice)
        }
        // In the order in which the program learns of them, so that ids are the same in every life.
        facts.sort { ($0.known, $0.sql) < ($1.known, $1.sql) }
        addPlaybooks(&dice)
    }

    var description: String {
        "life \(seed): " + playbooks.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n")
    }

    // MARK: Facts

    private mutating func addAttributes(of account: Int, _ dice: inout Dice) {
        for (column, values) in [("a_seats", ["2", "7"]), ("a_plan", ["'free'", "'pro'"])] {
            var turn = dice.below(2)
            var hour = 1
            while hour < Self.days * 24 {
                facts.append(
                    Fact(
                        known: Self.start + .hours(Int64(hour)) - .minutes(Int64(dice.below(60))),
                        sql: "UPDATE account SET \(column) = \(values[turn]) WHERE id = \(account)"))
                turn = 1 - turn
                hour += 5 * 24 + dice.below(3 * 24)
            }
        }
    }

    private mutating func addEvents(of account: Int, _ dice: inout Dice) {
        for (kind, most) in [("signed", 3), ("answered", 3), ("left", 1)] {
            for _ in 0..<dice.below(most + 1) {
                let at = Self.start + .minutes(Int64(60 + dice.below((Self.days - 1) * 24 * 60)))
                let delay = dice.below(2) == 0 ? 0 : dice.below(600)
                let known = at + .minutes(Int64(delay))
                let contacts = accounts[account - 1]
                let contact = dice.below(contacts.count + 1)
                let by = contact < contacts.count ? "'\(contacts[contact])'" : "NULL"
                let properties = "{\"deal\": \"\(["x", "y", "z"][dice.below(3)])\", \"score\": \(dice.below(10))}"
                facts.append(
                    Fact(
                        known: known,
                        sql: """
                            INSERT INTO event (account_id, kind_id, contact_id, at, received_at, dedup, properties)
                            SELECT \(account), k.id, (SELECT id FROM contact WHERE account_id = \(account) AND key = \(by)),
                                \(at.milliseconds), \(known.milliseconds), (SELECT count(*) FROM event), '\(properties)'
                            FROM event_kind AS k WHERE k.name = '\(kind)'
                            """))
            }
        }
    }

    // MARK: Playbooks

    private static let roads = [
        ["email: hello.md"], ["email: hello.md", "wait: 4h", "email: hello.md"], ["wait: 6h", "email: hello.md"],
        ["email: hello.md", "wait: 20h"], ["email: hello.md", "email: hello.md"],
    ]

    private mutating func addPlaybooks(_ dice: inout Dice) {
        let isExclusive = dice.below(2) == 0
        for number in 1...(4 + dice.below(3)) {
            let name = "p\(number)"
            var more = ["priority: \(dice.below(100))"]
            var steps = Self.roads[dice.below(Self.roads.count)]
            var trigger: String
            var recipients = ["[owner]", "everyone", "[admin, owner]"]
            let kind = number == 1 && isExclusive ? 9 : dice.below(7)
            switch kind {
            case 0, 1:
                trigger = "when: " + ["seats > 4", "plan == \"free\""][dice.below(2)]
                more += [
                    "reentry: \(dice.below(3) == 0 ? "never" : "always")",
                    "rearm: \(dice.below(2) == 0 ? "3d" : "10d")",
                ]
            case 2, 3, 4:
                let event = dice.below(2) == 0 ? "signed" : "answered"
                trigger = "on: \(event)"
                if event == "answered", dice.below(3) == 0 { trigger += "\nif: event.score > 3" }
                if event == "signed", dice.below(2) == 0 { more.append("per: event.deal") }
                more += ["max_age: 15d", "reentry: \(dice.below(4) == 0 ? "never" : "always")"]
                recipients += ["event.contact", "[event.contact, owner]"]
            case 5 where !isExclusive:
                // Late or not, each occurrence is seen, and has one message.
                trigger = "at: daily at \(9 + dice.below(10)):00"
                more.append("misfire: run")
                steps = ["email: hello.md"]
            case 9:
                trigger = "on: left"
                more += ["exclusive: true", "max_age: 15d"]
                steps = [["email: hello.md"], ["wait: 10h"]][dice.below(2)]
            default:
                trigger = "at: weekly on \(["mon", "sat", "sun"][dice.below(3)]) at \(9 + dice.below(10)):00"
                more.append("misfire: run")
            }
            more.append("to: \(recipients[dice.below(recipients.count)])")
            playbooks[name] = TestWorkspace.playbook(name, trigger, more: more, steps: steps)
        }
    }

    // MARK: Lives

    /// Moments one to twenty hours apart.
    func anyMoments() -> [Instant] {
        var dice = Dice(seed &+ 1_000_000)
        var moments: [Instant] = []
        var moment = Self.start
        while moment < Self.end {
            moment = min(Self.end, moment + .minutes(Int64(60 + dice.below(19 * 60))))
            moments.append(moment)
        }
        return moments
    }

    /// A message: whom it went to, and for what. The same twice stands twice.
    func touches(runningAt moments: [Instant]) async throws -> [String] {
        try await lived(at: moments).test.rows(
            """
            SELECT a.key || ' ' || p.name || ' ' || e.match_key || ' ' || t.step || ' ' || t.recipient
            FROM touch AS t JOIN enrollment AS e ON e.id = t.enrollment_id JOIN account AS a ON a.id = t.account_id
            JOIN playbook AS p ON p.id = t.playbook_id ORDER BY 1
            """)
    }

    /// All that was decided.
    func books(runningAt moments: [Instant]) async throws -> [String] { try await lived(at: moments).test.dump() }

    private func lived(at moments: [Instant]) async throws -> LivedWorkspace {
        let map = LivedWorkspace.dataMap.replacing("{ score: number }", with: "{ score: number, deal: text }")
        let world = try LivedWorkspace(playbooks, map: map)
        let kinds = "INSERT INTO event_kind (name) VALUES ('signed'), ('answered'), ('left')"
        try world.test.addAccounts(accounts.count)
        try world.test.script(kinds)
        for (index, contacts) in accounts.enumerated() {
            for role in contacts.dropFirst() {
                let address = "\(role)\(index + 1)@example.com"
                try world.test.execute(
                    """
                    INSERT INTO contact (account_id, key, email, address, name, role)
                    VALUES (\(index + 1), '\(role)', '\(address)', '\(address)', 'Bo', '\(role)')
                    """)
            }
        }
        try await world.run(Self.start)
        var rest = facts[...]
        for moment in moments {
            let news = rest.prefix { $0.known <= moment }
            rest = rest.dropFirst(news.count)
            if !news.isEmpty { try world.test.script(news.map(\.sql).joined(separator: ";\n")) }
            try await world.run(moment)
        }
        #expect(rest.isEmpty)
        #expect(try world.test.integer("SELECT count(*) FROM touch WHERE state <> 'sent'") == 0, "\(self)")
        return world
    }
}
