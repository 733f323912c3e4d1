import ArgumentParser
import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

struct RiskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "risk",
        abstract:
            "The risk note of an account: background, what was done, what happens next, what is needed from whom.",
        discussion: "accounts --at-risk lists who is at risk, report risk counts them.")

    @Argument(help: "The account, by key, name or an address.")
    var account: String

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        if output.format == .csv { throw ValidationError("a note has no columns; --format is table or json") }
    }

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        let note = try store.read { connection in
            let story = try AccountStory.find(account, connection)
            let context = try EvaluationContext(connection, workspace: loaded.workspace, now: now)
            return try RiskNotes(connection, context, workspace: loaded.workspace, names: loaded.stepNames)
                .note(of: story.accountID)
        }
        Terminal.print(output.format == .json ? note.json.encodedText : note.text)
    }
}
