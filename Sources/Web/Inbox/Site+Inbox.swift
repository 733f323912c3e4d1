import Basics
import Delivery
import HTTPTypes
import Hummingbird
import NIOCore
import Playbooks
import Storage

extension Site {
    /// The built-in channel of in-app messages: what waits for a contact, what the contact does with it, and the script
    /// that shows it on a page of the product.
    func addInbox(to router: Router<Context>) {
        getOrHead("/inbox.js", on: router) { _, _ in Self.script }
        getOrHead("/v1/inbox/:token", on: router) { [self] request, context in
            allowing(request, try await entries(of: inboxOwner(context)))
        }
        for act in Inbox.Act.allCases {
            router.post("/v1/inbox/:token/:message/\(act.rawValue)") { [self] request, context -> Response in
                try await note(act, request, context)
                return allowing(request, Response(status: .noContent, headers: [.cacheControl: "no-store"]))
            }
        }
        for path in [""] + Inbox.Act.allCases.map({ "/:message/\($0.rawValue)" }) {
            router.on("/v1/inbox/:token\(path)", method: .options) { [self] request, _ -> Response in
                allowing(request, Response(status: .noContent))
            }
        }
    }

    private func inboxOwner(_ context: Context) async throws -> Inbox.Owner {
        let generation = try await read { try Meta.inboxGeneration($0) }
        let tokens = InboxToken(secret: secret, generation: generation)
        guard let names = context.parameters.get("token").flatMap({ tokens.open($0, now: processNow()) }) else {
            throw Problem(
                .unauthorized,
                "the inbox token is not right, or is over; keeptouch inbox-token makes one, or the key to make them")
        }
        guard let owner = try await read({ try Inbox.owner(account: names.account, contact: names.contact, $0) }) else {
            throw Problem(.notFound, "there is no contact \"\(names.contact)\" of the account \"\(names.account)\"")
        }
        return owner
    }

    private func entries(of owner: Inbox.Owner) async throws -> Response {
        let now = processNow()
        let entries = try await read { try Inbox.entries(of: owner, now: now, $0) }
        let messages = entries.map { entry in
            var members = [
                JSON.Member("id", .text("t\(entry.touch)")), JSON.Member("at", .text(entry.at.description)),
                JSON.Member("read", .boolean(entry.isRead)),
            ]
            if case .object(let body)? = JSON(parsing: entry.body) { members += body }
            return JSON.object(members)
        }
        let body = JSON.object([
            JSON.Member("language", .text(PageWords.of(owner.locale).code)), JSON.Member("look", inboxLook),
            JSON.Member("messages", .list(messages)),
        ])
        var response = Self.response(.ok, body)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// The brand's color and fonts; the page of the product has a logo of its own.
    private var inboxLook: JSON {
        let brand = workspace.brand
        return .object([
            JSON.Member("accent", .text(brand.accent.description)),
            JSON.Member("accent_dark", .text(brand.accentDark.description)), JSON.Member("font", .text(brand.font)),
        ])
    }

    private func note(_ act: Inbox.Act, _ request: Request, _ context: Context) async throws {
        let owner = try await inboxOwner(context)
        var url: String?
        if act == .click {
            let text = String(buffer: try await body(of: request, atMost: 8_192))
            url = LinkTracking.isWeb(text) ? text : nil
        } else {
            _ = try await body(of: request, atMost: 8_192)
        }
        let now = processNow()
        let touch = context.parameters.get("message").flatMap { $0.hasPrefix("t") ? Int64($0.dropFirst()) : nil }
        let isKnown = try await write { [url] connection in
            guard let touch else { return false }
            return try Inbox.note(act, touch: touch, by: owner, url: url, at: now, connection)
        }
        if !isKnown { throw Problem(.notFound, "the inbox has no such message") }
    }

    /// Lets the pages read the answer that `inbox: { origins: [...] }` names.
    private func allowing(_ request: Request, _ response: Response) -> Response {
        var response = response
        response.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin],
            workspace.configuration.inboxOrigins.contains(origin.lowercased())
        else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        if request.method == .options {
            response.headers[.accessControlAllowMethods] = "GET, POST"
            response.headers[.accessControlAllowHeaders] = "Content-Type"
            response.headers[.accessControlMaxAge] = "86400"
        }
        return response
    }

    private static let script: Response = {
        var headers: HTTPFields = [
            .contentType: "text/javascript; charset=utf-8", .cacheControl: "public, max-age=3600",
        ]
        for (name, value) in [("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "cross-origin")] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: inboxScript)))
    }()
}
