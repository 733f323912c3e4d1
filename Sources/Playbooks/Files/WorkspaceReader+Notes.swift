extension WorkspaceReader {
    /// The team's own forms of risk notes, by reason; `risk` is for all others.
    func notes(_ workspace: Workspace) -> [String: String] {
        var notes: [String: String] = [:]
        let reasons = workspace.dataMap.reasons.map(\.name)
        let names = RiskNoteTemplate.Name.allCases.map(\.rawValue)
        for (path, text) in texts.sorted(by: { $0.key < $1.key })
        where path.hasPrefix("notes/") && path.hasSuffix(".md") {
            let name = String(path.dropFirst("notes/".count).dropLast(".md".count))
            let source = SourceText(name: name, text: text, position: Position(file: path))
            let variables = MessageVariables(of: [source])
            diagnostics.add(variables.diagnostics)
            for use in variables.uses where !names.contains(use.name) {
                diagnostics.unknown(use.name, "value of a risk note", among: names, at: use.position)
            }
            if name != RiskNoteTemplate.general, !reasons.contains(name) {
                diagnostics.warning(
                    source.position,
                    "no reason of data.yaml is called \"\(name)\"\(suggestion(for: name, in: reasons + [RiskNoteTemplate.general]))"
                )
            }
            if variables.diagnostics.isEmpty { notes[name] = text }
        }
        checkNeeds(workspace)
        return notes
    }

    /// Who has to do something must hear of it.
    private func checkNeeds(_ workspace: Workspace) {
        let entries =
            texts["data.yaml"].flatMap { DataSections.read($0).root }?["reasons"]?.entries ?? []
        for reason in workspace.dataMap.reasons where reason.needs != nil && reason.notify == nil {
            guard workspace.risks[reason.name] != nil else { continue }
            let place = entries.first { $0.key == reason.name }?.position ?? Position(file: "data.yaml")
            diagnostics.warning(
                place,
                "reason \(reason.name) has nobody to notify: it says what is needed, and no channel is told; give it notify: CHANNEL"
            )
        }
    }
}
