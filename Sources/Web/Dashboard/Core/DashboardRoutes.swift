import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Playbooks
import Storage

/// Adds pages and changes: who may, what is read, and how it is answered, in one place.
struct DashboardRoutes {
    typealias Draw = @Sendable (PageRequest, Connection) throws -> DashboardPage
    typealias Act = @Sendable (PageRequest, Form, Connection) throws -> Change

    private let dashboard: Dashboard
    private let router: Router<SiteContext>

    init(_ dashboard: Dashboard, _ router: Router<SiteContext>) {
        self.dashboard = dashboard
        self.router = router
    }

    /// What a change came to.
    struct Change: Sendable {
        /// Where one goes from it, without the prefix.
        var path: String
        var note: NoteBoard.Note

        static func done(_ path: String, _ text: String) -> Change {
            Change(path: path, note: .init(kind: .good, text: text))
        }
        static func not(_ path: String, _ text: String) -> Change {
            Change(path: path, note: .init(kind: .warn, text: text))
        }
    }

    /// A page, drawn from one snapshot.
    func page(_ path: String, _ role: Role = .viewer, _ draw: @escaping Draw) {
        router.get(RouterPath(path)) { [dashboard] request, context -> Response in
            try await dashboard.answer(request, context, role: role) { visitor in
                let mark = try await dashboard.partMark(request, visitor)
                if let mark, request.headers[.ifNoneMatch] == mark { return PageMark.unchanged(mark) }
                let query = PageRequest.query(of: request.uri.query ?? "")
                let note = query["note"].flatMap { dashboard.notes.take($0) }
                let draft = query["draft"].flatMap { dashboard.drafts.take($0) } ?? []
                var response = try await dashboard.read { connection in
                    var ask = try dashboard.ask(request, context, visitor, connection)
                    ask.draft = Dictionary(draft.map { ($0.name, $0.value) }) { first, _ in first }
                    let asked = ask
                    let (page, status) = try ProblemPage.or(asked) {
                        try asked.expectShort()
                        return try draw(asked, connection)
                    }
                    return try Frame(
                        ask: asked, page: page, note: note, draft: draft, dashboard: dashboard, connection
                    ).response(status)
                }
                if let mark { response.headers[.eTag] = mark }
                return response
            }
        }
    }

    /// Bytes of another kind than a page.
    func file(
        _ path: String, _ role: Role = .viewer, _ make: @escaping @Sendable (PageRequest, Connection) throws -> Response
    ) {
        router.get(RouterPath(path)) { [dashboard] request, context -> Response in
            try await dashboard.answer(request, context, role: role) { visitor in
                try await dashboard.read { connection in
                    let ask = try dashboard.ask(request, context, visitor, connection)
                    try ask.expectShort()
                    return try make(ask, connection)
                }
            }
        }
    }

    /// A file that somebody takes along: the audit log says who took what.
    func export(_ path: String, _ make: @escaping @Sendable (PageRequest, Connection) throws -> Response) {
        router.get(RouterPath(path)) { [dashboard] request, context -> Response in
            try await dashboard.answer(request, context, role: .operator) { visitor in
                let (response, author) = try await dashboard.read { connection in
                    let ask = try dashboard.ask(request, context, visitor, connection)
                    try ask.expectShort()
                    return (try make(ask, connection), ask.author)
                }
                let what = String((request.uri.string.removingPercentEncoding ?? request.uri.string).prefix(500))
                try await dashboard.write { try author.did("export", what, $0) }
                return response
            }
        }
    }

    /// A change of state, by a form of the dashboard's own. What changes more than the visitor's own pages writes its line
    /// of the audit log itself.
    func change(_ path: String, _ role: Role = .operator, _ act: @escaping Act) {
        router.post(RouterPath(path)) { [dashboard] request, context -> Response in
            try await dashboard.answer(request, context, role: role) { visitor in
                let form = try await Form(of: request)
                try await dashboard.expectOwnForm(form, request, visitor)
                let change: Change
                do {
                    change = try await dashboard.write { connection in
                        try act(try dashboard.ask(request, context, visitor, connection), form, connection)
                    }
                } catch let error as StorageError {
                    change = .not(form["back"] ?? "/", "Nothing was changed: \(error)")
                } catch let problem as PageProblem {
                    return try await dashboard.answer(problem, form, request, context, visitor)
                }
                return dashboard.go(to: change.path, note: change.note)
            }
        }
    }

    enum Answer {
        case page(DashboardPage)
        case file(Response)
    }

    /// A form that is answered at once and changes nothing.
    func answer(
        _ path: String, _ role: Role, _ act: @escaping @Sendable (PageRequest, Form) async throws -> Answer
    ) {
        router.post(RouterPath(path)) { [dashboard] request, context -> Response in
            try await dashboard.answer(request, context, role: role) { visitor in
                let form = try await Form(of: request, atMost: 400_000)
                try await dashboard.expectOwnForm(form, request, visitor)
                let ask = try await dashboard.read { try dashboard.ask(request, context, visitor, $0) }
                do {
                    switch try await act(ask, form) {
                    case .file(let response): return response
                    case .page(let page):
                        return try await dashboard.read { connection in
                            try Frame(ask: ask, page: page, note: nil, dashboard: dashboard, connection).response()
                        }
                    }
                } catch let problem as PageProblem {
                    return try await dashboard.answer(problem, form, request, context, visitor)
                }
            }
        }
    }
}

