import Playbooks
import Storage

/// What the row of a period says of one playbook: the shares of its arms, and what it measured and sent, as hashes.
struct ExperimentDesignText {
    /// `{"holdout":0.1,"variants":{},"goal":"1f0c...","steps":...}`, with the goal itself where it is a mean.
    let text: String
    /// Without the hashes, as rows of earlier versions of the program have it.
    let shares: String

    init(_ playbook: Playbook, segments: [NamedTerm]) {
        let variants = playbook.variants.map { "\"\($0.name)\":\($0.weight)" }.joined(separator: ",")
        let start = "{\"holdout\":\(playbook.holdout),\"variants\":{\(variants)}"
        let parts = ExperimentParts(playbook, segments: segments).texts.sorted { $0.key.rawValue < $1.key.rawValue }
        shares = start + "}"
        let mean = playbook.meanGoal.map { goal in
            ",\"mean\":\"\(goal.figure.text)\",\"winsorize\":\(goal.winsorize)"
        }
        let strata = playbook.stratify.map { ",\"stratify\":\"\($0)\"" }
        text =
            start + (mean ?? "") + (strata ?? "")
            + parts.map { ",\"\($0.rawValue)\":\"\(Registry.hash($1).prefix(16))\"" }.joined() + "}"
    }
}
