import Playbooks

/// Lines for `data.yaml`, made from values.
enum ImportHint {
    /// Where an attribute is declared.
    enum Section: String {
        case attributes
        case contacts = "contact_attributes"

        /// The one in which a wish is declared.
        init(ofWish name: String) {
            self = Attribute.wishesOfAccount.contains { $0.name == name } ? .attributes : .contacts
        }

        func line(_ entry: String) -> String { "\(rawValue): { \(entry) }" }
    }

    /// Stands where a person must say of a word what it means.
    static let yesOrNo = "<yes or no>"

    /// The line of `data.yaml` with which these values of an attribute would be taken; nil when none would help.
    static func line(
        for attribute: Attribute, in section: Section, _ values: [String], ofMost: Bool, _ context: ImportContext
    ) -> String? {
        entry(for: attribute, values, ofMost: ofMost, context).map(section.line)
    }

    /// The same of a column that is no attribute: the moment of an event, the day of a metric.
    static func line(
        forColumn name: String, _ type: ValueType = .instant, of kind: ImportKind, _ values: [String], ofMost: Bool,
        _ context: ImportContext
    ) -> String? {
        entry(for: Attribute(name, type), values, ofMost: ofMost, context, isColumn: true).map {
            importLine(context, kind, $0)
        }
    }

    /// A reason for a word that stands for none yet; one that is declared may take its place in the map.
    static func reasonLines(_ word: String, _ property: String, of event: String) -> String {
        var name = ColumnMap.declarable(word)
        if name.first.map({ !$0.isLetter }) ?? true { name = "reason_" + name }
        let map = "map: { \(scalar(word)): \(name) }"
        return "reasons: { \(name): {} }\n"
            + "events: { \(scalar(event)): { properties: { \(scalar(property)): { type: reason, \(map) } } } }"
    }

    private static func importLine(_ context: ImportContext, _ kind: ImportKind, _ column: String) -> String {
        let name = context.options.map?.name ?? kind.rawValue
        let says = name == kind.rawValue ? "" : "kind: \(kind.rawValue), "
        return "imports: { \(scalar(name)): { \(says)columns: { \(column) } } }"
    }

    /// The declaration under which these values would be taken; nil when none would help.
    ///
    /// - Parameters:
    ///   - ofMost: whether most values of the column are like these.
    ///   - isColumn: whether it is no attribute, whose type nobody declares.
    private static func entry(
        for attribute: Attribute, _ values: [String], ofMost: Bool, _ context: ImportContext, isColumn: Bool = false
    ) -> String? {
        guard !values.isEmpty else { return nil }
        var fixed = attribute
        fixed.form = context.form(of: attribute.name, attribute.form)
        let builtIn = Attribute.builtIn + Attribute.builtInOfContact + Attribute.contactOfAccount
        let isBuiltIn = isColumn || builtIn.contains { $0.name == attribute.name }
        switch attribute.type {
        case .date, .instant:
            var guess = ColumnGuess(zone: context.zone)
            for value in values { guess.look(at: value) }
            let found = guess.dateFormats ?? []
            let declared = fixed.form.formats.isEmpty ? ["y-m-d"] : fixed.form.formats
            let new = found.filter { !declared.contains($0) }
            guard !new.isEmpty else { return nil }
            // A day before its month and one behind it cannot both be read: 06/12 is either.
            let isMixed = declared.contains { one in new.contains { DateFormat.areMixed(one, $0) } }
            fixed.form.formats = (isMixed || ofMost && attribute.form.formats.isEmpty ? [] : declared) + new
        case .number, .percent, .money:
            guard fixed.form.decimal == nil else { return nil }
            // Nothing tells whether 1.400 is one and four tenths or a thousand and four hundred.
            if values.allSatisfy(hasTwoReadings) {
                fixed.form.decimal = .comma
                let entry = declaration(of: fixed, isBuiltIn: isBuiltIn)
                return "\(scalar(attribute.name)): "
                    + entry.replacing("decimal: comma", with: "decimal: <comma or point>", maxReplacements: 1)
            }
            let commas = values.count { $0.contains(",") }
            let groups = values.count { text in text.split(separator: ".").count > 2 }
            guard (commas + groups) * 2 > values.count else { return nil }
            // `1,001` alone is a thousand and one rather than one and a thousandth.
            let thousands = values.count { text in
                let parts = text.split(separator: ",")
                return parts.count > 1 && parts.dropFirst().allSatisfy { $0.prefix { $0.isNumber }.count == 3 }
            }
            fixed.form.decimal = thousands == commas && groups == 0 ? .point : .comma
        case .text where attribute.name != "status" && !attribute.values.isEmpty:
            let more = Set(values).subtracting(attribute.values).sorted()
            guard !isBuiltIn, more.count <= 20 else { return nil }
            fixed.values += more
        case .text where attribute.name == "timezone":
            let words = Set(values).sorted()
            guard words.count <= 8 else { return nil }
            let map = words.map { "\(scalar($0)): <zone>" }.joined(separator: ", ")
            return "\(attribute.name): { map: { \(map) } }"
        case .text where attribute.name == "status":
            let words = Set(values).sorted().prefix(6)
            guard words.count <= 5 else { return nil }
            let known = attribute.values.joined(separator: " or ")
            let map = words.map { "\(scalar($0)): <\(known)>" }.joined(separator: ", ")
            return "\(attribute.name): { map: { \(map) } }"
        default: return nil
        }
        return "\(scalar(attribute.name)): \(declaration(of: fixed, isBuiltIn: isBuiltIn))"
    }

