private import Foundation

/// Reads one file of `channels/`, or a preset that is used without one.
struct ChannelReader {
    let diagnostics: Diagnostics

    /// The channel, or nil when it has an error; one that names in `{{ }}` what there is not is still a channel, which
    /// cannot be opened.
    ///
    /// - Parameter file: nil where no file is expected to carry its name.
    func read(_ root: YAMLNode, file: String?) -> Channel? {
        var channel: Channel?
        let refusals = Diagnostics()
        let isGood = diagnostics.areClean { channel = decode(root, file, refusals) }
        diagnostics.add(refusals.all)
        return isGood ? channel : nil
    }

    /// A preset that is named where a channel is expected, without a file of its own.
    func read(presetNamed name: String, at position: Position) -> Channel? {
        let node = YAMLNode(.scalar(name, .plain), at: position)
        return read(
            YAMLNode(.mapping([.init(key: "channel", position: position, value: node)]), at: position), file: nil)
    }

    private func decode(_ file: YAMLNode, _ path: String?, _ refusals: Diagnostics) -> Channel? {
        guard let root = layered(file) else { return nil }
        guard let fields = Fields(root, .channel, diagnostics, of: "a channel") else { return nil }
        let name = fields.text("channel")
        if let name {
            diagnostics.checkName(name, "a channel", at: fields.position("channel"))
            if let path, path != "channels/\(name).yaml" {
                diagnostics.warning(
                    fields.position("channel"), "the channel \"\(name)\" lies in a file of another name, \(path)")
            }
        }
        let kind: Channel.Kind? = fields.choice("kind")
        var channel = Channel(name: name ?? "", kind: kind ?? .webhook, url: "", position: root.position)
        channel.allowPrivate = fields.boolean("allow_private") ?? false
        for entry in fields.entries("vars") { channel.vars[entry.key] = diagnostics.text(entry.value, entry.key) }
        for entry in fields.entries("needs") where channel.vars[entry.key] ?? "" == "" {
            let about = entry.value.text ?? ""
            let remedy = "write vars: { \(entry.key): ... }"
            diagnostics.error(
                fields.has("vars") ? fields.position("vars") : fields.position("channel"),
                "vars.\(entry.key) is missing: \(about); "
                    + (path == nil
                        ? "make channels/\(name ?? "").yaml with channel: \(name ?? "") and vars: { \(entry.key): ... }"
                        : remedy))
            channel.vars[entry.key] = "missing"
        }
        let auth = fields.table("auth", .auth)
        var templates = TemplateReader(vars: channel.vars, diagnostics: diagnostics, refusals: refusals)
        if let request = fields.table("request", .request) { read(request, templates, into: &channel) }
        if let auth { channel.auth = AuthReader(templates: templates, diagnostics: diagnostics).read(auth) ?? .none }
        if auth?.node["kind"]?.text == "body" { templates.authNames = ["secret"] }
        if let node = fields["body"], node.text != "none",
            let body = Fields(node, .body, diagnostics, of: "\"body\"")
        {
            channel.body = self.body(body, templates) ?? .none
        }
        let sources = channel.body.templates.flatMap { $0.expressions(vars: channel.vars) }.flatMap(\.sources)
        if case .body = channel.auth, !sources.contains(.secret) {
            diagnostics.error(fields.position("auth"), "the auth kind body needs \"{{ secret }}\" in the body")
        }
        if let response = fields.table("response", .response) {
            ResponseReader(diagnostics: diagnostics).read(response, into: &channel)
        }
        var most: Int?
        if let limits = fields.table("limits", .limits) {
            most = limits.integer("batch", in: 1...1_000)
            channel.perSecond = limits["per_second"].flatMap {
                diagnostics.number($0, "per_second", in: 0.001...100_000)
            }
            if let count = limits.integer("in_flight", in: 1...1_000) { channel.inFlight = count }
        }
        if let node = fields["idempotency"], node.text != "none" {
            channel.idempotency = idempotency(node) ?? .none
        }
        readBatch(fields, most: most, templates, into: &channel)
        if let onUnknown: Channel.OnUnknown = fields.choice("on_unknown") { channel.onUnknown = onUnknown }
        channel.events = fields["events"].flatMap { events($0, channel: channel.name) }
        if let track = fields.table("track", .track) {
            channel.track.links = track.boolean("links") ?? false
            channel.track.opens = track.boolean("opens") ?? false
            if channel.track.opens, channel.kind != .email {
                diagnostics.error(track.position("opens"), "opens are seen in emails only")
            }
        }
        return channel
    }

