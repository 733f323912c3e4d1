import Basics
import Decisions
import Foundation
import Playbooks
import Storage

extension AccountTimeline.Item.Kind {
    /// Several of them.
    var plural: String {
        switch self {
        case .touch: "touches"
        default: rawValue + "s"
        }
    }
}

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
                html.add("b", text: item.word.hasPrefix("also:") ? "also reached \(item.word.dropFirst(5))" : item.word)
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
                html.text(": \(item.step ?? "") \(words(of: item))")
            case .stage: html.text("stage \(item.word)")
            case .event: html.text("event \(item.word)")
            case .change: html.text(item.word)
            }
        }
        if let detail = item.detail, !detail.isEmpty, detail != "{}" {
            html.add("p", ["class": "any"], text: String(Self.plain(detail).prefix(300)))
        }
    }

    /// What a step came to, in the words of the playbook as it is now, where it has the step still.
    private func words(of item: AccountTimeline.Item) -> String {
        let steps = item.playbook.flatMap { ask.workspace.playbook($0) }?.programs.joined().filter {
            $0.id == item.step
        }
        guard let step = steps?.first, let result = PassageResult(rawValue: item.word) else {
            return item.word.replacing("_", with: " ")
        }
        return step.word(for: result)
    }

    /// An object as its names and values; other text as it is.
    private static func plain(_ detail: String) -> String {
        guard detail.hasPrefix("{"), let object = try? JSONSerialization.jsonObject(with: Data(detail.utf8)),
            let pairs = object as? [String: Any]
        else { return detail }
        return pairs.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }

    private func addPlaybook(_ before: String, to html: inout HTML) {
        guard let playbook = item.playbook else { return }
        html.text(before)
        html.link(playbook, ask.playbookLink(playbook))
    }
}
