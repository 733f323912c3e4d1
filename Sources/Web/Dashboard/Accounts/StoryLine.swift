import Basics
import Decisions
import Playbooks
import Storage

/// One line of an account's story.
struct StoryLine {
    let ask: PageRequest
    let item: AccountTimeline.Item

    func draw(in html: inout HTML) {
        html.add("p") { html in
            switch item.kind {
            case .touch:
                let kind =
                    switch item.channel {
                    case .email: "Email"
                    case .inApp: "In-app"
                    case .push: "Push"
                    case .sms: "Text message"
                    default: "Webhook"
                    }
                html.link("\(kind) \(item.step ?? "")", ask.touchLink(item.touch ?? 0))
                addPlaybook(" of ", to: &html)
                html.text(", \(TouchState(rawValue: item.word)?.word ?? item.word)")
            case .outcome:
                html.add("b", text: item.word)
                if let touch = item.touch {
                    html.text(": ")
                    html.link(item.step ?? "touch \(touch)", ask.touchLink(touch))
                }
                addPlaybook(" of ", to: &html)
            case .decision:
                addPlaybook("", to: &html)
                html.text(": ")
                html.add("b", text: item.word)
            case .enrollment:
                addPlaybook("", to: &html)
                html.text(item.word == "goal" ? ": " : ": ended")
                if item.word == "goal" { html.add("b", text: "goal reached") }
            case .step:
                addPlaybook("", to: &html)
                html.text(": \(item.step ?? "") \(item.word.replacing("_", with: " "))")
            case .stage: html.text("stage \(item.word)")
            case .event: html.text("event \(item.word)")
            case .change: html.text(item.word)
            }
        }
        if let detail = item.detail, !detail.isEmpty, detail != "{}" {
            html.add("p", ["class": "any"], text: String(detail.prefix(300)))
        }
    }

    private func addPlaybook(_ before: String, to html: inout HTML) {
        guard let playbook = item.playbook else { return }
        html.text(before)
        html.link(playbook, ask.playbookLink(playbook))
    }
}
