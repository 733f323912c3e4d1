package import Decisions
package import Playbooks

/// The health score of an account: part by part, and how it was.
package struct HealthStory: Sendable {
    package struct Week: Sendable, Equatable {
        package var day: Day
        /// Nil where it is missing.
        package var score: Double?
    }

    /// The score with its parts, and with what tells each.
    package var now: Explanation
    /// Of this day and those weeks before it, the oldest first.
    package var weeks: [Week]

    package var score: Double? { Self.number(now.value) }

    /// Nil where the workspace has no score.
    package init?(
        _ connection: Connection, _ context: EvaluationContext, account: Int64, weeks count: Int = 12
    ) throws {
        guard let term = context.health, let score = term.health?.score else { return nil }
        func then(_ weeks: Int) -> Term {
            Term(.health(score, HealthScore.Change(.was, .days(Int64(7 * weeks)))), .number, text: term.text)
        }
        let block = try BlockLoader(connection, context).load(
            [account], Needs(of: [term, then(count)], in: context.dataMap, risks: context.risks), earliest: nil)
        guard block.count == 1 else { return nil }
        let evaluator = Evaluator(context, block)
        let subject = Subject(account: 0)
        now = evaluator.explanation(of: term, for: subject)
        weeks = (1...max(1, count)).reversed().map { number in
            Week(
                day: context.today - 7 * number, score: Self.number(evaluator.value(then(number), of: subject)))
        }
        weeks.append(Week(day: context.today, score: Self.number(now.value)))
    }

    private static func number(_ value: Value) -> Double? {
        if case .number(let number) = value { number } else { nil }
    }

    /// `34, by usage 20 and support missing; 78 four weeks before`
    package var sentence: String {
        let parts = now.children.map { part in
            let name = part.text.split(separator: ",").first.map(String.init) ?? part.text
            return "\(name) \(part.shown)"
        }
        let before = weeks.dropLast(4).last?.score
        return "health \(score.map(Self.text) ?? "missing"), by \(parts.joined(separator: " and "))"
            + (before.map { "; \(Self.text($0)) four weeks before" } ?? "")
    }

    private static func text(_ score: Double) -> String { "\(Int(score))" }
}
