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

    @Flag(help: "Look whenever you like: wider intervals that stay valid on any day.")
    var alwaysValid = false

    @Flag(help: "A single look, for an experiment that nobody has looked at before.")
    var fixed = false

    @OptionGroup var options: ReportOptions

    func validate() throws {
        if alwaysValid, fixed { throw ValidationError("--always-valid and --fixed exclude each other") }
    }

    private var rule: Contest.Rule { alwaysValid ? .alwaysValid : fixed ? .fixed : .groupSequential }

    func run() throws {
        try options.show { loaded, connection, asOf in
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
        let near = nearest(to: name, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
        throw CommandError("there is no playbook \"\(name)\", neither in playbooks/ nor in the database\(near)")
    }
}
