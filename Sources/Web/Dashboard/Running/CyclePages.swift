import Basics
import Foundation
import Playbooks
import Storage

enum CyclePages {
    private static let page = 50

    static func list(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        let entries = try CycleList(connection).entries(before: try ask.number("before"), limit: page + 1)
        return DashboardPage("Cycles", in: .cycles) { html in
            guard !entries.isEmpty else {
                return html.nothing(
                    "No cycle has run yet", "`keeptouch run` runs one, `keeptouch serve` whenever something is due.")
            }
            html.panel("All that did something", id: "all") { html in
                html.table(
                    "Cycles",
                    [
                        ("cycle", nil), ("as of", nil), ("took", "num"), ("entered", "num"), ("moved", "num"),
                        ("goals", "num x"),
                        ("touches", "num"), ("books", nil),
                    ], growing: ask["before"] == nil ? "cycles" : nil
                ) { html in
                    for entry in entries.prefix(page) { row(entry, ask, to: &html) }
                }
                html.pager(ask, older: entries.count > page ? "\(entries[page - 1].id)" : nil)
            }
        }
    }

    private static func row(_ entry: CycleList.Entry, _ ask: PageRequest, to html: inout HTML) {
        let summary = CycleSummary(entry.summary)
        html.add("tr", ["data-row": "\(entry.id)"]) { html in
            html.add("th", ["scope": "row"]) { $0.link("\(entry.id)", ask.link("/cycles/\(entry.id)")) }
            html.add("td") { $0.add(ask.time(entry.now)) }
            html.cell("num", entry.endedAt.map { "\(($0 - entry.beganAt).milliseconds.grouped) ms" } ?? "–")
            html.number(summary?.entered ?? 0)
            html.number(summary?.moved ?? 0)
            html.number(summary?.goals ?? 0, style: "num x")
            html.number(summary?.made ?? 0)
            html.add("td") { html in
                switch entry.state {
                case .done: html.state("live", summary?.balanced == false ? "do not balance" : "balance")
                case .applying: html.state("waits", "being written")
                case .interrupted: html.state("held", "interrupted; the next one went on")
                }
            }
        }
    }

    static func one(_ ask: PageRequest, _ connection: Connection) throws -> DashboardPage {
        guard let id = Int64(ask.part("id")), let entry = try CycleList(connection).entry(id) else {
            throw PageProblem(.notFound, "No such cycle", "There is no cycle \(ask.part("id").prefix(40)).")
        }
        let tallies = try CycleList(connection).tallies(of: id)
        return DashboardPage(
            "Cycle \(id)", in: .cycles, crumb: HTML { $0.link("Cycles", ask.link("/cycles")) },
            lead: HTML { html in
                html.text("As of ")
                html.add(ask.time(entry.now, .full))
                html.text(", begun ")
                html.add(ask.time(entry.beganAt, .full))
                html.text(", \(entry.state.rawValue)")
            }
        ) { html in
            html.panel("Playbooks that were matched", id: "tallies") { html in
                guard !tallies.isEmpty else {
                    return html.nothing("None was due", "Enrollments moved on, or events came.")
                }
                html.table(
                    "Playbooks",
                    [
                        ("playbook", nil), ("audience", "num"), ("matched", "num"), ("verdicts", nil),
                        ("held because", nil),
                    ]
                ) { html in
                    for tally in tallies {
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                $0.link(tally.playbook, ask.playbookLink(tally.playbook))
                            }
                            html.number(tally.audience)
                            html.number(tally.matched)
                            html.cell("soft small", verdicts(tally.verdicts))
                            html.cell("warn", tally.heldBecause ?? "")
                        }
                    }
                }
            }
            if let summary = entry.summary {
                html.add("details") { html in
                    html.add("summary", text: "Its whole report, as run --format json prints it")
                    html.add("pre", ["class": "source", "tabindex": "0"], text: summary)
                }
            }
        }
    }

    private static func verdicts(_ json: String) -> String {
        guard let counts = try? JSONDecoder().decode([String: Int].self, from: Data(json.utf8)) else { return json }
        return counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value.grouped) \($0.key)" }.joined(
            separator: ", ")
    }
}

/// What a cycle did, out of its stored report.
struct CycleSummary: Decodable {
    var entered: Int?
    var moved: Int?
    var goals: Int?
    var made: Int?
    var balanced: Bool?

    init?(_ json: String?) {
        guard let json, let summary = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = summary
    }
}

extension Int64 {
    var grouped: String { Int(self).grouped }
}
