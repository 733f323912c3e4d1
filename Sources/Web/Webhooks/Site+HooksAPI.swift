extension Site {
    /// What webhooks add to the description.
    static let hooksAPI = OpenAPI.Part(
        paths: "{\(hookPaths.joined(separator: ",\n"))}")

    private static var hookPaths: [String] {
        [
            path(
                "/hooks/{channel}", ["channel"], "What a provider tells of its messages",
                "In the dialect that the channel's file names; proved by the provider's signature, or by the channel's key as"
                    + " a password or a bearer token. A text message that comes in is a word that ends them, or a reply.",
                get: "What MessageBird tells of a text message"),
            path(
                "/hooks/{channel}/{token}", ["channel", "token"], "The same, proved by a part of the URL",
                "For providers that neither sign nor send credentials.", get: "The same"),
            path(
                "/inbound/{provider}", ["provider"], "Mail that has come in",
                "Of postmark, mailgun, sendgrid, sparkpost, brevo, resend or plain, with the secret that keeptouch.yaml names. A reply to a"
                    + " touch becomes its outcome replied; nothing else of the mail is kept."),
            path(
                "/inbound/{provider}/{token}", ["provider", "token"], "The same, proved by a part of the URL",
                "For providers that neither sign nor send credentials."),
            path(
                "/billing/{provider}", ["provider"], "What a billing system tells of an account",
                "Of stripe, paddle, chargebee or recurly, with the secret that keeptouch.yaml names."),
            path(
                "/billing/{provider}/{token}", ["provider", "token"], "The same, proved by a part of the URL",
                "For chargebee and recurly."),
        ]
    }

    private static func path(
        _ path: String, _ names: [String], _ summary: String, _ description: String, get: String? = nil
    ) -> String {
        let parameters = names.map {
            "{\"name\": \"\($0)\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"string\"}}"
        }
        let problems = [400, 401, 404, 413, 415, 503].map {
            "\"\($0)\": {\"$ref\": \"#/components/responses/Problem\"}"
        }
        let id = path.split(separator: "/").map { $0.filter(\.isLetter) }.joined(separator: "-")
        let responses =
            "\"responses\": {\"200\": {\"description\": \"Stored, or known already\"}, \(problems.joined(separator: ", "))}"
        let read =
            get.map {
                """
                "get": {"operationId": "\(id)-get", "tags": ["webhooks"], "summary": "\($0)",
                  "description": "Written into the address, whose hash is signed. Other dialects come by POST.",
                  "parameters": [\(parameters.joined(separator: ", "))], \(responses)},

                """
            } ?? ""
        return """
            "\(path)": {\(read)"post": {
              "operationId": "\(id)", "tags": ["webhooks"], "summary": "\(summary)",
              "description": "\(description) Whatever is proved is stored before it is answered.",
              "parameters": [\(parameters.joined(separator: ", "))],
              "requestBody": {"required": true, "content": {
                "application/json": {}, "text/plain": {}, "application/x-www-form-urlencoded": {},
                "multipart/form-data": {}}},
              \(responses)}}
            """
    }
}
