import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

/// One playbook: its flow, who is in it, its messages and versions.
struct PlaybookPage {
    enum Tab: String, CaseIterable {
        case flow, experiment, accounts, touches, messages, versions

        var title: String {
            switch self {
            case .flow: "Flow"
            case .experiment: "Experiment"
            case .accounts: "Accounts in it"
            case .touches: "Touches"
            case .messages: "Messages"
            case .versions: "Versions"
            }
        }
    }

    let ask: PageRequest
    let name: String
    /// As the files have it; else the version that ran last.
    let playbook: Playbook?
    let known: StatusQuery.KnownState?
    private let forecast: ReleaseForecast?
    private let pause: (reason: String, at: Instant)?

    static let page = 50

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        name = ask.part("name")
        let query = StatusQuery(connection)
        known = try query.known(name, now: ask.now)
        let ofFiles = ask.workspace.playbook(name)
        if let ofFiles {
            playbook = ofFiles
        } else {
            let source = try known.flatMap { known in
                try query.versions(of: known.id).first { $0.id == known.versionID }?.source
            }
            playbook = source.flatMap { [name] in ask.edition.files.pinned.playbook(name, source: $0) }
        }
        guard known != nil || playbook != nil else { throw PageProblem.noPlaybook(name) }
        forecast = try known?.heldBecause == nil ? nil : ReleaseForecast(name, connection)
        let pauses = try query.pauses()
        pause = (pauses.first { [name] in $0.scope == "playbook:\(name)" } ?? pauses.first { $0.scope == "all" })
            .map { ($0.reason, $0.at) }
    }

    var isOfFiles: Bool { ask.workspace.playbook(name) != nil }

    /// Whether the files on the disk are others than those that go on.
    private var hasError: Bool { ask.edition.kept.contains("playbooks/\(name)") }

    func page(_ tab: Tab, _ build: (inout HTML) throws -> Void) rethrows -> DashboardPage {
        try DashboardPage(
            playbook?.title ?? name, in: .playbooks,
            crumb: HTML { $0.link("Playbooks", ask.link("/playbooks")) }, lead: lead, acts: acts
        ) { html in
            html.add("div", ["data-live": "notes"]) { addNotes(to: &$0) }
            html.add("ul", ["class": "tabs"]) { html in
                for item in Tab.allCases {
                    let link =
                        switch item {
                        case .flow: ask.playbookLink(name)
                        case .touches: ask.link("/touches", ["playbook": name])
                        case .experiment: ask.link("/experiments/" + DashboardAddress.part(name))
                        default: ask.playbookLink(name, "/\(item.rawValue)")
                        }
                    html.add("li") {
                        $0.add("a", ["href": link, "aria-current": item == tab ? "page" : nil], text: item.title)
                    }
                }
            }
            try build(&html)
        }
    }

    private func addNotes(to html: inout HTML) {
        if let reason = known?.heldBecause {
            html.note("warn") { html in
                html.text("Held: \(reason.withoutCommands). ")
                if let forecast { html.add(forecast.html(ask)) }
            }
        }
        if let pause { html.note("warn", "Paused: \(pause.reason)") }
        if hasError {
            html.note("warn") { html in
                html.text("Its files have an error. The version before goes on, and is what this page shows: ")
                html.link("see the files", ask.link("/files"))
                html.text(".")
            }
        }
        if !isOfFiles {
            html.note(
                "warn",
                "Its files are gone or have an error; this is the version that ran last. Enrollments go on by the version that they entered with."
            )
        }
    }

    private var lead: HTML {
        HTML { html in
            let state = known?.state ?? playbook?.state ?? .draft
            let standing = StatusQuery.Standing(state, isHeld: known?.heldBecause != nil, isPaused: pause != nil)
            html.add(PlaybookTable.state(standing))
            if let at = pause?.at {
                html.text(" since ")
                html.add(ask.time(at))
            } else if let since = known?.liveSince, standing == .live {
                html.text(" since ")
                html.add(ask.time(since, .day))
            }
            html.text(" · ")
            html.add("code", text: name)
            guard let playbook else { return }
            html.text(" · version \(Registry.hash(playbook.source).prefix(8)) · \(playbook.category)")
            html.text(" · priority \(playbook.priority)")
            if playbook.holdout > 0 { html.text(" · holdout \(Report.Unit.share.text(playbook.holdout))") }
            if let next = known?.nextAt, state == .live, pause == nil {
                html.text(" · next match ")
                if next.isLocal {
                    html.text(next.text(in: ask.workspace.configuration.zone))
                } else {
                    html.add(ask.time(next.at))
                }
            }
        }
    }

    private var acts: HTML {
        HTML { html in
            html.add(
                "a", ["class": "button", "href": ask.playbookLink(name, "/whom")], text: "Whom would it touch now?")
            guard ask.visitor.role >= .operator else { return }
            if isOfFiles {
                html.add(
                    "a", ["class": "button", "href": ask.link("/try", ["file": "playbooks/\(name)/playbook.yaml"])],
                    text: "Try a change")
            }
            if known?.heldBecause != nil {
                html.add("a", ["class": "button go", "href": ask.playbookLink(name, "/release")], text: "Release…")
            }
            let scope = "playbook:\(name)"
            if pause == nil {
                html.add("a", ["class": "button danger", "href": ask.link("/pause", ["scope": scope])], text: "Pause…")
            } else {
                html.add("a", ["class": "button", "href": ask.link("/resume", ["scope": scope])], text: "Resume…")
            }
        }
    }

    /// The program that is drawn: a version of before as it was.
    func drawn(_ part: FlowPart?) -> Playbook? {
        part?.version.flatMap { ask.edition.files.pinned.playbook(name, source: $0.source, files: $0.files) }
            ?? playbook
    }

    /// - Parameters:
    ///   - part: what is drawn instead of all enrollments.
    ///   - state: how the counting of it stands, where it takes longer than a page may.
    func flow(
        _ versions: [StatusQuery.Version], part: FlowPart?, _ numbers: FlowNumbers,
        counting state: Jobs.State<FlowNumbers>?, _ connection: Connection
    ) throws -> DashboardPage {
        let counts = numbers.whole
        let verdict = try ask.headlines.headline(of: .experiment(name), connection)
        return page(.flow) { html in
            if known != nil { FlowPart.draw(ask, ask.playbookLink(name), versions, playbook, in: &html) }
            if part != nil, state == nil {
                html.add("p", ["class": "soft small"], text: "Only some of the enrollments.")
            }
            if let state {
                html.job(ask, state) { _ in
                } done: { _, at, took, html in
                    html.add("p", ["class": "soft small"]) { html in
                        html.text(part == nil ? "Counted by variant" : "Only some of the enrollments")
                        html.made(ask, at, took)
                    }
                }
            }
            let drawn = drawn(part)
            html.add("div", ["class": drawn?.hasVariantSteps == true ? "grid" : "grid side"]) { html in
                html.panel("Flow", id: "fl", isLive: true) { html in
                    guard let drawn else {
                        return html.nothing("It cannot be read", "See `keeptouch check` and the page Files.")
                    }
                    let current = versions.first { $0.id == known?.versionID }
                    FlowList(
                        ask: ask, playbook: drawn, numbers: numbers, version: part?.version ?? current, part: part
                    ).draw(in: &html)
                    html.add("footer") { html in
                        html.text(
                            "Each number leads to its accounts or touches. “Held out” walked the same way and got nothing."
                        )
                        for version in versions where version.id != known?.versionID {
                            let active = counts?.versions[version.id]?.active ?? 0
                            guard active > 0 else { continue }
                            html.text(" \(active.grouped) walk version \(version.hash.prefix(8)).")
                        }
                    }
                }
                html.add("div", ["class": "stack", "data-live": "beside"]) { html in
                    addSummary(counts, part, to: &html)
                    addExperiment(verdict, to: &html)
                    addVerdicts(counts, to: &html)
                    addRules(to: &html)
                    addTests(to: &html)
                    addChanges(versions, counts, to: &html)
                }
            }
        }
    }

    private func addSummary(_ counts: PlaybookCounts?, _ part: FlowPart?, to html: inout HTML) {
        html.panel("Who came", id: "who") { html in
            if counts == nil, known != nil {
                return html.add("p", ["class": "soft"], text: "It is being counted.")
            }
            guard let counts, counts.entered > 0 else {
                if part != nil { return html.nothing("Nobody of these has entered", "Take a filter away.") }
                return html.nothing("Nobody has entered yet", "See whom it would touch now.")
            }
            html.add("table") { html in
                html.add("tbody") { html in
                    func row(_ title: String, _ count: Int, _ query: [String: String?]) {
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"], text: title)
                            let path = "/playbooks/\(DashboardAddress.part(name))/accounts"
                            html.number(
                                count, link: ask.link(path, among: query.merging(part?.query(ask) ?? [:]) { $0 ?? $1 }))
                        }
                    }
                    row("entered", counts.entered, ["all": "yes"])
                    row("in it now", counts.active, [:])
                    for arm in Arm.allCases where arm != .treated {
                        guard let count = counts.entries[arm] else { continue }
                        row(
                            arm == .holdout ? "held out" : "held out of everything", count,
                            ["all": "yes", "arm": arm.rawValue])
                    }
                    row("reached the goal", counts.goals, ["all": "yes", "goal": "yes"])
                }
            }
        }
    }

    private func addExperiment(_ verdict: Headlines.Headline?, to html: inout HTML) {
        guard let verdict else { return }
        html.panel(
            "Did it change anything?", id: "ex",
            more: ("the experiment", ask.link("/experiments/" + DashboardAddress.part(name)))
        ) { html in
            html.add("p", text: verdict.sentence)
            html.add("p", ["class": "soft small"]) { html in
                html.text("As of ")
                html.add(ask.time(verdict.asOf))
            }
        }
    }

    private func addVerdicts(_ counts: PlaybookCounts?, to html: inout HTML) {
        let others = (counts?.verdicts ?? [:]).filter { $0.key.arm == nil && $0.key != .already }
        guard !others.isEmpty else { return }
        html.panel("Did not enter", id: "no", note: "accounts whose match stands") { html in
            html.verdicts(others) { ask.link("/accounts", ["verdict": $0.rawValue, "playbook": name]) }
        }
    }

    private func addRules(to html: inout HTML) {
        guard let playbook else { return }
        html.panel("Rules", id: "ru") { html in
            html.add("dl", ["class": "pairs"]) { html in
                func pair(_ name: String, _ text: String, isCode: Bool = false) {
                    html.add("dt", text: name)
                    html.add("dd") { isCode ? $0.add("code", text: text) : $0.text(text) }
                }
                if let audience = playbook.audience { pair("audience", audience.term.text, isCode: true) }
                pair("to", playbook.recipients.map(\.words).joined(separator: ", else "))
                switch playbook.reentry {
                case .never: pair("re-entry", "never")
                case .always: pair("re-entry", "always")
                case .after(let span, let fromEnd): pair("re-entry", "after \(span)" + (fromEnd ? " from the end" : ""))
                }
                if playbook.exclusive { pair("exclusive", "admits no other playbook meanwhile") }
                if let goal = playbook.goal {
                    pair("goal", goal.condition.text, isCode: true)
                    pair("within", "\(goal.within)")
                }
                if let goal = playbook.meanGoal {
                    pair("goal", "mean of \(goal.figure.text)")
                    pair("within", "\(goal.within)")
                }
                for guardrail in playbook.guardrails {
                    pair(
                        "guardrail",
                        "\(guardrail.outcome) at most \(Report.Unit.points.text(guardrail.margin)) points more")
                }
                if let risk = playbook.risk { pair("at risk for", risk) }
            }
        }
    }

    private func addTests(to html: inout HTML) {
        guard let playbook, !playbook.tests.isEmpty else { return }
        html.panel("Tests", id: "te") { html in
            html.add("p") { html in
                html.text("\(playbook.tests.count.of("test")); they run with ")
                html.add("code", text: "keeptouch test \(name)")
            }
        }
    }

    private func addChanges(_ versions: [StatusQuery.Version], _ counts: PlaybookCounts?, to html: inout HTML) {
        guard !versions.isEmpty else { return }
        html.panel("Changes", id: "ve", more: ("all", ask.playbookLink(name, "/versions"))) { html in
            html.add("ul", ["class": "time short"]) { html in
                for version in versions.prefix(4) {
                    html.add("li") { html in
                        html.add(ask.time(version.seenAt, .day))
                        html.add("span", text: "")
                        html.add("p") { html in
                            html.text("version \(version.hash.prefix(8))")
                            guard let counts else { return }
                            html.text(", \((counts.versions[version.id]?.entered ?? 0).grouped) entered by it")
                        }
                    }
                }
            }
        }
    }

    private func counts(_ connection: Connection) throws -> PlaybookCounts? {
        try known.flatMap { try PlaybookCounts.all(since: ask.now, connection)[$0.id] }
    }

    func versions(_ connection: Connection) throws -> DashboardPage {
        let counts = try counts(connection)
        let versions = try known.map { try StatusQuery(connection).versions(of: $0.id) } ?? []
        return page(.versions) { html in
            guard !versions.isEmpty else {
                return html.nothing("No version has run", "The first cycle that sees the playbook keeps its text.")
            }
            for (index, version) in versions.enumerated() {
                let of = counts?.versions[version.id] ?? PlaybookCounts.OfVersion()
                html.panel(
                    "Version \(version.hash.prefix(8))", id: "v\(version.id)",
                    note: "\(of.entered.grouped) entered by it, \(of.active.grouped) walk it now"
                ) { html in
                    html.add("p") { html in
                        html.text("First seen ")
                        html.add(ask.time(version.seenAt, .full))
                    }
                    if versions.indices.contains(index + 1) {
                        let diff = UnifiedDiff(from: versions[index + 1].source, to: version.source)
                        if let text = diff.text(path: "playbooks/\(name)/playbook.yaml") { html.addDiff(text) }
                    } else {
                        html.add("details") { html in
                            html.add("summary", text: "Its text")
                            html.add("pre", ["class": "source", "tabindex": "0"], text: version.source)
                        }
                    }
                }
            }
        }
    }
}
