import ArgumentParser
import Decisions
import Foundation
import Playbooks
import Runner
import Storage

struct TouchesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "touches", abstract: "The ledger of touches, the newest first.")

    @Option(
        help:
            "Only touches in this state, or in one of several: \(TouchGroup.words.joined(separator: ", "))."
    )
    var state: String?

    @Option(help: "Only touches of this playbook.")
    var playbook: String?

    @Option(help: "Only touches of this step.")
    var step: String?

    @Option(help: "Only touches of this variant.")
    var variant: String?

    @Option(help: "Only touches by this channel.")
    var channel: String?

    @Option(help: "Only touches of which this was heard: delivered, clicked.")
    var outcome: String?

    @Flag(help: "Only touches whose time to be sent has come; with --state pending.")
    var due = false

    @Option(help: "Only touches of this account, by its key, its name, or an address of it.")
    var account: String?

    @Option(help: "Only touches to this address or number.")
    var recipient: String?

    @Option(help: "Only touches that were due on this day or later: 2026-07-01.")
    var from: String?

    @Option(help: "Only touches that were due on this day or before.")
    var to: String?

    @Option(help: "Only touches that ended on this day or later.")
    var endedFrom: String?

    @Option(help: "Only touches that ended on this day or before.")
    var endedTo: String?

    @Option(help: "At most so many; when left out \(Self.shown) in a table, and all in csv and json.")
    var limit: Int?

    private static let shown = 100

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    /// As it is kept.
    private func address(_ text: String) -> String? {
        EmailAddress.normalized(text) ?? (text.hasPrefix("+") ? PhoneNumber.normalized(text) : nil)
    }

    func validate() throws {
        if let state, TouchGroup.states(of: state) == nil {
            throw ValidationError("there is no state \"\(state)\"\(suggestion(for: state, in: TouchGroup.words))")
        }
        if let recipient, address(recipient) == nil {
            throw ValidationError("\"\(recipient)\" is neither an address nor a telephone number with its +")
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() throws {
        let files = try options.read()
        let store = try files.open(.readOnly)
        let loaded = try store.read { try files.withEarlierVersions($0) }
        if let playbook { _ = try loaded.playbook(playbook) }
        let now = try options.moment(store, zone: loaded.zone)
        let most = limit ?? (output.format == .table ? Self.shown : .max)
        let (entries, outcomes) = try store.read { connection in
            var filter = Ledger.Filter()
            filter.account = try account.map { try AccountStory.find($0, connection).key }
            (filter.playbook, filter.limit) = (playbook, most)
            filter.states = state.flatMap(TouchGroup.states(of:))
            (filter.step, filter.variant, filter.channel, filter.outcome) = (step, variant, channel, outcome)
            filter.recipient = recipient.flatMap(address)
            let zone = loaded.zone
            filter.from = try from.map { zone.start(of: try Day.option("--from", $0)) }
            filter.to = try to.map { zone.start(of: try Day.option("--to", $0) + 1) }
            filter.settledFrom = try endedFrom.map { zone.start(of: try Day.option("--ended-from", $0)) }
            filter.settledTo = try endedTo.map { zone.start(of: try Day.option("--ended-to", $0) + 1) }
            filter.dueBy = due ? now : nil
            let ledger = Ledger(connection)
            if let step { try expect(step, loaded.workspace, ledger) }
            let entries = try ledger.touches(filter)
            return (entries, try ledger.outcomes(of: entries))
        }
        // A narrow table leaves out what it has nothing to say in.
        let hasOutcomes = output.format != .table || outcomes.contains { !$0.isEmpty }
        var table = Table(
            [
                ("touch", .right), ("state", .left), ("account", .left), ("playbook", .left), ("step", .left),
                ("recipient", .left), ("channel", .left), ("when", .left), ("reason", .left),
            ] + (hasOutcomes ? [("outcomes", .left)] : []))
        table.rows = zip(entries, outcomes).map { entry, outcomes in
            let at = entry.settledAt ?? entry.notBefore
            let row = [
                "\(entry.id)", entry.state.rawValue, entry.account, entry.playbook, entry.step, entry.recipient,
                entry.channel,
                output.format == .table ? at.text(in: loaded.zone) : "\(at)", entry.reason ?? "",
            ]
            return row + (hasOutcomes ? [outcomes.map(\.kind).joined(separator: ", ")] : [])
        }
        try output.show(table)
        if output.format == .table, limit == nil, entries.count == most {
            Terminal.hint("the newest \(most); for more: --limit N, for all: --format csv")
        }
        if output.format == .table, entries.contains(where: { $0.state == .unknown }) {
            Terminal.hint(
                "when you know what became of one, or of all: keeptouch resolve TOUCH|unknown sent|resend|drop")
        }
    }
}

extension TouchesCommand {
    /// Refuses a step that no playbook has and no touch was made at.
    private func expect(_ step: String, _ workspace: Workspace, _ ledger: Ledger) throws {
        let asked = playbook.flatMap { workspace.playbook($0) }.map { [$0] } ?? workspace.playbooks
        let known = Set(asked.flatMap { $0.programs.joined().map(\.id) })
        guard !known.contains(step), try !ledger.hasTouches(at: step) else { return }
        let place = playbook.map { " in \($0)" } ?? ""
        throw CommandError("there is no step \"\(step)\"\(place)\(suggestion(for: step, in: known.sorted()))")
    }
}
