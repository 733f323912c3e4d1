import Basics
import Delivery
import Foundation
import Playbooks
import Runner

/// A message of a playbook, sent by a channel to oneself.
struct ChannelTest {
    let ask: PageRequest
    let channel: Channel

    /// The steps that go by it, as forms name them.
    private var messages: [TestMessage] {
        ask.workspace.playbooks.flatMap { playbook in
            let variants = playbook.variants.isEmpty ? [nil] : playbook.variants.map { Optional($0.name) }
            return variants.flatMap { variant in
                playbook.sends(of: variant).compactMap { _, step -> TestMessage? in
                    guard case .send(let send) = step.action,
                        (send.channel ?? ask.workspace.configuration.channels[send.kind]) == channel.name
                    else { return nil }
                    return TestMessage(playbook: playbook.name, step: step.id, variant: variant)
                }
            }
        }
    }

    func draw(in html: inout HTML) {
        guard ask.visitor.role >= .operator else { return }
        html.panel("Send a test to yourself", id: "test") { html in
            guard !channel.isInbox else {
                return html.nothing("The inbox sends nothing", "Its messages wait until the app asks for them.")
            }
            let messages = messages
            guard !messages.isEmpty else {
                return html.nothing(
                    "No playbook sends by it",
                    "`keeptouch preview PLAYBOOK --account ACCOUNT --send-to ADDRESS` sends a message by it.")
            }
            html.add(
                "form",
                [
                    "method": "post", "class": "filters",
                    "action": ask.link("/channels/\(DashboardAddress.part(channel.name))/test"),
                ]
            ) { html in
                html.add("input", ["type": "hidden", "name": "token", "value": ask.visitor.formToken])
                html.select("Message", "message", messages.map { ($0.id, $0.words) }, chosen: nil)
                html.field("As which account would get it: key, name or address", "account", nil, size: "24")
                html.field("To: an address, a number, or whom the channel knows", "to", nil, size: "30")
                html.add("button", text: "Send it")
            }
        }
    }
}

/// A step that sends, of one variant.
struct TestMessage {
    var playbook: String
    var step: String
    var variant: String?

    init(playbook: String, step: String, variant: String?) {
        (self.playbook, self.step, self.variant) = (playbook, step, variant)
    }

    /// - Returns: nil for what is no `id`.
    init?(id: String) {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(playbook: parts[0], step: parts[1], variant: parts[2].isEmpty ? nil : parts[2])
    }

    var id: String { "\(playbook)/\(step)/\(variant ?? "")" }
    var words: String { "\(playbook), \(step)" + (variant.map { ", \($0)" } ?? "") }
}
