import Storage

extension Site {
    /// What webhooks add to the description.
    static let hooksAPI = OpenAPI.Part(
        paths: "{\(["hooks", "billing"].flatMap(webhookPaths).joined(separator: ",\n"))}")

    private static func webhookPaths(_ area: String) -> [String] {
        let (what, name) =
            area == "hooks"
            ? ("What a provider tells of its messages", "channel")
            : ("What a billing system tells of an account", "provider")
        func path(_ more: [String]) -> String {
            let names = [name] + more
            return """
                "/\(area)\(names.map { "/{\($0)}" }.joined())": {"post": {
                  "operationId": "\(([area] + more).joined(separator: "-"))", "tags": ["webhooks"], "summary": "\(what)",
                  "description": "The body is the provider's own; its signature is checked on the bytes as they came.",
                  "security": [], "parameters": [\(parameters(names))],
                  "requestBody": {"required": true, "content": {
                    "application/json": {"schema": {}}, "application/x-www-form-urlencoded": {"schema": {}}}},
                  "responses": {
                    "200": {"description": "Stored", "content": {"text/plain": {"schema": {"type": "string"}}}},
                    "400": {"$ref": "#/components/responses/Problem"},
                    "401": {"$ref": "#/components/responses/Problem"},
                    "404": {"$ref": "#/components/responses/Problem"},
                    "413": {"$ref": "#/components/responses/Problem"}}}}
                """
        }
        return [path([]), path(["token"])]
    }

    /// What the pages behind the links of messages add to the description.
    static let pagesAPI = OpenAPI.Part(
        paths: """
            {
              "/u/{token}": {
                "get": \(page("unsubscribe-page", "What the contact gets, and the buttons to change it")),
                "post": \(form("unsubscribe", "Unsubscribes, also by one click (RFC 8058), or saves categories"))},
              "/a/{token}": {
                "get": \(page("answer-page", "The answer that was clicked, with a button that records it")),
                "post": \(form("answer", "Records the answer"))},
              "/c/{token}": {"get": {"operationId": "click", "tags": ["pages"], "summary": "Leads on to where a link goes",
                "security": [], "parameters": [\(parameters(["token"]))],
                "responses": {"302": {"description": "To the link's destination"},
                  "404": {"description": "A page that says so", "content": {"text/html": {"schema": {"type": "string"}}}}}}},
              "/o/{token}": {"get": {"operationId": "open", "tags": ["pages"], "summary": "The picture that tells of an open",
                "security": [], "parameters": [\(parameters(["token"]))],
                "responses": {"200": {"description": "One transparent pixel", "content": {"image/gif": {"schema": {"type": "string"}}}}}}}
            }
            """)

    /// What the inbox adds to the description.
    static let inboxAPI = OpenAPI.Part(
        paths: """
            {
              "/inbox.js": {"get": {"operationId": "inbox-script", "tags": ["inbox"],
                "summary": "The script that shows the inbox on a page", "security": [],
                "responses": {"200": {"description": "JavaScript", "content": {"text/javascript": {"schema": {"type": "string"}}}}}}},
              "/v1/inbox/{token}": {"get": {"operationId": "inbox", "tags": ["inbox"],
                "summary": "The messages that wait for a contact", "security": [], "parameters": [\(parameters(["token"]))],
                "responses": {
                  "200": {"description": "Newest first", "content": {"application/json": {"schema": {"type": "object",
                    "required": ["messages"], "properties": {"language": {"type": "string"},
                      "messages": {"type": "array", "items": {"type": "object", "required": ["id", "at", "read"],
                        "properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
                          "read": {"type": "boolean"}}}}}}}}},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "404": {"$ref": "#/components/responses/Problem"}}}},
            \(Inbox.Act.allCases.map(act).joined(separator: ",\n"))
            }
            """)

    private static func act(_ act: Inbox.Act) -> String {
        """
        "/v1/inbox/{token}/{message}/\(act.rawValue)": {"post": {"operationId": "inbox-\(act.rawValue)", "tags": ["inbox"],
          "summary": "Records what the contact did: \(act.rawValue)", "security": [],
          "parameters": [\(parameters(["token", "message"]))],
          "responses": {"204": {"description": "Recorded"}, "401": {"$ref": "#/components/responses/Problem"},
            "404": {"$ref": "#/components/responses/Problem"}}}}
        """
    }

    private static func page(_ id: String, _ summary: String, more: String = "") -> String {
        """
        {"operationId": "\(id)", "tags": ["pages"], "summary": "\(summary)", "security": [],
          "parameters": [\(parameters(["token"]))], \(more)"responses": {
            "200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}},
            "404": {"description": "A page that says so", "content": {"text/html": {"schema": {"type": "string"}}}}}}
        """
    }

    private static func form(_ id: String, _ summary: String) -> String {
        page(
            id, summary,
            more:
                "\"requestBody\": {\"content\": {\"application/x-www-form-urlencoded\": {\"schema\": {\"type\": \"object\"}}}}, "
        )
    }

    private static func parameters(_ names: [String]) -> String {
        names.map { "{\"name\": \"\($0)\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"string\"}}" }
            .joined(separator: ", ")
    }
}
