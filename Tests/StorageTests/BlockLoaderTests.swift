import Decisions
import Playbooks
import Storage
import Testing

/// What a block holds of the rows of each table.
struct BlockLoaderTests {
    private let now = ConditionWorld.now.milliseconds

    private static let objects = [
        #"{"text": "pro", "number": 12, "money": 1999, "flag": true, "day": 20531, "at": 1774022400000}"#,
        #"{ "number" : -1.5e2 , "text":"a\"b\\c\/d\n\t" , "flag":false }"#,
        #"{"text": "\u00e9\ud83d\ude42x", "other": {"text": "no", "x": [1, "]", {"}": 2}]}, "number": 0}"#,
        #"{"text": 12, "number": "12", "flag": 1, "money": 12.5}"#, #"{"text": 1.5, "number": true, "money": null}"#,
        #"{"text": {"a": [1, 2], "b": "x y"}, "number": [1], "flag": "x"}"#, #"{"text": "first", "text": "second"}"#,
        #"{"text": true, "number": 9007199254740993, "day": 1.0}"#, #"{"text": ""}"#, "{}", #"["text"]"#, "12",
    ]

    private static var dataMap: DataMap {
        var map = ConditionWorld.dataMap
        let types: [(String, ValueType)] = [
            ("text", .text), ("number", .number), ("money", .money), ("flag", .boolean), ("day", .date),
            ("at", .instant),
        ]
        map.events.append(EventKind("thing", properties: types.map { EventKind.Property($0, $1) }))
        return map
    }

    private func store(accounts: Int = 3) throws -> Store {
        let store = try Scratch().store(accounts: accounts)
        try AttributeColumns(ConditionWorld.dataMap).apply(to: store)
        try store.write { connection in
            try connection.execute("INSERT INTO event_kind (name) VALUES ('thing')")
        }
        return store
    }

