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

    private static func parameters(_ names: [String]) -> String {
        names.map { "{\"name\": \"\($0)\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"string\"}}" }
            .joined(separator: ", ")
    }
}
