/// Reads how a channel's answers are understood.
struct ResponseReader {
    let diagnostics: Diagnostics

    func read(_ fields: Fields, into channel: inout Channel) {
        channel.id = fields["id"].flatMap { place($0, "id") }
        if let error = fields.table("error", .responseError) {
            channel.errorMessage = error["message"].flatMap { place($0, "message") }
            channel.errorCode = error["code"].flatMap { place($0, "code") }
        }
        if let node = fields["rules"], node.list == nil {
            diagnostics.error(node.position, "expected a list of rules, got \(node.summary)")
        } else {
            channel.rules = fields.items("rules").compactMap(rule)
        }
    }

    /// `{ header: X-Message-Id }`, `{ pointer: /id }`, `/id`, or `none`.
    private func place(_ node: YAMLNode, _ name: String) -> Channel.Place? {
        if let text = node.text {
            if text == "none" { return nil }
            if text.hasPrefix("/") { return .pointer(text) }
            diagnostics.error(
                node.position,
                "expected { header: NAME } or a JSON pointer such as /id for \"\(name)\", got \(node.summary)")
            return nil
        }
        return Fields(node, .place, diagnostics, of: "\"\(name)\"").flatMap(place)
    }

    private func place(_ fields: Fields) -> Channel.Place? {
        guard fields.has("header") != fields.has("pointer") else {
            diagnostics.error(fields.node.position, "either \"header\" or \"pointer\" is needed")
            return nil
        }
        if fields.has("header") { return fields.text("header").map(Channel.Place.header) }
        guard let pointer = fields.text("pointer") else { return nil }
        if !pointer.hasPrefix("/") {
            diagnostics.error(fields.position("pointer"), "a JSON pointer begins with /, got \"\(pointer)\"")
        }
        return .pointer(pointer)
    }

    private func rule(_ node: YAMLNode) -> Channel.Rule? {
        guard let fields = Fields(node, .rule, diagnostics, of: "a rule"),
            let verdict: Channel.ResponseClass = fields.choice("then")
        else { return nil }
        var rule = Channel.Rule(then: verdict)
        rule.status = fields.items("status").compactMap(status)
        for entry in fields.entries("header") {
            rule.headers[entry.key.lowercased()] = diagnostics.text(entry.value, entry.key)
        }
        for entry in fields.entries("body") {
            if !entry.key.hasPrefix("/") {
                diagnostics.error(entry.position, "a JSON pointer begins with /, got \"\(entry.key)\"")
            }
            rule.pointers[entry.key] = test(entry.value)
        }
        rule.text = fields.text("text")
        for key in ["after", "max_attempts"] where fields.has(key) && verdict != .retry {
            diagnostics.error(fields.position(key), "\"\(key)\" goes with \"then: retry\"")
        }
        rule.after = fields.items("after").compactMap(after)
        rule.maxAttempts = fields.integer("max_attempts", in: 1...100)
        rule.reason = fields["reason"].flatMap { place($0, "reason") }
        return rule
    }

    /// `202` or `400-499`.
    private func status(_ node: YAMLNode) -> ClosedRange<Int>? {
        let parts = (node.text ?? "").split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        if (1...2).contains(parts.count), let low = parts.first ?? nil, let high = parts.last ?? nil, low <= high,
            (100...599).contains(low), (100...599).contains(high)
        {
            return low...high
        }
        diagnostics.error(node.position, "expected a status such as 202 or 400-499, got \(node.summary)")
        return nil
    }

    /// A value, a list of values, `~(a|b)` or `>n`.
    private func test(_ node: YAMLNode) -> Channel.Test? {
        if let nodes = node.list { return .oneOf(nodes.compactMap(value)) }
        if let text = node.text {
            if text.hasPrefix("~") { return .contains(Self.alternatives(text)) }
            if text.hasPrefix(">"), let number = Double(text.dropFirst().drop { $0 == " " }), number.isFinite {
                return .greater(number)
            }
        }
        return value(node).map { .oneOf([$0]) }
    }

    /// The parts of `~(a|b)`; of `~a`, `a`.
    static func alternatives(_ text: String) -> [String] {
        var inner = text.dropFirst()
        if inner.hasPrefix("("), inner.hasSuffix(")") { inner = inner.dropFirst().dropLast() }
        return inner.split(separator: "|").map(String.init)
    }

    private func value(_ node: YAMLNode) -> Value? {
        switch TemplateReader(vars: [:], diagnostics: diagnostics, refusals: diagnostics).template(node) {
        case .null: return .missing
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .number(Double(value))
        case .number(let value): return .number(value)
        case .text(let value): return .text(value)
        case .list, .object:
            diagnostics.error(node.position, "expected a value, ~(a|b) or >n, got \(node.summary)")
            return nil
        }
    }

    private func after(_ node: YAMLNode) -> Channel.RetryAfter? {
        guard let fields = Fields(node, .retryAfter, diagnostics, of: "\"after\""), let place = place(fields) else {
            return nil
        }
        return Channel.RetryAfter(place, as: fields.choice("as") ?? .seconds)
    }
}
