private import Foundation

/// Reads one file of `channels/`.
struct ChannelReader {
    let diagnostics: Diagnostics

    /// The channel, or nil when it has an error.
    func read(_ root: YAMLNode, file: String) -> Channel? {
        var channel: Channel?
        let isGood = diagnostics.areClean { channel = decode(root, file) }
        return isGood ? channel : nil
    }

    private func decode(_ root: YAMLNode, _ file: String) -> Channel? {
        guard let fields = Fields(root, .channel, diagnostics, of: "a channel") else { return nil }
        let name = fields.text("channel")
        if let name {
            diagnostics.checkName(name, "a channel", at: fields.position("channel"))
            if file != "channels/\(name).yaml" {
                diagnostics.warning(
                    fields.position("channel"), "the channel \"\(name)\" lies in a file of another name, \(file)")
            }
        }
        let kind: Channel.Kind? = fields.choice("kind")
        var channel = Channel(name: name ?? "", kind: kind ?? .webhook, url: "", position: root.position)
        channel.allowPrivate = fields.boolean("allow_private") ?? false
        for entry in fields.entries("vars") { channel.vars[entry.key] = diagnostics.text(entry.value, entry.key) }
        let templates = TemplateReader(vars: channel.vars, diagnostics: diagnostics)
        if let request = fields.table("request", .request) { read(request, templates, into: &channel) }
        if let auth = fields.table("auth", .auth) { channel.auth = self.auth(auth) ?? .none }
        if let node = fields["body"], node.text != "none",
            let body = Fields(node, .body, diagnostics, of: "\"body\"")
        {
            channel.body = self.body(body, templates) ?? .none
        }
        if let response = fields.table("response", .response) {
            ResponseReader(diagnostics: diagnostics).read(response, into: &channel)
        }
        if let limits = fields.table("limits", .limits) {
            channel.perSecond = limits["per_second"].flatMap {
                diagnostics.number($0, "per_second", in: 0.001...100_000)
            }
            if let count = limits.integer("in_flight", in: 1...1_000) { channel.inFlight = count }
        }
        if let node = fields["idempotency"], node.text != "none" {
            channel.idempotency = idempotency(node) ?? .none
        }
        if let onUnknown: Channel.OnUnknown = fields.choice("on_unknown") { channel.onUnknown = onUnknown }
        channel.events = fields["events"].flatMap { events($0, channel: channel.name) }
        return channel
    }

    private func read(_ request: Fields, _ templates: TemplateReader, into channel: inout Channel) {
        if let node = request["method"], let method = diagnostics.text(node, "method") {
            let known = ["POST", "PUT", "PATCH"]
            if !known.contains(method) { diagnostics.unknown(method, "method", among: known, at: node.position) }
            channel.method = method
        }
        if let node = request["url"], let url = diagnostics.text(node, "url") {
            templates.check(url, at: node.position)
            check(url, at: node.position, channel)
            channel.url = url
        }
        if let timeout = request.table("timeout", .timeout) {
            channel.connectTimeout = timeout.span("connect") ?? channel.connectTimeout
            channel.totalTimeout = timeout.span("total") ?? channel.totalTimeout
            if channel.connectTimeout > channel.totalTimeout {
                diagnostics.error(timeout.node.position, "the timeout \"connect\" is longer than \"total\"")
            }
        }
        for entry in request.entries("headers") {
            checkHeader(entry.key, at: entry.position)
            channel.headers.append(Channel.Template.Field(entry.key, templates.template(entry.value)))
        }
    }

    /// Only what the file itself says may decide where touches go, and only https unless it allows otherwise.
    private func check(_ url: String, at position: Position, _ channel: Channel) {
        if isReference(url) { return }
        var resolved = url
        for (name, value) in channel.vars {
            for form in ["{{ vars.\(name) }}", "{{vars.\(name)}}"] { resolved = resolved.replacing(form, with: value) }
        }
        guard let scheme = resolved.range(of: "://"), ["https", "http"].contains(resolved[..<scheme.lowerBound]) else {
            diagnostics.error(position, "expected an https URL for \"url\", got \"\(url)\"")
            return
        }
        let authority = resolved[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if authority.contains("{{") {
            diagnostics.error(position, "the host of \"url\" may use {{ vars.NAME }} only")
        } else if authority.isEmpty || authority.contains(where: { $0.isWhitespace || $0 == "@" || $0 == "\\" }) {
            diagnostics.error(position, "expected an https URL for \"url\", got \"\(url)\"")
        }
        if resolved.hasPrefix("http://"), !channel.allowPrivate {
            diagnostics.error(position, "the URL is not https; say \"allow_private: true\" if that is meant")
        }
    }

    private func checkHeader(_ name: String, at position: Position) {
        let isToken = name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !Array("()<>@,;:\\\"/[]?={}".utf8).contains($0) }
        if name.isEmpty || !isToken { diagnostics.error(position, "\"\(name)\" cannot name a header") }
    }

