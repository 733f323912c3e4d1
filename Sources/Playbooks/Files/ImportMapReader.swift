/// Reads one entry of `imports:` in `data.yaml`.
struct ImportMapReader {
    let diagnostics: Diagnostics
    /// What the file has said so far; events and metrics stand before the imports.
    let dataMap: DataMap

    func read(_ entry: YAMLNode.Entry) -> ImportMap? {
        diagnostics.checkName(entry.key, "an import", at: entry.position)
        guard let fields = Fields(entry.value, .importMap, diagnostics, of: "the import \"\(entry.key)\"") else {
            return nil
        }
        if entry.key == "all" {
            diagnostics.error(entry.position, "\"all\" means every import; choose another name")
            return nil
        }
        let named = ImportKind(rawValue: entry.key)
        guard let kind = fields.choice("kind") ?? named else {
            if !fields.has("kind") {
                diagnostics.error(entry.position, "\"kind\" is missing in the import \"\(entry.key)\"")
            }
            return nil
        }
        if let named, named != kind {
            diagnostics.error(fields.position("kind"), "the import \"\(entry.key)\" is of the kind \(entry.key)")
        }
        var map = ImportMap(entry.key, kind)
        map.file = fields.text("file")
        map.event = fields.text("event")
        map.metric = fields.text("metric")
        map.reason = fields.choice("reason")
        if fields.has("reason"), kind != .suppressions {
            diagnostics.error(fields.position("reason"), "only an import of suppressions has a \"reason\"")
        }
        map.takesContact = fields.boolean("contact") ?? true
        map.days = ColumnFormReader(fields: fields).formats("days", letters: "ym")
        if fields.has("sum_over") {
            map.sumOver = fields.items("sum_over").compactMap { diagnostics.text($0, "sum_over") }
            if kind != .metrics {
                diagnostics.error(fields.position("sum_over"), "only an import of metrics has a \"sum_over\"")
            }
        }
        if let event = map.event, dataMap.event(event) == nil {
            diagnostics.unknown(event, "event", among: dataMap.events.map(\.name), at: fields.position("event"))
        }
        if let metric = map.metric, dataMap.metric(metric) == nil {
            diagnostics.unknown(metric, "metric", among: dataMap.metrics.map(\.name), at: fields.position("metric"))
        }
        for column in fields.entries("columns") {
            if column.value.text != nil || column.value.list != nil {
                let names = column.value.list ?? [column.value]
                map.columns[column.key] = ColumnFormReader.columns(names, diagnostics)
            } else if let form = Fields(
                column.value, KeyTable(KeyTable.columnForm), diagnostics, of: "the column \"\(column.key)\"")
            {
                map.columns[column.key] = ColumnFormReader(fields: form).read(
                    namesAccounts: column.key == "account" && kind != .accounts,
                    isKey: column.key == "key" && kind == .accounts)
                if kind == .suppressions, column.key == "reason" { checkReasons(form) }
                if let by = map.columns[column.key]?.by { checkBy(by, form) }
            }
        }
        return map
    }

    /// Words of a list stand for reasons that there are.
    private func checkReasons(_ form: Fields) {
        let known = SuppressionReason.allCases.map(\.rawValue)
        for pair in form.entries("map") {
            guard let value = pair.value.text, !known.contains(value) else { continue }
            diagnostics.unknown(value, "reason of a suppression", among: known, at: pair.value.position)
        }
    }

    private func checkBy(_ name: String, _ form: Fields) {
        let known = dataMap.attributes + Attribute.builtIn
        let texts = known.filter { $0.type == .text && $0.name != "key" }.map(\.name)
        if !texts.contains(name) {
            diagnostics.unknown(name, "text of accounts", among: texts, at: form.position("by"))
        }
    }
}
