extension Diagnostics {
    /// `on`, `off`, or values of their own: `{ source: newsletter }`.
    func utm(_ node: YAMLNode) -> UTM.Rule? {
        switch node.text {
        case "on", "true", "yes": return .on([:])
        case "off", "false", "no": return .off
        case .some:
            error(
                node.position, "expected on, off, or values such as { source: acme } for \"utm\", got \(node.summary)")
            return nil
        case nil: break
        }
        guard let fields = Fields(node, .utm, self, of: "\"utm\"") else { return nil }
        var values: [UTM.Parameter: String] = [:]
        for parameter in UTM.Parameter.allCases {
            guard let own = fields[parameter.rawValue], let text = text(own, parameter.rawValue) else { continue }
            if text.count > 100 || text.contains(where: { $0.isNewline }) || text.contains("{{") {
                error(
                    own.position,
                    "\"\(parameter.rawValue)\" is one line of at most 100 characters without values, got \(own.summary)"
                )
            } else {
                values[parameter] = text
            }
        }
        return .on(values)
    }
}

extension KeyTable {
    static let utm = KeyTable([
        Key("source", .text, "utm_source; the workspace's name by default."),
        Key("medium", .text, "utm_medium; the kind of the step by default: email, in_app."),
        Key("campaign", .text, "utm_campaign; the playbook's name by default."),
        Key("content", .text, "utm_content; the step's id by default."),
        Key("term", .text, "utm_term; none by default."),
    ])
}

extension KeyTable.Shape {
    /// What `utm` may be, wherever it stands.
    static let utm = KeyTable.Shape.either([.choice(["on", "off"]), .table(.utm)])
}