    private func auth(_ fields: Fields) -> Channel.Auth? {
        guard let node = fields["kind"], let kind = diagnostics.text(node, "kind") else { return nil }
        let needs = [
            "none": [], "bearer": ["token"], "basic": ["user", "password"], "header": ["name", "value"],
        ]
        guard let needed = needs[kind] else {
            if ["query", "body", "sigv4", "hmac"].contains(kind) {
                diagnostics.error(node.position, "the auth kind \"\(kind)\" is not supported yet")
            } else {
                diagnostics.unknown(kind, "auth kind", among: ["none", "bearer", "basic", "header"], at: node.position)
            }
            return nil
        }
        for key in ["token", "user", "password", "name", "value"] where fields.has(key) != needed.contains(key) {
            let isExtra = fields.has(key)
            diagnostics.error(
                isExtra ? fields.position(key) : fields.node.position,
                isExtra ? "\"\(key)\" does not go with the auth kind \(kind)" : "the auth kind \(kind) needs \"\(key)\""
            )
        }
        switch kind {
        case "bearer": return secret(fields, "token").map { .bearer(token: $0) }
        case "basic":
            guard let user = fields.text("user"), let password = secret(fields, "password") else { return nil }
            return .basic(user: user, password: password)
        case "header":
            guard let name = fields.text("name"), let value = secret(fields, "value") else { return nil }
            checkHeader(name, at: fields.position("name"))
            return .header(name: name, value: value)
        default: return Channel.Auth.none
        }
    }

    private func isReference(_ text: String) -> Bool { text.hasPrefix("env:") || text.hasPrefix("file:") }

    private func secret(_ fields: Fields, _ key: String) -> Secret? {
        guard let node = fields[key], let text = diagnostics.text(node, key) else { return nil }
        let name = String(text.drop { $0 != ":" }.dropFirst())
        if isReference(text), name.isEmpty || name.contains(where: \.isNewline) {
            diagnostics.error(node.position, "expected env:NAME or file:PATH for \"\(key)\", got \(node.summary)")
            return nil
        }
        if text.hasPrefix("env:") { return Secret(.environment(name)) }
        if text.hasPrefix("file:") { return Secret(.file(name)) }
        diagnostics.warning(node.position, "\"\(key)\" holds the secret itself; write env:NAME or file:PATH instead")
        return Secret(.literal(text))
    }

    private func body(_ fields: Fields, _ templates: TemplateReader) -> Channel.Body? {
        guard let node = fields["kind"], let kind = diagnostics.text(node, "kind") else { return nil }
        let needs = ["json": "template", "form": "fields", "none": ""]
        guard let needed = needs[kind] else {
            diagnostics.unknown(kind, "body kind", among: ["json", "form", "none"], at: node.position)
            return nil
        }
        for key in ["template", "fields"] where fields.has(key) != (key == needed) {
            let isExtra = fields.has(key)
            diagnostics.error(
                isExtra ? fields.position(key) : fields.node.position,
                isExtra ? "\"\(key)\" does not go with the body kind \(kind)" : "the body kind \(kind) needs \"\(key)\""
            )
        }
        switch kind {
        case "json": return fields["template"].map { .json(templates.template($0)) }
        case "form":
            return .form(
                fields.entries("fields").map {
                    Channel.Template.Field($0.key, templates.template($0.value, isForm: true))
                })
        default: return Channel.Body.none
        }
    }

    private func idempotency(_ node: YAMLNode) -> Channel.Idempotency? {
        guard let fields = Fields(node, .idempotency, diagnostics, of: "\"idempotency\"") else { return nil }
        guard fields.has("header") != fields.has("body") else {
            diagnostics.error(node.position, "\"idempotency\" is none, or has either \"header\" or \"body\"")
            return nil
        }
        guard let lifetime = fields.span("lifetime") else { return nil }
        if let header = fields.text("header") {
            checkHeader(header, at: fields.position("header"))
            return .header(name: header, lifetime: lifetime)
        }
        guard let pointer = fields.text("body") else { return nil }
        if !pointer.hasPrefix("/") {
            diagnostics.error(
                fields.position("body"), "expected a JSON pointer such as /key for \"body\", got \"\(pointer)\"")
        }
        return .body(pointer: pointer, lifetime: lifetime)
    }
}
