import Basics
import Decisions
import Playbooks
import Storage

/// Why the account is or is not in a playbook.
extension AccountPage {
    struct Why {
        var clauses: [(label: String, explanation: Explanation)] = []
        var stale: String?
        var notes: [String] = []
        var standings: [AccountStory.Standing] = []
        var plots: [MetricPlot] = []
    }

    func explanation(of playbook: Playbook) throws -> Why {
        var why = Why()
        why.stale = context.staleness(of: playbook.decidingTerms)
        let facts = try AccountFacts(connection, context, account: card.id)
        func explain(_ label: String, _ term: Term, event: Int64?) throws {
            if let explanation = try facts.explain(term, event: event, audience: playbook.audienceKey) {
                why.clauses.append((label, explanation))
            }
        }
        if let audience = playbook.audience { try explain("audience", audience.term, event: nil) }
        switch playbook.trigger {
        case .when(let term): try explain("when", term, event: nil)
        case .on(let event, let condition):
            if let newest = try story.newestEvent(event, now: ask.now) {
                why.notes.append("The newest \(event) is of \(ask.text(newest.at, .full)).")
                if let condition { try explain("if", condition, event: newest.id) }
            } else {
                why.notes.append("There was no \(event).")
            }
        case .at(let schedule): why.notes.append("Each occurrence of “\(schedule.text)” takes the whole audience.")
        }
        why.standings = try story.standings(playbook: playbook.name)
        why.plots = try plots(of: playbook, facts)
        return why
    }

    /// The metrics by which it matches, as pictures.
    private func plots(of playbook: Playbook, _ facts: AccountFacts) throws -> [MetricPlot] {
        var terms = [playbook.audience?.term].compactMap(\.self)
        if case .when(let term) = playbook.trigger { terms.append(term) }
        let signals = terms.flatMap(\.metricSignals)
        let metrics = ask.workspace.dataMap.metrics.filter { metric in signals.contains { $0.metric == metric.name } }
        return try metrics.prefix(3).compactMap { metric in
            guard let last = context.lastCompleteDay[metric.name] else { return nil }
            let stretches = MetricPlot.stretches(of: signals.filter { $0.metric == metric.name }, last: last)
            let reach = stretches.map { last - $0.first + 1 }.max() ?? 0
            let values = try facts.daily(metric.name, days: min(max(reach + 14, 42), MetricPlot.mostDays))
            guard let first = values.first?.day else { return nil }
            let sent = try story.sendings(from: ask.zone.start(of: first))
            return MetricPlot(
                ask: ask, title: metric.title, values: values, stretches: stretches,
                sentOn: Set(sent.map { ask.zone.day(of: $0) }).filter { $0 <= last })
        }
    }

    func addWhy(_ playbook: Playbook, _ why: Why, to html: inout HTML) {
        html.add("section", ["class": "panel", "aria-labelledby": "why"]) { html in
            html.add("header") { html in
                html.add("h2", ["id": "why"], text: "Why it is, or is not, in \(playbook.name)")
                html.add("form", ["class": "filters inline", "action": ask.accountLink(card.key)]) { html in
                    html.select(
                        "Playbook", "playbook",
                        ask.workspace.playbooks.filter { $0.state != .retired }.map { ($0.name, $0.name) },
                        chosen: playbook.name, isHidden: true)
                    html.add("button", text: "Show")
                }
            }
            if let stale = why.stale { html.add("p", ["class": "warn"], text: "It waits for data: \(stale)") }
            for note in why.notes { html.add("p", ["class": "soft small"], text: note) }
            if let figuresOf, playbook.terms.contains(where: { !$0.usageDrops.isEmpty }) {
                html.add(
                    "p", ["class": "soft small"],
                    text:
                        "What is usual among all accounts is as of \(ask.text(figuresOf)); the next cycle works it out anew."
                )
            }
            for plot in why.plots { plot.draw(in: &html) }
            if why.plots.contains(where: { !$0.sentOn.isEmpty }) {
                html.add("p", ["class": "soft small"], text: "A dot below a day is a message that was sent.")
            }
            html.add("ul", ["class": "clauses"]) { html in
                for clause in why.clauses { ClauseList.draw(clause.label, clause.explanation, in: &html) }
                for standing in why.standings {
                    html.add("li") { html in
                        html.add("div") { html in
                            html.add(
                                "span", ["class": standing.verdict.arm == nil ? "missing" : "met"],
                                text: standing.verdict.rawValue)
                            html.add("span") { html in
                                html.text("verdict since ")
                                html.add(ask.time(standing.since))
                                html.text(": \(standing.reason)")
                            }
                        }
                    }
                }
            }
            if why.standings.isEmpty {
                html.add("p", ["class": "soft small under"], text: "No cycle has seen it match, as far as is kept.")
            }
            html.command(["explain", card.key, "--playbook", playbook.name])
        }
    }
}
