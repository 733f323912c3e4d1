/// Reads how a column of a file is called and written.
struct ColumnFormReader {
    let fields: Fields

    /// - Parameters:
    ///   - type: of the values, when it is known: what cannot go with it is complained about.
    ///   - namesAccounts: whether it is the one that says which account a row is about.
    ///   - isKey: whether it holds the keys of accounts themselves.
    func read(
        _ type: ValueType? = nil, namesAccounts: Bool = false, isKey: Bool = false
    ) -> ColumnForm {
        var form = Self.columns(fields.items("column"), fields.diagnostics)
        form.formats = formats("format", letters: "ymd")
        if let type, type != .date, type != .instant {
            for key in ["format", "timezone"] where fields.has(key) {
                fields.diagnostics.error(fields.position(key), "only a date or an instant has a \"\(key)\"")
            }
            if fields.has("decimal"), ![.number, .percent, .money].contains(type) {
                fields.diagnostics.error(
                    fields.position("decimal"), "only a number, a percent or money has a \"decimal\"")
            }
        }
        if let name = fields.text("timezone") {
            form.zone = Zone(name)
            if form.zone == nil {
                fields.diagnostics.error(
                    fields.position("timezone"), "expected a time zone such as America/Chicago, got \"\(name)\"")
            }
        }
        form.decimal = fields.choice("decimal")
        form.unit = fields.choice("unit")
        if let type, fields.has("unit"), type != .money {
            fields.diagnostics.error(fields.position("unit"), "only money has a \"unit\"")
        }
        form.times = fields.text("times")
        if let type, fields.has("times"), type != .money {
            fields.diagnostics.error(fields.position("times"), "only money is paid several \"times\"")
        }
        form.by = fields.text("by")
        if fields.has("by"), !namesAccounts {
            fields.diagnostics.error(
                fields.position("by"),
                "only the column \"account\" of contacts, metrics and events names accounts \"by\" something")
        }
        form.digits = fields.integer("digits", in: 1...40)
        if fields.has("digits"), !namesAccounts, !isKey {
            fields.diagnostics.error(
                fields.position("digits"),
                "only keys of accounts, and the column \"account\" of other imports, have \"digits\"")
        }
        form.period = period()
        for pair in fields.entries("map") {
            guard let value = fields.diagnostics.text(pair.value, pair.key) else { continue }
            if value.hasPrefix("<"), value.hasSuffix(">") {
                fields.diagnostics.error(
                    pair.value.position,
                    "\"\(value)\" stands where you say what \"\(pair.key)\" means; put one of the words there")
                continue
            }
            form.map[pair.key] = value
        }
        return form
    }

    /// One name, or a list of them.
    static func columns(_ nodes: [YAMLNode], _ diagnostics: Diagnostics) -> ColumnForm {
        let names = nodes.compactMap { diagnostics.text($0, "column") }
        var form = ColumnForm(column: names.first)
        form.moreColumns = Array(names.dropFirst())
        return form
    }

    private func period() -> ColumnForm.Period? {
        guard let node = fields["per"] else { return nil }
        if node.entries != nil {
            guard let columns = Fields(node, .period, fields.diagnostics, of: "\"per\""),
                let column = columns.text("column")
            else { return nil }
            return .column(column, count: columns.text("count"))
        }
        return fields.choice("per", BillingInterval.Name.self).map { .interval(BillingInterval($0)) }
    }

    /// Formats that name each of the letters.
    func formats(_ key: String, letters: String) -> [String] {
        guard fields.has(key) else { return [] }
        let formats: [String] = fields.items(key).compactMap { node in
            guard let format = fields.diagnostics.text(node, key) else { return nil }
            let isMonth = letters == "ym" && (format == DateFormat.ofWeeks || DateFormat(format, isMonth: true) != nil)
            if isMonth || DateFormat(format) != nil { return format }
            let example = letters == "ymd" ? "m/d/y" : "y-m, or \(DateFormat.ofWeeks)"
            fields.diagnostics.error(
                node.position,
                "expected a date format with \(letters == "ymd" ? "y, m and d" : "y and m") such as \(example), "
                    + "got \"\(format)\"")
            return nil
        }
        for (index, format) in formats.enumerated() {
            guard let other = formats[..<index].first(where: { DateFormat.areMixed($0, format) }) else { continue }
            fields.diagnostics.warning(
                fields.position(key),
                "\(other) and \(format) read the same text as different days; the first that can is taken, so keep the one "
                    + "that is true")
        }
        return formats
    }
}