extension Dashboard {
    /// Answers a request of somebody who may ask; everybody else is led to the door or told why not.
    func answer(
        _ request: Request, _ context: SiteContext, role: Role,
        _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        do {
            switch try await visitor(request, context) {
            case .known(let visitor):
                guard visitor.role >= role else {
                    try await refuse(visitor.name, request, "\(visitor.role.rawValue), needs \(role.rawValue)")
                    throw PageProblem(
                        .forbidden, "Not yours to do",
                        "You are a \(visitor.role.rawValue); this takes an \(role.rawValue). An admin changes roles: keeptouch users role \(visitor.name) \(role.rawValue)"
                    )
                }
                return try await body(visitor)
            case .unknown(let sentence): throw PageProblem(.forbidden, "Not known here", sentence)
            case .signedOut:
                let back = request.method == .get ? request.uri.string : try await wayBack(to: request)
                return Self.redirect(address.of("/sign-in", ["to": back == "/" ? nil : back]))
            }
        } catch let problem as PageProblem {
            return Door.page(problem, address: address)
        } catch let problem as Problem {
            return Door.page(
                PageProblem(.badRequest, "It cannot be read", problem.detail), address: address)
        } catch let error as StorageError {
            return Door.page(
                PageProblem(.unavailable, "Not now", "The database said: \(error)"), address: address)
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            log.error("page failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Door.page(
                PageProblem(.unavailable, "This is a fault of the program", "\(error)"), address: address)
        }
    }

    /// Why a form was not taken, with what had been typed into it.
    func answer(
        _ problem: PageProblem, _ form: Form, _ request: Request, _ context: SiteContext, _ visitor: Visitor
    ) async throws -> Response {
        try await read { [self] connection in
            let ask = try self.ask(request, context, visitor, connection)
            let page = ProblemPage(ask: ask, problem: problem, isForm: true).page
            return try Frame(
                ask: ask, page: page, note: nil, draft: DraftBoard.typed(in: form), dashboard: self, connection
            ).response(problem.httpStatus)
        }
    }

    /// The page of a form that came after its session was over, with what had been typed.
    private func wayBack(to request: Request) async throws -> String? {
        guard let page = request.headers[.referer].flatMap(path(of:)) else { return nil }
        // What another site sends is shown to nobody.
        guard isOfThisSite(request), let form = try? await Form(of: request, atMost: 400_000),
            let draft = drafts.post(form)
        else { return page }
        return page + (page.contains("?") ? "&" : "?") + "draft=" + draft
    }

    /// The path of a page of this dashboard, from its whole address.
    private func path(of url: String) -> String? {
        guard let parts = URLComponents(string: url) else { return nil }
        let path =
            parts.percentEncodedPath.hasPrefix(address.prefix)
            ? String(parts.percentEncodedPath.dropFirst(address.prefix.count)) : parts.percentEncodedPath
        return path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    func ask(
        _ request: Request, _ context: SiteContext, _ visitor: Visitor, _ connection: Connection
    ) throws -> PageRequest {
        let parts = context.parameters.map { (String($0.key), $0.value.removingPercentEncoding ?? String($0.value)) }
        return PageRequest(
            visitor: visitor, edition: edition, address: address, headlines: headlines, path: request.uri.path,
            query: PageRequest.query(of: request.uri.query ?? ""), parts: Dictionary(parts) { $1 },
            now: try moment(connection), processNow: processNow(),
            isSimulation: try Meta.isSimulation(connection))
    }

    /// Refuses a form that another site sent.
    ///
    /// - Throws: `PageProblem` 403.
    func expectOwnForm(_ form: Form, _ request: Request, _ visitor: Visitor) async throws {
        guard form["token"] == visitor.formToken, isOfThisSite(request), saysItsSite(request) else {
            try await refuse(visitor.name, request, "a form that is not of this page")
            throw PageProblem(
                .forbidden, "Nothing was changed",
                "The form did not come from a page of this dashboard, or the session is another one by now. Open the page again and repeat it."
            )
        }
    }

    private func isOfThisSite(_ request: Request) -> Bool {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        let origin = request.headers[.origin]
        return (site.map { $0 == "same-origin" || $0 == "none" } ?? true)
            && (origin.map { $0 == ownOrigin(request) } ?? true)
    }

    /// Browsers say it of every form; whoever does not is none.
    private func saysItsSite(_ request: Request) -> Bool {
        request.headers[.origin] != nil
            || HTTPField.Name("Sec-Fetch-Site").map { request.headers.contains($0) } ?? false
    }

    private func ownOrigin(_ request: Request) -> String {
        address.origin ?? "http://\(request.head.authority ?? "")"
    }

    func refuse(_ name: String, _ request: Request, _ reason: String) async throws {
        let author = Author(name, from: .page, at: processNow())
        let action = "\(request.method.rawValue) \(request.uri.path.prefix(200))"
        do {
            try await write { try author.wasRefused("refused", action, because: reason, $0) }
        } catch let error as StorageError {
            // It is refused all the same.
            log.warning("not in the audit log", metadata: ["refused": "\(action)", "error": "\(error)"])
        }
    }

    /// To another page, which shows the note once.
    func go(to path: String, note: NoteBoard.Note) -> Response {
        Self.redirect(address.of(DashboardAddress.own(path) ?? "/", ["note": notes.post(note)]))
    }

    static func redirect(_ location: String, cookie: String? = nil) -> Response {
        var headers = HTTPFields()
        headers[.location] = location
        headers[.cacheControl] = "no-store"
        if let cookie { headers[.setCookie] = cookie }
        return Response(status: .seeOther, headers: headers)
    }
}
