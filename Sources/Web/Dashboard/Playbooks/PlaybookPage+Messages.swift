import Basics
import Decisions
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Playbooks
import Runner
import Storage

extension PlaybookPage {
    /// Its messages, each rendered for an account of one's choice.
    func messages(_ connection: Connection) throws -> DashboardPage {
        let key = ask["account"]
        let story = try key.map { key -> AccountStory in
            do { return try AccountStory.find(key, connection) } catch let error as StorageError {
                throw PageProblem(.notFound, "No such account", "\(error)", at: "account")
            }
        }
        return page(.messages) { html in
            html.add("form", ["class": "filters", "action": ask.playbookLink(name, "/messages")]) { html in
                html.field("For which account: key, name or address", "account", key, size: "30")
                html.add("button", ["class": "go"], text: "Show")
            }
            guard let playbook else { return }
            guard let story else { return addSubjects(of: playbook, to: &html) }
            html.add(
                "p", ["class": "soft small"],
                text: "The links are nobody's here: looking answers and unsubscribes for no one.")
            for variant in playbook.variants.isEmpty ? [nil] : playbook.variants.map({ Optional($0.name) }) {
                for (index, step) in playbook.sends(of: variant) {
                    add(playbook, step, index, variant, story, connection, to: &html)
                }
            }
        }
    }

    private func addSubjects(of playbook: Playbook, to html: inout HTML) {
        for (path, message) in playbook.messages.sorted(by: { $0.key < $1.key }) {
            html.panel(path, id: "m\(Registry.hash(path).prefix(8))") { html in
                if let subject = message.subject { html.add("p") { $0.add("b", text: subject) } }
                html.add("p", ["class": "soft small"], text: "Choose an account to see it as it would arrive.")
            }
        }
    }

    private func add(
        _ playbook: Playbook, _ step: Step, _ index: Int, _ variant: String?, _ story: AccountStory,
        _ connection: Connection, to html: inout HTML
    ) {
        let title = "\(step.id)" + (variant.map { ", \($0)" } ?? "")
        html.panel(title, id: "s\(index)-\(variant ?? "")") { html in
            let previews: [Preview]
            do {
                previews = try Preview.make(
                    playbook, step: index, variant: variant, account: story, workspace: ask.workspace, secret: [],
                    now: ask.now, figures: .stored, connection)
            } catch {
                return html.nothing("It cannot be shown for this account", "\(error)")
            }
            for (number, preview) in previews.enumerated() {
                html.add("p") { html in
                    html.text("to \(preview.email ?? preview.touch.recipient), ")
                    html.add("b", text: preview.subject ?? preview.touch.message)
                }
                html.add(
                    "iframe",
                    [
                        "class": "message", "sandbox": "", "title": "\(title) as it would arrive",
                        "src": ask.link(
                            "/frames/preview/\(DashboardAddress.part(name))/\(index)",
                            ["account": story.key, "variant": variant, "number": "\(number)"]),
                    ], text: "")
                html.add("details") { html in
                    html.add("summary", text: "As plain text")
                    html.add("pre", ["class": "source", "tabindex": "0"], text: preview.text)
                }
            }
        }
    }
}

extension Dashboard {
    /// The message alone, in a document of its own in which nothing runs and nothing is loaded.
    func addMessageFrame(to routes: DashboardRoutes) {
        routes.file("/frames/preview/:name/:step") { ask, connection in
            let name = ask.part("name")
            guard let playbook = ask.workspace.playbook(name) else { throw PageProblem.noPlaybook(name) }
            guard let index = Int(ask.part("step")), playbook.steps(of: ask["variant"]).indices.contains(index) else {
                throw PageProblem(.notFound, "No such step", "The playbook has changed meanwhile.")
            }
            guard let story = try AccountStory(connection, key: ask["account"] ?? "") else {
                throw PageProblem.noAccount(ask["account"] ?? "")
            }
            let previews: [Preview]
            do {
                previews = try Preview.make(
                    playbook, step: index, variant: ask["variant"], account: story, workspace: ask.workspace,
                    secret: [], now: ask.now, figures: .stored, connection)
            } catch let error as CannotPreview {
                throw PageProblem(.notFound, "It cannot be shown", error.reason)
            }
            let number = Int(ask["number"] ?? "0") ?? 0
            guard previews.indices.contains(number) else {
                throw PageProblem(.notFound, "No such message", "Nobody gets it.")
            }
            return Self.messageFrame(previews[number].html, text: previews[number].text, for: ask.visitor)
        }
    }

    /// Looking loads no picture, follows no link and records nothing.
    ///
    /// - Parameter text: what is shown of a message that has no HTML.
    static func messageFrame(_ html: String, text: String, for visitor: Visitor) -> Response {
        var html = html
        if html.isEmpty {
            var bytes = Array("<pre style=\"font:15px/1.5 sans-serif;white-space:pre-wrap\">".utf8)
            HTML.escape(text, into: &bytes)
            html = String(decoding: bytes, as: UTF8.self) + "</pre>"
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        headers[.xContentTypeOptions] = "nosniff"
        let shown = visitor.seesAddresses ? html : AddressMask.masked(markup: html)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: shown)))
    }
}
