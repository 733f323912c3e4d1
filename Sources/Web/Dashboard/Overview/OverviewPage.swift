import Basics
import Decisions
import Foundation
import Measure
import Playbooks
import Runner
import Storage

extension Dashboard {
    func addOverview(to routes: DashboardRoutes) {
        routes.page("/") { ask, connection in try OverviewPage(ask, connection).page }
        addPausing(to: routes)
        addSearch(to: routes)
    }
}

/// Is anything wrong, is attrition falling, which playbooks work: in this order.
struct OverviewPage {
    private let ask: PageRequest
    private let needs: Needs
    private let figures: WorkspaceFigures
    private let lastCycle: (now: Instant, state: CycleState)?
    private let playbooks: [StatusQuery.OfPlaybook]
    private let isEverythingPaused: Bool
    private let verdicts: [String: VerdictWords]
    private let attrition: Headlines.Headline?
    private let risk: Headlines.Headline?

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        let query = StatusQuery(connection)
        needs = try Needs(ask, connection)
        figures = try WorkspaceFigures(ask.workspace, now: ask.now, connection)
        lastCycle = try query.lastCycle()
        playbooks = try query.playbooks(now: ask.now, figures.playbooks)
        isEverythingPaused = try Pauses(connection).all != nil
        attrition = try ask.headlines.headline(of: .attrition, connection)
        risk = try ask.headlines.headline(of: .risk, connection)
        verdicts = try PlaybookTable.verdicts(ask, playbooks.map(\.name), connection)
    }

    var page: DashboardPage {
        var page = DashboardPage("Overview", in: .overview, lead: lead, acts: acts) { html in
            needs.draw(in: &html)
            addFigures(to: &html)
            addAttrition(to: &html)
            addPlaybooks(to: &html)
            html.add("div", ["class": "grid wide"]) { html in
                addDays(figures.daily.days(in: ask.workspace.configuration.zone), to: &html)
                addComingUp(to: &html)
            }
            addJourneys(to: &html)
        }
        page.needs = needs
        return page
    }

    private var lead: HTML {
        HTML { html in
            html.text("\(figures.accounts.of("account")), \(figures.contacts.of("person", "people")). ")
            guard let lastCycle else { return html.text("No cycle has run yet.") }
            html.text("The last cycle was at ")
            html.add(ask.time(lastCycle.now))
            html.text(
                lastCycle.state == .done
                    ? "; the books balance." : "; it was \(lastCycle.state.rawValue), and the next one goes on with it."
            )
        }
    }

    private var acts: HTML {
        HTML { html in
            guard ask.visitor.role >= .operator else { return }
            if isEverythingPaused {
                html.add("a", ["class": "button", "href": ask.link("/resume", ["scope": "all"])], text: "Resume…")
            } else {
                html.add(
                    "a", ["class": "button danger", "href": ask.link("/pause", ["scope": "all"])],
                    text: "Pause everything…")
            }
        }
    }

    private func addDays(_ days: [Day: DailyTouches.OfDay], to html: inout HTML) {
        html.panel(
            "Touches per day", id: "days", note: "the last \(WorkspaceFigures.days) days",
            more: ("all touches", ask.link("/touches"))
        ) { DayBars(ask: ask, daily: days, days: WorkspaceFigures.days).draw(in: &$0) }
    }

    private func addFigures(to html: inout HTML) {
        let today = ask.workspace.configuration.zone.day(of: ask.now)
        let days = figures.daily.days(in: ask.workspace.configuration.zone)
        let week = (0..<7).reduce(into: DailyTouches.OfDay()) { sum, back in
            let day = days[today - back] ?? DailyTouches.OfDay()
            sum.sent += day.sent
            sum.heldOut += day.heldOut
            sum.notSent += day.notSent
        }
        html.add("dl", ["class": "figures", "data-live": "figures"]) { html in
            func figure(_ title: String, _ big: String, _ link: String, _ small: String = "", _ note: String) {
                html.add("div") { html in
                    html.add("dt", text: title)
                    html.add("dd", ["class": "big"]) { html in
                        html.link(big, link)
                        if !small.isEmpty { html.add("small", text: small) }
                    }
                    html.add("dd", ["class": "small soft"], text: note)
                }
            }
            figure(
                "Customers now", figures.customers.count.grouped, ask.link("/accounts", ["churned": "no"]),
                figures.customers.mrr > 0 ? "\(ask.money(figures.customers.mrr)) a month" : "",
                "of \(figures.accounts.of("account")) ever known")
            figure(
                "In playbooks now", playbooks.reduce(0) { $0 + $1.active }.grouped, ask.link("/playbooks"), "",
                "\(playbooks.count { $0.active > 0 }.of("playbook")) at work")
            figure(
                "Sent in the last 7 days", week.sent.grouped,
                ask.link("/touches", ["state": "sent", "ended_from": "\(today - 6)", "ended_to": "\(today)"]), "",
                "\(week.heldOut.grouped) held out, \(week.notSent.grouped) did not go out")
            figure(
                "May not be written to", figures.suppressed.grouped, ask.link("/suppressions"), "addresses",
                "left, bounced or complained")
        }
    }

    /// Whether attrition falls, as the report of the day has it; it says of when it is.
    private func addAttrition(to html: inout HTML) {
        guard let attrition else { return }
        html.panel("Is attrition falling?", id: "at", more: ("the whole report", ask.link("/attrition"))) { html in
            html.add("p", text: attrition.sentence)
            attrition.chart?.draw(in: &html, id: "months")
            if let risk {
                html.add("p") { html in
                    html.text(risk.sentence + " ")
                    html.link("Who is at risk", ask.link("/risk"))
                }
            }
            html.add("p", ["class": "soft small"]) { html in
                html.text("As of ")
                html.add(ask.time(attrition.asOf))
                html.text(", made once a day.")
            }
        }
    }

    private func addPlaybooks(to html: inout HTML) {
        html.panel("Playbooks", id: "pb", more: ("all", ask.link("/playbooks")), isLive: true) { html in
            let shown = playbooks.filter { $0.state == .live || $0.active > 0 || $0.heldBecause != nil }
            if shown.isEmpty {
                let draft = ask.workspace.playbooks.first { $0.state == .draft }
                return html.nothing(
                    "No playbook is live",
                    draft.map {
                        "`\($0.name)` waits as a draft. See whom it would touch, then set `state: live` in its file."
                    }
                        ?? "Make one: `keeptouch init` shows how, or take one from the library.")
            }
            PlaybookTable(ask: ask, counts: figures.playbooks, verdicts: verdicts).draw(shown, in: &html)
        }
    }

    private func addComingUp(to html: inout HTML) {
        let going = playbooks.filter { $0.state == .live && $0.paused == nil }
        let coming: [(StatusQuery.OfPlaybook, StatusQuery.Occurrence)] = going.compactMap { item in
            item.nextAt.map { (item, $0) }
        }.sorted { $0.1.at < $1.1.at }
        html.panel("Coming up", id: "next") { html in
            guard !coming.isEmpty else {
                return html.nothing("Nothing is scheduled", "Playbooks that start on events go on when one comes.")
            }
            html.add("dl", ["class": "pairs"]) { html in
                var groups: [(at: StatusQuery.Occurrence, names: [String])] = []
                for (item, at) in coming {
                    if groups.last?.at == at {
                        groups[groups.count - 1].names.append(item.name)
                    } else {
                        groups.append((at, [item.name]))
                    }
                }
                for group in groups.prefix(8) {
                    html.add("dt") { html in
                        if group.at.isLocal {
                            html.text(group.at.text(in: ask.workspace.configuration.zone))
                        } else {
                            html.add(ask.time(group.at.at))
                        }
                    }
                    html.add("dd") { html in
                        if group.names.count > 2 {
                            return html.text("\(group.names.count.grouped) playbooks are matched")
                        }
                        for (index, name) in group.names.enumerated() {
                            if index > 0 { html.text(", ") }
                            html.link(name, ask.playbookLink(name))
                        }
                    }
                }
            }
        }
    }

    private func addJourneys(to html: inout HTML) {
        for (index, journey) in ask.workspace.journeys.enumerated() {
            html.panel(
                "Journey, \(journey.name)", id: "jo\(index)",
                more: ("the whole journey", ask.link("/journeys/" + DashboardAddress.part(journey.name)))
            ) { html in
                html.add("ol", ["class": "stages"]) { html in
                    for stage in journey.stages {
                        let key = StageKey(journey.name, stage.name)
                        let census = figures.stages.first { $0.key == key }
                        html.add("li") { html in
                            html.add("span", ["class": "soft"], text: stage.name)
                            html.add("b") {
                                $0.link(
                                    (census?.accounts ?? 0).grouped,
                                    ask.link("/accounts", ["stage": stage.name, "churned": "no"]))
                            }
                            html.add(
                                "span", ["class": "small"],
                                text: census.map { $0.stuck > 0 ? "\($0.stuck.grouped) overdue" : "none is overdue" }
                                    ?? "nobody")
                            if figures.stageFigures[key]?.isWeak == true {
                                html.add("br")
                                html.add("span", ["class": "small warn strong"], text: "loses more than it used to")
                            }
                        }
                    }
                }
            }
        }
    }
}

extension HTML {
    /// When counts were made that are not of this moment.
    mutating func counted(_ asOf: Instant, _ ask: PageRequest) {
        guard ask.now - asOf > .minutes(1) else { return }
        text(", counted ")
        add(ask.time(asOf))
    }

    /// Instead of counts, while they are made for the first time; the page asks again by itself.
    mutating func counting() {
        add("section", ["class": "panel", "data-live": "counting", "data-soon": ""]) { html in
            html.add("p", ["role": "status"], text: "Counting; the numbers follow in a moment.")
        }
    }
}
