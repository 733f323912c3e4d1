import Basics
import Decisions
import Playbooks
import Runner
import Storage

/// Asking before a playbook is let go.
struct ReleasePage {
    let ask: PageRequest
    let name: String
    let known: StatusQuery.KnownState?
    let state: Jobs.State<WhomResult>
    /// Where nobody has asked the page that counts anew.
    let forecast: ReleaseForecast?

    /// What a form saw, so that a release does nothing when it is another hold by then.
    static func seen(_ known: StatusQuery.KnownState?) -> String {
        let byHand = known?.heldAt == nil ? known?.heldBecause ?? "" : ""
        return "\(known?.heldAt?.milliseconds ?? 0) \(known?.isReleased ?? false) \(known?.versionID ?? 0) \(byHand)"
    }

    var page: DashboardPage {
        DashboardPage(
            "Release \(name)?", in: .playbooks,
            crumb: ask.crumb(toPlaybook: name)
        ) { html in
            html.panel("What follows", id: "what") { html in
                html.add("p") { html in
                    let isByHand = known?.heldAt == nil && known?.heldBecause != nil
                    html.text(
                        isByHand
                            ? "It takes in again, and the safety rules look at its next match"
                            : "Its next match is let through, whatever its size")
                    html.text(ask.isSimulation ? ", with the next run. " : ". ")
                    if let reason = known?.heldBecause { html.text("It is held: \(reason.withoutCommands).") }
                }
                if case .done(let result, let at, _) = state, let report = result.report(of: name) {
                    let counts = report.ifReleased ?? report.verdicts
                    html.add("p") { html in
                        html.text("As of ")
                        html.add(ask.time(at))
                        html.text(" that would be:")
                    }
                    html.verdicts(counts) { ask.playbookLink(name, "/whom?verdict=\($0.rawValue)") }
                    if let first = result.who.compactMap(\.firstTouchAt).min() {
                        html.add("p", ["class": "small soft"]) { html in
                            html.text("The first message would leave ")
                            html.add(ask.time(first))
                            html.text(". Pausing takes it back until then.")
                        }
                    }
                } else {
                    if let forecast { html.add("p") { $0.add(forecast.html(ask)) } }
                    html.add("p") { html in
                        html.text("How many that would be now: ")
                        html.link("whom would it touch?", ask.playbookLink(name, "/whom"))
                    }
                }
                html.change(
                    ask, "/playbooks/\(DashboardAddress.part(name))/release", "Release", style: "go",
                    fields: ["seen": Self.seen(known)]
                ) { html in
                    html.add("div", ["class": "filters"]) { $0.reasonField(ask) }
                }
                html.add("p") { $0.link("Not now", ask.playbookLink(name)) }
                html.command(["release", name])
            }
        }
    }
}
