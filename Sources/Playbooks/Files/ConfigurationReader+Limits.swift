extension ConfigurationReader {
    /// Caps and blackouts.
    func readLimits(_ fields: Fields, into configuration: inout Configuration) {
        configuration.caps = fields.items("caps").compactMap { cap($0, configuration.categories) }
        guard fields.has("blackout") else { return }
        configuration.blackout.position = fields.position("blackout")
        for node in fields.items("blackout") {
            guard let text = diagnostics.text(node, "blackout") else { continue }
            guard text.first?.isNumber == true else {
                if let name = diagnostics.calendar(node, "blackout", calendars) {
                    configuration.blackout.calendars.append(name)
                }
                continue
            }
            for day in diagnostics.timed(node, "blackout", CalendarDays.parse(text)) ?? [] {
                configuration.blackout.days[day] = text
            }
        }
    }

    private func cap(_ node: YAMLNode, _ categories: [Configuration.Category]) -> Cap? {
        guard node.entries != nil else {
            return diagnostics.text(node, "caps").flatMap { diagnostics.timed(node, "caps", Cap.parse($0)) }
        }
        guard let fields = Fields(node, .cap, diagnostics, of: "a cap"), let text = fields["cap"],
            var cap = diagnostics.text(text, "cap").flatMap({ diagnostics.timed(text, "cap", Cap.parse($0)) })
        else { return nil }
        cap.kind = fields.choice("kind")
        cap.channel = fields.text("channel")
        if let name = fields.text("category") {
            if name == "service" {
                diagnostics.error(fields.position("category"), "the category \"service\" is outside all caps")
            } else if !categories.contains(where: { $0.name == name }) {
                diagnostics.unknown(
                    name, "category", among: categories.map(\.name), at: fields["category"]?.position ?? node.position)
            }
            cap.category = name
        }
        return cap
    }
}
