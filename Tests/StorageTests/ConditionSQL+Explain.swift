import Decisions
import Playbooks
import Statistics
import Storage

extension ConditionSQL {
    /// Explains a term for the first row of a population, such as `rows(of:)` makes; nil when it has none.
    func explain(
        _ term: Term, over population: Population, audience: String = "", arguments: [String: SQLValue] = [:],
        _ connection: Connection
    ) throws -> Explanation? {
        var plan: [Term] = []
        collect(term, &plan)
        var values: [Value] = []
        // A query has room for 2,000 columns.
        for start in stride(from: 0, to: plan.count, by: 500) {
            let terms = Array(plan[start..<min(start + 500, plan.count)])
            let query = compile(terms, over: population, audience: audience)
            guard
                let row = try connection.first(
                    "SELECT \(query.expressions.joined(separator: ", ")) FROM \(query.from) LIMIT 1",
                    query.arguments.merging(arguments) { $1 })
            else { return nil }
            values += zip(terms, row.values).map { Self.value($1, $0.type) }
        }
        var rest = values[...]
        return explanation(of: term, &rest, audience: audience)
    }

    /// One account as a population: explains it as it stands, with no enrollment.
    static func rows(ofAccount id: Int64) -> Population {
        .table("(SELECT \(id) AS row_id, \(id) AS account_id, NULL AS since, NULL AS event_id, NULL AS entry)")
    }

    /// One enrollment as a population: nothing before it counts.
    static func rows(ofEnrollment id: Int64) -> Population {
        .table(
            """
            (SELECT id AS row_id, account_id, entered_at AS since, event_id, entry, id AS enrollment_id
            FROM enrollment WHERE id = \(id))
            """)
    }

    /// The terms whose values are shown, in the order in which `explanation` takes them.
    private func collect(_ term: Term, _ plan: inout [Term]) {
        if term.isLiteral { return }
        plan.append(term)
        for part in shown(term) { collect(part, &plan) }
    }

    private func explanation(of term: Term, _ values: inout ArraySlice<Value>, audience: String) -> Explanation {
        if case .literal(let value) = term.node {
            return Explanation(text: term.text, type: term.type, value: value, shown: "", children: [])
        }
        let value = values.popFirst() ?? .missing
        var explanation = Explanation(
            text: term.text, type: term.type, value: value,
            shown: value.text(as: term.type, currency: context.currency, zone: context.zone), children: [])
        explanation.children = shown(term).map { self.explanation(of: $0, &values, audience: audience) }
        if case .binary(let found, _, _) = term.node, found.isComparison { explanation.comparison = found.rawValue }
        if case .metric(let signal) = term.node, signal.function == .usageDrop {
            let figures = context.population(signal, audience: audience)
            explanation.children += [("dispersion of the audience", figures.phi), ("common shock", figures.shock)].map {
                let value = Value.number($1)
                return Explanation(
                    text: $0, type: .number, value: value,
                    shown: value.text(as: .number, currency: context.currency, zone: context.zone), children: [])
            }
            explanation.children.append(
                Explanation(
                    text: "asks for a fall of 40% or more that chance explains in less than 5% of such accounts",
                    type: .text,
                    value: .missing, shown: "", children: []))
        }
        if case .journey(let signal) = term.node, signal == .stuck || signal == .weakPoint {
            explanation.children += stageLines(explanation.children.first?.value)
        }
        return explanation
    }

    /// What is expected in a stage, on each journey that has it.
    private func stageLines(_ stage: Value?) -> [Explanation] {
        guard case .text(let stage)? = stage else { return [] }
        return context.stages.filter { $0.key.stage == stage }.sorted { $0.key < $1.key }.flatMap { key, figures in
            figures.sentences.map { sentence in
                Explanation(
                    text: "\(key.journey): \(sentence)", type: .text, value: .missing, shown: "", children: [])
            }
        }
    }

    /// The parts of a term that are explained below it: what `where` says stays with its signal, and literals are shown
    /// only as sides of a comparison.
    private func shown(_ term: Term) -> [Term] {
        switch term.node {
        case .binary(let found, let left, let right):
            if found.isComparison { return [left, right] }
            if found == .and || found == .or { return members(of: left, found) + members(of: right, found) }
            return [left, right].filter { !$0.isLiteral }
        case .event, .contacts: return []
        case .isIn(let inner, _): return inner.isLiteral ? [] : [inner]
        case .date(_, let inner): return [inner]
        case .named(_, let definition): return [definition]
        case .metric(let signal) where signal.function == .usageDrop: return figures(of: signal)
        case .journey(.stuck), .journey(.weakPoint):
            let stage = Attribute.builtIn.first { $0.name == "stage" }.map {
                Term(.attribute($0), .text, text: "stage")
            }
            return [stage, Term(.journey(.timeInStage), .duration, text: "time_in_stage()")].compactMap { $0 }
        default: return term.parts.filter { !$0.isLiteral }
        }
    }

    /// The numbers that the guarded drop compares: both windows together, the newer one, and how much it fell.
    private func figures(of signal: MetricSignal) -> [Term] {
        let whole = signal.window + signal.baseline
        func sum(_ days: Int) -> Term {
            Term(
                .metric(MetricSignal(.sum, signal.metric, window: days)), .number,
                text: "sum(\(signal.metric), \(days)d)")
        }
        let drop = Term(
            .metric(MetricSignal(.drop, signal.metric, window: signal.window, baseline: signal.baseline)), .percent,
            text: "drop(\(signal.metric), \(signal.window)d, \(signal.baseline)d)")
        return [sum(whole), sum(signal.window), drop]
    }

    private func members(of term: Term, _ found: Operator) -> [Term] {
        if case .binary(found, let left, let right) = term.node {
            return members(of: left, found) + members(of: right, found)
        }
        return [term]
    }
}