    private func insert(_ id: Int64, account: Int64, at: Int64, _ json: String?, _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO event (id, account_id, kind_id, at, received_at, dedup, properties, contact_id)
            VALUES (:id, :account, 1, :at, 0, CAST(CAST(:id AS bigint) AS TEXT), :json, 7)
            """,
            ["id": .integer(id), "account": .integer(account), "at": .integer(at), "json": .optional(json)])
    }

    private func loader(_ connection: Connection) throws -> BlockLoader {
        try BlockLoader(
            connection,
            EvaluationContext(
                connection, dataMap: Self.dataMap, now: ConditionWorld.now, zone: .utc, risks: ["price": ["win-back"]]))
    }

    private func events(_ connection: Connection, _ properties: Set<String>) throws -> Block.Events? {
        var needs = Needs()
        needs.events["thing"] = Needs.OfEvents(window: nil, properties: properties)
        return try loader(connection).load(0...999, needs).events["thing"]
    }

    // MARK: Accounts

    /// The first two came without a date on the first day, the third two days later; the fourth brought a date.
    @Test func theMomentOfTheFirstImportIsNoFactAboutItsAccounts() throws {
        let store = try store(accounts: 4)
        let day: Int64 = 86_400_000
        try store.write { connection in
            for (id, created, seen) in [(1, 100, 100), (2, 101, 101), (3, 103, 103), (4, 50, 100)]
                as [(Int64, Int64, Int64)]
            {
                try connection.execute(
                    "UPDATE account SET created_at = :created, seen_at = :seen WHERE id = :id",
                    ["created": .integer(created * day), "seen": .integer(seen * day), "id": .integer(id)])
            }
        }
        try store.read { connection in
            let block = try loader(connection).load(0...999, Needs())
            let created = (0..<4).map { block.instant("created_at", $0)?.milliseconds }
            #expect(created == [nil, nil, 103 * day, 50 * day])
            // They exist since then, all the same: a day without a row is a day without usage.
            #expect(
                (0..<4).map { block.instant(Block.origin, $0)?.milliseconds } == [
                    100 * day, 101 * day, 103 * day, 50 * day,
                ])
        }
    }

    // MARK: Events

    @Test func propertiesAreThoseThatTheDatabaseReads() throws {
        let store = try store()
        let kind = try #require(Self.dataMap.event("thing"))
        try store.write { connection in
            for (index, json) in Self.objects.enumerated() {
                try insert(Int64(index + 1), account: 2, at: Int64(index), json, connection)
            }
        }
        try store.read { connection in
            let events = try events(connection, Set(kind.properties.map(\.name)))
            let found = try #require(events)
            let byID = try loader(connection).events(Self.objects.indices.map { Int64($0 + 1) })
            #expect(byID[1]?.contactID == 7 && byID[1]?.at == Instant(milliseconds: 0))
            for property in kind.properties {
                let rows = try connection.query("SELECT properties ->> '\(property.name)' FROM event ORDER BY id")
                for (index, row) in rows.enumerated() {
                    var expected = Value(stored: row[0], property.type)
                    if property.type == .money, case .number(let cents) = expected { expected = .number(cents / 100) }
                    let value = found.properties[property.name]?.value(index, as: property.type)
                    #expect(value == expected, "\(property.name) of \(Self.objects[index])")
                    let alone = byID[Int64(index + 1)]?.properties[property.name] ?? .missing
                    #expect(alone == expected, "\(property.name) of \(Self.objects[index])")
                }
            }
        }
    }

    @Test(arguments: [
        "", "{", "{\"text\"", "{\"text\": \"pro\"", "{\"text\": \"pro\\", "nonsense", "{\"text\": tru}", "{,}",
    ])
    func whatIsNoObjectHasNoProperties(_ json: String) throws {
        let store = try store()
        try store.write { try insert(1, account: 1, at: 1, json, $0) }
        try store.read { connection in
            let found = try events(connection, ["text"])
            #expect(found?.properties["text"] == .texts([nil]))
            let byID = try loader(connection).events([1, 2]).mapValues(\.properties)
            #expect(byID == [1: [:]])
        }
    }

    @Test func eventsComeInTheOrderOfTheirMomentsAndIDs() throws {
        let store = try store()
        try store.write { connection in
            // The index orders those of one moment by their properties.
            try insert(4, account: 2, at: 5, #"{"text": "a"}"#, connection)
            try insert(2, account: 2, at: 5, #"{"text": "z"}"#, connection)
            try insert(3, account: 2, at: 5, #"{"text": "m"}"#, connection)
            try insert(1, account: 2, at: 9, nil, connection)
            try insert(5, account: 3, at: 1, #"{"text": "b"}"#, connection)
            try insert(6, account: 1, at: now + 1, #"{"text": "later"}"#, connection)
        }
        try store.read { connection in
            let events = try events(connection, ["text"])
            let found = try #require(events)
            #expect(found.starts == [0, 0, 4, 5] && found.ids == [2, 3, 4, 1, 5])
            #expect(found.properties["text"] == .texts(["z", "m", "a", nil, "b"]))
        }
    }

    // MARK: Accounts and contacts

    @Test func attributesAreInTheUnitsOfConditions() throws {
        let store = try store()
        try store.write { connection in
            try connection.execute(
                """
                UPDATE account SET mrr = 4990, a_plan = 'pro', a_seats = 2.5, a_vip = 1, a_renewal_at = 20540,
                    journey = 'start', churned_at = 5, status = 'churned' WHERE id = 2
                """)
        }
        try store.read { connection in
            var needs = Needs()
            needs.attributes = ["mrr", "plan", "seats", "vip", "renewal_at", "unheard", Block.journey]
            let block = try loader(connection).load([2], needs)
            #expect(block.ids == [2] && block.attributes["unheard"] == nil)
            #expect(block.attributes["mrr"] == .numbers([49.9]) && block.attributes["seats"] == .numbers([2.5]))
            #expect(block.attributes["vip"] == .numbers([1]) && block.attributes["renewal_at"] == .numbers([20_540]))
            #expect(block.attributes["plan"] == .texts(["pro"]) && block.attributes[Block.journey] == .texts(["start"]))
            #expect(
                block.attributes["status"] == .texts(["churned"]) && block.attributes["churned_at"] == .numbers([5]))
        }
    }

    @Test func contactsComeWithWhatTheirAddressesMustNotBeSent() throws {
        let store = try store()
        try store.write { connection in
            for (id, account, key, address) in [(1, 3, "b", "x@y.z"), (2, 1, "z", "a@b.c"), (3, 1, "a", nil)]
                as [(Int64, Int64, String, String?)]
            {
                try connection.execute(
                    """
                    INSERT INTO contact (id, account_id, key, address, role, c_title)
                    VALUES (:id, :account, :key, :address, 'owner', 'CEO')
                    """,
                    [
                        "id": .integer(id), "account": .integer(account), "key": .text(key),
                        "address": .optional(address),
                    ])
            }
            try connection.execute(
                """
                INSERT INTO suppression (address, category, reason, at)
                VALUES ('x@y.z', '', 'bounced', 0), ('x@y.z', 'tips', 'unsubscribed', 0), ('other', '', 'bounced', 0)
                """)
        }
        try store.read { connection in
            var needs = Needs()
            needs.contacts = ["role", "title", "address"]
            let block = try loader(connection).load(0...999, needs)
            let contacts = try #require(block.contacts)
            #expect(contacts.starts == [0, 2, 2, 3] && contacts.ids == [2, 3, 1])
            #expect(contacts.columns["address"] == .texts(["a@b.c", nil, "x@y.z"]))
            #expect(contacts.text("title", 2) == "CEO")
            #expect(
                contacts.suppressions == [
                    2: [
                        Block.Suppression(category: "", reason: "bounced"),
                        Block.Suppression(category: "tips", reason: "unsubscribed"),
                    ]
                ])
        }
    }

    // MARK: Series

    @Test func daysAreGatheredForTheAccountsThatThereAre() throws {
        let store = try store(accounts: 1_200)
        var writer = SeriesWriter()
        for account: Int64 in [1, 2, 999, 1_000, 1_001] {
            for day in 20_520...20_532 { writer.add(metric: 1, account: account, day: day, value: Double(account)) }
        }
        try writer.flush(to: store)
        try store.read { connection in
            var context = try EvaluationContext(
                connection, dataMap: Self.dataMap, now: ConditionWorld.now, zone: .utc,
                lastCompleteDay: ["logins": Day(number: 20_531)])
            var needs = Needs()
            needs.metrics["logins"] = 3
            let some = try BlockLoader(connection, context).load([1, 3, 999], needs).metrics["logins"]
            #expect(some?.days == [20_529, 20_530, 20_531] && some?.values.count == 9)
            #expect(some?.values[3] == 1 && some?.values[4].isNaN == true && some?.values[5] == 999)
            let next = try BlockLoader(connection, context).load(1_000...1_999, needs)
            #expect(next.ids.count == 201 && next.metrics["logins"]?.values.prefix(2) == [1_000, 1_001])
            let earlier = context.now - .days(4)
            let long = try BlockLoader(connection, context).load([1], needs, earliest: earlier).metrics["logins"]
            #expect(long?.days.first == 20_525 && long?.days.last == 20_531)
            context.lastCompleteDay = [:]
            let none = try BlockLoader(connection, context).load([1], needs)
            #expect(none.metrics.isEmpty)
        }
    }

    // MARK: What became of enrollments

    @Test func stepsAreTheTouchesAndPassagesOfAnEnrollment() throws {
        let store = try store()
        try store.write { connection in
            try connection.executeScript(
                """
                INSERT INTO enrollment (id, account_id, playbook_id, version_id, match_key, experiment_id, arm, entered_at,
                    exclusive) VALUES (11, 2, 1, 1, '', 1, 'treated', 5, 0), (12, 3, 1, 1, '', 1, 'treated', 5, 0);
                INSERT INTO touch (id, enrollment_id, account_id, playbook_id, version_id, step, recipient, kind, channel,
                    category, message, ghost, state, priority, due_at, not_before, expires_at, variables, claimed_at,
                    settled_at)
                VALUES (21, 11, 2, 1, 1, 'email_1', 'a@b.c', 'email', 'c', 'x', 'm', 0, 'sent', 50, 0, 0, 0, '{}', 6, 7),
                    (22, 11, 2, 1, 1, 'email_2', 'a@b.c', 'email', 'c', 'x', 'm', 0, 'pending', 50, 0, 0, 0, '{}', NULL,
                    NULL);
                INSERT INTO outcome (account_id, touch_id, kind, at, dedup) VALUES (2, 21, 'opened', 9, 'a'),
                    (2, 21, 'opened', 8, 'b'), (2, 21, 'bounced', 8, 'c');
                INSERT INTO passage (account_id, enrollment_id, step, result, at) VALUES (2, 11, 'wait_1', 'met', 10);
                """)
        }
        try store.read { connection in
            var expected = StepFacts()
            expected.touches = [
                StepFacts.Touch(
                    step: "email_1", state: .sent, settledAt: Instant(milliseconds: 7),
                    outcomes: ["opened": Instant(milliseconds: 8)]), StepFacts.Touch(step: "email_2", state: .pending),
            ]
            expected.passages["wait_1"] = StepFacts.Passage(result: .met, at: Instant(milliseconds: 10))
            let steps = try loader(connection).steps(of: [11, 12])
            #expect(steps == [11: expected, 12: StepFacts()])
        }
    }
}

/// What a person asks for before anything has been imported with it.
@Test func anAttributeThatWasDeclaredJustNowIsMissing() throws {
    let store = try Scratch().store(accounts: 2)
    var map = DataMap()
    map.attributes = [Attribute("region", .text), Attribute("seats", .number)]
    map.contactAttributes = [Attribute("title", .text)]
    try store.read { connection in
        let context = try EvaluationContext(connection, dataMap: map, now: ConditionWorld.now, zone: .utc)
        var needs = Needs()
        needs.attributes = ["region", "seats"]
        needs.contacts = ["title"]
        let block = try BlockLoader(connection, context).load(0...999, needs)
        #expect(block.count == 2)
        #expect(block.attributes["region"]?.cell(0) == .text(nil))
        guard case .number(let seats)? = block.attributes["seats"]?.cell(1) else { return #expect(Bool(false)) }
        #expect(seats.isNaN)
    }
}
