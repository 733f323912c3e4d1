import Basics
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// The ledger of changes for programs, part by part.
extension Site {
    /// The most changes of one answer.
    static let mostChanges = 1_000

    /// `GET /v1/changes`; needs a key with the scope `read`.
    func addChanges(to router: Router<Context>) {
        router.get("/v1/changes") { [self] request, _ -> Response in
            try await authorize(request, .read)
            let asked = try ChangesRequest(request)
            let (changes, isCut) = try await read { connection in
                let feed = ChangeFeed(connection)
                let newest = try feed.newest()
                // Whoever asked on from there would miss what comes until then.
                guard asked.after <= newest else {
                    throw Problem(
                        .badRequest,
                        "after: \"\(asked.after)\" lies behind the newest change, \(newest); was a back-up put back? Go on with the "
                            + "newest, or with 0 for all that is kept")
                }
                return (
                    try feed.changes(after: asked.after, limit: asked.limit), try feed.isDropped(after: asked.after)
                )
            }
            var response = Self.response(
                .ok,
                .object([
                    JSON.Member("changes", .list(changes.map(\.json))),
                    JSON.Member("next", .text("\(changes.last?.id ?? asked.after)")),
                    JSON.Member("more", .boolean(changes.count == asked.limit)),
                    JSON.Member("dropped", .boolean(isCut)),
                ]))
            response.headers[.cacheControl] = "no-store"
            return response
        }
    }

    static let changesAPI = OpenAPI.Part(
        paths: """
            {
              "/v1/changes": {"get": {
                "summary": "What has happened, in the order in which it became known; scope read",
                "description": "Ask on with after = next, also when nothing came: the cursor stays good. Each change has one id for ever.",
                "operationId": "changes", "security": [{"bearer": []}, {"basic": []}],
                "parameters": [
                  {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "next of the answer before; 0 for the oldest that is kept"},
                  {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}}],
                "responses": {
                  "200": {"description": "A part of the ledger", "content": {"application/json": {"schema":
                    {"$ref": "#/components/schemas/ChangeList"}}}},
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "429": {"$ref": "#/components/responses/Problem"}}}}
            }
            """,
        schemas: """
            {
              "ChangeList": {"type": "object", "required": ["changes", "next", "more", "dropped"], "properties": {
                "changes": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}},
                "next": {"type": "string", "description": "Where to ask on"},
                "more": {"type": "boolean", "description": "Whether there may be more at once"},
                "dropped": {"type": "boolean", "description": "Whether changes behind after are gone because of their age"}}},
              "Change": {"type": "object", "required": ["id", "type", "at", "account", "playbook", "step", "contact", "detail"],
                "properties": {
                "id": {"type": "string"}, "type": {"enum": ["sent", "delivered", "opened", "clicked", "replied", "bounced", "complained",
                  "unsubscribed", "resubscribed", "answered", "enrolled", "exited", "goal", "risk_on", "risk_off", "set", "churned",
                  "reactivated"]},
                "at": {"type": "string", "format": "date-time", "description": "When it happened"},
                "account": {"type": "string", "description": "Its key"}, "playbook": {"type": ["string", "null"]},
                "step": {"type": ["string", "null"]}, "contact": {"type": ["string", "null"], "description": "Its key"},
                "detail": {"description": "What else is known, by type"}}}
            }
            """)
}

/// What a request for changes asks.
private struct ChangesRequest: Sendable {
    let after: Int64
    let limit: Int

    /// - Throws: `Problem` for what cannot be asked; a misspelled name must not begin at the beginning.
    init(_ request: Request) throws {
        let given = Form(request.uri.query ?? "", contentType: nil)
        if let unknown = given.fields.map(\.name).first(where: { !["after", "limit"].contains($0) }) {
            throw Problem(.badRequest, "nothing can be asked by \"\(unknown)\"; known: after, limit")
        }
        let after = given["after"] ?? "0"
        guard let id = Int64(after), id >= 0 else {
            throw Problem(.badRequest, "after: \"\(after)\" is not the \"next\" of an answer")
        }
        let limit = given["limit"] ?? "100"
        guard let most = Int(limit), (1...Site.mostChanges).contains(most) else {
            throw Problem(.badRequest, "limit: \"\(limit)\" is not a number from 1 to \(Site.mostChanges)")
        }
        (self.after, self.limit) = (id, most)
    }
}
