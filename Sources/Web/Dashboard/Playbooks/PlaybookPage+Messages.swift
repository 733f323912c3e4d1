import Basics
import Decisions
import Playbooks
import Runner
import Storage

extension PlaybookPage {
    /// Its messages, each rendered for an account of one's choice, with the links that were followed.
    func messages(_ connection: Connection) throws -> DashboardPage {
        let key = ask["account"]
        let story = try key.map { key -> AccountStory in
            do { return try AccountStory.find(key, connection) } catch let error as StorageError {
                throw PageProblem(.notFound, "No such account", "\(error)", at: "account")
            }
        }
        let clicked = try known.map { try ClickedLinks(ofPlaybook: $0.id, connection) }
        return page(.messages) { html in
            html.add("form", ["class": "filters", "action": ask.playbookLink(name, "/messages")]) { html in
                html.field("For which account: key, name or address", "account", key, size: "30")
                html.add("button", ["class": "go"], text: "Show")
            }
            guard let playbook else { return }
            if story == nil {
                html.add("p", ["class": "soft"], text: "Choose an account to see each as it would arrive.")
            } else {
                html.add(
                    "p", ["class": "soft small"],
                    text: "The links are nobody's here: looking answers and unsubscribes for no one.")
            }
            for variant in playbook.variants.isEmpty ? [nil] : playbook.variants.map({ Optional($0.name) }) {
                for (index, step) in playbook.sends(of: variant) {
                    let sent = SentStep(playbook: playbook, step: step, index: index, variant: variant)
                    html.panel(sent.title, id: "s\(index)-\(variant ?? "")") { html in
                        if let story {
                            draw(sent, for: story, connection, in: &html)
                        } else {
                            addSubjects(of: sent, to: &html)
                        }
                        addClicks(clicked?.steps[step.id] ?? [], of: step.id, to: &html)
                    }
                }
            }
        }
    }

    /// One step that sends, of one variant.
    private struct SentStep {
        let playbook: Playbook
        let step: Step
        let index: Int
        let variant: String?

        var title: String { step.id + (variant.map { ", \($0)" } ?? "") }
    }

    private func addSubjects(of sent: SentStep, to html: inout HTML) {
        guard case .send(let send) = sent.step.action, let path = send.message(for: sent.variant) else { return }
        for path in sent.playbook.messages(at: path) {
            guard let message = sent.playbook.messages[path] else { continue }
            html.add("p") { html in
                if let subject = message.subject { html.add("b", text: subject) }
                html.add("span", ["class": "soft small"], text: " \(path)")
            }
            for (locale, translation) in message.locales.sorted(by: { $0.key < $1.key }) {
                html.add("p", ["class": "small"]) { html in
                    html.add("code", text: locale)
                    html.text(" \(translation.subject ?? "")")
                }
            }
        }
    }

    private func draw(
        _ sent: SentStep, for story: AccountStory, _ connection: Connection, in html: inout HTML
    ) {
        let previews: [Preview]
        do {
            previews = try Preview.make(
                sent.playbook, step: sent.index, variant: sent.variant, account: story, workspace: ask.workspace,
                secret: [], now: ask.now, figures: .stored, connection)
        } catch {
            return html.nothing("It cannot be shown for this account", "\(error)")
        }
        let locales = Preview.locales(
            of: sent.playbook, step: sent.index, variant: sent.variant, in: ask.workspace
        ).compactMap(\.self)
        for (number, preview) in previews.enumerated() {
            html.add("p") { html in
                html.text("to \(preview.email ?? preview.touch.recipient), ")
                html.add("b", text: preview.subject ?? preview.touch.message)
            }
            addFrame(sent, story, number, title: "\(sent.title) as it would arrive", to: &html)
            html.add("details") { html in
                html.add("summary", text: "As plain text")
                html.add("pre", ["class": "source", "tabindex": "0"], text: preview.text)
            }
            for locale in locales where locales.count > 1 {
                html.add("details") { html in
                    html.add("summary") { html in
                        html.text("In ")
                        html.add("code", text: locale)
                    }
                    addFrame(sent, story, number, locale: locale, title: "\(sent.title) in \(locale)", to: &html)
                    addFrame(
                        sent, story, number, locale: locale, isText: true,
                        title: "\(sent.title) in \(locale) as plain text", to: &html)
                }
            }
        }
        if ask.visitor.role >= .operator { addTest(sent, story, locales, to: &html) }
    }

    private func addFrame(
        _ sent: SentStep, _ story: AccountStory, _ number: Int, locale: String? = nil, isText: Bool = false,
        title: String, to html: inout HTML
    ) {
        html.add(
            "iframe",
            [
                "class": "message", "sandbox": "", "title": title, "loading": "lazy",
                "src": ask.link(
                    "/frames/preview/\(DashboardAddress.part(name))/\(sent.index)",
                    [
                        "account": story.key, "variant": sent.variant, "number": "\(number)", "locale": locale,
                        "as": isText ? "text" : nil,
                    ]),
            ], text: "")
    }

    private func addTest(_ sent: SentStep, _ story: AccountStory, _ locales: [String], to html: inout HTML) {
        html.add("details") { html in
            html.add("summary", text: "Send a test to yourself…")
            html.add("form", ["method": "post", "class": "filters", "action": ask.playbookLink(name, "/test")]) {
                html in
                let fields = [
                    ("token", ask.visitor.formToken), ("account", story.key), ("step", sent.step.id),
                    ("variant", sent.variant ?? ""),
                ]
                for (name, value) in fields { html.add("input", ["type": "hidden", "name": name, "value": value]) }
                html.field("To: an address, a number, or whom the channel knows", "to", ask.draft["to"], size: "30")
                if locales.count > 1 {
                    html.select("In", "locale", [("", "its own")] + locales.map { ($0, $0) }, chosen: nil)
                }
                html.add("button", text: "Send it")
            }
            html.command(
                ["preview", name, sent.step.id, "--account", story.key]
                    + (sent.variant.map { ["--variant", $0] } ?? []) + ["--send-to", "ADDRESS"])
        }
    }

    private func addClicks(_ links: [ClickedLinks.Link], of step: String, to html: inout HTML) {
        guard !links.isEmpty else { return }
        let most = 20
        html.table("Links of \(step) that were followed", [("link", nil), ("touches", "num")]) { html in
            for link in links.prefix(most) {
                html.add("tr") { html in
                    html.add("th", ["scope": "row", "class": "any"], text: link.url)
                    html.number(
                        link.touches,
                        link: ask.link("/touches", ["playbook": name, "step": step, "outcome": "clicked"]))
                }
            }
        }
        html.add("p", ["class": "soft small"]) { html in
            if links.count > most { html.text("And \((links.count - most).of("other link")). ") }
            html.text("Followed by people, of the \(Int(ClickedLinks.newest).grouped) who entered last at most.")
        }
    }
}
