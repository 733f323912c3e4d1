import Basics
import Decisions
import Delivery
import Foundation
import Measure
import Playbooks
import Storage

enum ChannelPages {
    static func list(
        _ ask: PageRequest, _ shared: SharedChannels, _ connection: Connection
    ) throws -> DashboardPage {
        let states = try ChannelStates(connection).all()
        let pauses = try Pauses(connection)
        let counted = try shared.all(ask.workspace, now: ask.now)
        let figures = ask.workspace.channels.keys.sorted().map { ($0, counted?.channels[$0] ?? ChannelFigures()) }
        return DashboardPage("Channels", in: .channels) { html in
            if counted == nil { html.counting() }
            guard !figures.isEmpty else {
                return html.nothing(
                    "No channel yet", "A channel is a file in `channels/`; `keeptouch channels` lists the presets.")
            }
            html.panel("All", id: "all", isLive: true) { html in
                html.table(
                    "Channels",
                    [
                        ("channel", nil), ("state", nil), ("kind", "x"), ("due now", "num"),
                        ("of the last \(ChannelFigures.recent)", nil), ("heard of them", "x"),
                    ]
                ) { html in
                    for (name, figures) in figures {
                        html.add("tr") { html in
                            html.add("th", ["scope": "row"]) {
                                $0.link(name, ask.link("/channels/" + DashboardAddress.part(name)))
                            }
                            html.add("td") { html in
                                if pauses.reason(forChannel: name) != nil {
                                    html.state("paused", "paused")
                                } else if let state = states.first(where: { $0.channel == name }) {
                                    html.state("broken", state.state.kind.rawValue.replacing("_", with: " "))
                                } else {
                                    html.state("live", "going")
                                }
                            }
                            html.cell("x", ask.workspace.channels[name]?.kind.rawValue ?? "")
                            html.number(figures.due, link: due(of: name, ask))
                            html.cell("soft small", words(figures.states))
                            html.cell("x soft small", words(figures.outcomes))
                        }
                    }
                }
            }
        }
    }

    static func one(
        _ ask: PageRequest, _ shared: SharedChannels, folder: String, _ connection: Connection
    ) throws -> DashboardPage {
        let name = ask.part("name")
        guard let channel = ask.workspace.channels[name] else {
            throw PageProblem(
                .notFound, "No such channel", "There is no usable channel \"\(name.prefix(100))\" in channels/.")
        }
        let state = try ChannelStates(connection).all().first { $0.channel == name }
        let pause = try Pauses(connection).reason(forChannel: name)
        let counted = try shared.all(ask.workspace, now: ask.now)
        return DashboardPage(
            name, in: .channels, crumb: HTML { $0.link("Channels", ask.link("/channels")) },
            lead: HTML { html in
                html.text("\(channel.kind.rawValue) · ")
                if let pause {
                    html.text("paused: \(pause)")
                } else if let state {
                    html.text(state.state.sentence(since: state.since, in: ask.zone))
                } else {
                    html.text("goes at full speed")
                }
                if let counted { html.counted(counted.asOf, ask) }
            },
            acts: acts(ask, name, isPaused: pause != nil)
        ) { html in
            if let counted {
                let figures = counted.channels[name] ?? ChannelFigures()
                addFigures(figures, counted.harms[name], name, ask, to: &html)
                addFailures(figures, ask, to: &html)
            } else {
                html.counting()
            }
            addRules(channel, name, folder: folder, ask, to: &html)
            ChannelTest(ask: ask, channel: channel).draw(in: &html)
        }
    }

    private static func due(of channel: String, _ ask: PageRequest) -> String {
        ask.link("/touches", ["channel": channel, "state": "pending", "due": "yes"])
    }

    private static func acts(_ ask: PageRequest, _ name: String, isPaused: Bool) -> HTML {
        HTML { html in
            guard ask.visitor.role >= .operator else { return }
            let scope = "channel:\(name)"
            if isPaused {
                html.add("a", ["class": "button", "href": ask.link("/resume", ["scope": scope])], text: "Resume…")
            } else {
                html.add("a", ["class": "button danger", "href": ask.link("/pause", ["scope": scope])], text: "Pause…")
            }
        }
    }

