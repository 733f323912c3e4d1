import Decisions
import Playbooks
import Storage
import Testing

/// A few random accounts with everything that conditions look at, in memory and in a database.
struct ConditionWorld {
    struct Event {
        var id: Int64
        var kind: String
        var at: Int64
        /// As stored: money in cents, dates as day numbers.
        var properties: [String: SQLValue]
    }

    struct Change {
        var attribute: String
        var at: Int64
        var previous: SQLValue
        var value: SQLValue
    }

    struct Contact {
        var role: String?
        var status: String
        var title: String?
    }

    struct Account {
        var id: Int64
        /// Columns by attribute, as stored.
        var columns: [String: SQLValue]
        var metrics: [String: [Int: Double]] = [:]
        var events: [Event] = []
        var history: [Change] = []
        var contacts: [Contact] = []

        var created: Int64 { columns["created_at"]?.integer ?? 0 }
        var churned: Int64? { columns["churned_at"]?.integer }
    }

    /// One row of a population of enrollments.
    struct Enrollment {
        var id: Int64
        var account: Account
        var since: Int64
        var event: Event?
        var entry: [String: SQLValue]
    }

    /// In a zone whose clocks changed on 8 March, twelve days before now.
    static let zone = Zone("America/Chicago")
    static let now = Instant(milliseconds: 1_774_022_400_000)
    static let lastDays = ["logins": 20_531, "score": 20_530]

    var accounts: [Account] = []
    var enrollments: [Enrollment] = []

    static var dataMap: DataMap {
        var map = DataMap()
        map.attributes = [
            Attribute("plan", .text, values: ["free", "starter", "pro"]), Attribute("seats", .number),
            Attribute("health", .number, track: true), Attribute("renewal_at", .date), Attribute("vip", .boolean),
        ]
        map.contactAttributes = [Attribute("title", .text)]
        map.metrics = [Metric("logins"), Metric("score", absent: .missing), Metric("never")]
        map.events += [
            EventKind(
                "invoice",
                properties: [
                    EventKind.Property("amount", .money), EventKind.Property("plan", .text),
                    EventKind.Property("due_at", .date), EventKind.Property("paid", .boolean),
                    EventKind.Property("lines", .number),
                ]), EventKind("report"), EventKind("unheard"),
        ]
        map.reasons = [Reason("price"), Reason("value")]
        return map
    }

    static var scope: ConditionScope {
        var scope = ConditionScope(
            dataMap: dataMap, triggeringEvent: dataMap.event("invoice"), allowsEntry: true, playbooks: ["win-back"])
        let position = Position(file: "data.yaml")
        for (name, text) in [("base", "avg(logins, 7d)"), ("worth", "mrr * 2"), ("tier", "plan"), ("noted", "vip")] {
            if let term = ConditionParser(scope).signal(SourceText(name: name, text: text, position: position)).0 {
                scope.signals.append(NamedTerm(name: name, term: term, position: position))
            }
        }
        if let small = ConditionParser(scope).condition(
            SourceText(name: "small", text: "mrr < 100 and status == \"active\"", position: position)
        ).0 {
            scope.segments = [NamedTerm(name: "small", term: small, position: position)]
        }
        return scope
    }

    // MARK: Making

    init(accounts count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var eventID: Int64 = 0
        for id in 1...Int64(count) { accounts.append(Self.account(id, &eventID, &random)) }
        for id in 1...Int64(count) {
            let account = accounts[Int.random(in: 0..<count, using: &random)]
            let entry: [String: SQLValue] = [
                "base": Bool.random(using: &random)
                    ? .null : .real(Double(Int.random(in: 0...30, using: &random)) / 10),
                "worth": .real(Double(Int.random(in: 0...400, using: &random))), "tier": .text("pro"),
                "noted": .integer(Int64.random(in: 0...1, using: &random)),
            ]
            enrollments.append(
                Enrollment(
                    id: id, account: account, since: Self.now.milliseconds - Self.span(upTo: 40, &random),
                    event: account.events.first { $0.kind == "invoice" }, entry: entry))
        }
    }

    private static func span(upTo days: Int64, _ random: inout SeededGenerator) -> Int64 {
        Int64.random(in: 0...days * 86_400_000, using: &random)
    }

