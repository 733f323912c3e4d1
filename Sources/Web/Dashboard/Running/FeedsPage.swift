import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

/// Whether the data come: metrics day by day, events, sources, the API.
struct FeedsPage {
    private let ask: PageRequest
    private let context: EvaluationContext
    private let days: DailyReports
    private let events: EventFigures
    private let sources: [String: SourceState]
    private let keys: [APIKeys.Entry]
    private let waitingRows: Int
    private let waitingBilling: Int

    private static let shown = 60

    init(_ ask: PageRequest, _ connection: Connection) throws {
        self.ask = ask
        context = try EvaluationContext(connection, workspace: ask.workspace, now: ask.now)
        days = try DailyReports(since: context.today - Self.shown, connection)
        events = try EventFigures(connection)
        sources = try SourceRecords(connection).all()
        keys = try APIKeys.all(connection)
        waitingRows = try StatusQuery(connection).waitingRows()
        waitingBilling = try WaitingChanges(connection).census()?.count ?? 0
    }

    var page: DashboardPage {
        DashboardPage("Feeds", in: .feeds) { html in
            addMetrics(to: &html)
            addSources(to: &html)
            addEvents(to: &html)
            addKeys(to: &html)
        }
    }

    private func addMetrics(to html: inout HTML) {
        html.panel(
            "Metrics", id: "metrics",
            note:
                "bars from \(ask.text(context.today - Self.shown)) to \(ask.text(context.today - 1)); pale: not complete, none: nothing came"
        ) { html in
            let metrics = context.dataMap.metrics
            guard !metrics.isEmpty else {
                return html.nothing("No metric is declared", "`metrics:` in data.yaml names them.")
            }
            html.table(
                "Metrics",
                [
                    ("metric", nil), ("state", nil), ("complete to", nil), ("limit", "x"),
                    ("accounts a day, \(Self.shown) days", nil), ("who waits", nil),
                ]
            ) { html in
                for metric in metrics {
                    let stale = context.staleness(ofMetrics: [metric.name])
                    let waiting = ask.workspace.playbooks.filter { playbook in
                        playbook.state == .live && stale != nil
                            && playbook.decidingTerms.contains { $0.reads.metrics.contains(metric.name) }
                    }
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: metric.name)
                        html.add("td") { $0.state(stale == nil ? "live" : "late", stale == nil ? "fresh" : "late") }
                        html.cell(nil, context.lastCompleteDay[metric.name].map { ask.text($0) } ?? "no day yet")
                        html.cell("x", metric.freshWithin.map { "\($0)" } ?? "none")
                        html.add("td") { addBars(metric.name, to: &$0) }
                        html.add("td") { html in
                            for (index, playbook) in waiting.enumerated() {
                                if index > 0 { html.text(", ") }
                                html.link(playbook.name, ask.playbookLink(playbook.name))
                            }
                        }
                    }
                }
            }
        }
    }

    private func addBars(_ metric: String, to html: inout HTML) {
        let found = days.metrics[metric] ?? [:]
        let most = found.values.map(\.accounts).max() ?? 0
        guard most > 0 else { return html.text("nothing yet") }
        let first = context.today - Self.shown
        let missing = (0..<Self.shown).map { first + $0 }.filter { found[$0] == nil }
        html.add(
            "svg",
            [
                "class": "spark", "viewBox": "0 0 120 28", "role": "img",
                "aria-label":
                    "\(metric): at most \(most.grouped) accounts a day; \(missing.count.grouped) of \(Self.shown) days are missing",
            ]
        ) { html in
            for index in 0..<Self.shown {
                guard let day = found[first + index] else { continue }
                let height = 26 * Double(day.accounts) / Double(most)
                html.add(
                    "rect",
                    [
                        "class": day.isClosed ? "f0" : "f4", "x": SVG.number(Double(index) * 2), "width": "1.5",
                        "y": SVG.number(27 - height), "height": SVG.number(max(0.5, height)),
                    ])
            }
        }
    }

    private func addSources(to html: inout HTML) {
        guard !ask.workspace.configuration.sources.isEmpty else { return }
        html.panel("Sources", id: "sources") { html in
            html.table(
                "Sources",
                [
                    ("source", nil), ("state", nil), ("last pull", nil), ("rows", "num"), ("rejected", "num"),
                    ("what it said", nil),
                ]
            ) { html in
                for source in ask.workspace.sourcesInOrder {
                    let state = sources[source.name]
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: source.name)
                        html.add("td") { html in
                            guard let state else { return html.state("waits", "never pulled") }
                            html.state(state.error == nil ? "live" : "broken", state.error == nil ? "good" : "failed")
                        }
                        html.add("td") { html in if let at = state?.succeededAt { html.add(ask.time(at)) } }
                        html.number(state?.rows ?? 0)
                        html.number(state?.rejected ?? 0)
                        html.cell(
                            "soft small any",
                            state?.error ?? state?.shortOf.map { "fewer rows than the usual \($0.grouped)" } ?? "")
                    }
                }
            }
        }
    }

    private func addEvents(to html: inout HTML) {
        html.panel("Events", id: "events") { html in
            guard !events.newest.isEmpty else {
                return html.nothing("No event has come", "`keeptouch import events FILE`, or POST /v1/track.")
            }
            html.table("Events", [("event", nil), ("newest", nil), ("received", nil)]) { html in
                for event in events.newest {
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: event.kind)
                        html.add("td") { html in
                            if let at = event.at {
                                html.add(ask.time(at))
                            } else {
                                html.text("not among the last 5,000")
                            }
                        }
                        html.add("td") { html in if let at = event.receivedAt { html.add(ask.time(at)) } }
                    }
                }
            }
            if waitingRows + waitingBilling > 0 {
                html.add(
                    "p", ["class": "warn under"],
                    text:
                        "\(waitingRows.of("row waits", "rows wait")) and \(waitingBilling.of("billing webhook waits", "billing webhooks wait")) for an account that nobody has told of."
                )
            }
        }
    }

    private func addKeys(to html: inout HTML) {
        let used = keys.filter { $0.revokedAt == nil }
        guard !used.isEmpty else { return }
        html.panel("API keys", id: "keys") { html in
            html.table("API keys", [("key", nil), ("begins with", nil), ("scopes", nil), ("made", nil)]) { html in
                for key in used {
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"], text: key.name)
                        html.add("td") { $0.add("code", text: key.prefix) }
                        html.cell(nil, key.scopes.joined(separator: ", "))
                        html.add("td") { $0.add(ask.time(key.createdAt, .day)) }
                    }
                }
            }
        }
    }
}
