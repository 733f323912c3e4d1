import ArgumentParser
import Decisions
import Delivery
import Playbooks
import Runner
import Storage

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why an account is, or is not, in a playbook: every clause, value and threshold.")

    @Argument(help: "The account's key, its name, or an address of it.")
    var account: String

    @Option(help: "Only this playbook; every one that is not retired when it is left out.")
    var playbook: String?

    @OptionGroup var options: WorkspaceOptions

    func run() throws {
        let files = try options.read()
        let store = try files.open(.readOnly)
        let now = try options.moment(store, zone: files.zone)
        try store.read { connection in
            let loaded = try files.withEarlierVersions(connection)
            if let playbook { _ = try loaded.playbook(playbook) }
            try options.tellOfThePast(connection, now: now, zone: loaded.zone)
            let story = try AccountStory.find(account, connection)
            let context = try EvaluationContext(connection, workspace: loaded.workspace, now: now)
            Terminal.print(
                Terminal.styled("\(story.key)\(story.name.map { " (\($0))" } ?? "")", .bold)
                    + ", \(story.status), as of \(now.text(in: loaded.zone)) \(loaded.zone.name)")
            try showPlace(of: story, StageCensus(connection, context), context, loaded)
            if let health = try HealthStory(connection, context, account: story.accountID, weeks: 4) {
                for line in health.now.lines { Terminal.print(line) }
                if let before = health.weeks.first?.score { Terminal.print("  four weeks before: \(Int(before))") }
            }
            for item in try story.hands() {
                Terminal.print("\(item.at.text(in: loaded.zone))  \(item.kind): \(item.detail ?? "")")
            }
            for exclusion in try story.exclusions(at: now) {
                Terminal.print(
                    "left alone by \(exclusion.playbook ?? "all playbooks"): \(exclusion.sentence(in: loaded.zone))")
            }
            for item in try story.suppressions() {
                Terminal.print(
                    "suppressed since \(item.at.text(in: loaded.zone)): \(item.address)"
                        + (item.category.map { ", the category \($0)" } ?? "") + " (\(item.reason))")
            }
            for item in loaded.workspace.playbooks
            where playbook.map({ $0 == item.name }) ?? (item.state != .retired) {
                Terminal.print()
                try PlaybookText(
                    playbook: item, story: story, context: context, connection: connection, loaded: loaded, now: now
                ).show()
            }
        }
    }

    private func showPlace(
        of story: AccountStory, _ census: StageCensus, _ context: EvaluationContext, _ loaded: LoadedWorkspace
    ) throws {
        guard let place = try census.place(of: story.accountID) else { return }
        let time = Value.duration(context.now - place.since).text(
            as: .duration, currency: context.currency, zone: context.zone)
        Terminal.print(
            "journey \(place.key.journey): \(place.key.stage) since \(place.since.text(in: loaded.zone)) (\(time))"
                + (place.isStuck ? ", stuck" : ""))
        for sentence in context.stages[place.key]?.sentences ?? [] { Terminal.print("  \(sentence)") }
    }
}

/// One playbook and one account, as a person reads it.
private struct PlaybookText {
    let playbook: Playbook
    let story: AccountStory
    let context: EvaluationContext
    let connection: Connection
    let loaded: LoadedWorkspace
    let now: Instant

    func show() throws {
        let state =
            loaded.earlier.contains(playbook.name)
            ? " (its file \(playbook.state == .retired ? "is gone" : "has an error"); this is its last version)"
            : playbook.state == .live ? "" : " (\(playbook.state.rawValue))"
        Terminal.print(Terminal.styled("\(playbook.name)\(state): \(playbook.title)", .bold))
        if let stale = context.staleness(of: playbook.decidingTerms) { Terminal.print("  held: \(stale)") }
        if let audience = playbook.audience { try show("audience", audience.term, event: nil) }
        switch playbook.trigger {
        case .when(let condition):
            try show("when", condition, event: nil)
        case .on(let event, let condition):
            if let newest = try story.newestEvent(event, now: now) {
                Terminal.print("  on \(event): the newest is of \(text(newest.at))")
                if let condition { try show("if", condition, event: newest.id) }
            } else {
                Terminal.print("  on \(event): there is none by then")
            }
        case .at(let schedule):
            Terminal.print("  at \(schedule.text): each occurrence takes the whole audience")
        }
        try showVerdicts()
        try showDraw()
        try showEnrollments()
    }

