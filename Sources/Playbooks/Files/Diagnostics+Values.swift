private import Foundation

/// Values out of nodes: each returns nil and complains when the node does not hold one.
extension Diagnostics {
    func text(_ node: YAMLNode, _ name: String) -> String? {
        if let text = node.text { return text }
        error(node.position, "expected text for \"\(name)\", got \(node.summary)")
        return nil
    }

    /// A text that customers read: what looks like a part of it must not be a comment.
    func shownText(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = text(node, name) else { return nil }
        if node.endsAtComment {
            error(
                node.position,
                "the text of \"\(name)\" ends at \" #\", where YAML begins a comment: \(node.summary); put the text in "
                    + "quotes, and a comment on a line of its own")
        }
        return text
    }

    /// `true`, `false`, `yes` or `no`.
    func boolean(_ node: YAMLNode, _ name: String) -> Bool? {
        switch node.text {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            error(node.position, "expected true or false for \"\(name)\", got \(node.summary)")
            return nil
        }
    }

    func number(_ node: YAMLNode, _ name: String, in range: ClosedRange<Double>) -> Double? {
        if let number = node.text.flatMap(Double.init), number.isFinite, range.contains(number) { return number }
        error(node.position, "expected a number \(words(range)) for \"\(name)\", got \(node.summary)")
        return nil
    }

    func integer(_ node: YAMLNode, _ name: String, in range: ClosedRange<Int>) -> Int? {
        if let number = node.text.flatMap({ Int($0) }), range.contains(number) { return number }
        let bounds = "from \(range.lowerBound) to \(range.upperBound)"
        error(node.position, "expected a whole number \(bounds) for \"\(name)\", got \(node.summary)")
        return nil
    }

    /// A share from 0 to 1, written `5%` or `0.05`.
    func share(_ node: YAMLNode, _ name: String) -> Double? {
        if let share = node.text.flatMap(parseShare), (0...1).contains(share) { return share }
        error(node.position, "expected a share from 0% to 100% for \"\(name)\", got \(node.summary)")
        return nil
    }

    /// A length of time that is longer than nothing.
    func span(_ node: YAMLNode, _ name: String) -> TimeSpan? {
        guard let text = text(node, name), let span = timed(node, name, TimeSpan.parse(text)) else { return nil }
        guard span.milliseconds > 0 else {
            error(node.position, "\"\(name)\" must be longer than nothing, got \(node.summary)")
            return nil
        }
        return span
    }

    func schedule(_ node: YAMLNode, _ name: String) -> Schedule? {
        text(node, name).flatMap { timed(node, name, Schedule.parse($0)) }
    }

    /// What the readers of `Time` made of a text.
    func timed<Value>(_ node: YAMLNode, _ name: String, _ result: Result<Value, TimeTextError>) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(let failure):
            error(node.position, "\"\(name)\": \(failure.message)")
            return nil
        }
    }

    /// `always`, or days and hours: `{ days: mon-fri, hours: 09:00-17:00, except: [holidays] }`.
    func sendWindow(_ node: YAMLNode, _ name: String, _ calendars: CalendarNames) -> SendWindow? {
        if node.text == "always" { return .always }
        guard let fields = Fields(node, .sendWindow, self, of: "\"\(name)\"") else { return nil }
        let before = errorCount
        let days = fields.items("days").compactMap { text($0, "days") }
        let hours = fields.text("hours")
        let except = fields.items("except").compactMap { calendar($0, "except", calendars) }
        guard errorCount == before else { return nil }
        var window = timed(
            node, name, SendWindow.parse(days: days.isEmpty ? nil : days.joined(separator: ","), hours: hours))
        window?.except = except
        return window
    }

    /// The name of a calendar that is there.
    func calendar(_ node: YAMLNode, _ key: String, _ calendars: CalendarNames) -> String? {
        guard let name = text(node, key) else { return nil }
        if calendars.known.contains(name) || calendars.takesUnknown { return name }
        if calendars.broken.contains(name) {
            error(node.position, "the calendar \"\(name)\" has an error of its own")
        } else {
            let near = suggestion(for: name, in: calendars.known)
            error(
                node.position,
                "there is no calendar \"\(name)\"\(near.isEmpty ? "; make calendars/\(name).yaml" : near)")
        }
        return nil
    }

    func source(_ node: YAMLNode, _ name: String) -> SourceText? {
        guard let text = text(node, name) else { return nil }
        return SourceText(
            name: name, text: node.written?.text ?? text, position: node.written?.position ?? node.position)
    }

    /// A name that is none of the known ones.
    func unknown(_ name: String, _ key: String, among known: some Collection<String>, at position: Position) {
        let near = suggestion(for: name, in: known)
        let list =
            near.isEmpty && !known.isEmpty && known.count <= 12 ? "; known: \(known.joined(separator: ", "))" : near
        error(position, "unknown \(key) \"\(name)\"\(list)")
    }

    /// A name that conditions and messages can use: at most 60 characters, none that ends a name there.
    func checkName(_ name: String, _ kind: String, at position: Position) {
        let bad = name.unicodeScalars.contains { $0.value < 32 || "`\"'.{}()[]\\".unicodeScalars.contains($0) }
        if name.isEmpty || name.count > 60 || bad || name != name.trimmingCharacters(in: .whitespaces) {
            error(position, "\"\(name)\" cannot name \(kind); use up to 60 letters, digits and _")
        }
    }

    private func words(_ range: ClosedRange<Double>) -> String {
        range.upperBound.isFinite
            ? "from \(range.lowerBound.formatted()) to \(range.upperBound.formatted())"
            : "of at least \(range.lowerBound.formatted())"
    }
}

/// `5%` or `0.05` as 0.05.
func parseShare(_ text: String) -> Double? {
    let value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
    return value.flatMap { $0.isFinite ? $0 : nil }
}
