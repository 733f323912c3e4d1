import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

extension PlaybookPage {
    /// Who is in it, or ever was.
    func accounts(_ connection: Connection) throws -> DashboardPage {
        let asked = try entries(connection)
        let rows =
            try known.map {
                try StatusQuery(connection).enrollments(
                    of: $0.id, asked, before: try ask.number("before"), limit: Self.page + 1)
            } ?? []
        let names = StepNames(ask.workspace, pinned: ask.edition.files.pinned)
        return page(.accounts) { html in
            addFilters(to: &html)
            guard !rows.isEmpty else {
                return html.nothing(
                    known == nil ? "Nobody has entered yet" : "Nobody matches these filters",
                    "Take a filter away, or see whom it would touch now.")
            }
            html.table(
                "Accounts",
                [("account", nil), ("arm", nil), ("entered", nil), ("stands at", nil), ("until", "x"), ("goal", "x")]
            ) { html in
                for row in rows.prefix(Self.page) { add(row, names, to: &html) }
            }
            html.pager(ask, older: rows.count > Self.page ? "\(rows[Self.page - 1].id)" : nil)
        }
    }

    private func addFilters(to html: inout HTML) {
        let steps = (playbook?.programs.joined().filter(\.isShown).map(\.id) ?? []).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        html.add("form", ["class": "filters", "action": ask.playbookLink(name, "/accounts")]) { html in
            html.select("Step", "step", [("", "any")] + steps.map { ($0, $0) }, chosen: ask["step"])
            html.select(
                "Arm", "arm",
                [("", "any")] + Arm.allCases.map { ($0.rawValue, $0.rawValue) } + [
                    (AccountQuestion.heldOut, "held out")
                ],
                chosen: ask["arm"])
            html.select("Which", "all", [("", "in it now"), ("yes", "all who entered")], chosen: ask["all"])
            html.select("Goal", "goal", [("", "any"), ("yes", "reached")], chosen: ask["goal"])
            html.others(ask, ["version", "variant", "entered_from", "end", "result", "days", "experiment"])
            html.add("button", ["class": "go"], text: "Show")
            if ask.visitor.role >= .operator {
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.playbookLink(name, "/accounts.csv")
                            + PageRequest.mark(ask.queryText(["before": ""])),
                    ], text: "CSV of these")
            }
        }
    }

    /// What the address asks for.
    ///
    /// - Throws: `PageProblem` for a step, an arm or a result that is none.
    func entries(_ connection: Connection) throws -> StatusQuery.Entries {
        var asked = StatusQuery.Entries()
        asked.isActive = try ask.flag("all") != true
        asked.hasGoal = try ask.flag("goal") == true
        asked.end = ask["end"].map { $0 == FlowList.noReason ? "" : $0 }
        if let days = try ask.number("days") { asked.since = ask.now - .days(max(0, min(days, 3_650))) }
        if let day = try ask.day("entered_from") { asked.since = ask.workspace.configuration.zone.start(of: day) }
        if ask["arm"] == AccountQuestion.heldOut {
            asked.arms = Arm.allCases.filter { $0 != .treated }
        } else if let arm: Arm = try ask.word("arm") {
            asked.arms = [arm]
        }
        asked.variant = ask["variant"]
        asked.experimentID = try ask.number("experiment")
        if let hash = ask["version"], let known {
            guard
                let found = try StatusQuery(connection).versions(of: known.id).first(where: { $0.hash.hasPrefix(hash) })
            else {
                throw PageProblem(
                    .notFound, "No such version", "No version \"\(hash.prefix(80))\" has run.", at: "version")
            }
            asked.versionID = found.id
        }
        if let step = ask["step"] {
            if let text = ask["result"] {
                guard let result = PassageResult(rawValue: text) else {
                    throw PageProblem(
                        .badRequest, "No such result", "Nothing passes a step as \"\(text.prefix(60))\".", at: "result")
                }
                asked.passage = (step, result)
            } else {
                asked.places = try places(of: step, connection)
            }
        }
        return asked
    }

    /// Where a step stands in each version of the playbook, or in the one that is asked for.
    private func places(of step: String, _ connection: Connection) throws -> [StatusQuery.StepPlace] {
        let versions = try known.map { try StatusQuery(connection).versions(of: $0.id) } ?? []
        let hash = ask["version"]
        let variant = ask["variant"]
        var places: [StatusQuery.StepPlace] = []
        var others: [String] = []
        for version in versions where hash.map(version.hash.hasPrefix) ?? true {
            guard let read = read(version) else { continue }
            let variants = read.variants.isEmpty ? [nil] : read.variants.map { Optional($0.name) }
            for name in variants where variant == nil || name == variant {
                let steps = read.steps(of: name)
                others += steps.map(\.id)
                places += steps.indices.filter { steps[$0].id == step }.map {
                    StatusQuery.StepPlace(version: version.id, variant: name, step: $0)
                }
            }
        }
        guard !places.isEmpty || versions.isEmpty else {
            throw PageProblem(
                .notFound, "No such step",
                "No version of \(name) has a step \"\(step.prefix(100))\"\(suggestion(for: step, in: others))",
                at: "step")
        }
        return places
    }

    private func read(_ version: StatusQuery.Version) -> Playbook? {
        if let playbook, playbook.source == version.source { return playbook }
        return ask.edition.files.pinned.playbook(name, source: version.source, files: version.files)
    }

    private func add(_ row: StatusQuery.Enrolled, _ names: StepNames, to html: inout HTML) {
        html.add("tr") { html in
            html.account(row.account, row.name, ask)
            html.cell(nil, row.variant ?? (row.arm == .treated ? "treated" : "held out"))
            html.add("td") { $0.add(ask.time(row.enteredAt)) }
            let step = names.name(name, row.source, row.variant, row.step) ?? "step \(row.step + 1)"
            html.cell(nil, row.endedAt == nil ? step : row.endReason ?? "ended")
            html.add("td", ["class": "x"]) { html in
                if let at = row.endedAt ?? row.dueAt {
                    html.add(ask.time(at))
                } else {
                    html.text("its touch")
                }
            }
            html.add("td", ["class": "x"]) { html in if let goal = row.goalAt { html.add(ask.time(goal)) } }
        }
    }
}
