import Basics
import Crypto
import Delivery
import Foundation
import HTTPTypes
import Hummingbird
import Playbooks
import Storage

extension Site {
    /// `/a/<token>`: GET shows the answer that was clicked, and only POST, from the page's button, records it.
    func addQuestions(to router: Router<Context>) {
        getOrHead("/a/:token", on: router) { [self] _, context in
            switch try await question(context) {
            case .page(let page): page.response()
            case .asked(let asked): asked.page(of: self).page.response()
            }
        }
        router.post("/a/:token") { [self] request, context -> Response in
            let form = try await Form(of: request)
            switch try await question(context) {
            case .page(let page): return page.response()
            case .asked(let asked):
                guard form["action"] == "answer" else {
                    var page = asked.page(of: self).page
                    page.status = .badRequest
                    return page.response()
                }
                try await record(asked, comment: form["comment"])
                return asked.page(of: self).thanks.response()
            }
        }
    }

    /// A question that can be answered, and the answer that was clicked.
    private struct Asked: Sendable {
        var touch: Questions
        var ask: Ask
        var answer: Ask.Answer

        func page(of site: Site) -> QuestionPage {
            QuestionPage(
                ask: ask, answer: answer, locale: touch.locale, look: site.look,
                path: { AskLinks.token(touch: touch.touch, answer: $0.value, secret: site.secret) })
        }
    }

    private enum Question {
        case asked(Asked)
        /// There is none, or it is closed.
        case page(Page)
    }

    private func question(_ context: Context) async throws -> Question {
        guard let link = context.parameters.get("token").flatMap({ AskLinks.open($0, secret: secret) }),
            let touch = try await read({ try Questions.read(touch: link.touch, event: nil, $0) })
        else { return .page(notFound()) }
        let workspace = workspace
        let closed = QuestionPage.closed(touch.locale, look: look)
        // The question is the one that is asked today: one that the team took back is closed.
        let message = workspace.playbook(touch.playbook)?.messages[touch.message]?.localized(touch.locale)
        guard let ask = message?.ask, let answer = ask.answers.first(where: { $0.value == link.answer }),
            let asked = try await read({ try Questions.read(touch: link.touch, event: ask.event, $0) }),
            asked.isOpen(at: processNow())
        else { return .page(closed) }
        return .asked(Asked(touch: asked, ask: ask, answer: answer))
    }

    /// The same answer is recorded once, with what was added to it last; another one is another event, and the one that
    /// was confirmed last counts.
    private func record(_ asked: Asked, comment: String?) async throws {
        let comment =
            asked.ask.comment == nil
            ? ""
            : String(
                (comment ?? "").trimmingCharacters(in: .whitespacesAndNewlines).prefix(QuestionPage.longestComment))
        let digest = SHA256.hash(data: Array("\(asked.answer.value)\n".utf8))
        let name = Hexadecimal.text(digest.prefix(8))
        let now = processNow()
        var properties = [IncomingRow.Field(asked.ask.property, asked.answer.value, at: "/answer")]
        if let property = asked.ask.comment, !comment.isEmpty {
            properties.append(IncomingRow.Field(property, comment, at: "/comment"))
        }
        var fields = [
            IncomingRow.Field("event", asked.ask.event, at: "/event"),
            IncomingRow.Field("at", now.description, at: "/at"),
            IncomingRow.Field("id", asked.touch.eventID(of: name), at: "/id"),
        ]
        if let contact = asked.touch.contactKey { fields.append(IncomingRow.Field("contact", contact, at: "/contact")) }
        let row = IncomingRow(
            .events, owner: .account(asked.touch.accountKey), fields, properties: properties, at: "/")
        let rules = edition.rules
        try await write { [intake] connection in
            let report = try intake.take([row], rules: rules, now: now, connection)
            if let rejected = report.rejected.first { throw Problem(.internalServerError, rejected.detail) }
            try asked.touch.confirm(
                name, kind: asked.ask.event,
                comment: asked.ask.comment.flatMap { comment.isEmpty ? nil : ($0, comment) }, at: now, connection)
            try asked.touch.note(asked.answer.value, name: name, at: now, connection)
        }
    }
}
