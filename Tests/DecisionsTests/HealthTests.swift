import Decisions
import Playbooks
import Testing

/// The health score of accounts, now and as it was.
@Suite struct HealthTests {
    private static let day = 86_400_000.0

    private func health() throws -> NamedTerm {
        func band(_ points: Double, _ text: String?) throws -> HealthScore.Band {
            HealthScore.Band(points: points, condition: try text.map { try SmallWorld.term($0) })
        }
        let score = HealthScore(parts: [
            HealthScore.Part(
                "usage", weight: 2,
                bands: [try band(100, "sum(logins, 7d) >= 7"), try band(30, "sum(logins, 7d) > 0"), try band(0, nil)]),
            HealthScore.Part("seats", weight: 1, bands: [try band(100, "seats > 10"), try band(40, nil)]),
            HealthScore.Part("bills", weight: 1, bands: [try band(0, "happened(invoice, 10d)"), try band(80, nil)]),
        ])
        return NamedTerm(
            name: "health", term: Term(.health(score, nil), .number, text: "health"),
            position: Position(file: "data.yaml"))
    }

    /// Three accounts: one that used it and has stopped, one that goes on, and one of which little is known.
    private func block() -> Block {
        var block = SmallWorld.block(3)
        let last = SmallWorld.lastDay
        var logins = Block.DailyValues()
        for day in (last - 60)...last {
            logins.days.append(day)
            logins.values += [day < last - 20 ? 1 : 0, 1, .nan]
        }
        block.metrics["logins"] = logins
        block.attributes["seats"] = .numbers([3, 20, .nan])
        var invoices = Block.Events(starts: [0, 1, 1, 1])
        (invoices.ids, invoices.at) = ([1], [SmallWorld.now.milliseconds - 2 * Int64(Self.day)])
        block.events["invoice"] = invoices
        return block
    }

    private func term(_ text: String) throws -> Term {
        var map = SmallWorld.dataMap
        map.attributes.removeAll { $0.name == "health" }
        var scope = ConditionScope(dataMap: map, allowsEntry: true)
        scope.health = try health()
        let (term, diagnostics) = ConditionParser(scope).signal(
            SourceText(name: "when", text: text, position: Position(file: "p.yaml")))
        return try #require(term, "\(diagnostics)")
    }

    private func values(_ text: String, _ block: Block) throws -> [Value] {
        let term = try term(text)
        let column = Evaluator(SmallWorld.context, block).column(term, of: .accounts)
        return (0..<block.count).map { row in
            let value = column.value(row, as: term.type)
            #expect(value == Evaluator(SmallWorld.context, block).value(term, of: Subject(account: row)), "\(text)")
            return value
        }
    }

    @Test func partsAreWeighedAndMissingOnesAreNotZero() throws {
        // (2 × 0 + 40 + 0) / 4, (2 × 100 + 100 + 80) / 4, and bills alone, a quarter of the weight... logins of the third
        // are zero, since a day without a row is.
        #expect(try values("health", block()) == [.number(10), .number(95), .number(27)])
        var block = block()
        block.metrics["logins"] = nil
        var context = SmallWorld.context
        context.lastCompleteDay = [:]
        let column = Evaluator(context, block).column(try term("health"), of: .accounts)
        // Half of the weight is known of the first two, a quarter of the third.
        #expect((0..<3).map { column.value($0, as: .number) } == [.number(20), .number(90), .missing])
    }

    @Test func whatItWasComesFromTheDataOfThen() throws {
        #expect(try values("was(health, 30d)", block()) == [.number(80), .number(95), .number(27)])
        #expect(try values("change(health, 30d)", block()) == [.number(-70), .number(0), .number(0)])
        #expect(try values("fall(health, 30d) > 80%", block()) == [.boolean(true), .boolean(false), .boolean(false)])
        var young = block()
        young.attributes["created_at"] = .numbers([Double(SmallWorld.now.milliseconds) - 20 * Self.day, 0, 0])
        #expect(try values("was(health, 30d)", young).first == .missing)
    }

    @Test func attributesWithAHistoryAreAsTheyWere() throws {
        var block = block()
        var changes = Block.Changes(starts: [0, 0, 1, 1])
        changes.at = [SmallWorld.now.milliseconds - Int64(5 * Self.day)]
        (changes.value, changes.previous) = (.numbers([20]), .numbers([2]))
        block.history["seats"] = changes
        #expect(try values("was(health, 30d)", block) == [.number(80), .number(80), .number(27)])
    }

    @Test func theNeedsReachAsFarBackAsTheQuestion() throws {
        let needs = Needs(of: [try term("fall(health, 30d) > 10%")], in: SmallWorld.dataMap)
        #expect(needs.metrics["logins"] == 38)
        #expect(needs.events["invoice"]?.window == .days(40))
        #expect(needs.attributes == ["seats"])
        let now = Needs(of: [try term("health > 10")], in: SmallWorld.dataMap)
        #expect(now.metrics["logins"] == 7 && now.events["invoice"]?.window == .days(10))
    }

    @Test func everyPartIsExplained() throws {
        let evaluator = Evaluator(SmallWorld.context, block())
        let text = evaluator.explanation(of: try term("fall(health, 30d) > 50%"), for: Subject(account: 0)).description
        for line in [
            "fall(health, 30d) = 87.5%  > 50%  → met", "health = 10", "usage, weight 2 = 0", "no other band holds",
            "bills, weight 1 = 0", "happened(invoice, 10d)  → met", "health 30d ago = 80",
        ] { #expect(text.contains(line), "\(line)\n\(text)") }
    }
}
