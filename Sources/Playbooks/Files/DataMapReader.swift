private import Foundation

/// Reads `data.yaml`, except that conditions of segments stay text.
struct DataMapReader {
    let diagnostics: Diagnostics

    /// The good part of the map, and the names that have an error of their own.
    func read(_ root: YAMLNode) -> (DataMap, broken: Set<String>) {
        var map = DataMap()
        var broken: Set<String> = []
        guard let fields = Fields(root, .dataMap, diagnostics, of: "data.yaml") else { return (map, broken) }
        func each(_ key: String, _ body: (YAMLNode.Entry) -> Void) {
            for entry in fields.entries(key) where !diagnostics.areClean(after: { body(entry) }) {
                broken.insert(entry.key)
            }
        }
        each("reasons") { map.reasons.append(reason($0)) }
        each("attributes") { entry in
            let builtIn = Attribute.builtIn + Attribute.contactOfAccount + wishes(Attribute.wishesOfAccount, entry)
            guard let attribute = attribute(entry, builtIn: builtIn) else { return }
            if builtIn.contains(where: { $0.name == attribute.name }) {
                map.builtInColumns.append(attribute)
            } else {
                map.attributes.append(attribute)
            }
        }
        each("contact_attributes") { entry in
            let builtIn = Attribute.builtInOfContact + wishes(Attribute.wishesOfContact, entry)
            guard let attribute = attribute(entry, builtIn: builtIn) else { return }
            if builtIn.contains(where: { $0.name == attribute.name }) {
                map.builtInColumnsOfContact.append(attribute)
            } else {
                map.contactAttributes.append(attribute)
            }
        }
        each("metrics") { entry in metric(entry).map { map.metrics.append($0) } }
        each("events") { entry in event(entry, map.reasons).map { merge($0, into: &map, at: entry.position) } }
        for event in map.events {
            if let closing = event.closedBy, map.event(closing) == nil { map.events.append(EventKind(closing)) }
        }
        for (entry, source) in fields.sources("segments") {
            diagnostics.checkName(entry.key, "a segment", at: entry.position)
            if let source { map.segments.append(source) } else { broken.insert(entry.key) }
        }
        let health = HealthReader(diagnostics: diagnostics)
        if !diagnostics.areClean(after: { map.health = fields.entries("health").compactMap(health.read) }) {
            broken.insert(HealthScore.name)
        }
        each("imports") { entry in
            ImportMapReader(diagnostics: diagnostics, dataMap: map).read(entry).map { map.imports.append($0) }
        }
        map.attritionTarget = attritionTarget(fields)
        map.value = customerValue(fields)
        return (map, broken.union(clashes(fields)))
    }

    /// Those that the entry may complete: one with a type is an attribute of its own.
    private func wishes(_ wishes: [Attribute], _ entry: YAMLNode.Entry) -> [Attribute] {
        entry.value.text == nil && entry.value["type"] == nil ? wishes : []
    }

    private func attribute(_ entry: YAMLNode.Entry, builtIn: [Attribute]) -> Attribute? {
        diagnostics.checkName(entry.key, "an attribute", at: entry.position)
        let given = builtIn.first { $0.name == entry.key }
        if let text = entry.value.text, !entry.value.isEmpty {
            return type(text, at: entry.value.position).map { Attribute(entry.key, $0) }
        }
        guard let fields = Fields(entry.value, .attribute, diagnostics, of: "the attribute \"\(entry.key)\"") else {
            return nil
        }
        var type = given?.type
        if let node = fields["type"], let text = diagnostics.text(node, "type") {
            guard let written = self.type(text, at: node.position) else { return nil }
            if let given, written != given.type {
                diagnostics.error(
                    node.position, "the built-in attribute \"\(entry.key)\" has the type \(given.type.rawValue)")
            }
            type = written
        }
        guard let type else {
            if !fields.has("type") {
                diagnostics.error(entry.value.position, "\"type\" is missing in the attribute \"\(entry.key)\"")
            }
            return nil
        }
        var attribute = given ?? Attribute(entry.key, type)
        attribute.form = ColumnFormReader(fields: fields).read(
            type, isKey: entry.key == "key" && builtIn.contains { $0.name == "mrr" })
        if fields.has("values") { attribute.values = values(fields, type) }
        if let track = fields.boolean("track") { attribute.track = track }
        return attribute
    }

