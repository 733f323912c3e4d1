import ArgumentParser
import Measure
import Playbooks

/// Which coming and going of customers is asked for.
struct LifeOptions: ParsableArguments {
    @Option(help: "customers (on the day --since), gone (customers then, none on --until), left, came, or cohort.")
    var life: String?

    @Option(help: "With --life: the first day.")
    var since: String?

    @Option(help: "With --life: the last day.")
    var until: String?

    @Option(help: "With --life left: the reason.")
    var reason: String?

    @Option(help: "With --life left: whether a risk was seen before, yes or no.")
    var warned: String?

    @Option(help: "With --life left: what data.yaml says of the reason, yes, no or unsaid.")
    var avoidable: String?

    /// - Throws: `ValidationError` for what is no day or word.
    var question: LifeQuestion? {
        get throws {
            guard let life else {
                let others = [since, until, reason, warned, avoidable]
                guard others.allSatisfy({ $0 == nil }) else {
                    throw ValidationError("--since, --until, --reason, --warned and --avoidable belong to --life")
                }
                return nil
            }
            let kinds = LifeQuestion.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            guard let kind = LifeQuestion.Kind(rawValue: life) else {
                throw ValidationError("--life \(life) is none of \(kinds)")
            }
            guard let since else { throw ValidationError("--life \(life) needs a day: --since 2026-07-30") }
            let question = LifeQuestion(
                kind, since: try Day.option("--since", since), until: try until.map { try Day.option("--until", $0) })
            return question.of(
                reason: reason,
                wasWarned: try warned.map { word in
                    guard let isWarned = ["yes": true, "no": false][word] else {
                        throw ValidationError("--warned is yes or no, not \(word)")
                    }
                    return isWarned
                },
                avoidable: try avoidable.map { word in
                    guard let avoidable = LifeQuestion.Avoidable(rawValue: word) else {
                        throw ValidationError("--avoidable is yes, no or unsaid, not \(word)")
                    }
                    return avoidable
                })
        }
    }
}
