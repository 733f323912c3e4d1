import Decisions
import Foundation
import Playbooks
import Reliability
import Statistics
import Storage
import Testing

/// Terms over a block that is read from a database, against the plainest reading of the same terms.
struct EvaluatorTests {
    /// All accounts of the first block, with what the terms read.
    static func evaluator(_ connection: Connection, _ context: EvaluationContext, _ terms: [Term]) throws -> Evaluator {
        let needs = Needs(of: terms, in: context.dataMap, risks: context.risks)
        return Evaluator(context, try BlockLoader(connection, context).load(0...999, needs))
    }

    /// What is other than in the reference, of the accounts of a world.
    private func differences(
        _ text: String, _ term: Term, _ world: ConditionWorld, _ context: EvaluationContext, _ connection: Connection
    ) throws -> [String] {
        let evaluator = try Self.evaluator(connection, context, [term])
        let column = evaluator.column(term, of: .accounts)
        var differences: [String] = []
        if evaluator.block.ids != world.accounts.map(\.id) { differences.append("\(text): \(evaluator.block.ids)") }
        for (index, account) in world.accounts.enumerated() {
            let expected = ReferenceEvaluator(account, zone: context.zone).value(term)
            let value = column.value(index, as: term.type)
            let alone = evaluator.value(term, of: Subject(account: index))
            if !ConditionSignals.isNear(value, expected) {
                differences.append("\(text) of \(account.id): \(value), not \(expected)")
            }
            if value != alone { differences.append("\(text) of \(account.id): \(value), alone \(alone)") }
        }
        return differences
    }

    private func subjects(_ world: ConditionWorld, _ block: Block, _ loader: BlockLoader) throws -> [Subject] {
        let events = try loader.events(world.enrollments.compactMap { $0.event?.id })
        let types: [String: ValueType] = ["base": .number, "worth": .money, "tier": .text, "noted": .boolean]
        return try world.enrollments.map { row in
            let account = try #require(block.ids.firstIndex(of: row.account.id))
            var subject = Subject(account: account, since: Instant(milliseconds: row.since))
            subject.event = row.event.flatMap { events[$0.id] }
            for (name, value) in row.entry { subject.entry[name] = Value(stored: value, types[name] ?? .number) }
            return subject
        }
    }

    private func enrollmentDifferences(
        _ text: String, _ term: Term, _ world: ConditionWorld, _ context: EvaluationContext, _ connection: Connection
    ) throws -> [String] {
        let evaluator = try Self.evaluator(connection, context, [term])
        let subjects = try subjects(world, evaluator.block, try BlockLoader(connection, context))
        let column = evaluator.column(term, of: .some(subjects))
        return zip(world.enrollments, subjects.indices).flatMap { row, index in
            let value = column.value(index, as: term.type)
            let alone = evaluator.value(term, of: subjects[index])
            let expected = ReferenceEvaluator(row, zone: context.zone).value(term)
            let isRight = ConditionSignals.isNear(value, expected)
            return (isRight ? [] : ["\(text) of enrollment \(row.id): \(value), not \(expected)"])
                + (value == alone ? [] : ["\(text) of enrollment \(row.id): \(value), alone \(alone)"])
        }
    }

    // MARK: The same as the reference

