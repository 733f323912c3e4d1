import Decisions
import Playbooks
import Storage
import Testing

/// `open` and `overdue`: each closing event closes the oldest commitment that is open.
struct CommitmentTests {
    private static let zone = Zone.utc
    private static let now = Instant(milliseconds: 20_000 * 86_400_000 + 43_200_000)

    private static var dataMap: DataMap {
        var map = DataMap()
        map.events += [
            EventKind(
                "promise", properties: [EventKind.Property("what", .text), EventKind.Property("by", .date)], due: "by",
                closedBy: "kept"),
            EventKind("kept"),
            EventKind(
                "task", properties: [EventKind.Property("what", .text), EventKind.Property("by", .instant)], due: "by",
                closedBy: "done"),
            EventKind("done", properties: [EventKind.Property("what", .text)]), EventKind("other"),
        ]
        return map
    }

    private struct Event {
        var account: Int64
        var kind: String
        var at: Int64
        var what: String?
        /// A day for a promise, milliseconds for a task.
        var by: Int64?
    }

    private func store(_ events: [Event]) throws -> Store {
        let store = try Scratch().store(accounts: 6)
        try store.write { connection in
            for (index, kind) in ["promise", "kept", "task", "done", "other"].enumerated() {
                try connection.execute(
                    "INSERT INTO event_kind (id, name) VALUES (:id, :name)",
                    ["id": .integer(Int64(index + 1)), "name": .text(kind)])
            }
            for (index, event) in events.enumerated() {
                let what = event.what.map { "\"what\": \"\($0)\"" }
                let by = event.by.map { "\"by\": \($0)" }
                try connection.execute(
                    """
                    INSERT INTO event (account_id, kind_id, at, received_at, dedup, properties)
                    SELECT :account, id, :at, 0, :dedup, :properties FROM event_kind WHERE name = :kind
                    """,
                    [
                        "account": .integer(event.account), "kind": .text(event.kind), "at": .integer(event.at),
                        "dedup": .text("\(index)"),
                        "properties": .text("{\([what, by].compactMap { $0 }.joined(separator: ", "))}"),
                    ])
            }
        }
        return store
    }

    /// The value for each account as it stands, and for an enrollment of each.
    private func values(_ text: String, _ store: Store) throws -> [[Int64?]] {
        let scope = ConditionScope(dataMap: Self.dataMap)
        let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
        let term = try #require(ConditionParser(scope).signal(source).0)
        return try store.read { connection in
            let context = try EvaluationContext(connection, dataMap: Self.dataMap, now: Self.now, zone: Self.zone)
            // Nothing of it depends on the enrollment, whose moment is after everything here.
            let evaluator = try EvaluatorTests.evaluator(connection, context, [term])
            let subjects = (0..<6).map { Subject(account: $0, since: context.now) }
            let columns = [Subjects.accounts, .some(subjects)].map { evaluator.column(term, of: $0) }
            return columns.map { column in
                (0..<6).map { row -> Int64? in
                    switch column.value(row, as: term.type) {
                    case .number(let number): Int64(exactly: number)
                    case .boolean(let isTrue): isTrue ? 1 : 0
                    default: nil
                    }
                }
            }
        }
    }

    @Test func aClosingEventClosesTheOldest() throws {
        let day: Int64 = 86_400_000
        let store = try store([
            // Two are open, one of them overdue; closing closes the older, which is the overdue one.
            Event(account: 1, kind: "promise", at: day, by: 19_000),
            Event(account: 1, kind: "promise", at: 2 * day, by: 30_000),
            Event(account: 2, kind: "promise", at: day, by: 19_000),
            Event(account: 2, kind: "promise", at: 2 * day, by: 30_000),
            Event(account: 2, kind: "kept", at: 3 * day),
            // What is closed before anything is open counts for nothing.
            Event(account: 3, kind: "kept", at: day), Event(account: 3, kind: "promise", at: 2 * day, by: 19_999),
            // Due today is not overdue; without a date nothing ever is; nor does the future count.
            Event(account: 4, kind: "promise", at: day, by: 20_000), Event(account: 4, kind: "promise", at: day),
            Event(account: 4, kind: "promise", at: 25_000 * day, by: 19_000), Event(account: 5, kind: "other", at: day),
        ])
        #expect(try values("open(promise)", store) == Array(repeating: [2, 1, 1, 2, 0, 0], count: 2))
        #expect(try values("overdue(promise)", store) == Array(repeating: [1, 0, 1, 0, 0, 0], count: 2))
    }

