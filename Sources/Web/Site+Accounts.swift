import Basics
import Decisions
import HTTPTypes
import Hummingbird
import Measure
import NIOCore
import Playbooks
import Runner
import Storage

/// Lists of accounts for programs, part by part.
extension Site {
    /// The most accounts of one answer.
    static let mostAccounts = 1_000
    /// How many blocks of 1,000 accounts one request looks at: a condition that few meet must not keep others waiting.
    private static let mostBlocks = 20

    /// `GET /v1/accounts`; needs a key with the scope `read`.
    func addAccounts(to router: Router<Context>) {
        router.get("/v1/accounts") { [self] request, _ -> Response in
            try await authorize(request, .read)
            let asked = try AccountRequest(request)
            let (workspace, now, names) = (edition.workspace, processNow(), edition.stepNames)
            let (items, end) = try await read { connection in
                let choice = try asked.choice(in: workspace)
                let context = try EvaluationContext(
                    connection, workspace: workspace, now: now, asking: [choice.condition].compactMap(\.self))
                let list = try AccountList(connection, context, choice, stepName: names.name)
                try asked.checkStep(in: workspace, list)
                var items: [JSON] = []
                let end = try list.forEach(after: asked.after, limit: asked.limit, effort: Self.mostBlocks) {
                    items.append(AccountLine($0, hasHealth: context.health != nil).json)
                }
                return (items, end)
            }
            var next = JSON.null
            if case .behind(let id) = end { next = .text("\(id)") }
            var response = Self.response(
                .ok,
                .object([
                    JSON.Member("as_of", .text("\(now)")), JSON.Member("accounts", .list(items)),
                    JSON.Member("next", next),
                ]))
            response.headers[.cacheControl] = "no-store"
            return response
        }
    }

    static let accountsAPI = OpenAPI.Part(
        paths: """
            {
              "/v1/accounts": {"get": {
                "summary": "Accounts by what is true of them, with reasons and moments; scope read",
                "description": "All that is asked must be true. Ask on with after until next is null.",
                "operationId": "accounts", "security": [{"bearer": []}, {"basic": []}],
                "parameters": [
                  {"name": "where", "in": "query", "schema": {"type": "string"}, "description": "A condition"},
                  {"name": "segment", "in": "query", "schema": {"type": "string"}, "description": "A segment of data.yaml"},
                  {"name": "in", "in": "query", "schema": {"type": "string"}, "description": "A playbook that they are in"},
                  {"name": "step", "in": "query", "schema": {"type": "string"}, "description": "With in: the step that they stand at"},
                  {"name": "arm", "in": "query", "schema": {"enum": ["treated", "holdout", "global_holdout", "held_out"]}},
                  {"name": "state", "in": "query", "schema": {"enum": ["active", "ended", "goal", "open", "left", "all"]}, "description": "With in"},
                  {"name": "at_risk", "in": "query", "allowEmptyValue": true, "schema": {"type": "string"},
                    "description": "A reason of data.yaml; empty for any"},
                  {"name": "stuck", "in": "query", "schema": {"type": "boolean"}},
                  {"name": "excluded", "in": "query", "schema": {"type": "boolean"}, "description": "Snoozed or excluded by hand"},
                  {"name": "verdict", "in": "query", "schema": {"type": "string"}, "description": "With playbook"},
                  {"name": "playbook", "in": "query", "schema": {"type": "string"}, "description": "The playbook of the verdict"},
                  {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
                  {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "next of the answer before"}],
                "responses": {
                  "200": {"description": "A part of the list", "content": {"application/json": {"schema":
                    {"$ref": "#/components/schemas/AccountList"}}}},
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "429": {"$ref": "#/components/responses/Problem"}}}}
            }
            """,
        schemas: """
            {
              "AccountList": {"type": "object", "required": ["as_of", "accounts", "next"], "properties": {
                "as_of": {"type": "string", "format": "date-time"},
                "accounts": {"type": "array", "items": {"$ref": "#/components/schemas/ListedAccount"}},
                "next": {"type": ["string", "null"], "description": "Where the next part begins; null at the end. A part may be empty"}}},
              "ListedAccount": {"type": "object", "required": ["account", "status", "risks", "reasons"], "properties": {
                "account": {"type": "string", "description": "Its key"}, "name": {"type": ["string", "null"]},
                "status": {"enum": ["active", "churned"]}, "mrr": {"type": ["number", "null"]},
                "journey": {"type": ["string", "null"]}, "stage": {"type": ["string", "null"]},
                "stage_since": {"type": ["string", "null"], "format": "date-time"},
                "risks": {"type": "array", "items": {"type": "object", "required": ["reason", "playbook", "since"], "properties": {
                  "reason": {"type": "string"}, "playbook": {"type": "string"}, "since": {"type": "string", "format": "date-time"}}}},
                "reasons": {"type": "array", "description": "Why it is listed", "items": {"type": "object", "required": ["text", "since"],
                  "properties": {"text": {"type": "string"}, "since": {"type": ["string", "null"], "format": "date-time"}}}},
                "next": {"type": ["string", "null"], "format": "date-time", "description": "When its playbook goes on"},
                "health": {"type": ["number", "null"], "description": "Where data.yaml has a health score"}}}
            }
            """)
}