    private static func hasTwoReadings(_ text: String) -> Bool {
        let bytes = ByteArena(capacity: text.utf8.count + 1)
        return DecimalText.hasTwoReadings(bytes.append(text.utf8).trimmed)
    }

    /// For files most of whose rows name no account that there is.
    static func accountLine(_ context: ImportContext, _ kind: ImportKind) -> String {
        importLine(context, kind, "account: <the column that holds the keys of accounts>")
    }

    /// For keys that have lost the zeros before them, or got some.
    static func keyLine(_ context: ImportContext, digits: Int) -> String {
        var key = context.dataMap.importedAttributes.first { $0.name == "key" } ?? Attribute("key", .text)
        key.form.digits = digits
        return "attributes: { key: \(declaration(of: key, isBuiltIn: true)) }"
    }

    /// `{ type: date, format: m/d/y, column: "Renewal" }`; nil parts are left out.
    static func declaration(of attribute: Attribute, isBuiltIn: Bool = false) -> String {
        var parts: [String] = []
        if !isBuiltIn { parts.append("type: \(attribute.type.rawValue)") }
        let form = attribute.form
        if !form.formats.isEmpty { parts.append("format: \(list(form.formats))") }
        if let zone = form.zone { parts.append("timezone: \(zone.name)") }
        if let decimal = form.decimal { parts.append("decimal: \(decimal.rawValue)") }
        if let digits = form.digits { parts.append("digits: \(digits)") }
        if let unit = form.unit { parts.append("unit: \(unit.rawValue)") }
        switch form.period {
        case .interval(let interval):
            if interval != .month, let name = interval.name { parts.append("per: \(name.rawValue)") }
        case .column(let name, let count):
            parts.append("per: { column: \(quoted(name))\(count.map { ", count: \(quoted($0))" } ?? "") }")
        case nil: break
        }
        if let times = form.times { parts.append("times: \(quoted(times))") }
        if attribute.track, !isBuiltIn { parts.append("track: true") }
        if !isBuiltIn, !attribute.values.isEmpty {
            parts.append("values: [\(attribute.values.map(scalar).joined(separator: ", "))]")
        }
        if let column = form.column {
            parts.append(
                form.moreColumns.isEmpty
                    ? "column: \(quoted(column))" : "column: [\(form.columns.map(quoted).joined(separator: ", "))]")
        }
        if !form.map.isEmpty {
            let pairs = form.map.sorted { $0.key < $1.key }.map { "\(scalar($0.key)): \(scalar($0.value))" }
            parts.append("map: { \(pairs.joined(separator: ", ")) }")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    /// `m/d/y`, or `[m/d/y, y-m-d]`.
    static func list(_ formats: [String]) -> String {
        let written = formats.map { $0.contains(where: { " ,".contains($0) }) ? quoted($0) : $0 }
        return written.count == 1 ? written[0] : "[\(written.joined(separator: ", "))]"
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