    /// What gave the account its arm, where there is more than one.
    private func showDraw() throws {
        guard let draw = try story.draw(experiment: playbook.experiment),
            draw.seat != nil || draw.variant != nil || playbook.holdout > 0
        else { return }
        func digits(_ number: Double) -> String {
            Value.number((number * 10_000).rounded() / 10_000).text(as: .number, currency: "", zone: .utc)
        }
        let seat = draw.seat.map { seat in
            ", seat \(seat.place) of \(playbook.stratify.map { "\($0) " } ?? "")"
                + (seat.stratum.isEmpty ? "(none)" : seat.stratum)
        }
        Terminal.print(
            "  drawn \(text(draw.at)): \(draw.arm.rawValue), by \(digits(draw.number))\(seat ?? "")"
                + (draw.share.map { $0 > 0 ? "; below \(digits($0)) was held out" : "" } ?? ""))
    }

    private func show(_ label: String, _ term: Term, event: Int64?) throws {
        guard
            let explanation = try AccountFacts(connection, context, account: story.accountID).explain(
                term, event: event, audience: playbook.audienceKey)
        else { return }
        let lines = explanation.lines
        Terminal.print("  \(label): \(colored(lines[0]))")
        for line in lines.dropFirst() { Terminal.print("    \(colored(line))") }
    }

    private func colored(_ line: String) -> String {
        if line.hasSuffix("→ met") { return Terminal.styled(line, .green) }
        if line.hasSuffix("→ not met") { return Terminal.styled(line, .red) }
        return line.hasSuffix("→ missing") ? Terminal.styled(line, .yellow) : line
    }

    /// What a match is of, as people write it: the moment of a campaign's occurrence, an event's key.
    private func occurrence(_ key: String) -> String {
        guard case .at = playbook.trigger, case .success(let moment) = Instant.parse(key) else { return key }
        return text(moment)
    }

    private func showVerdicts() throws {
        let standings = try story.standings(playbook: playbook.name)
        if standings.isEmpty {
            Terminal.print("  verdict: none; \(try whyNone())")
        }
        for standing in standings {
            let key = standing.matchKey.isEmpty ? "" : " (\(occurrence(standing.matchKey)))"
            let end = standing.falseSince.map { ", not matching since \(text($0))" } ?? ""
            Terminal.print(
                "  verdict: \(standing.verdict.rawValue)\(key), matching since \(text(standing.since))\(end): \(standing.reason)"
            )
        }
        for decision in try story.decisions(playbook: playbook.name) {
            Terminal.print("    \(text(decision.at))  \(decision.verdict.rawValue): \(decision.reason)")
        }
    }

    private func whyNone() throws -> String {
        if try !story.enrollments(playbook: playbook.name).isEmpty {
            return "it was enrolled, and does not match any more"
        }
        if case .on(let event, _) = playbook.trigger, let newest = try story.newestEvent(event, now: now),
            let live = try story.liveSince(playbook: playbook.name), newest.at < live
        {
            return "the playbook went live \(text(live)), and events before that trigger nothing"
        }
        return "no cycle has seen it match"
    }

    private func showEnrollments() throws {
        let enrollments = try story.enrollments(playbook: playbook.name)
        for enrollment in enrollments {
            let variant = enrollment.variant.map { ", variant \($0)" } ?? ""
            var line = "  enrolled \(text(enrollment.enteredAt)): arm \(enrollment.arm.rawValue)\(variant), "
            line += "version \(enrollment.versionHash.prefix(8)), "
            if let end = enrollment.endedAt {
                line += "ended \(text(end)) (\(enrollment.endReason ?? ""))"
            } else {
                line += "at \(place(of: enrollment))"
                line += enrollment.dueAt.map { ", due \(text($0))" } ?? ", waiting for its touches"
                line += try whyStill(enrollment).map { "; stands still: \($0)" } ?? ""
            }
            Terminal.print(line)
            try showStanding(of: enrollment)
            if let entry = Variables(frozen: enrollment.entry), !entry.sortedNames.isEmpty {
                let values = entry.sortedNames.compactMap { name in
                    entry[name].map {
                        "\(name) = \($0.value.text(as: $0.type, currency: context.currency, zone: context.zone))"
                    }
                }
                Terminal.print("    entry: \(values.joined(separator: ", "))")
            }
            if let goal = enrollment.goalAt { Terminal.print("    goal reached \(text(goal))") }
            try showTouches(of: enrollment.id)
        }
        let earlier = try story.countEnrollments(playbook: playbook.name) - enrollments.count
        guard earlier > 0 else { return }
        Terminal.print(
            "  \(Terminal.count(earlier, "earlier enrollment")): keeptouch touches --account \(story.key) "
                + "--playbook \(playbook.name)")
    }

