/// Reads what starts a playbook: its trigger, and what goes with it.
struct TriggerReader {
    let fields: Fields
    let dataMap: DataMap
    let diagnostics: Diagnostics

    /// The one key among `when`, `on` and `at` that is there.
    func kind() -> String? {
        let given = (fields.node.entries ?? []).map(\.key).filter { ["when", "on", "at"].contains($0) }
        if given.count > 1 {
            let keys = given.joined(separator: "\" and \"")
            diagnostics.error(fields.position(given[1]), "a playbook has one trigger, not both \"\(keys)\"")
        } else if given.isEmpty {
            diagnostics.error(fields.node.position, "a playbook needs a trigger: \"when\", \"on\" or \"at\"")
        }
        return given.count == 1 ? given.first : nil
    }

    /// Keys that go with another trigger only.
    func checkCompanions(of kind: String) {
        let companions = [
            "if": "on", "per": "on", "max_age": "on", "evaluate": "when", "rearm": "when", "once_per": "at",
        ]
        for (key, trigger) in companions.sorted(by: { $0.key < $1.key }) where fields.has(key) && trigger != kind {
            diagnostics.error(fields.position(key), "\"\(key)\" goes with \"\(trigger)\", not with \"\(kind)\"")
        }
        if kind == "on", fields.has("misfire") {
            diagnostics.error(fields.position("misfire"), "\"misfire\" goes with \"when\" or \"at\", not with \"on\"")
        }
    }

    /// The event of `on`.
    func event() -> EventKind? {
        guard let node = fields["on"], let name = diagnostics.text(node, "on") else { return nil }
        if let event = dataMap.event(name) { return event }
        diagnostics.unknown(name, "event", among: dataMap.events.map(\.name), at: node.position)
        return nil
    }

    /// The property of `per: event.invoice_id`.
    func per(_ event: EventKind?) -> String? {
        guard let node = fields["per"], let text = diagnostics.text(node, "per") else { return nil }
        guard text.hasPrefix("event.") else {
            diagnostics.error(
                node.position, "expected a property such as event.invoice_id for \"per\", got \(node.summary)")
            return nil
        }
        let name = String(text.dropFirst("event.".count))
        guard let event else { return name }
        if event.property(name) == nil, name != "contact" {
            diagnostics.unknown(name, "property", among: event.properties.map(\.name), at: node.position)
        }
        return name
    }

    func reentry(trigger: String?) -> Playbook.Reentry {
        let standard: Playbook.Reentry = trigger == "when" ? .never : .always
        guard let node = fields["reentry"], let text = diagnostics.text(node, "reentry") else { return standard }
        switch text {
        case "never": return .never
        case "always": return .always
        default: break
        }
        let end = " from the last end"
        let isFromEnd = text.hasSuffix(end)
        let words = text.dropLast(isFromEnd ? end.count : 0).split(separator: " ")
        guard words.count == 2, words[0] == "after" else {
            let forms = "never, always, after 90d or after 90d from the last end"
            diagnostics.error(node.position, "expected \(forms) for \"reentry\", got \(node.summary)")
            return standard
        }
        guard let span = diagnostics.timed(node, "reentry", TimeSpan.parse(String(words[1]))) else { return standard }
        return .after(span, fromEnd: isFromEnd)
    }

    /// Who gets the touches: roles, `all ROLE`, `everyone`, `anyone`, `event.contact`.
    func recipients(trigger: String?) -> [Playbook.Recipients]? {
        guard fields.has("to") else { return nil }
        let nodes = fields.items("to")
        if nodes.isEmpty { diagnostics.error(fields.position("to"), "\"to\" names nobody") }
        return nodes.compactMap { node in
            guard let text = diagnostics.text(node, "to") else { return nil }
            switch text {
            case "everyone": return .everyone
            case "anyone": return .anyone
            case "event.contact":
                if let trigger, trigger != "on" {
                    diagnostics.error(node.position, "\"event.contact\" goes with \"on\"; this playbook has no event")
                }
                return .eventContact
            default:
                let isAll = text.hasPrefix("all ")
                let role = isAll ? String(text.dropFirst(4)) : text
                let isWord = !role.isEmpty && role.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                guard isWord else {
                    let forms = "a role, \"all ROLE\", \"everyone\", \"anyone\" or \"event.contact\""
                    diagnostics.error(node.position, "expected \(forms) for \"to\", got \(node.summary)")
                    return nil
                }
                return isAll ? .all(role: role) : .role(role)
            }
        }
    }
}
