import Playbooks

/// Lines for `data.yaml`, made from values.
enum ImportHint {
    /// The declaration under which these values of an attribute would be taken; nil when none would help.
    static func line(for attribute: Attribute, _ values: [String]) -> String? {
        guard let zone = Zone("UTC"), !values.isEmpty else { return nil }
        var fixed = attribute
        switch attribute.type {
        case .date, .instant:
            var guess = ColumnGuess(zone: zone)
            for value in values { guess.look(at: value) }
            guard guess.isMoment, let format = guess.format, format != attribute.format else { return nil }
            fixed.format = format
        case .text where !attribute.values.isEmpty:
            let more = Set(values).subtracting(attribute.values).sorted()
            guard more.count <= 20 else { return nil }
            fixed.values += more
        default: return nil
        }
        let isBuiltIn = Attribute.builtIn.contains { $0.name == attribute.name }
        if isBuiltIn, attribute.type == .text { return nil }
        return "\(scalar(attribute.name)): \(declaration(of: fixed, isBuiltIn: isBuiltIn))"
    }

    /// `{ type: date, format: m/d/y, column: "Renewal" }`; nil parts are left out.
    static func declaration(of attribute: Attribute, isBuiltIn: Bool = false) -> String {
        var parts: [String] = []
        if !isBuiltIn { parts.append("type: \(attribute.type.rawValue)") }
        if let format = attribute.format { parts.append("format: \(format)") }
        if !isBuiltIn, !attribute.values.isEmpty {
            parts.append("values: [\(attribute.values.map(scalar).joined(separator: ", "))]")
        }
        if let column = attribute.column { parts.append("column: \(quoted(column))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    /// Plain where YAML reads it as it stands, else in quotes.
    static func scalar(_ text: String) -> String {
        let isWord = text.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        let startsWithLetter = text.utf8.first.map { ($0 | 0x20) &- 0x61 < 26 } ?? false
        let means = ["yes", "no", "true", "false", "on", "off", "null", "y", "n"].contains(text.lowercased())
        return isWord && startsWithLetter && !means ? text : quoted(text)
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
