import Basics
import Decisions
import Playbooks
import Runner
import Storage

/// One account: why it is or is not in a playbook, its story, its people, its data.
struct AccountPage {
    let ask: PageRequest
    let card: AccountCard
    let connection: Connection
    let context: EvaluationContext
    let story: AccountStory
    private let place: (key: StageKey, since: Instant, isStuck: Bool)?
    private let chosen: Playbook?
    /// What people have said of it that holds now.
    private let exclusions: [Exclusion]
    /// Of which day the figures of whole populations are, where a cycle has not worked out those of the data.
    let figuresOf: Day?

    private static let shown = 40

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        self.connection = connection
        let key = ask.part("key")
        let configuration = ask.workspace.configuration
        guard
            let card = try AccountCard(key: key, ask.workspace.dataMap, currency: configuration.currency, connection),
            let story = try AccountStory(connection, key: key)
        else { throw PageProblem.noAccount(key) }
        self.card = card
        self.story = story
        context = try EvaluationContext(connection, workspace: ask.workspace, now: ask.now, figures: .stored)
        figuresOf = try context.daysBehind(ask.workspace, connection)
        exclusions = try ExclusionRecords(connection).all(of: card.id, at: ask.now)
        place = try StageCensus(connection, context).place(of: card.id)
        let inNow = try ask.workspace.playbooks.first { playbook in
            try story.enrollments(playbook: playbook.name).contains { $0.endedAt == nil }
        }
        _ = try ask.name("playbook", among: ask.workspace.playbooks.map(\.name))
        chosen =
            ask["playbook"].flatMap { ask.workspace.playbook($0) } ?? inNow
            ?? ask.workspace.playbooks.first { $0.state == .live } ?? ask.workspace.playbooks.first
    }

    var page: DashboardPage {
        get throws {
            let timeline = AccountTimeline(
                connection, account: card.id, ask.workspace.dataMap, ask.workspace.configuration)
            let kind: AccountTimeline.Item.Kind? = try ask.word("show")
            let story = try timeline.page(
                kind.map { [$0] } ?? Set(AccountTimeline.Item.Kind.allCases), from: try Self.cursor(ask),
                limit: Self.shown)
            let why = try chosen.map { try explanation(of: $0) }
            let others = try playbookLines()
            let health = try HealthStory(connection, context, account: card.id)
            return DashboardPage(
                card.name ?? card.key, in: .accounts,
                crumb: HTML { html in
                    html.link("Accounts", ask.link("/accounts"))
                    html.text(" · \(card.key)")
                }, lead: lead, acts: acts
            ) { html in
                if let erased = card.erasedAt {
                    html.add("div", ["class": "note warn"]) { html in
                        html.add("p") { html in
                            html.text("Erased on ")
                            html.add(ask.time(erased, .day))
                            html.text(
                                ": what named it is gone, and nobody writes to it. What was sent and came of it stays counted."
                            )
                        }
                    }
                }
                if let why, let chosen { addWhy(chosen, why, to: &html) }
                html.add("div", ["class": "grid side"]) { html in
                    addStory(story, kind, to: &html)
                    html.add("div", ["class": "stack", "data-live": "beside"]) { html in
                        addInNow(others, to: &html)
                        if let health { HealthPanel(ask: ask, health: health).draw(in: &html) }
                        addPeople(to: &html)
                        addData(to: &html)
                        addOthers(others, to: &html)
                    }
                }
            }
        }
    }

    private var lead: HTML {
        HTML { html in
            html.state(card.isActive ? "live" : "retired", card.isActive ? "active" : "churned")
            if let mrr = card.mrr { html.text(" · \(ask.money(mrr)) a month") }
            html.text(" · since ")
            html.add(ask.time(card.createdAt, .day))
            if let zone = card.timezone { html.text(" · \(zone)") }
            if let place {
                html.text(" · \(place.key.stage) since ")
                html.add(ask.time(place.since, .day))
                if place.isStuck { html.add("span", ["class": "warn strong"], text: ", overdue") }
            }
            if let churned = card.churnedAt {
                html.text(" · left ")
                html.add(ask.time(churned, .day))
                if let reason = card.churnReason { html.text(" for \(reason)") }
            }
            for exclusion in exclusions {
                html.text(" · ")
                html.add("span", ["class": "warn strong"]) { html in
                    html.text(exclusion.kind.rawValue)
                    if let until = exclusion.until {
                        html.text(" until ")
                        html.add(ask.time(until))
                    }
                    if let playbook = exclusion.playbook { html.text(" from \(playbook)") }
                    html.text(": \(exclusion.reason)")
                }
            }
        }
    }

    private var acts: HTML {
        HTML { html in
            guard card.erasedAt == nil else { return }
            if let chosen {
                html.add(
                    "a",
                    [
                        "class": "button",
                        "href": ask.link(
                            "/playbooks/\(DashboardAddress.part(chosen.name))/messages", ["account": card.key]),
                    ],
                    text: "Preview a message")
            }
            if ask.visitor.role >= .operator {
                html.add(
                    "a", ["class": "button danger", "href": ask.accountLink(card.key) + "/suppress"], text: "Suppress…")
            }
            if ask.visitor.role >= .admin {
                html.add(
                    "a", ["class": "button danger", "href": ask.accountLink(card.key) + "/forget"], text: "Forget…")
            }
        }
    }

    /// Where a page of the story begins: `before=MILLISECONDS-SKIPPED`.
    private static func cursor(_ ask: PageRequest) throws -> AccountTimeline.Cursor {
        guard let text = ask["before"] else { return .newest }
        let parts = text.split(separator: "-").map { Int64($0) }
        guard parts.count == 2, let moment = parts[0], let skipped = parts[1], (0...100_000).contains(skipped) else {
            throw PageProblem(
                .badRequest, "Not a place", "before=\(text.prefix(60)) in the address is no place in a story.")
        }
        return AccountTimeline.Cursor(at: Instant(milliseconds: moment), skipped: Int(skipped))
    }

    private func addStory(
        _ page: AccountTimeline.Page, _ kind: AccountTimeline.Item.Kind?, to html: inout HTML
    ) {
        html.add("section", ["class": "panel", "aria-labelledby": "st"]) { html in
            html.add("header") { html in
                html.add("h2", ["id": "st"], text: "Story")
                html.add("form", ["class": "filters inline", "action": ask.accountLink(card.key)]) { html in
                    html.select(
                        "Show", "show",
                        [("", "everything")]
                            + AccountTimeline.Item.Kind.allCases.map { ($0.rawValue, $0.plural) },
                        chosen: kind?.rawValue, isHidden: true)
                    html.add("button", text: "Show")
                }
            }
            guard !page.items.isEmpty else {
                return html.nothing("Nothing has happened yet", "Events, decisions and touches stand here.")
            }
            html.add("ol", ["class": "time", "data-rows": ask["before"] == nil ? "story" : nil]) { html in
                var month = ""
                for item in page.items {
                    let date = ask.zone.day(of: item.at).civil
                    let name = "\(ask.text(ask.zone.day(of: item.at)).prefix(3)) \(date.year)"
                    if name != month { html.add("li", ["class": "day"], text: name) }
                    month = name
                    html.add("li", ["data-row": "\(item.at.milliseconds) \(item.kind.rawValue) \(item.touch ?? 0)"]) {
                        html in
                        html.add(ask.time(item.at))
                        html.add("span", ["class": "mark"], text: "")
                        html.add("div") { StoryLine(ask: ask, item: item).draw(in: &$0) }
                    }
                }
            }
            html.pager(ask, older: page.older.map { "\($0.at.milliseconds)-\($0.skipped)" })
        }
    }

    private struct Line {
        var playbook: Playbook
        var enrollment: AccountStory.Enrollment?
        var verdict: String
    }

    /// Of every playbook whether it matches now, and whether the account is in it.
    private func playbookLines() throws -> [Line] {
        let facts = try AccountFacts(connection, context, account: card.id)
        return try ask.workspace.playbooks.filter { $0.state != .retired }.prefix(100).map { playbook in
            let active = try story.enrollments(playbook: playbook.name).first { $0.endedAt == nil }
            var verdict = ""
            if case .when(let term) = playbook.trigger {
                let audience = try playbook.audience.flatMap {
                    try facts.explain($0.term, audience: playbook.audienceKey)?.verdict
                }
                let found = try facts.explain(term, audience: playbook.audienceKey)?.verdict ?? "missing"
                verdict = audience == nil || audience == "met" ? found : "\(audience ?? ""), audience"
            }
            return Line(playbook: playbook, enrollment: active, verdict: verdict)
        }
    }

    private func addInNow(_ lines: [Line], to html: inout HTML) {
        let active = lines.filter { $0.enrollment != nil }
        guard !active.isEmpty else { return }
        html.panel("In now", id: "nw") { html in
            html.add("table") { html in
                html.add("tbody") { html in
                    for line in active {
                        guard let enrollment = line.enrollment else { continue }
                        let steps = line.playbook.steps(of: enrollment.variant)
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                $0.link(line.playbook.name, ask.playbookLink(line.playbook.name))
                            }
                            html.cell(
                                nil,
                                steps.indices.contains(enrollment.step)
                                    ? steps[enrollment.step].id : "step \(enrollment.step + 1)")
                            html.cell("soft small", enrollment.arm == .treated ? enrollment.variant ?? "" : "held out")
                            html.add("td", ["class": "soft small"]) { html in
                                if let due = enrollment.dueAt {
                                    html.text("until ")
                                    html.add(ask.time(due))
                                } else {
                                    html.text("for its touch")
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func addPeople(to html: inout HTML) {
        html.panel("People", id: "pe") { html in
            guard !card.people.isEmpty else {
                return html.nothing("Nobody is known", "`keeptouch import contacts FILE` brings them.")
            }
            for person in card.people {
                html.add("p", ["class": "any"]) { html in
                    html.add("strong", text: person.name ?? person.key)
                    if let role = person.role { html.text(", \(role)") }
                    if let email = person.email {
                        html.add("br")
                        html.link(
                            email,
                            ask.link(
                                "/touches",
                                ["of": ask.visitor.seesAddresses ? person.address : nil, "account": card.key]))
                    }
                    if let phone = person.phone {
                        html.add("br")
                        html.link(
                            phone,
                            ask.link("/touches", ["of": ask.visitor.seesAddresses ? phone : nil, "account": card.key]))
                    }
                    html.add("br")
                    html.add("span", ["class": "soft small"], text: standing(of: person))
                }
            }
        }
    }

    private func standing(of person: AccountCard.Person) -> String {
        if person.hasLeft { return "has left" }
        guard person.email != nil || person.phone != nil else { return "has no address" }
        let all = person.suppressions.first { $0.category.isEmpty }
        if let all { return "is not written to: \(all.reason)" }
        let parts = person.suppressions.map { "\($0.category) (\($0.reason))" }
        return parts.isEmpty ? "may be written to" : "has left \(parts.joined(separator: ", "))"
    }

    private func addData(to html: inout HTML) {
        html.panel("Data", id: "da") { html in
            html.add("dl", ["class": "pairs"]) { html in
                for (attribute, value) in card.attributes {
                    html.add("dt", text: attribute.name)
                    html.add(
                        "dd",
                        text: String(
                            value.text(
                                as: attribute.type, currency: ask.workspace.configuration.currency,
                                zone: ask.zone
                            ).prefix(300)))
                }
                if let at = card.cancelRequestedAt {
                    html.add("dt", text: "cancel_requested_at")
                    html.add("dd") { $0.add(ask.time(at)) }
                }
                if let at = card.serviceEndAt {
                    html.add("dt", text: "service_end_at")
                    html.add("dd") { $0.add(ask.time(at)) }
                }
                for (metric, day) in context.lastCompleteDay.sorted(by: { $0.key < $1.key }).prefix(20) {
                    html.add("dt", text: metric)
                    html.add("dd") { $0.add("span", ["class": "soft small"], text: "complete to \(ask.text(day))") }
                }
            }
        }
    }

    private func addOthers(_ lines: [Line], to html: inout HTML) {
        let others = lines.filter { $0.enrollment == nil }
        guard !others.isEmpty else { return }
        html.panel("Other playbooks", id: "ot", note: "now") { html in
            html.add("table") { html in
                html.add("tbody") { html in
                    for line in others {
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                $0.link(
                                    line.playbook.name,
                                    ask.link(
                                        "/accounts/" + DashboardAddress.part(card.key), ["playbook": line.playbook.name]
                                    ))
                            }
                            html.add("td", ["class": "nowrap"]) { html in
                                let style =
                                    line.verdict.hasPrefix("not met")
                                    ? "unmet" : line.verdict == "met" ? "met" : "missing"
                                if line.verdict.isEmpty {
                                    html.add(
                                        "span", ["class": "soft small"],
                                        text: line.playbook.isTriggeredByEvents ? "on its event" : "by schedule")
                                } else {
                                    html.add("span", ["class": style], text: line.verdict)
                                }
                            }
                            html.add("td") { html in
                                if line.playbook.state == .draft { html.state("draft", "draft") }
                            }
                        }
                    }
                }
            }
        }
    }
}