    private static func addFigures(
        _ figures: ChannelFigures, _ harm: Breakers.HarmRate?, _ name: String, _ ask: PageRequest, to html: inout HTML
    ) {
        html.add("dl", ["class": "figures", "data-live": "figures"]) { html in
            html.add("div") { html in
                html.add("dt", text: "Due now")
                html.add("dd", ["class": "big"]) { $0.link(figures.due.grouped, due(of: name, ask)) }
            }
            html.add("div") { html in
                html.add("dt", text: "Today")
                html.add("dd") { html in
                    let today = ask.workspace.configuration.zone.day(of: ask.now)
                    for state in TouchState.allCases {
                        guard let count = figures.today[state] else { continue }
                        html.link(
                            "\(count.grouped) \(state.word)",
                            ask.link(
                                "/touches", ["channel": name, "state": state.rawValue, "ended_from": "\(today)"]))
                        html.text(", ")
                    }
                    html.text("\(figures.sentLately.grouped) sent in the last hour")
                }
            }
            for (title, text) in [
                ("Of its last \(ChannelFigures.recent) touches", words(figures.states)),
                ("Their requests were answered", words(figures.answers)),
                ("Answers of the last hour", words(figures.answersLately)),
            ] {
                html.add("div") { html in
                    html.add("dt", text: title)
                    html.add("dd", text: text.isEmpty ? "nothing" : text)
                }
            }
            html.add("div") { html in
                html.add("dt", text: "Heard of them")
                html.add("dd") { html in
                    guard let heardAt = figures.heardAt else { return html.text("nothing") }
                    html.text("\(words(figures.outcomes)); last ")
                    html.add(ask.time(heardAt))
                }
            }
            let rules = ask.workspace.configuration.safety
            for (title, count, all, limit) in [
                ("Bounced", harm?.bounced ?? 0, harm?.bounceable ?? 0, rules.maxBounced),
                ("Complained", harm?.complained ?? 0, harm?.complainable ?? 0, rules.maxComplained),
            ] {
                html.add("div") { html in
                    html.add("dt", text: title)
                    let share = Report.Unit.share.text(all > 0 ? Double(count) / Double(all) : 0)
                    let words = all > 0 ? "\(count.grouped) of its last \(all.grouped) sent, \(share)" : "none"
                    html.add("dd", text: "\(words); it is paused above \(Report.Unit.share.text(limit))")
                }
            }
        }
    }

    private static func addFailures(_ figures: ChannelFigures, _ ask: PageRequest, to html: inout HTML) {
        html.panel("Answers that were not taken", id: "failed", note: "newest first") { html in
            guard !figures.failures.isEmpty else {
                return html.nothing("None", "Every one of its last requests was taken, or it has sent nothing.")
            }
            html.table("Attempts", [("touch", nil), ("when", nil), ("result", nil), ("what it said", nil)]) { html in
                for attempt in figures.failures {
                    html.add("tr") { html in
                        html.add("th", ["scope": "row"]) { $0.link("\(attempt.touch)", ask.touchLink(attempt.touch)) }
                        html.add("td") { $0.add(ask.time(attempt.beganAt)) }
                        html.cell(nil, attempt.result ?? "")
                        html.cell("soft small any", String((attempt.detail ?? "").prefix(300)))
                    }
                }
            }
        }
    }

    /// Whether its secrets can be read by this process; what they are is never shown.
    private static func secrets(of channel: Channel, in folder: String) -> String {
        guard !channel.isInbox, !channel.secrets.isEmpty else { return "none needed" }
        do {
            _ = try Credentials(of: channel, environment: ProcessInfo.processInfo.environment, directory: folder)
            return "found"
        } catch {
            return "not found by the dashboard: \(error.message)"
        }
    }

    private static func limits(of channel: Channel) -> String {
        let pace = channel.perSecond.map { "\(JSON.text(of: $0)) requests a second" } ?? "no limit a second"
        let unknown = "what got no answer: \(channel.onUnknown.rawValue.replacing("_", with: " "))"
        return "\(pace), at most \(channel.inFlight.of("request")) at once; \(unknown)"
    }

    private static func addRules(
        _ channel: Channel, _ name: String, folder: String, _ ask: PageRequest, to html: inout HTML
    ) {
        html.panel("Its rules", id: "rules") { html in
            html.add("dl", ["class": "pairs"]) { html in
                html.add("dt", text: "file")
                html.add("dd") { html in
                    html.link(channel.position.file, ask.link("/files", ["file": channel.position.file]))
                }
                for (title, text) in [
                    ("limits", limits(of: channel)), ("secrets", secrets(of: channel, in: folder)),
                    ("reports back", channel.events.map { "by webhooks of \($0.dialect.rawValue)" } ?? "not at all"),
                ] {
                    html.add("dt", text: title)
                    html.add("dd", ["class": "any"], text: text)
                }
                html.add("dt", text: "touches")
                html.add("dd") { $0.link("all of this channel", ask.link("/touches", ["channel": name])) }
            }
        }
    }

    private static func words(_ counts: [TouchState: Int]) -> String {
        TouchState.allCases.compactMap { state in counts[state].map { "\($0.grouped) \(state.word)" } }.joined(
            separator: ", ")
    }

    private static func words(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value.grouped) \($0.key)" }.joined(
            separator: ", ")
    }
}
