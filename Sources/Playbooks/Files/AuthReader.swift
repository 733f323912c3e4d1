/// Reads how a channel's requests prove who they are from.
struct AuthReader {
    let templates: TemplateReader
    let diagnostics: Diagnostics

    private static let keys: [(kind: String, needed: [String], optional: [String])] = [
        ("none", [], []), ("bearer", ["token"], []), ("basic", ["user", "password"], []),
        ("header", ["name", "value"], ["scheme"]), ("query", ["name", "value"], []), ("body", ["value"], []),
        ("sigv4", ["service", "region", "access_key", "secret_key"], ["session_token"]),
        ("hmac", ["key", "payload", "headers"], ["encoding"]),
    ]

    static var kinds: [String] { keys.map(\.kind) }

    func read(_ fields: Fields) -> Channel.Auth? {
        guard let node = fields["kind"], let kind = diagnostics.text(node, "kind") else { return nil }
        guard let keys = Self.keys.first(where: { $0.kind == kind }) else {
            diagnostics.unknown(kind, "auth kind", among: Self.kinds, at: node.position)
            return nil
        }
        for entry in fields.node.entries ?? []
        where entry.key != "kind" && KeyTable.auth.names.contains(entry.key)
            && !(keys.needed + keys.optional).contains(entry.key)
        {
            diagnostics.error(entry.position, "\"\(entry.key)\" does not go with the auth kind \(kind)")
        }
        for key in keys.needed where !fields.has(key) {
            diagnostics.error(fields.node.position, "the auth kind \(kind) needs \"\(key)\"")
        }
        return auth(kind, fields)
    }

    private func auth(_ kind: String, _ fields: Fields) -> Channel.Auth? {
        switch kind {
        case "bearer": return fields.secret("token").map { .bearer(token: $0) }
        case "basic":
            guard let user = fields.text("user"), let password = fields.secret("password") else { return nil }
            return .basic(user: user, password: password)
        case "header":
            guard let name = fields.text("name"), let value = fields.secret("value") else { return nil }
            diagnostics.checkHeader(name, at: fields.position("name"))
            return .header(name: name, value: value, scheme: fields.text("scheme"))
        case "query":
            guard let name = fields.text("name"), let value = fields.secret("value") else { return nil }
            return .query(name: name, value: value)
        case "body": return fields.secret("value").map { .body(value: $0) }
        case "sigv4":
            guard let service = fields.text("service"), let region = fields.text("region"),
                let access = fields.secret("access_key"), let key = fields.secret("secret_key")
            else { return nil }
            if let node = fields["region"] { templates.check(node) }
            return .sigv4(
                Channel.Auth.SigV4(
                    service: service, region: region, accessKey: access, secretKey: key,
                    sessionToken: fields.has("session_token") ? fields.secret("session_token") : nil))
        case "hmac":
            guard let key = fields.secret("key"), let payload = fields.text("payload") else { return nil }
            var templates = templates
            templates.authNames = ["timestamp", "body"]
            if let node = fields["payload"] { templates.check(node) }
            templates.authNames.insert("signature")
            var auth = Channel.Auth.HMAC(key: key, payload: payload)
            if let encoding: Channel.Auth.HMAC.Encoding = fields.choice("encoding") { auth.encoding = encoding }
            for entry in fields.entries("headers") {
                diagnostics.checkHeader(entry.key, at: entry.position)
                if let header = templates.line(entry) { auth.headers.append(header) }
            }
            return .hmac(auth)
        default: return Channel.Auth.none
        }
    }
}

extension Fields {
    /// An `env:` or `file:` reference; a secret in the file itself is a warning.
    func secret(_ key: String) -> Secret? {
        guard let node = self[key], let text = diagnostics.text(node, key) else { return nil }
        guard let reference = Secret.Reference(text) else {
            diagnostics.warnOfSecret(node.position, key)
            return Secret(.literal(text))
        }
        let name = String(text.drop { $0 != ":" }.dropFirst())
        if name.isEmpty || name.contains(where: \.isNewline) {
            diagnostics.error(node.position, "expected env:NAME or file:PATH for \"\(key)\", got \(node.summary)")
            return nil
        }
        return Secret(reference)
    }
}

extension Diagnostic {
    fileprivate static let ofSecret = "holds the secret itself; write env:NAME or file:PATH instead"

    /// Whether it warns of a secret that stands in a file, from its position on.
    package var isAboutSecret: Bool { message.hasSuffix(Self.ofSecret) }
}

extension Diagnostics {
    func warnOfSecret(_ position: Position, _ key: String) {
        warning(position, "\"\(key)\" \(Diagnostic.ofSecret)")
    }

    func checkHeader(_ name: String, at position: Position) {
        let isToken = name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !Array("()<>@,;:\\\"/[]?={}".utf8).contains($0) }
        if name.isEmpty || !isToken { error(position, "\"\(name)\" cannot name a header") }
    }
}
