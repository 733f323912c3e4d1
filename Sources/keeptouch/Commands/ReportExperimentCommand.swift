import ArgumentParser
import Measure
import Playbooks
import Storage

struct ReportExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment", abstract: "What a playbook changed, against its holdout.",
        discussion: """
            Everybody who was assigned counts, from the first entry, once the goal's window is over. The verdict is looked \
            for once a week; between looks it stays as it is. Numbers and formulas: docs/measuring.md.
            """)

    @Argument(help: "The playbook.")
    var playbook: String

    @Flag(help: "Look whenever you like: intervals that stay valid on any day.")
    var alwaysValid = false

    @Flag(help: "A single look, for an experiment that nobody has looked at before.")
    var fixed = false

    @Flag(help: "Before the launch: how many accounts and days it takes.")
    var design = false

    @Option(
        help: "With --design: the rate expected without the playbook, such as 15%; the mean, where the goal is one.")
    var base: String?

    @Option(help: "With --design and a mean as the goal: the standard deviation over accounts.")
    var deviation: Double?

    @Option(help: "With --design: the smallest change worth finding, in points, such as 3, or of the mean.")
    var detect: Double?

    @Option(help: "With --design: how many accounts enter in a day.")
    var perDay: Double?

    @OptionGroup var options: ReportOptions

    func validate() throws {
        if !design, base != nil || deviation != nil || detect != nil || perDay != nil {
            throw ValidationError("--base, --deviation, --detect and --per-day belong to --design")
        }
        if design, alwaysValid || fixed {
            throw ValidationError("--design comes before the launch, and --always-valid and --fixed after it")
        }
        if let deviation, !(deviation > 0 && deviation <= 1e12) {
            throw ValidationError("--deviation takes a number above 0: 60")
        }
        if let perDay, !(perDay >= 0 && perDay <= 1e9) { throw ValidationError("--per-day takes a number of accounts") }
        if alwaysValid, fixed { throw ValidationError("--always-valid and --fixed exclude each other") }
    }

    private var rule: ArmComparison.Rule { alwaysValid ? .alwaysValid : fixed ? .fixed : .groupSequential }

    func run() throws {
        try options.show { loaded, connection, asOf in
            if design {
                var question = DesignQuestion()
                (question.base, question.deviation, question.detect, question.perDay) = (
                    base, deviation, detect, perDay
                )
                return try question.report(
                    of: loaded.playbook(playbook), in: loaded.workspace, connection, asOf: asOf)
            }
            try loaded.expectPlaybook(playbook, connection)
            return try ExperimentReport(playbook, in: loaded.workspace, rule: rule, connection, asOf: asOf).make()
        }
    }
}

extension LoadedWorkspace {
    /// Complains about a playbook that neither the files nor the database know.
    func expectPlaybook(_ name: String, _ connection: Connection) throws {
        guard workspace.playbook(name) == nil, try KnownPlaybook.named(name, connection) == nil else { return }
        let names = workspace.playbooks.map(\.name) + (try KnownPlaybook.all(connection).map(\.name))
        throw CommandError(
            "there is no playbook \"\(name)\", neither in playbooks/ nor in the database\(suggestion(for: name, in: names))"
        )
    }
}
