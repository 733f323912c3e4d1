import Delivery
import HTTPTypes
import Hummingbird
import Playbooks
import Storage

extension Site {
    /// What contacts reach by the links of their messages.
    func addPages(to router: Router<Context>) {
        addUnsubscribe(to: router)
        addQuestions(to: router)
        addTracking(to: router)
    }

    /// `/u/<token>`: GET and HEAD show, POST changes; also while everything is paused.
    private func addUnsubscribe(to router: Router<Context>) {
        getOrHead("/u/:token", on: router) { [self] _, context in
            guard let link = unsubscribeLink(context) else { return notFound().response() }
            return try await preferences(of: link)?.page().response() ?? notFound().response()
        }
        router.post("/u/:token") { [self] request, context -> Response in
            guard let link = unsubscribeLink(context) else { return notFound().response() }
            let form = try await Form(of: request)
            let done = try await change(link, form)
            return try await preferences(of: link)?.page(done).response() ?? notFound().response()
        }
    }

    private func unsubscribeLink(_ context: Context) -> Unsubscription.Opened? {
        context.parameters.get("token").flatMap { Unsubscription.open($0, secret: secret) }
    }

    private func preferences(of link: Unsubscription.Opened) async throws -> PreferencesPage? {
        let preferences = try await read {
            try Preferences.read(contact: link.contact, touch: link.touch, $0)
        }
        let configuration = workspace.configuration
        return preferences.map {
            PreferencesPage(
                preferences: $0, category: link.category, categories: configuration.categories,
                look: look)
        }
    }

    private func change(_ link: Unsubscription.Opened, _ form: Form) async throws -> PreferencesPage.Done {
        let categories = workspace.configuration.categories.map(\.name)
        let now = processNow()
        let isOneClick = form["List-Unsubscribe"] == "One-Click"
        return try await write { connection in
            guard
                let preferences = try Preferences.read(contact: link.contact, touch: link.touch, connection)
            else { return .nothing }
            switch isOneClick ? "leave" : form["action"] {
            case "leave":
                try preferences.leave(link.category, at: now, connection)
                return .left
            case "leave_all":
                try preferences.leave(nil, at: now, connection)
                return .leftAll
            case "save":
                try preferences.keep(
                    Set(form.all("category")).intersection(categories), of: categories, at: now, connection)
                return .saved
            default: return .nothing
            }
        }
    }

    /// The same answer to both, to HEAD without the body; neither may change what a person decides.
    func getOrHead(
        _ path: RouterPath, on router: Router<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        router.get(path) { request, context -> Response in try await answer(request, context) }
        router.head(path) { request, context -> Response in
            try await answer(request, context).createHeadResponse()
        }
    }

    /// Of all pages.
    var look: PageLook {
        let workspace = workspace
        return PageLook(sender: workspace.configuration.sender?.name, brand: workspace.brand)
    }

    func notFound(_ locale: String? = nil) -> Page {
        let words = PageWords.of(locale)
        var page = Page(
            words.notFound, language: words.code, look: look, status: .notFound)
        page.paragraph(words.notFoundAbout)
        return page
    }
}