    @Test(arguments: [1, 2, 3] as [UInt64]) func everySignalOfEveryAccountIsThatOfTheReference(_ seed: UInt64) throws {
        var world = ConditionWorld(accounts: 200, seed: seed)
        let store = try Scratch().store()
        try world.write(to: store)
        if seed == 3 {
            try store.write { _ = try $0.execute("DELETE FROM account WHERE id % 7 IN (0, 1)") }
            world.accounts.removeAll { $0.id % 7 < 2 }
        }
        var dull: [String] = []
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            for text in ConditionSignals.signals + ConditionSignals.conditions {
                let term = try ConditionSignals.term(text)
                let found = try differences(text, term, world, context, connection)
                #expect(found.isEmpty, "\(found.prefix(3))")
                let column = try Self.evaluator(connection, context, [term]).column(term, of: .accounts)
                if Set(world.accounts.indices.map { column.value($0, as: term.type) }).count == 1 { dull.append(text) }
            }
        }
        // Where nothing varies, nothing is tested.
        #expect(
            seed != 1
                || dull == [
                    "seats / 0", "40% + 10%", "sum(never, 7d)", "idle(never) is missing", "count(unheard)",
                    "since(unheard)", "count(cancel_requested) == 0", "true",
                ])
    }

    @Test(arguments: [4, 5] as [UInt64]) func everySignalOfEveryEnrollmentIsThatOfTheReference(_ seed: UInt64) throws {
        let world = ConditionWorld(accounts: 200, seed: seed)
        let store = try Scratch().store()
        try world.write(to: store)
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            for text in ConditionSignals.signals + ConditionSignals.conditions + ConditionSignals.ofEnrollments {
                let found = try enrollmentDifferences(
                    text, try ConditionSignals.term(text), world, context, connection)
                #expect(found.isEmpty, "\(found.prefix(3))")
            }
        }
    }

    @Test func whateverConditionIsAcceptedHasTheAnswerOfTheReference() throws {
        let world = ConditionWorld(accounts: 12, seed: 6)
        let store = try Scratch().store()
        try world.write(to: store)
        let words = [
            " and ", " or ", "not ", " in [", "(", ")", " where ", " > ", "vip", "seats", "14d", "'", "--", " + ",
            " is missing", " / 0", "entry.base", "event.amount", "7d", "logins", "score", "invoice", "-1",
        ]
        let signals = ConditionSignals.signals + ConditionSignals.conditions + ConditionSignals.ofEnrollments
        let joined = Self.joined(signals, count: Rounds.count(2_000, long: 20_000))
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            var accepted = 0
            func complaint(_ text: String) throws -> String? {
                let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
                guard let term = ConditionParser(ConditionWorld.scope).signal(source).0 else { return nil }
                accepted += 1
                return try differences(text, term, world, context, connection).first
                    ?? enrollmentDifferences(text, term, world, context, connection).first
            }
            let wrong = try joined.compactMap { try complaint($0) }
            #expect(wrong.isEmpty, "\(wrong.prefix(5))")
            let findings = Fuzzer(signals, words: words, inputs: Rounds.count(1_000, long: 100_000)).run { bytes in
                try complaint(String(decoding: bytes, as: UTF8.self))
            }
            #expect(findings.failures.isEmpty, "\(findings.failures)")
            #expect(accepted > 500)
            Rounds.tell(joined.count + findings.inputs, "\(accepted) accepted, \(findings.figures)")
        }
    }

    /// Signals joined at random; by far not all of them are conditions.
    private static func joined(_ signals: [String], count: Int) -> [String] {
        var dice = Dice(11)
        let signs = [
            " and ", " or ", " + ", " - ", " * ", " / ", " == ", " < ", " >= ", " != ", " and not ", " or not ",
        ]
        func text(_ depth: Int) -> String {
            if depth == 0 || dice.below(4) == 0 { return signals[dice.below(signals.count)] }
            let joined = text(depth - 1) + signs[dice.below(signs.count)] + text(depth - 1)
            switch dice.below(6) {
            case 0: return "(\(joined)) is missing"
            case 1: return "-(\(joined))"
            case 2: return joined
            default: return "(\(joined))"
            }
        }
        return (0..<count).map { _ in text(1 + dice.below(2)) }
    }

    @Test func someAccountsOfABlockAreReadAsAllOfThem() throws {
        let store = try Scratch().store()
        try ConditionWorld(accounts: 120, seed: 7).write(to: store)
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            let loader = try BlockLoader(connection, context)
            let terms = try ConditionSignals.signals.map { try ConditionSignals.term($0) }
            let needs = Needs(of: terms, in: context.dataMap)
            let all = Evaluator(context, try loader.load(0...999, needs))
            let ids: [Int64] = [2, 3, 5, 40, 41, 77, 119, 120, 500]
            for chosen in [ids, [64], [500], []] {
                let some = Evaluator(context, try loader.load(chosen, needs))
                #expect(some.block.ids == chosen.filter { $0 <= 120 })
                for term in terms {
                    let (one, other) = (some.column(term, of: .accounts), all.column(term, of: .accounts))
                    for (index, id) in some.block.ids.enumerated() {
                        #expect(
                            one.value(index, as: term.type) == other.value(Int(id) - 1, as: term.type), "\(term.text)")
                    }
                }
            }
        }
    }

    @Test func anEarlierMomentSeesWhatABlockOfThenSees() throws {
        let store = try Scratch().store()
        try ConditionWorld(accounts: 100, seed: 8).write(to: store)
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            let earlier = context.asOf(context.now - .days(20))
            let terms = try ConditionSignals.signals.map { try ConditionSignals.term($0) }
            let needs = Needs(of: terms, in: context.dataMap)
            let block = try BlockLoader(connection, context).load(0...999, needs, earliest: earlier.now)
            let (one, other) = (
                Evaluator(earlier, block), Evaluator(earlier, try BlockLoader(connection, earlier).load(0...999, needs))
            )
            for term in terms {
                let (left, right) = (one.column(term, of: .accounts), other.column(term, of: .accounts))
                for row in 0..<block.count {
                    #expect(left.value(row, as: term.type) == right.value(row, as: term.type), "\(term.text)")
                }
            }
        }
    }

    @Test func whatNestsAsDeeplyAsAllowedIsAnswered() throws {
        let store = try Scratch().store()
        try ConditionWorld(accounts: 1, seed: 1).write(to: store)
        func nested(_ before: String, _ inner: String, _ after: String, _ suffix: String = "") -> [String] {
            (1...64).map { String(repeating: before, count: $0) + inner + String(repeating: after, count: $0) + suffix }
        }
        let families = [
            nested("seats + (1 - ", "seats", ")", " > 1"), nested("seats / (1 * ", "seats", ")", " > 1"),
            nested("not (vip and ", "vip", ")"), nested("(vip or vip and ", "vip", ")"),
            nested("-(1 + ", "seats", ")", " > 1"), nested("vip == (", "vip", ")"), nested("(", "vip", " is missing)"),
            nested("days_since(", "created_at", " - 1d) > 1"),
            nested("anniversary(", "renewal_at", ")", " > 2026-01-01"),
            nested("1 / (1 + ", "fall(mrr, 3d)", ")", " > 1"), nested("seats in [1, ", "avg(logins, 3d)", "]"),
            nested("1 / 2 / (1 + ", "seats", ")", " > 1"), nested("2 * (3 * (", "since(invoice)", "))", " > 1d"),
            nested("(since(invoice) + ", "since(invoice)", " / 3) / 2", " > 1d"),
            nested("count(invoice where paid == (", "lines > 1", ")) > 1"),
        ]
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            for text in families.compactMap({ $0.last { Self.condition($0) != nil } }) {
                let term = try #require(Self.condition(text))
                let evaluator = try Self.evaluator(connection, context, [term])
                let column = evaluator.column(term, of: .accounts)
                #expect(column.value(0, as: .boolean) == evaluator.value(term, of: Subject(account: 0)))
                #expect(!evaluator.explanation(of: term, for: Subject(account: 0)).lines.isEmpty)
            }
        }
    }

    private static func condition(_ text: String) -> Term? {
        let source = SourceText(name: "when", text: text, position: Position(file: "p.yaml"))
        return ConditionParser(ConditionWorld.scope).condition(source).0
    }

    // MARK: Which accounts

    @Test func blocksAreThoseThatHoldAccounts() throws {
        let store = try Scratch().store()
        try store.write { connection in
            for id in [1, 999, 1_000, 5_500, 2_000_001] {
                try connection.execute(
                    "INSERT INTO account (id, key, created_at) VALUES (:id, :key, 0)",
                    ["id": .integer(Int64(id)), "key": .text("k\(id)")])
            }
        }
        try store.read { connection in
            let context = EvaluationContext(dataMap: DataMap(), now: ConditionWorld.now, zone: .utc)
            let loader = try BlockLoader(connection, context)
            #expect(try loader.blocks() == [0...999, 1_000...1_999, 5_000...5_999, 2_000_000...2_000_999])
            #expect(try loader.load(0...999, Needs()).ids == [1, 999])
        }
    }

    @Test func accountsOfARareEventComeFromItsIndex() throws {
        let world = ConditionWorld(accounts: 150, seed: 9)
        let store = try Scratch().store()
        try world.write(to: store)
        try store.read { connection in
            let context = try ConditionWorld.context(connection)
            let loader = try BlockLoader(connection, context)
            for text in ConditionSignals.conditions {
                let term = try ConditionSignals.term(text)
                guard let events = term.necessaryEvents else { continue }
                let ids = try loader.accounts(withEventsOf: events.kind, window: events.window)
                #expect(ids.count < 150)
                let evaluator = try Self.evaluator(connection, context, [term])
                let column = evaluator.column(term, of: .accounts)
                for (index, id) in evaluator.block.ids.enumerated() where column.holds(index) {
                    #expect(ids.contains(id), "\(text)")
                }
            }
        }
    }

    @Test func usageDropsAreThoseOfTheVectors() throws {
        let store = try Scratch().store(accounts: 3)
        var writer = SeriesWriter()
        for day in 20_531 - 69...20_531 {
            writer.add(metric: 1, account: 1, day: day, value: 3)
            for account: Int64 in [2, 3] {
                writer.add(metric: 1, account: account, day: day, value: day > 20_517 ? 0 : 3)
            }
        }
        try writer.flush(to: store)
        try store.write { _ = try $0.execute("UPDATE account SET created_at = 1768200000000 WHERE id = 3") }
        try store.read { connection in
            var context = try ConditionWorld.context(connection)
            let term = try ConditionSignals.term("usage_drop(logins)")
            func answers(_ audience: String) throws -> Column {
                try Self.evaluator(connection, context, [term]).column(term, of: .accounts, audience: audience)
            }
            let drops = try answers("small")
            #expect(drops.fails(0) && drops.holds(1) && drops.value(2, as: .boolean) == .missing)
            // Where usage always jumps about, no fall is news.
            context.benchmarks[EvaluationContext.BenchmarkKey(audience: "small", metric: "logins")] =
                UsageDrop.Population(unit: 1, scatter: 9, shock: 1)
            #expect(try answers("small").fails(1))
            #expect(try answers("").holds(1))
        }
    }
}
