import ArgumentParser
import Measure
import Playbooks

/// Which coming and going of customers is asked for.
struct LifeOptions: ParsableArguments {
    @Option(
        help:
            "customers (when the day --since is over), gone (customers then, none when --until is over), left, came, cohort, paying, stays, or ended (stays)."
    )
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

    @Option(
        help:
            "With --life: segment, attribute, stage, arm or holdout, with --group; with --experiment: segment, attribute or playbook."
    )
    var by: String?

    @Option(
        help: "With --by: small, plan:pro, tech-touch:valued, win-back:holdout, held_out; with --experiment small:in.")
    var group: String?

    @Option(help: "With --life stays: who was watched for so many days.")
    var age: Int?

    @Option(help: "With --life stays or ended: the month of tenure; with cohort the anniversary.")
    var month: Int?

    /// - Parameter experiment: whose group it is where no life is asked for.
    /// - Throws: `ValidationError` for what is no day or word.
    func question(beside experiment: ExperimentQuestion?) throws -> LifeQuestion? {
        guard let life else {
            let others = [since, until, reason, warned, avoidable] + (experiment == nil ? [by, group] : [])
            guard others.allSatisfy({ $0 == nil }), age == nil, month == nil else {
                throw ValidationError(
                    "--since, --until, --reason, --warned, --avoidable, --by, --group, --age and --month belong to --life"
                )
            }
            return nil
        }
        let kinds = LifeQuestion.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = LifeQuestion.Kind(rawValue: life) else {
            throw ValidationError("--life \(life) is none of \(kinds)")
        }
        guard since != nil || !kind.needsDay else {
            throw ValidationError("--life \(life) needs a day: --since 2026-07-30")
        }
        for (name, number) in [("--age", age), ("--month", month)]
        where number.map({ !(0...100_000).contains($0) }) ?? false {
            throw ValidationError("\(name) is a number from 0 to 100000")
        }
        let question = LifeQuestion(
            kind, since: try since.map { try Day.option("--since", $0) },
            until: try until.map { try Day.option("--until", $0) }
        ).of(try grouping, age: age, month: month)
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

    private var grouping: LifeQuestion.Group? {
        get throws {
            guard let by else {
                if group != nil { throw ValidationError("--group belongs to --by") }
                return nil
            }
            let words = LifeQuestion.Grouping.allCases.map(\.rawValue).joined(separator: ", ")
            guard let kind = LifeQuestion.Grouping(rawValue: by) else {
                throw ValidationError("--by \(by) is none of \(words)")
            }
            guard let group else { throw ValidationError("--by \(by) needs a --group") }
            return LifeQuestion.Group(kind, group)
        }
    }
}