/// What a request for accounts asks.
struct AccountRequest: Sendable {
    let question: AccountQuestion
    let limit: Int
    let after: Int64

    private static let names: Set = [
        "where", "segment", "in", "step", "arm", "state", "at_risk", "stuck", "excluded", "verdict", "playbook",
        "limit", "after",
    ]

    /// - Throws: `Problem` for what cannot be asked; a misspelled name must not list everybody.
    init(_ request: Request) throws {
        // As forms write them: a blank may be a plus.
        let given = Form(request.uri.query ?? "", contentType: nil)
        if let unknown = given.fields.map(\.name).sorted().first(where: { !Self.names.contains($0) }) {
            let near = nearest(to: unknown, in: Self.names).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Problem(.badRequest, "nothing can be asked by \"\(unknown)\"\(near)")
        }
        func text(_ name: String) -> String? { given[name] }
        var question = AccountQuestion()
        (question.condition, question.segment) = (text("where"), text("segment"))
        (question.playbook, question.step) = (text("in"), text("step"))
        (question.arm, question.state, question.risk) = (text("arm"), text("state"), text("at_risk"))
        (question.verdict, question.judging) = (text("verdict"), text("playbook"))
        question.isStuck = try Self.flag(text("stuck"), "stuck")
        question.isExcluded = try Self.flag(text("excluded"), "excluded")
        self.question = question
        limit = try Self.number(text("limit"), "limit", 1...Int64(Site.mostAccounts)).map { Int($0) } ?? 100
        after = try Self.number(text("after"), "after", 0...Int64.max) ?? 0
    }

    private static func flag(_ text: String?, _ name: String) throws -> Bool {
        switch text {
        case nil, "false": return false
        case "true", "": return true
        case let other?: throw Problem(.badRequest, "\(name): \"\(other)\" is neither true nor false")
        }
    }

    private static func number(_ text: String?, _ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            let form =
                name == "after"
                ? "the \"next\" of an answer" : "a number from \(range.lowerBound) to \(range.upperBound)"
            throw Problem(.badRequest, "\(name): \"\(text)\" is not \(form)")
        }
        return number
    }

    func choice(in workspace: Workspace) throws -> AccountList.Choice {
        try Self.told { try question.choice(in: workspace) }
    }

    func checkStep(in workspace: Workspace, _ list: AccountList) throws {
        try Self.told { try question.checkStep(in: workspace, list) }
    }

    private static func told<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as MeasureError {
            throw Problem(.badRequest, error.description)
        }
    }
}
