import ArgumentParser
import Basics

@main
struct Keeptouch: AsyncParsableCommand {
    static let _errorPrefix = "keeptouch: error: "

    static let configuration = CommandConfiguration(
        commandName: "keeptouch",
        abstract: "Keeps in touch with the customers that nobody is assigned to.",
        usage: "keeptouch [--workspace DIR] [--now INSTANT] <subcommand>",
        version: ProgramVersion.current,
        groupedSubcommands: [
            CommandGroup(name: "Begin", subcommands: [InitCommand.self, SampleCommand.self]),
            CommandGroup(
                name: "Playbooks",
                subcommands: [
                    CheckCommand.self, TestCommand.self, BacktestCommand.self, PreviewCommand.self,
                    ChannelsCommand.self,
                    SchemaCommand.self,
                ]),
            CommandGroup(name: "Data", subcommands: [ImportCommand.self, RecordCommand.self, RetypeCommand.self]),
            CommandGroup(
                name: "Work", subcommands: [PlanCommand.self, RunCommand.self, ServeCommand.self, ExplainCommand.self]),
            CommandGroup(
                name: "Measure",
                subcommands: [ReportCommand.self, NextCommand.self, RiskCommand.self, JourneyCommand.self]),
            CommandGroup(
                name: "Watch",
                subcommands: [
                    StatusCommand.self, DashboardCommand.self, AccountsCommand.self, TouchesCommand.self,
                    ChangesCommand.self, ResolveCommand.self,
                    DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Control",
                subcommands: [
                    PauseCommand.self, ResumeCommand.self, ReleaseCommand.self, SuppressCommand.self,
                    UnsuppressCommand.self, ForgetCommand.self, UsersCommand.self, KeysCommand.self,
                    InboxTokenCommand.self,
                    ClockCommand.self, CopyCommand.self,
                ]),
            CommandGroup(
                name: "By hand",
                subcommands: [
                    EnrollCommand.self, UnenrollCommand.self, SnoozeCommand.self, ExcludeCommand.self,
                    IncludeCommand.self, HoldCommand.self,
                ]),
            CommandGroup(name: "Try", subcommands: [SinkCommand.self]),
        ])

    static func main() async {
        do {
            var command = try parseAsRoot(LeadingOptions.behindCommand(Array(CommandLine.arguments.dropFirst())))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            tell(error)
        }
    }

    /// Ends as ArgumentParser would, but lets nothing through that a terminal would obey.
    private static func tell(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if !text.isEmpty { code.isSuccess ? Terminal.print(text) : Terminal.complain(text) }
        exit(withError: code)
    }
}