    private static func account(
        _ id: Int64, _ eventID: inout Int64, _ random: inout SeededGenerator
    ) -> Account {
        func maybe(_ value: SQLValue, _ random: inout SeededGenerator) -> SQLValue {
            Int.random(in: 0..<4, using: &random) == 0 ? .null : value
        }
        let created = now.milliseconds - span(upTo: 120, &random)
        let hasLeft = Int.random(in: 0..<4, using: &random) == 0
        let plans = ["free", "starter", "pro"]
        var account = Account(
            id: id,
            columns: [
                "key": .text("k\(id)"), "status": .text(hasLeft ? "churned" : "active"),
                "created_at": .integer(created),
                "churned_at": hasLeft
                    ? .integer(Int64.random(in: created...now.milliseconds, using: &random)) : .null,
                "mrr": maybe(.integer(Int64.random(in: 0...20_000, using: &random)), &random),
                "plan": maybe(.text(plans[Int.random(in: 0..<3, using: &random)]), &random),
                "seats": maybe(.real(Double(Int.random(in: 0...5, using: &random))), &random),
                "health": maybe(.real(Double(Int.random(in: 0...10, using: &random))), &random),
                "renewal_at": maybe(.integer(20_531 + Int64.random(in: -800...400, using: &random)), &random),
                "vip": maybe(.integer(Int64.random(in: 0...1, using: &random)), &random),
                "stage": maybe(.text("activated"), &random),
                "stage_since": maybe(.integer(now.milliseconds - span(upTo: 60, &random)), &random),
            ])
        for metric in ["logins", "score"] {
            let isSparse = Bool.random(using: &random)
            for day in 20_400...20_533 where Int.random(in: 0..<10, using: &random) < (isSparse ? 1 : 7) {
                account.metrics[metric, default: [:]][day] = Double(Int.random(in: -1...6, using: &random)) / 2
            }
        }
        for kind in ["invoice", "report"] where Bool.random(using: &random) {
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                eventID += 1
                var properties: [String: SQLValue] = [:]
                if Bool.random(using: &random) {
                    properties["amount"] = .integer(Int64.random(in: 0...9_999, using: &random))
                }
                if Bool.random(using: &random) {
                    properties["plan"] = .text(plans[Int.random(in: 0..<3, using: &random)])
                }
                if Bool.random(using: &random) {
                    properties["due_at"] = .integer(20_531 + Int64.random(in: -9...9, using: &random))
                }
                if Bool.random(using: &random) {
                    properties["paid"] = .integer(Int64.random(in: 0...1, using: &random))
                }
                if Bool.random(using: &random) {
                    properties["lines"] = .integer(Int64.random(in: 1...4, using: &random))
                }
                // Some lie ahead of now, and some share a moment.
                let at = now.milliseconds + 3 * 86_400_000 - span(upTo: 60, &random) / 3_600_000 * 3_600_000
                account.events.append(Event(id: eventID, kind: kind, at: at, properties: properties))
            }
        }
        for attribute in ["mrr", "health", "status"] where Bool.random(using: &random) {
            var value = account.columns[attribute] ?? .null
            var at = now.milliseconds + 2 * 86_400_000
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                at -= span(upTo: 30, &random) + 1
                let previous: SQLValue =
                    switch attribute {
                    case "mrr": maybe(.integer(Int64.random(in: 0...9, using: &random) * 1_000), &random)
                    case "health": maybe(.real(Double(Int.random(in: 0...10, using: &random))), &random)
                    default: .text(Bool.random(using: &random) ? "active" : "churned")
                    }
                account.history.append(Change(attribute: attribute, at: at, previous: previous, value: value))
                value = previous
            }
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            account.contacts.append(
                Contact(
                    role: Bool.random(using: &random) ? "owner" : Bool.random(using: &random) ? "billing" : nil,
                    status: Bool.random(using: &random) ? "active" : "left",
                    title: Bool.random(using: &random) ? "CEO" : nil))
        }
        return account
    }

    // MARK: Writing

    func write(to store: Store) throws {
        try AttributeColumns(Self.dataMap).apply(to: store)
        try store.write { connection in
            for name in ["logins", "score", "never"] {
                try connection.execute("INSERT INTO metric (name) VALUES (:name)", ["name": .text(name)])
            }
            for name in ["report", "invoice"] {
                try connection.execute("INSERT INTO event_kind (name) VALUES (:name)", ["name": .text(name)])
            }
            for account in accounts { try write(account, connection) }
        }
        var writer = SeriesWriter()
        for account in accounts {
            for (metric, days) in account.metrics {
                let id: Int64 = metric == "logins" ? 1 : 2
                for (day, value) in days { writer.add(metric: id, account: account.id, day: day, value: value) }
            }
        }
        try writer.flush(to: store)
    }

    private func write(_ account: Account, _ connection: Connection) throws {
        let names = account.columns.keys.sorted()
        try connection.execute(
            """
            INSERT INTO account (id, \(names.map(AttributeColumns.ofAccount).joined(separator: ", ")))
            VALUES (:id, \(names.map { ":" + $0 }.joined(separator: ", ")))
            """, account.columns.merging(["id": .integer(account.id)]) { $1 })
        for event in account.events {
            try connection.execute(
                """
                INSERT INTO event (id, account_id, kind_id, at, received_at, dedup, properties)
                VALUES (:id, :account, (SELECT id FROM event_kind WHERE name = :kind), :at, :at, CAST(CAST(:id AS bigint) AS TEXT), :json)
                """,
                [
                    "id": .integer(event.id), "account": .integer(account.id), "kind": .text(event.kind),
                    "at": .integer(event.at),
                    "json": event.properties.isEmpty ? .null : .text(Self.json(event.properties)),
                ])
        }
        for change in account.history {
            try connection.execute(
                """
                INSERT INTO history (account_id, attribute, at, value, previous)
                VALUES (:account, :attribute, :at, :value, :previous)
                """,
                [
                    "account": .integer(account.id), "attribute": .text(change.attribute), "at": .integer(change.at),
                    "value": connection.dialect.stored(change.value),
                    "previous": connection.dialect.stored(change.previous),
                ])
        }
        for (index, contact) in account.contacts.enumerated() {
            try connection.execute(
                """
                INSERT INTO contact (account_id, key, role, status, c_title)
                VALUES (:account, :key, :role, :status, :title)
                """,
                [
                    "account": .integer(account.id), "key": .text("c\(index)"), "role": .optional(contact.role),
                    "status": .text(contact.status), "title": .optional(contact.title),
                ])
        }
    }

    static func context(_ connection: Connection) throws -> EvaluationContext {
        try EvaluationContext(
            connection, dataMap: dataMap, now: now, zone: try #require(zone),
            lastCompleteDay: lastDays.mapValues { Day(number: $0) }, risks: ["price": ["win-back"]])
    }

    private static func json(_ object: [String: SQLValue]) -> String {
        "{\(object.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \(json($0.value, isBoolean: $0.key == "paid"))" }.joined(separator: ", "))}"
    }

    private static func json(_ value: SQLValue, isBoolean: Bool = false) -> String {
        switch value {
        case .integer(let number): isBoolean ? (number == 1 ? "true" : "false") : "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .null, .blob: "null"
        }
    }
}
