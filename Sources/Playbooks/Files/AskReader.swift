/// Reads the question of a message.
struct AskReader {
    let dataMap: DataMap
    let diagnostics: Diagnostics

    /// More answers would be no question any more.
    private static let most = 20
    /// What is for the team's data to say, not for a link.
    private static let forbidden = [
        "churned", "reactivated", "contact_added", "contact_left", "contact_role_changed",
    ]

    /// Nil, with a complaint, when the question has an error.
    func read(_ node: YAMLNode) -> Ask? {
        guard let fields = Fields(node, .ask, diagnostics, of: "\"ask\"") else { return nil }
        guard let event = event(fields), let property = property(fields, of: event) else { return nil }
        let (question, comment) = (fields.shownText("question"), comment(fields, of: event))
        guard let answers = answers(fields, property) else { return nil }
        return Ask(event: event.name, property: property.name, answers: answers, question: question, comment: comment)
    }

    private func event(_ fields: Fields) -> EventKind? {
        guard let node = fields["event"], let name = diagnostics.text(node, "event") else { return nil }
        guard let event = dataMap.event(name) else {
            diagnostics.unknown(name, "event", among: dataMap.events.map(\.name), at: node.position)
            return nil
        }
        if Self.forbidden.contains(name) {
            diagnostics.error(
                node.position, "an answer cannot be the event \"\(name)\"; declare one of its own in data.yaml")
            return nil
        }
        return event
    }

    private func property(_ fields: Fields, of event: EventKind) -> EventKind.Property? {
        guard let node = fields["property"], let name = diagnostics.text(node, "property") else { return nil }
        guard let property = event.property(name) else {
            diagnostics.unknown(
                name, "property of \(event.name)", among: event.properties.map(\.name), at: node.position)
            return nil
        }
        guard [.number, .text, .boolean, .reason].contains(property.type) else {
            diagnostics.error(
                node.position,
                "\"\(name)\" is a \(property.type.rawValue); an answer is a number, a text, a boolean or a reason")
            return nil
        }
        return property
    }

    private func comment(_ fields: Fields, of event: EventKind) -> String? {
        guard let node = fields["comment"], let name = diagnostics.text(node, "comment") else { return nil }
        if event.property(name)?.type == .text { return name }
        let texts = event.properties.filter { $0.type == .text }.map(\.name)
        diagnostics.unknown(name, "text property of \(event.name)", among: texts, at: node.position)
        return nil
    }

    private func answers(_ fields: Fields, _ property: EventKind.Property) -> [Ask.Answer]? {
        guard fields.has("answers") else { return usual(fields, property) }
        guard let node = fields["answers"] else { return nil }
        var answers: [Ask.Answer] = []
        let isGood = diagnostics.areClean {
            if let entries = node.entries {
                for entry in entries {
                    guard let label = diagnostics.shownText(entry.value, entry.key) else { continue }
                    add(entry.key, label: label, at: entry.value.position, property, to: &answers)
                }
            } else if let items = node.list {
                for item in items {
                    guard let value = diagnostics.shownText(item, "answers") else { continue }
                    add(value, label: value, at: item.position, property, to: &answers)
                }
            } else if let range = range(node) {
                for value in range { add("\(value)", label: "\(value)", at: node.position, property, to: &answers) }
            }
            if (node.entries?.count ?? node.list?.count) == 1 {
                diagnostics.error(node.position, "a question has at least two answers")
            }
        }
        return isGood && answers.count > 1 ? answers : nil
    }

    /// `0..10`
    private func range(_ node: YAMLNode) -> ClosedRange<Int>? {
        let parts = (node.text ?? "").components(of: "..")
        if parts.count == 2, let first = Int(parts[0]), let last = Int(parts[1]), first < last,
            last.subtractingReportingOverflow(first).partialValue < Self.most
        {
            return first...last
        }
        diagnostics.error(
            node.position,
            "expected 0..10 (at most \(Self.most) numbers), a list, or values with their labels for \"answers\", got "
                + node.summary)
        return nil
    }

    private func add(
        _ value: String, label: String, at position: Position, _ property: EventKind.Property,
        to answers: inout [Ask.Answer]
    ) {
        if answers.count == Self.most {
            diagnostics.error(position, "a question has at most \(Self.most) answers")
        } else if answers.contains(where: { $0.value == value }) {
            diagnostics.error(position, "the answer \"\(value)\" is there already")
        } else if value.isEmpty || label.isEmpty || (value + label).contains(where: { $0.isNewline || $0 == "{" }) {
            diagnostics.error(position, "an answer is one line of plain text, got \"\(label.prefix(60))\"")
        } else if let complaint = complaint(about: value, property) {
            diagnostics.error(position, complaint)
        } else {
            answers.append(Ask.Answer(value, label: label))
        }
    }

    private func complaint(about value: String, _ property: EventKind.Property) -> String? {
        switch property.type {
        case .number where Double(value)?.isFinite != true:
            return "\"\(value)\" is no number, and \"\(property.name)\" is one"
        case .boolean where !["true", "false"].contains(value):
            return "\"\(value)\" is neither true nor false, and \"\(property.name)\" is a boolean"
        case .reason:
            let known = dataMap.reasons.map(\.name) + property.map.keys
            if known.contains(value) { return nil }
            return "unknown reason \"\(value)\"\(suggestion(for: value, in: known))"
        default: return nil
        }
    }

    /// The answers that go without saying: yes and no, and the reasons of the data map.
    private func usual(_ fields: Fields, _ property: EventKind.Property) -> [Ask.Answer]? {
        switch property.type {
        case .boolean: return [Ask.Answer("true", label: "Yes"), Ask.Answer("false", label: "No")]
        case .reason where (2...Self.most).contains(dataMap.reasons.count):
            return dataMap.reasons.map { reason in
                Ask.Answer(reason.name, label: reason.words.prefix(1).uppercased() + reason.words.dropFirst())
            }
        default:
            diagnostics.error(
                fields.node.position, "\"ask\" needs \"answers\", such as 0..10, or a list of them")
            return nil
        }
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        guard let middle = firstRange(of: separator) else { return [self[...]] }
        return [self[..<middle.lowerBound], self[middle.upperBound...]]
    }
}
