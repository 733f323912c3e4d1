import Basics
import Decisions
import Measure
import Playbooks
import Runner
import Storage

/// One touch: the message as sent, its attempts, what was heard of it, and why it was made.
struct TouchPage {
    private let ask: PageRequest
    private let touch: TouchDetail
    private let sent: SentMessage
    private let standings: [AccountStory.Decision]

    init(ask: PageRequest, touch: TouchDetail, secret: [UInt8], _ connection: Connection) throws {
        self.ask = ask
        self.touch = touch
        sent = try SentMessage(
            of: touch, workspace: ask.workspace, pinned: ask.edition.files.pinned, secret: secret, connection)
        standings = try AccountStory(connection, key: touch.account)?.decisions(playbook: touch.playbook) ?? []
    }

    var page: DashboardPage {
        DashboardPage(
            "Touch \(touch.id)", in: .touches, crumb: HTML { $0.link("Touches", ask.link("/touches")) }, lead: lead
        ) { html in
            html.add("div", ["class": "grid side"]) { html in
                html.add("div", ["class": "stack"]) { html in
                    addMessage(to: &html)
                }
                html.add("div", ["class": "stack", "data-live": "beside"]) { html in
                    if ask.visitor.role >= .operator, touch.state == .unknown || touch.state == .held {
                        SettleForm(
                            ask: ask, state: touch.state,
                            touches: [SettleForm.Seen(id: touch.id, fence: touch.fence)]
                        ).draw(in: &html)
                    }
                    addTimes(to: &html)
                    addAttempts(to: &html)
                    addOutcomes(to: &html)
                    addBecause(to: &html)
                }
            }
        }
    }

    private var lead: HTML {
        HTML { html in
            html.state(touch.state.style, touch.state.word)
            html.text(" · \(touch.step) of ")
            html.link(touch.playbook, ask.playbookLink(touch.playbook))
            if let variant = touch.variant { html.text(", \(variant)") }
            html.text(", to \(touch.recipient) of ")
            html.link(touch.accountName ?? touch.account, ask.accountLink(touch.account))
            html.text(", by ")
            html.link(touch.channel, ask.link("/channels/" + DashboardAddress.part(touch.channel)))
            if touch.isGhost { html.text(" · of the holdout: it is never sent") }
            if let reason = touch.error ?? touch.reason { html.text(" · \(reason)") }
        }
    }

    private func addMessage(to html: inout HTML) {
        let isSent = touch.settledAt != nil || !touch.attempts.isEmpty
        html.panel(
            isSent ? "The message as sent" : "The message as it would be sent now", id: "message", note: touch.message
        ) { html in
            switch sent.result {
            case .failure(let reason): html.nothing("It cannot be shown", reason.text)
            case .success(let shown):
                if let subject = shown.subject { html.add("p") { $0.add("b", text: subject) } }
                html.add(
                    "iframe",
                    [
                        "class": "message", "sandbox": "", "title": "The message of touch \(touch.id)",
                        "src": ask.link("/frames/touch/\(touch.id)"),
                    ], text: "")
                html.add("p", ["class": "small under"]) { html in
                    switch shown.bytes {
                    case .same:
                        html.add(
                            "span", ["class": "good"], text: "✓ the bytes sent: the request made anew has the same hash"
                        )
                    case .unknown: html.add("span", ["class": "soft"], text: "No request has left yet.")
                    case .others(let why): html.add("span", ["class": "warn"], text: why)
                    }
                    html.text(" Its links are nobody's here: looking answers and unsubscribes for no one.")
                }
                html.add("details") { html in
                    html.add("summary", text: "As plain text")
                    html.add("pre", ["class": "source", "tabindex": "0"], text: shown.text)
                }
                if let source = shown.source {
                    html.add("details") { html in
                        html.add("summary", text: "Its source as of then")
                        html.add("pre", ["class": "source", "tabindex": "0"], text: source)
                    }
                }
            }
        }
    }

    private func addTimes(to html: inout HTML) {
        html.panel("When", id: "when") { html in
            html.add("dl", ["class": "pairs"]) { html in
                func pair(_ name: String, _ moment: Instant?) {
                    guard let moment else { return }
                    html.add("dt", text: name)
                    html.add("dd") { $0.add(ask.time(moment)) }
                }
                pair("entered", touch.enteredAt)
                pair("due", touch.dueAt)
                if touch.notBefore != touch.dueAt { pair("not before", touch.notBefore) }
                pair("claimed", touch.claimedAt)
                pair("settled", touch.settledAt)
                if touch.settledAt == nil { pair("expires", touch.expiresAt) }
            }
        }
    }

    private func addAttempts(to html: inout HTML) {
        guard !touch.attempts.isEmpty else { return }
        html.panel("Attempts", id: "attempts") { html in
            html.add("ul", ["class": "time"]) { html in
                for attempt in touch.attempts {
                    html.add("li") { html in
                        html.add(ask.time(attempt.beganAt))
                        html.add("span", text: "")
                        html.add(
                            "p",
                            text:
                                "\(attempt.number): \(attempt.result ?? "no answer yet")\(attempt.detail.map { ", \($0)" } ?? "")"
                        )
                    }
                }
            }
            if let id = touch.providerID {
                html.add("p", ["class": "small soft any"], text: "The provider calls it \(id).")
            }
        }
    }

    private func addOutcomes(to html: inout HTML) {
        html.panel("Outcomes", id: "outcomes") { html in
            guard !touch.outcomes.isEmpty else {
                return html.add("p", ["class": "soft"], text: "None heard of.")
            }
            html.add("ul", ["class": "time short"]) { html in
                for outcome in touch.outcomes {
                    html.add("li") { html in
                        html.add(ask.time(outcome.at))
                        html.add("span", text: "")
                        html.add("p", text: outcome.kind + (outcome.detail.map { ": \($0)" } ?? ""))
                    }
                }
            }
        }
    }

    private func addBecause(to html: inout HTML) {
        html.panel(
            "Because", id: "because",
            more: ("why", ask.link("/accounts/" + DashboardAddress.part(touch.account), ["playbook": touch.playbook]))
        ) { html in
            html.add("p") { html in
                html.text("It entered \(touch.playbook) ")
                html.add(ask.time(touch.enteredAt))
                html.text(touch.arm == .treated ? "" : ", held out")
                html.text(", by version \(touch.versionHash.prefix(8)).")
            }
            for decision in standings.prefix(3) {
                html.add("p", ["class": "small soft"]) { html in
                    html.add(ask.time(decision.at))
                    html.text(" \(decision.verdict.rawValue): \(decision.reason)")
                }
            }
        }
    }
}
