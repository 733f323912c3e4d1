import Decisions
import Playbooks
import Testing

/// Blocks made by hand, and the terms that are asked of them.
enum SmallWorld {
    static let zone = Zone("America/Chicago") ?? .utc
    /// 2026-03-20 11:00 in Chicago, where the clocks changed on the 8th.
    static let now = Instant(milliseconds: 1_774_022_400_000)
    static let lastDay = 20_531

    static var dataMap: DataMap {
        var map = DataMap()
        map.attributes = [
            Attribute("plan", .text), Attribute("seats", .number), Attribute("limit", .number),
            Attribute("health", .number, track: true), Attribute("renewal_at", .date), Attribute("vip", .boolean),
        ]
        map.contactAttributes = [Attribute("title", .text)]
        map.metrics = [Metric("logins"), Metric("score", absent: .missing)]
        map.events += [
            EventKind(
                "invoice", properties: [EventKind.Property("amount", .money), EventKind.Property("paid", .boolean)]),
            EventKind(
                "promise", properties: [EventKind.Property("what", .text), EventKind.Property("by", .date)], due: "by",
                closedBy: "kept"),
            EventKind("kept", properties: [EventKind.Property("what", .text)]),
        ]
        map.reasons = [Reason("price"), Reason("value")]
        return map
    }

    static var context: EvaluationContext {
        let day = Day(number: lastDay)
        return EvaluationContext(
            dataMap: dataMap, now: now, zone: zone, lastCompleteDay: ["logins": day, "score": day],
            risks: ["price": ["win-back"], "value": ["teach"]])
    }

    static func term(_ text: String) throws -> Term {
        var scope = ConditionScope(dataMap: dataMap, allowsEntry: true)
        scope.steps = [KnownStep("email_1", .send), KnownStep("wait_1", .waitFor)]
        let (term, diagnostics) = ConditionParser(scope).signal(
            SourceText(name: "when", text: text, position: Position(file: "p.yaml")))
        return try #require(term, "\(diagnostics)")
    }

    /// Accounts that were there from the beginning.
    static func block(_ count: Int = 1) -> Block {
        var block = Block(ids: (0..<count).map { Int64($0 * 7 + 3) })
        block.attributes["created_at"] = .numbers([Double](repeating: 0, count: count))
        block.attributes["churned_at"] = .numbers([Double](repeating: .nan, count: count))
        block.attributes["status"] = .texts([String?](repeating: "active", count: count))
        return block
    }

    /// The value of every account, which must be the same in a column and alone.
    static func values(
        _ text: String, _ block: Block, _ context: EvaluationContext = context,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [Value] {
        let term = try term(text)
        let column = Evaluator(context, block).column(term, of: .accounts)
        return (0..<block.count).map { row in
            let value = column.value(row, as: term.type)
            let alone = Evaluator(context, block).value(term, of: Subject(account: row))
            #expect(value == alone, "\(text)", sourceLocation: sourceLocation)
            return value
        }
    }

    static func value(_ text: String, _ block: Block, _ subject: Subject) throws -> Value {
        let term = try term(text)
        let evaluator = Evaluator(context, block)
        let value = evaluator.value(term, of: subject)
        #expect(evaluator.column(term, of: .some([subject])).value(0, as: term.type) == value, "\(text)")
        return value
    }
}
