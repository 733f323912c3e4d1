import Basics
import Decisions
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Playbooks
import Runner
import Storage

/// A message as it would arrive, and a test of it to oneself.
extension Dashboard {
    func addMessages(to routes: DashboardRoutes) {
        routes.page("/playbooks/:name/messages") { ask, connection in
            try PlaybookPage(ask, connection).messages(connection)
        }
        // The message alone, in a document of its own in which nothing runs and nothing is loaded.
        routes.file("/frames/preview/:name/:step") { ask, connection in
            guard let index = Int(ask.part("step")) else {
                throw PageProblem(.notFound, "No such step", "The playbook has changed meanwhile.")
            }
            let previews = try Self.previews(
                ask, of: ask.part("name"), step: index, variant: ask["variant"], account: ask["account"] ?? "",
                locale: ask["locale"],
                connection)
            let number = try ask.count("number") ?? 0
            guard previews.indices.contains(number) else {
                throw PageProblem(.notFound, "No such message", "Nobody gets it.")
            }
            let html = ask["as"] == "text" ? "" : previews[number].html
            return Self.messageFrame(html, text: previews[number].text, for: ask.visitor)
        }
        routes.answer("/playbooks/:name/test", .operator) { [self] ask, form in
            let message = TestMessage(
                playbook: ask.part("name"), step: form["step"] ?? "", variant: form["variant"].nonEmpty)
            return .page(try await tested(message, ask, form))
        }
        routes.answer("/channels/:name/test", .operator) { [self] ask, form in
            guard let message = TestMessage(id: form["message"] ?? "") else {
                throw PageProblem(.badRequest, "Which message?", "Choose a message of a playbook.", at: "message")
            }
            var channel = ask
            channel.query = [:]
            return .page(try await tested(message, channel, form))
        }
    }

    private static func previews(
        _ ask: PageRequest, of name: String, step index: Int, variant: String?, account: String, locale: String?,
        _ connection: Connection
    ) throws -> [Preview] {
        guard let playbook = ask.workspace.playbook(name) else { throw PageProblem.noPlaybook(name) }
        guard playbook.steps(of: variant).indices.contains(index) else {
            throw PageProblem(.notFound, "No such step", "The playbook has changed meanwhile.")
        }
        guard let story = try AccountStory(connection, key: account) else { throw PageProblem.noAccount(account) }
        do {
            return try Preview.make(
                playbook, step: index, variant: variant, account: story, workspace: ask.workspace, secret: [],
                now: ask.now, locale: locale, figures: .stored, connection)
        } catch let error as CannotPreview {
            throw PageProblem(.notFound, "It cannot be shown", error.reason)
        }
    }

    /// Sends the first of the messages that the account would get to one address, recorded nowhere but in the audit log.
    private func tested(_ message: TestMessage, _ ask: PageRequest, _ form: Form) async throws -> DashboardPage {
        let (name, step, variant) = (message.playbook, message.step, message.variant)
        let locale = form["locale"].nonEmpty
        let asked = (form["account"] ?? "").trimmingCharacters(in: .whitespaces)
        guard !asked.isEmpty else {
            throw PageProblem(.badRequest, "As which account?", "Name the account that would get it.", at: "account")
        }
        let address = (form["to"] ?? "").trimmingCharacters(in: .whitespaces)
        guard !address.isEmpty else {
            throw PageProblem(.badRequest, "To whom?", "A test goes to the one address that you name.", at: "to")
        }
        guard let playbook = ask.workspace.playbook(name) else { throw PageProblem.noPlaybook(name) }
        guard let index = playbook.sends(of: variant).first(where: { $0.step.id == step })?.index else {
            throw PageProblem(.notFound, "No such step", "The playbook has changed meanwhile.", at: "step")
        }
        let account = try await read { connection in
            do { return try AccountStory.find(asked, connection).key } catch let error as StorageError {
                throw PageProblem(.notFound, "No such account", "\(error)", at: "account")
            }
        }
        let previews = try await read {
            try Self.previews(ask, of: name, step: index, variant: variant, account: account, locale: locale, $0)
        }
        guard let preview = previews.first else {
            throw PageProblem(.notFound, "No such message", "Nobody gets it.", at: "account")
        }
        guard let channel = ask.workspace.channels[preview.touch.channel] else {
            throw PageProblem(
                .unavailable, "No such channel", "There is no usable channel \"\(preview.touch.channel)\" in channels/."
            )
        }
        let trial: Preview.Trial
        do {
            trial = try await preview.send(
                to: address, channel: channel, locale: locale, directory: folder,
                environment: ProcessInfo.processInfo.environment, clocks: .system)
        } catch let error as CannotPreview {
            throw PageProblem(.badRequest, "Nothing was sent", error.reason, at: "to")
        } catch let diagnostic as Diagnostic {
            throw PageProblem(
                .unavailable, "Nothing was sent", "\(diagnostic.position): \(diagnostic.message)")
        }
        let author = ask.author
        try await write { connection in
            try author.did("preview", "\(name) \(step)", because: "a test to \(address): \(trial.answer)", connection)
        }
        return DashboardPage(
            "A test of \(step)", in: .playbooks,
            crumb: HTML { html in
                html.link(name, ask.playbookLink(name))
                html.text(" · ")
                html.link(
                    "Messages", ask.playbookLink(name, "/messages") + "?account=" + PercentEncoding.component(account))
            }
        ) { html in
            html.note(
                trial.wasTaken ? "good" : "bad",
                trial.wasTaken
                    ? "One test went to \(address) by \(channel.name). It is recorded nowhere but in the audit log; its links are nobody's."
                    : "It was not taken: \(trial.answer)")
            html.panel("What was sent, and the answer", id: "trial") { html in
                html.add("pre", ["class": "source", "tabindex": "0"], text: trial.request)
                html.add("p", text: trial.answer)
            }
            html.command(
                ["preview", name, step, "--account", account] + (variant.map { ["--variant", $0] } ?? [])
                    + ["--send-to", address])
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

extension Optional<String> {
    fileprivate var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