    @Test func eventsThatShareAPropertyAreMatchedByIt() throws {
        let now = Self.now.milliseconds
        let store = try store([
            Event(account: 1, kind: "task", at: 1, what: "train", by: now + 1),
            Event(account: 1, kind: "task", at: 2, what: "export", by: now - 1),
            Event(account: 1, kind: "done", at: 3, what: "export"), Event(account: 1, kind: "done", at: 4, what: "x"),
        ])
        #expect(try values("open(task)", store)[0].first == 1)
        #expect(try values("overdue(task)", store)[0].first == 0)
    }

    @Test func countsOfTheSameEventsStandBesideThem() throws {
        let store = try store([
            Event(account: 1, kind: "promise", at: 1, by: 1), Event(account: 1, kind: "promise", at: 2, by: 1),
            Event(account: 1, kind: "kept", at: 3),
        ])
        let term =
            "happened(promise) and overdue(promise) == 1 and count(promise) == 2 and open(promise) + open(task) == 1"
        #expect(try values(term, store).first?.first == 1)
    }

    /// The plainest reading: a list of what is open, one event after the other.
    private func counted(_ events: [Event], account: Int64, opening: String, closing: String, byWhat: Bool) -> (
        Int64, Int64
    ) {
        var open: [Event] = []
        let mine = events.enumerated().filter {
            $0.element.account == account && $0.element.at <= Self.now.milliseconds
        }
        let ordered = mine.sorted {
            let left = ($0.element.at, $0.element.kind == opening ? 0 : 1, $0.offset)
            return left < ($1.element.at, $1.element.kind == opening ? 0 : 1, $1.offset)
        }
        for (_, event) in ordered {
            if event.kind == opening { open.append(event) }
            if event.kind == closing, let oldest = open.firstIndex(where: { !byWhat || $0.what == event.what }) {
                open.remove(at: oldest)
            }
        }
        let limit = opening == "task" ? Self.now.milliseconds : 20_000
        return (Int64(open.count), Int64(open.count { $0.by.map { $0 < limit } ?? false }))
    }

    @Test(arguments: 1...20)
    func randomCommitmentsAreCountedAsOneByOne(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var events: [Event] = []
        for _ in 0..<120 {
            let kind = ["promise", "kept", "task", "done", "other"].randomElement(using: &random) ?? "other"
            let by: Int64 =
                kind == "task"
                ? Self.now.milliseconds + Int64.random(in: -5...5, using: &random)
                : Int64.random(in: 19_997...20_003, using: &random)
            events.append(
                Event(
                    account: Int64.random(in: 1...6, using: &random), kind: kind,
                    at: Int64.random(in: 1...30, using: &random),
                    what: ["a", "b", nil].randomElement(using: &random) ?? nil,
                    by: Bool.random(using: &random) || kind == "kept" || kind == "done" ? nil : by))
        }
        let store = try store(events)
        for (opening, closing, byWhat) in [("promise", "kept", false), ("task", "done", true)] {
            let expected = (1...6).map {
                counted(events, account: Int64($0), opening: opening, closing: closing, byWhat: byWhat)
            }
            for found in try values("open(\(opening))", store) { #expect(found == expected.map(\.0)) }
            for found in try values("overdue(\(opening))", store) { #expect(found == expected.map(\.1)) }
        }
    }
}