    private func showTouches(of enrollment: Int64) throws {
        for touch in try Ledger(connection).touches(ofEnrollment: enrollment) {
            let when = touch.settledAt ?? touch.notBefore
            Terminal.print(
                "    touch \(touch.id) \(touch.step) to \(touch.recipient): \(touch.state.rawValue) \(text(when))"
                    + (touch.reason.map { " (\($0))" } ?? ""))
            for outcome in try story.outcomes(of: touch.id) {
                Terminal.print(
                    "      \(text(outcome.at))  \(outcome.kind)" + (outcome.detail.map { " (\($0))" } ?? ""))
            }
        }
    }

    /// Why it does not go on by itself: somebody or something stops it, or what it asks for is not believed now.
    private func whyStill(_ enrollment: AccountStory.Enrollment) throws -> String? {
        if let exclusion = try story.exclusions(at: now).filter({ $0.concerns(playbook) }).longest {
            return exclusion.sentence(in: loaded.zone)
        }
        let standstill = try Standstill(connection, accounts: story.accountID...story.accountID)
        if let reason = standstill.reason(
            of: playbook.name, isService: playbook.isService, isExclusive: enrollment.isExclusive,
            account: story.accountID)
        {
            return reason
        }
        guard let walked = walked(enrollment) else { return "its version cannot be read with the files of today" }
        var believed = context
        believed.doubtfulAttributes = try DoubtfulAttributes(connection).reasons
        believed.doubtfulMetrics = try DoubtfulMetrics(connection).reasons
        let steps = walked.steps(of: enrollment.variant)
        let asked = steps.indices.contains(enrollment.step) ? steps[enrollment.step].terms : []
        return Version(id: 0, playbookID: 0, playbook: walked, in: believed).unansweredExit
            ?? believed.staleness(of: asked)
    }

    /// The version that the enrollment walks; nil when it can no longer be read.
    private func walked(_ enrollment: AccountStory.Enrollment) -> Playbook? {
        enrollment.source == playbook.source
            ? playbook : PinnedVersions(texts: loaded.texts).playbook(playbook.name, source: enrollment.source)
    }

    private func steps(of enrollment: AccountStory.Enrollment) -> [Step] {
        walked(enrollment)?.steps(of: enrollment.variant) ?? []
    }

    private func place(of enrollment: AccountStory.Enrollment) -> String {
        let steps = steps(of: enrollment)
        guard steps.indices.contains(enrollment.step) else { return "step \(enrollment.step + 1)" }
        return steps[enrollment.step].id
    }

    /// What it waits for now, with its values, and what its waits and choices came to before.
    private func showStanding(of enrollment: AccountStory.Enrollment) throws {
        for passage in try story.passages(of: enrollment.id) {
            Terminal.print("    \(text(passage.at))  \(passage.step): \(passage.result.rawValue)")
        }
        let steps = steps(of: enrollment)
        guard enrollment.endedAt == nil, steps.indices.contains(enrollment.step) else { return }
        let step = steps[enrollment.step]
        for term in step.terms {
            guard
                let explanation = try AccountFacts(connection, context, account: story.accountID).explain(
                    term, enrollment: enrollment.id, audience: playbook.audienceKey)
            else { continue }
            let lines = explanation.lines
            Terminal.print("    \(step.label): \(colored(lines[0]))")
            for line in lines.dropFirst() { Terminal.print("      \(colored(line))") }
        }
    }

    private func text(_ instant: Instant) -> String { instant.text(in: loaded.zone) }
}

extension Step {
    /// The key under which the file has its conditions.
    fileprivate var label: String {
        switch action {
        case .waitFor: "wait_for"
        case .waitTill: "wait_till"
        case .choose: "if"
        case .set: "set"
        case .send, .wait, .goTo, .stop: id
        }
    }
}