    private func values(_ fields: Fields, _ type: ValueType) -> [String] {
        if type != .text { diagnostics.error(fields.position("values"), "only a text has \"values\"") }
        return fields.items("values").compactMap { diagnostics.text($0, "values") }
    }

    private func type(_ text: String, at position: Position) -> ValueType? {
        if let type = ValueType(rawValue: text) { return type }
        diagnostics.unknown(text, "type", among: KeyTable.attributeTypes, at: position)
        return nil
    }

    private func metric(_ entry: YAMLNode.Entry) -> Metric? {
        diagnostics.checkName(entry.key, "a metric", at: entry.position)
        if entry.value.isEmpty { return Metric(entry.key) }
        guard let fields = Fields(entry.value, .metric, diagnostics, of: "the metric \"\(entry.key)\"") else {
            return nil
        }
        return Metric(
            entry.key, title: fields.text("title"), freshWithin: fields.span("fresh_within"),
            absent: fields.choice("absent") ?? .zero, column: fields.text("column"))
    }

    private func event(_ entry: YAMLNode.Entry, _ reasons: [Reason]) -> EventKind? {
        diagnostics.checkName(entry.key, "an event", at: entry.position)
        if entry.value.isEmpty { return EventKind(entry.key) }
        guard let fields = Fields(entry.value, .event, diagnostics, of: "the event \"\(entry.key)\"") else {
            return nil
        }
        var event = EventKind(entry.key, due: fields.text("due"), closedBy: fields.text("closed_by"))
        event.properties = fields.entries("properties").compactMap { property($0, reasons) }
        if event.properties.contains(where: { $0.name == "contact" }) {
            diagnostics.error(
                fields.position("properties"), "the property \"contact\" is built in: it names the contact")
        }
        if (event.due == nil) != (event.closedBy == nil) {
            diagnostics.error(entry.position, "\"due\" and \"closed_by\" go together: a commitment has both")
        }
        if let due = event.due {
            if let property = event.property(due) {
                if property.type != .date, property.type != .instant {
                    diagnostics.error(fields.position("due"), "the property \"\(due)\" must be a date or an instant")
                }
            } else {
                event.properties.append(EventKind.Property(due, .date))
            }
        }
        return event
    }

    private func property(_ entry: YAMLNode.Entry, _ reasons: [Reason]) -> EventKind.Property? {
        diagnostics.checkName(entry.key, "a property", at: entry.position)
        if let text = entry.value.text {
            return type(text, at: entry.value.position).map { EventKind.Property(entry.key, $0) }
        }
        guard let fields = Fields(entry.value, .property, diagnostics, of: "the property \"\(entry.key)\""),
            let node = fields["type"], let text = diagnostics.text(node, "type"),
            let type = type(text, at: node.position)
        else { return nil }
        let form = ColumnFormReader(fields: fields).read(type)
        if type == .reason {
            for pair in fields.entries("map") {
                guard let reason = pair.value.text, !reasons.contains(where: { $0.name == reason }) else { continue }
                diagnostics.unknown(reason, "reason", among: reasons.map(\.name), at: pair.value.position)
            }
        }
        return EventKind.Property(entry.key, type, form: form)
    }

    /// A built-in event is completed: its properties keep their type and take the map.
    private func merge(_ event: EventKind, into map: inout DataMap, at position: Position) {
        guard let index = map.events.firstIndex(where: { $0.name == event.name }) else {
            map.events.append(event)
            return
        }
        for property in event.properties {
            guard let at = map.events[index].properties.firstIndex(where: { $0.name == property.name }) else {
                map.events[index].properties.append(property)
                continue
            }
            let given = map.events[index].properties[at].type
            if property.type != given {
                let message = "the property \"\(property.name)\" of the built-in event is of the type \(given.rawValue)"
                diagnostics.error(position, message)
            } else {
                map.events[index].properties[at] = property
            }
        }
        map.events[index].due = event.due
        map.events[index].closedBy = event.closedBy
    }

