import ArgumentParser
import Measure
import Playbooks

/// Which number of an experiment's report is asked for.
struct ExperimentOptions: ParsableArguments {
    @Option(help: "Whom the report of this playbook's experiment counts, in the --arm.")
    var experiment: String?

    @Option(help: "With --experiment: its period; the first when it is left out.")
    var period: Int?

    @Option(help: "With --experiment: goal (when left out), \"also NAME\", \"churned 30\", bounced and so on.")
    var outcome: String?

    @Option(help: "With --experiment: matured (when left out), hit, open, reached, entries or goals.")
    var standing: String?

    @Option(help: "With --experiment: the weekly look whose figures they are.")
    var look: String?

    /// - Throws: `ValidationError` for what is no word or moment.
    ///
    /// - Parameters:
    ///   - by: segment, attribute or playbook, with the group.
    func question(arm: String?, by: String?, group: String?) throws -> ExperimentQuestion? {
        guard let experiment else {
            guard [outcome, standing, look].allSatisfy({ $0 == nil }), period == nil else {
                throw ValidationError("--period, --outcome, --standing and --look belong to --experiment")
            }
            return nil
        }
        guard let arm else { throw ValidationError("--experiment needs an --arm, such as holdout") }
        let words = ExperimentQuestion.Standing.allCases.map(\.rawValue).joined(separator: ", ")
        guard let standing = ExperimentQuestion.Standing(rawValue: standing ?? "matured") else {
            throw ValidationError("--standing \(standing ?? "") is none of \(words)")
        }
        let grouping = try by.map { by in
            guard let grouping = ExperimentQuestion.Grouping(rawValue: by) else {
                let words = ExperimentQuestion.Grouping.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("with --experiment --by \(by) is none of \(words)")
            }
            guard let group else { throw ValidationError("--by \(by) needs a --group") }
            return ExperimentQuestion.Group(grouping, group)
        }
        return ExperimentQuestion(
            experiment, period: period ?? 1, arm: arm, outcome: outcome ?? "goal", standing,
            look: try look.map { text in
                guard case .success(let moment) = Instant.parse(text) else {
                    throw ValidationError("--look \(text) is no moment such as 2026-07-27T00:00:00Z")
                }
                return moment
            }, group: grouping)
    }
}
