import ArgumentParser
import Delivery
import Foundation
import Playbooks
import Runner

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "All errors and warnings of all files.")

    @Flag(help: "Ask each link that is written in a message once, and say which is dead.")
    var links = false

    @Flag(help: "With --links: ask those on this machine and its network, too.")
    var allowPrivate = false

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let files = try options.diagnose()
        let workspace = files.workspace
        let missing = (workspace?.channels.values.map { $0 } ?? []).flatMap {
            $0.missingSecrets(in: ProcessInfo.processInfo.environment)
        }
        let dead = links ? await deadLinks(in: files.texts) : []
        let all = (files.diagnostics + missing + dead).sorted()
        let errors = all.filter { $0.severity == .error }.count
        if output.format == .table {
            for diagnostic in all { Terminal.print("\(diagnostic)") }
            let live = workspace?.playbooks.filter { $0.state == .live }.count ?? 0
            Terminal.print(
                "\(Terminal.count(workspace?.playbooks.count ?? 0, "playbook")) (\(live) live), "
                    + "\(Terminal.count(workspace?.channels.count ?? 0, "channel")): "
                    + "\(Terminal.count(errors, "error")), \(Terminal.count(all.count - errors, "warning"))")
        } else {
            var table = Table([
                ("file", .left), ("line", .right), ("column", .right), ("severity", .left), ("message", .left),
            ])
            table.rows = all.map {
                [$0.position.file, "\($0.position.line)", "\($0.position.column)", $0.severity.rawValue, $0.message]
            }
            try output.show(table)
        }
        if errors > 0 { throw ExitCode(1) }
    }

    private func deadLinks(in texts: [String: String]) async -> [Diagnostic] {
        let written = WrittenLinks(texts)
        let links = Array(written.links.prefix(LinkCheck.most))
        let findings = await LinkCheck(allowsPrivate: allowPrivate).findings(of: links.map(\.url))
        let left = written.links.count - links.count
        Terminal.hint(
            "\(Terminal.count(links.count, "link")) asked\(left > 0 ? ", \(left) more not" : "")"
                + (written.dynamic > 0
                    ? "; \(written.dynamic) with values in them are known only when they are sent" : ""))
        return zip(links, findings).compactMap { link, finding in
            let places = link.others > 0 ? " (and in \(Terminal.count(link.others, "other place")))" : ""
            return switch finding {
            case .alive: nil
            case .dead(let why): Diagnostic(at: link.position, "the link \(link.url) is dead: \(why)\(places)")
            case .unclear(let why):
                Diagnostic(
                    .warning, at: link.position,
                    "nobody knows whether the link \(link.url) leads anywhere: \(why)\(places)")
            }
        }
    }
}

extension Channel {
    /// A warning for each environment variable that is not set here.
    func missingSecrets(in environment: [String: String]) -> [Diagnostic] {
        secrets.compactMap { secret in
            guard !secret.isOptional, case .environment(let name) = secret.reference, environment[name] ?? "" == ""
            else { return nil }
            return Diagnostic(
                .warning, at: position,
                "the channel \"\(self.name)\" sends nothing until \(name) is set in the environment")
        }
    }
}
