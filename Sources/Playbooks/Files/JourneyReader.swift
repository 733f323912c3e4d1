/// Reads one file of `journeys/`.
struct JourneyReader {
    let diagnostics: Diagnostics

    /// The names of the stages, as far as they can be read; conditions may use them before the journey itself is read.
    static func stageNames(_ root: YAMLNode) -> [String] {
        (root["stages"]?.entries ?? []).map(\.key)
    }

    /// Nil when it has an error.
    ///
    /// - Parameter terms: nil to read the form only, when nothing can be said about names.
    func read(_ root: YAMLNode, terms: Terms?) -> Journey? {
        let before = diagnostics.errorCount
        guard let fields = Fields(root, .journey, diagnostics, of: "a journey") else { return nil }
        let name = fields.text("journey") ?? ""
        if fields.has("journey") { diagnostics.checkName(name, "a journey", at: fields.position("journey")) }
        var journey = Journey(name, stages: [], position: fields.position("journey"))
        if let source = fields.source("for"), let term = terms?.condition(source) {
            journey.audience = NamedTerm(name: "for", term: term, position: source.position)
        }
        let source: Source? = fields.choice("source")
        journey.isImported = source == .import
        for entry in fields.entries("stages") {
            let isFirst = journey.stages.isEmpty
            journey.stages.append(stage(entry, isFirst: isFirst, isImported: journey.isImported, terms))
        }
        if fields["stages"]?.entries?.isEmpty == true {
            diagnostics.error(fields.position("stages"), "a journey has at least one stage")
        }
        warnOfSkippedStages(journey)
        return diagnostics.errorCount == before ? journey : nil
    }

    private enum Source: String, CaseIterable {
        case `import`
    }

    private func stage(_ entry: YAMLNode.Entry, isFirst: Bool, isImported: Bool, _ terms: Terms?) -> Journey.Stage {
        diagnostics.checkName(entry.key, "a stage", at: entry.position)
        var stage = Journey.Stage(entry.key, position: entry.position)
        var enter: SourceText?
        if !entry.value.isEmpty {
            guard let fields = Fields(entry.value, .stage, diagnostics, of: "the stage \"\(entry.key)\"") else {
                return stage
            }
            enter = fields.source("enter")
            stage.expected = fields.span("expect")
            stage.touchpoints = fields.items("touchpoints").compactMap { diagnostics.shownText($0, "touchpoints") }
            if enter == nil, fields.has("enter") { return stage }
        }
        switch enter {
        case let enter? where isImported:
            diagnostics.error(
                enter.position, "with \"source: import\" the stages come with the data; leave out \"enter\"")
        case let enter? where isFirst:
            diagnostics.error(
                enter.position, "every account of the journey begins in its first stage; leave out \"enter\"")
        case let enter?:
            stage.enter = terms?.condition(enter)
        case nil where !isFirst && !isImported:
            diagnostics.error(entry.position, "\"enter\" is missing: what brings an account into \"\(entry.key)\"?")
        case nil:
            break
        }
        return stage
    }

    /// Accounts go to the furthest stage whose condition holds, so that of two alike the earlier never has any.
    private func warnOfSkippedStages(_ journey: Journey) {
        for (index, stage) in journey.stages.enumerated() {
            guard let enter = stage.enter,
                let later = journey.stages[(index + 1)...].first(where: { $0.enter?.node == enter.node })
            else { continue }
            diagnostics.warning(
                stage.position, "no account will ever be in \"\(stage.name)\": \"\(later.name)\" has the same \"enter\""
            )
        }
    }
}