    private func reason(_ entry: YAMLNode.Entry) -> Reason {
        diagnostics.checkName(entry.key, "a reason", at: entry.position)
        guard !entry.value.isEmpty,
            let fields = Fields(entry.value, .reason, diagnostics, of: "the reason \"\(entry.key)\"")
        else { return Reason(entry.key) }
        return Reason(
            entry.key, title: fields.shownText("title"), theme: fields.text("theme"),
            avoidable: fields.boolean("avoidable"), notify: fields.text("notify"), needs: fields.text("needs"))
    }

    private func attritionTarget(_ fields: Fields) -> Double? {
        guard let table = fields.table("attrition", .attrition), let node = table["target"] else { return nil }
        let parts = (node.text ?? "").components(separatedBy: " per ")
        if parts.count == 2, let share = parseShare(parts[0]), (0..<1).contains(share) {
            if parts[1] == "month" { return share }
            if parts[1] == "year" { return 1 - pow(1 - share, 1.0 / 12) }
        }
        diagnostics.error(node.position, "expected a target such as 2.5% per month, got \(node.summary)")
        return nil
    }

    private func customerValue(_ fields: Fields) -> CustomerValue? {
        guard let table = fields.table("ltv", .customerValue), let margin = table.share("margin") else { return nil }
        var value = CustomerValue(margin: margin)
        if let horizon = table.span("horizon") {
            if horizon < .days(1) {
                diagnostics.error(table.position("horizon"), "\"horizon\" is at least a day: 365d")
            }
            value.horizon = horizon
        }
        if let node = table["touch_cost"], let text = diagnostics.text(node, "touch_cost") {
            value.touchCost = Double(text).flatMap { $0 >= 0 && $0 <= 1e9 ? $0 : nil }
            if value.touchCost == nil {
                diagnostics.error(
                    node.position, "expected an amount of the workspace's currency such as 2.50, got \(node.summary)")
            }
        }
        return value
    }

    /// Names share one space: a word in a condition must mean one thing.
    private func clashes(_ fields: Fields) -> Set<String> {
        typealias Owner = (key: String, isBuiltIn: Bool)
        var owners: [String: Owner] = [:]
        for attribute in Attribute.builtIn { owners[attribute.name] = ("attributes", true) }
        for event in EventKind.builtIn { owners[event.name] = ("events", true) }
        if fields.has("health") { owners[HealthScore.name] = ("scores", true) }
        var clashing: Set<String> = []
        for key in ["attributes", "metrics", "events", "segments"] {
            for entry in fields.node[key]?.entries ?? [] {
                let name = entry.key.lowercased()
                if isReserved(name) {
                    diagnostics.error(
                        entry.position, "\"\(entry.key)\" is a word of the conditions; choose another name")
                    clashing.insert(entry.key)
                } else if let owner = owners[name] {
                    let isCompletion = owner.isBuiltIn && owner.key == key && entry.key == name
                    if isCompletion { continue }
                    let kind = (owner.isBuiltIn ? "built-in " : "") + owner.key
                    diagnostics.error(
                        entry.position, "\"\(entry.key)\" is a name among the \(kind) already; choose another")
                    clashing.insert(entry.key)
                } else {
                    owners[name] = (key, false)
                }
            }
        }
        return clashing
    }
}

/// Words that mean something in every condition or message and cannot name anything else.
package func isReserved(_ name: String) -> Bool {
    [
        "and", "or", "not", "in", "is", "where", "missing", "present", "true", "false", "entry", "event", "account",
        "contact", "sender", "workspace", "category", "unsubscribe_url", "ask",
    ].contains(name)
}