    private func readBatch(
        _ fields: Fields, most: Int?, _ templates: TemplateReader, into channel: inout Channel
    ) {
        if let batch = fields.table("batch", .batch) {
            let reader = BatchReader(diagnostics: diagnostics)
            channel.batch = reader.read(
                batch, most: most, of: channel, body: { body($0, templates) },
                checkURL: { checkURL($0, $1, templates, channel) })
        } else if let most, most > 1, let node = fields["limits"] {
            diagnostics.error(node.position, "\"limits: { batch: \(most) }\" needs \"batch\", which says how")
        }
    }

    /// The file over its preset: that of `preset`, or of its own name unless it has a `kind` and so stands on its own.
    private func layered(_ root: YAMLNode) -> YAMLNode? {
        guard root.entries != nil else { return root }
        let named = root["preset"]
        guard let node = named ?? (root["kind"] == nil ? root["channel"] : nil), let name = node.text,
            let preset = ChannelPreset.named(name)?.root
        else {
            if let named, let name = diagnostics.text(named, "preset") {
                diagnostics.unknown(name, "preset", among: ChannelPreset.names, at: named.position)
                return root
            }
            let near = suggestion(for: root["channel"]?.text ?? "", in: ChannelPreset.names)
            guard near.isEmpty || root["kind"] != nil else {
                diagnostics.error(
                    root["channel"]?.position ?? root.position,
                    "there is no preset \"\(root["channel"]?.text ?? "")\"\(near)")
                return nil
            }
            for key in ["kind", "request"] where root[key] == nil {
                diagnostics.error(root.position, "\"\(key)\" is missing in a channel")
            }
            return root
        }
        return root.laid(over: preset.moved(to: node.position))
    }

    private func read(_ request: Fields, _ templates: TemplateReader, into channel: inout Channel) {
        if let node = request["method"], let method = diagnostics.text(node, "method") {
            let known = ["POST", "PUT", "PATCH"]
            if !known.contains(method) { diagnostics.unknown(method, "method", among: known, at: node.position) }
            channel.method = method
        }
        if let node = request["url"], let url = diagnostics.text(node, "url") {
            checkURL(url, node, templates, channel)
            channel.url = url
        }
        if let timeout = request.table("timeout", .timeout) {
            channel.connectTimeout = timeout.span("connect") ?? channel.connectTimeout
            channel.totalTimeout = timeout.span("total") ?? channel.totalTimeout
            if channel.connectTimeout > channel.totalTimeout {
                diagnostics.error(timeout.node.position, "the timeout \"connect\" is longer than \"total\"")
            }
        }
        channel.query = request.entries("query").compactMap(templates.line)
        for entry in request.entries("headers") {
            diagnostics.checkHeader(entry.key, at: entry.position)
            if let header = templates.line(entry) { channel.headers.append(header) }
        }
    }

    /// Only what the file itself says may decide where touches go, and only https unless it allows otherwise.
    private func checkURL(_ url: String, _ node: YAMLNode, _ templates: TemplateReader, _ channel: Channel) {
        if Secret.Reference(url) != nil { return }
        let position = node.position
        guard let resolved = templates.check(node)?.text(for: "{{ }}") else { return }
        guard let scheme = resolved.range(of: "://"), ["https", "http"].contains(resolved[..<scheme.lowerBound]) else {
            diagnostics.error(position, "expected an https URL for \"url\", got \(node.summary)")
            return
        }
        let authority = resolved[scheme.upperBound...].prefix { !"/?#".contains($0) }
        // The URL is not repeated: it holds a password.
        guard !authority.contains("@") else {
            diagnostics.error(
                position,
                "\"url\" names a user before its host, and perhaps a password; write them as "
                    + "auth: { kind: basic, user: NAME, password: env:NAME }")
            return
        }
        if authority.contains("{{") {
            diagnostics.error(position, "the host of \"url\" may use {{ vars.NAME }} only")
        } else if authority.isEmpty || authority.contains(where: { $0.isWhitespace || $0 == "\\" }) {
            diagnostics.error(position, "expected an https URL for \"url\", got \(node.summary)")
        }
        if resolved.hasPrefix("http://"), !channel.allowPrivate {
            diagnostics.error(position, "the URL is not https; say \"allow_private: true\" if that is meant")
        }
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
            return .form(fields.entries("fields").map(templates.field))
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
            diagnostics.checkHeader(header, at: fields.position("header"))
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
