package import Playbooks
import Statistics

extension Evaluator {
    /// Explains a term for one account: the value of every part that tells why.
    package func explanation(of term: Term, for subject: Subject, audience: String = "") -> Explanation {
        if case .literal(let value) = term.node {
            return Explanation(text: term.text, type: term.type, value: value, shown: "", children: [])
        }
        var explanation = Explanation(
            text: term.text, type: term.type, value: value(term, of: subject, audience: audience), shown: "",
            children: term.health != nil
                ? [] : shown(term).map { self.explanation(of: $0, for: subject, audience: audience) })
        explanation.shown = explanation.value.text(as: term.type, currency: context.currency, zone: context.zone)
        if case .binary(let found, _, _) = term.node, found.isComparison { explanation.comparison = found.rawValue }
        if case .metric(let signal) = term.node, signal.function == .usageDrop {
            explanation.children += dropLines(
                signal, context.population(signal, audience: audience), of: subject.account,
                isKnown: explanation.value != .missing)
        }
        if let health = term.health {
            explanation.children = healthLines(health.score, health.change, for: subject)
        }
        if case .journey(let signal) = term.node, signal == .stuck || signal == .weakPoint {
            explanation.children += stageLines(explanation.children.first?.value)
        }
        return explanation
    }

    private func line(_ text: String) -> Explanation {
        Explanation(text: text, type: .text, value: .missing, shown: "", children: [])
    }

    /// With what `usage_drop` compares an account.
    private func dropLines(
        _ signal: MetricSignal, _ population: UsageDrop.Population, of account: Int, isKnown: Bool
    ) -> [Explanation] {
        func number(_ text: String, _ value: Double) -> Explanation {
            let value = Value.number(value)
            return Explanation(
                text: text, type: .number, value: value,
                shown: value.text(as: .number, currency: context.currency, zone: context.zone), children: [])
        }
        let windows = UsageDrop.Windows(current: signal.window, baseline: signal.baseline)
        var lines = [number("common shock", population.shock)]
        if isKnown, let last = context.lastCompleteDay[signal.metric]?.number,
            let usage = usages(signal.metric, windows, endingAt: last, account..<account + 1).first
        {
            lines.append(number("expected in \(usage.days)d", usage.expected(in: population)))
            lines.append(number("variance over mean, of it and its like", usage.dispersion(in: population)))
            var chance = number("chance of so little", usage.probability(in: population))
            if case .number(let p) = chance.value, p < 0.0001 { chance.shown = "less than 0.0001" }
            lines.append(chance)
        }
        let limit = Value.number(signal.isStrict ? population.strictLimit : population.limit)
        let shown = limit.text(as: .number, currency: context.currency, zone: context.zone)
        return lines + [line("asks for at most 60% of what is expected, and a chance of at most \(shown)")]
    }

    /// What is expected in a stage, on each journey that has it.
    private func stageLines(_ stage: Value?) -> [Explanation] {
        guard case .text(let stage)? = stage else { return [] }
        return context.stages.filter { $0.key.stage == stage }.sorted { $0.key < $1.key }.flatMap { key, figures in
            figures.sentences.map { line("\(key.journey): \($0)") }
        }
    }

    // MARK: What is shown

    /// Longer chains of arithmetic are shown operand by operand, not level by level.
    private static let longestChain = 50

    /// The parts of a term that are explained below it: what `where` says stays with its signal, and literals are shown
    /// only as sides of a comparison.
    private func shown(_ term: Term) -> [Term] {
        switch term.node {
        case .binary(let found, let left, let right):
            if found.isComparison { return [left, right] }
            if found.isJunction { return clauses(of: term, found) }
            let operands = term.parts
            return (operands.count > Self.longestChain ? operands : [left, right]).filter { !$0.isLiteral }
        case .event, .contacts, .health: return []
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
        func sum(_ days: Int) -> Term {
            Term(
                .metric(MetricSignal(.sum, signal.metric, window: days)), .number,
                text: "sum(\(signal.metric), \(days)d)")
        }
        let drop = Term(
            .metric(MetricSignal(.drop, signal.metric, window: signal.window, baseline: signal.baseline)), .percent,
            text: "drop(\(signal.metric), \(signal.window)d, \(signal.baseline)d)")
        return [sum(signal.window + signal.baseline), sum(signal.window), drop]
    }

    /// The conditions joined by one operator; a name is shown with what stands behind it.
    private func clauses(of term: Term, _ found: Operator) -> [Term] {
        var clauses: [Term] = []
        var rest = [term]
        while let term = rest.popLast() {
            if case .binary(found, let left, let right) = term.node {
                rest += [right, left]
            } else {
                clauses.append(term)
            }
        }
        return clauses
    }
}
