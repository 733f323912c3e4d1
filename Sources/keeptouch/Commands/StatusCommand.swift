import ArgumentParser
import Decisions
import Foundation
import Playbooks
import Runner
import Storage

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What is going on, what is held, and what needs a person.")

    @Flag(help: "Only the events and occurrences of the last 7 days that were dropped unanswered, one by one.")
    var dropped = false

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var output: FormatOption

    /// How far back what was dropped is told.
    private static let memory = TimeSpan.days(7)

    func run() throws {
        let loaded = try options.read()
        let store = try loaded.open(.readOnly)
        let now = try options.moment(store, zone: loaded.zone)
        if output.format == .table {
            try DatabaseOrigin.warn(of: store)
            try ClockComplaint.warn(of: store)
        }
        try store.read { connection in
            let query = StatusQuery(connection)
            if dropped { return try showDropped(query, now, loaded) }
            let playbooks = try query.playbooks(now: now)
            var table = Table([
                ("playbook", .left), ("state", .left), ("active", .right), ("ended", .right), ("goal", .right),
                ("holdout", .right), ("open", .right), ("sent", .right), ("last look", .left), ("next", .left),
            ])
            table.rows = playbooks.map { item in
                [
                    item.name, item.standing.rawValue, "\(item.active)",
                    "\(item.ended)",
                    "\(item.goals)", "\(item.holdout)", "\(item.open)", "\(item.sent)",
                    item.lastMatchAt.map { $0.text(in: loaded.zone) } ?? "never",
                    item.nextAt.map { $0.text(in: loaded.zone) } ?? "",
                ]
            }
            guard output.format == .table else { return try output.show(table) }
            let totals = try query.totals()
            Terminal.print(
                "\(loaded.workspace.configuration.workspace): \(totals.accounts) accounts, \(totals.contacts) contacts, "
                    + "\(totals.events) events, \(totals.suppressed) addresses suppressed")
            if let cycle = try query.lastCycle() {
                let isOpen =
                    cycle.state == .done ? "" : " (it was \(cycle.state.rawValue); the next run goes on with it)"
                Terminal.print("last cycle: \(cycle.now.text(in: loaded.zone)) \(loaded.zone.name)\(isOpen)")
            } else {
                Terminal.print("no cycle has run yet")
            }
            Terminal.print("")
            Terminal.print(table.text)
            if playbooks.contains(where: { $0.active + $0.ended > 0 }) {
                Terminal.hint(
                    "counted are enrollments; the accounts: "
                        + "keeptouch accounts --in PLAYBOOK [--state ended|goal|all] [--arm holdout|global_holdout]")
                Terminal.hint("open and sent: keeptouch touches --playbook PLAYBOOK --state open|sent")
            }
            let places = PlacesText(try query.places(), of: loaded)
            if !places.lines.isEmpty { Terminal.print("") }
            for line in places.lines { Terminal.print(line) }
            if !places.lines.isEmpty { Terminal.hint("  who they are: keeptouch accounts --in PLAYBOOK --step STEP") }
            let touches = try CycleRecords.touchCounts(connection)
            let counted = TouchState.allCases.compactMap { state in touches[state].map { "\($0) \(state.rawValue)" } }
            Terminal.print("")
            Terminal.print("touches: \(counted.isEmpty ? "none yet" : counted.joined(separator: ", "))")
            if let opening = try Outbox(connection).nextLeaving() {
                let moment = "\(opening.text(in: loaded.zone)) \(loaded.zone.name)"
                Terminal.print(
                    opening > now
                        ? "the next pending touch may leave \(moment), by keeptouch serve or a run while its window is open"
                        : "touches may leave since \(moment): keeptouch serve or a run sends them")
            }
            if !counted.isEmpty { Terminal.hint("  which they are: keeptouch touches --state STATE") }
            let context = try EvaluationContext(
                connection, workspace: loaded.workspace, now: now, figures: .neutral)
            for sentence in context.freshness { Terminal.print(sentence) }
            for source in try SourcesText(loaded, connection, now: now).lines {
                let line = "source \(source.name): \(source.text)"
                Terminal.print(source.isGood ? line : Terminal.styled(line, .yellow))
            }
            for column in try ImportColumns(connection).missing() {
                Terminal.print(Terminal.styled("import \(column.source): \(column.sentence(in: loaded.zone))", .yellow))
            }
            for receiver in try ReceiversText(loaded, connection).lines {
                let line = "receiver \(receiver.name): \(receiver.text)"
                Terminal.print(receiver.isGood ? line : Terminal.styled(line, .yellow))
            }
            try showJourneys(loaded.workspace.journeys, context, connection)
            try showWhatNeedsAPerson(query, playbooks, touches, loaded, now, connection)
            try countDropped(query, now)
            let left = try ExclusionRecords(connection).counts(at: now)
            for kind in Exclusion.Kind.allCases {
                guard let count = left[kind] else { continue }
                Terminal.print(
                    "\(Terminal.count(count, "account")) \(count == 1 ? "is" : "are") \(kind.rawValue) by hand")
                Terminal.hint("  who they are: keeptouch accounts --excluded")
            }
            if let waiting = try Latecomers(connection).rows() {
                Terminal.print(
                    Terminal.count(waiting.count, "row") + " over HTTP " + (waiting.count == 1 ? "waits" : "wait")
                        + " for accounts and users that nobody knows; the last came \(waiting.at.text(in: loaded.zone)), for "
                        + "\(waiting.owner)")
            }
            let nameless = try Latecomers(connection).events()
            if nameless > 0 {
                Terminal.print(
                    Terminal.count(nameless, "event") + (nameless == 1 ? " names" : " name")
                        + " a contact that its account does not have, and \(nameless == 1 ? "counts" : "count") for the account alone until it comes"
                )
            }
            if let waiting = try WaitingChanges(connection).census() {
                Terminal.print(
                    Terminal.count(waiting.count, "billing webhook") + (waiting.count == 1 ? " waits" : " wait")
                        + " for an account; the last, of \(waiting.at.text(in: loaded.zone)) from "
                        + "\(waiting.provider): \(waiting.reason)")
            }
            if let unmatched = try Webhooks(connection).unmatched() {
                Terminal.print(
                    Terminal.count(unmatched.count, "webhook") + " led to nothing; the last, of "
                        + "\(unmatched.at.text(in: loaded.zone)) from \(unmatched.source): \(unmatched.reason)")
            }
        }
    }

    private func showJourneys(_ journeys: [Journey], _ context: EvaluationContext, _ connection: Connection) throws {
        let census = StageCensus(connection, context)
        let stages = try journeys.isEmpty ? [] : census.stages(journeys)
        for journey in journeys {
            let parts = stages.filter { $0.key.journey == journey.name }.map { stage in
                "\(stage.accounts) \(stage.key.stage)" + (stage.stuck > 0 ? " (\(stage.stuck) stuck)" : "")
            }
            Terminal.print("journey \(journey.name): \(parts.isEmpty ? "nobody yet" : parts.joined(separator: ", "))")
            for stage in journey.stages {
                let figures = context.stages[StageKey(journey.name, stage.name)]
                guard let figures, figures.isWeak else { continue }
                for sentence in figures.sentences.dropFirst() {
                    Terminal.print(Terminal.styled("  \(stage.name): \(sentence)", .yellow))
                }
            }
        }
        if !stages.isEmpty {
            Terminal.hint(
                "  who they are: keeptouch accounts --where 'in_stage(STAGE) and status == \"active\"' [--stuck]")
        }
        for stage in try census.unknownStages(journeys) {
            Terminal.print(
                Terminal.styled(
                    "journey \(stage.key.journey) has no stage \"\(stage.key.stage)\", which the data say of "
                        + Terminal.count(stage.accounts, "account"), .yellow))
        }
        for digest in try Digests(connection).troubled() {
            Terminal.print(
                "the digest for \(digest.channel) of \(digest.at.text(in: context.zone)) is \(digest.state.rawValue): \(digest.error)"
            )
        }
    }

    private func countDropped(_ query: StatusQuery, _ now: Instant) throws {
        let items = try query.dropped(since: now - Self.memory)
        guard !items.isEmpty else { return }
        let total = items.reduce(0) { $0 + $1.count }
        Terminal.print(
            Terminal.count(total, "event or occurrence", "events and occurrences")
                + " of the last 7 days \(total == 1 ? "was" : "were") dropped unanswered:")
        for item in items { Terminal.print("  \(item.count) of \(item.playbook): \(item.reason)") }
        Terminal.print("  one by one: keeptouch status --dropped")
    }

    private func showDropped(_ query: StatusQuery, _ now: Instant, _ loaded: LoadedWorkspace) throws {
        var table = Table([
            ("account", .left), ("playbook", .left), ("what", .left), ("happened", .left), ("dropped", .left),
            ("verdict", .left), ("reason", .left),
        ])
        func text(_ moment: Instant) -> String {
            output.format == .table ? moment.text(in: loaded.zone) : "\(moment)"
        }
        table.rows = try query.droppedMatches(since: now - Self.memory, limit: 10_000).map { item in
            [
                item.account, item.playbook, item.what, item.happenedAt.map(text) ?? "", text(item.droppedAt),
                item.verdict.rawValue, item.reason,
            ]
        }
        try output.show(table)
    }

    private func showWhatNeedsAPerson(
        _ query: StatusQuery, _ playbooks: [StatusQuery.OfPlaybook], _ touches: [TouchState: Int],
        _ loaded: LoadedWorkspace, _ now: Instant, _ connection: Connection
    ) throws {
        for item in playbooks {
            guard let reason = item.heldBecause else { continue }
            Terminal.print(Terminal.styled("\(item.name) is held: \(reason)", .yellow))
            if let forecast = try ReleaseForecast(item.name, connection) {
                Terminal.print("  as of \(forecast.at.text(in: loaded.zone)), \(forecast.sentence)")
            }
            Terminal.print("  keeptouch release \(item.name)")
        }
        for draft in try query.draftsAtWork() { Terminal.print(CycleText.atWork(draft)) }
        for sentence in try query.standingStill() {
            Terminal.print(Terminal.styled(sentence, .yellow))
        }
        if let outage = try query.outage(now: now) {
            Terminal.print(
                "the database could not be reached from \(outage.from.text(in: loaded.zone)) to "
                    + "\(outage.to.text(in: loaded.zone)); what waited goes on")
        }
        let categories = loaded.workspace.configuration.categories.map(\.name)
        for (category, people) in try query.goneCategories(but: categories) {
            Terminal.print(
                Terminal.styled(
                    "\(Terminal.count(people, "person has", "people have")) left \"\(category)\", which is no category of "
                        + "keeptouch.yaml any more; until it says what became of it they get service messages only",
                    .yellow))
            Terminal.print("  categories: { NEW: { title: ..., was: [\(category)] } }, or keep \(category): its title")
        }
        for item in try query.waiting() {
            Terminal.print(Terminal.styled("\(item.playbook) waits: \(item.reason)", .yellow))
            Terminal.print("  keeptouch import metrics FILE; with --complete when the day is all there")
        }
        for item in try query.canaries() {
            guard let stage = Canary.Stage(rawValue: item.stage) else { continue }
            let next = Canary(stage: stage, since: item.since).nextAt.text(in: loaded.zone)
            let part =
                stage == .few
                ? "the first \(Canary.few) have gone, a tenth follows" : "a tenth has gone, the rest follows"
            Terminal.print(Terminal.styled("\(item.playbook) goes out in parts: canary: \(part) from \(next)", .yellow))
            Terminal.print("  keeptouch release \(item.playbook)")
        }
        for pause in try query.pauses() {
            Terminal.print(
                Terminal.styled(
                    "\(pause.scope) is paused since \(pause.at.text(in: loaded.zone)): \(pause.reason)", .yellow))
            let isDoubtful = try pause.scope == "all" && query.isDoubtful()
            Terminal.print(
                Wakefulness.isClock(pause.reason)
                    ? "  keeptouch clock"
                    : "  keeptouch resume \(pause.scope)" + (isDoubtful ? " --as restored|copy|moved" : ""))
        }
        for name in try query.pendingChannels() where loaded.workspace.channels[name] == nil {
            Terminal.print(Terminal.styled("channel \(name): \(GoneChannel.reason(name))", .yellow))
        }
        for (channel, state, since) in try query.channelStates() where loaded.workspace.channels[channel] != nil {
            Terminal.print(
                Terminal.styled("channel \(channel): \(state.sentence(since: since, in: loaded.zone))", .yellow))
        }
        for (channel, silence) in try query.silences(of: loaded.workspace.reportingChannels, now: now) {
            Terminal.print(Terminal.styled("channel \(channel): \(silence.sentence(in: loaded.zone))", .yellow))
            let advice = "look at the provider's own log, and whether its webhooks still come here: keeptouch channels"
            Terminal.print("  \(advice)")
        }
        let missed = try query.missed()
        for missed in missed {
            Terminal.print(
                "\(missed.playbook): the occurrence of \(missed.at.text(in: loaded.zone)) was missed"
                    + (missed.reason.map { ": \($0)" } ?? ""))
        }
        let earlier = try query.missedCount() - missed.count
        if earlier > 0 { Terminal.print("and \(Terminal.count(earlier, "occurrence")) before that") }
        for state in [TouchState.unknown, .held] where touches[state] != nil {
            Terminal.print(Terminal.count(touches[state] ?? 0, "touch is", "touches are") + " \(state.rawValue)")
            Terminal.print("  keeptouch touches --state \(state.rawValue)")
        }
    }
}
