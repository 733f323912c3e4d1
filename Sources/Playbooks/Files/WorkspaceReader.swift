/// Reads and checks a whole workspace out of the texts of its files; a pure function.
package struct WorkspaceReader {
    /// The texts by path relative to the workspace; what is no file of a workspace is passed over.
    let texts: [String: String]
    let diagnostics = Diagnostics()
    let known: Known

    /// What a text of the past may name although the files of today do not have it.
    package struct Known: Sendable {
        package var categories: [String]
        package var channels: [String: Channel.Kind]
        /// Whether there is such a text: every one has a category.
        var isPast: Bool { !categories.isEmpty }

        package init(categories: [String] = [], channels: [String: Channel.Kind] = [:]) {
            self.categories = categories
            self.channels = channels
        }
    }

    /// The workspace and every complaint, ordered by place.
    ///
    /// There is no workspace when `keeptouch.yaml` has an error or `data.yaml` cannot be parsed. Anything else that has
    /// an error is left out, and the good rest stays.
    package static func read(
        _ texts: [String: String], known: Known = Known()
    ) -> (workspace: Workspace?, diagnostics: [Diagnostic]) {
        let reader = WorkspaceReader(texts: texts, known: known)
        let workspace = reader.workspace()
        // A mistake in a snippet is one of every message that takes it in.
        return (
            workspace,
            reader.diagnostics.all.sorted().reduce(into: []) { told, next in if told.last != next { told.append(next) }
            }
        )
    }

    private init(texts: [String: String], known: Known) {
        self.texts = texts
        self.known = known
    }

    private func workspace() -> Workspace? {
        let journeys = paths(in: "journeys").compactMap { path in root(path) }
        var (channels, brokenChannels) = channels()
        let folders = Set(texts.keys.lazy.filter { $0.hasPrefix("playbooks/") }.compactMap(folder)).sorted()
        let roots = folders.compactMap { folder in playbookRoot(folder).map { (folder, $0) } }
        readPresets(named: roots.map(\.1), into: &channels, &brokenChannels)
        guard texts["keeptouch.yaml"] != nil else {
            let remedy = "`keeptouch init` makes a workspace"
            diagnostics.error(Position(file: "keeptouch.yaml"), "there is no keeptouch.yaml; \(remedy)")
            return nil
        }
        let (calendars, calendarNames) = calendars()
        var configuration: Configuration?
        var isGood = diagnostics.areClean {
            let reader = ConfigurationReader(diagnostics: diagnostics, calendars: calendarNames)
            configuration = root("keeptouch.yaml").flatMap(reader.read)
        }
        let dataRoot = root("data.yaml")
        // Without either nothing can be said about the names in playbooks.
        for name in known.categories where configuration?.categories.contains(where: { $0.name == name }) == false {
            configuration?.categories.append(Configuration.Category(name: name, title: name))
        }
        for (name, kind) in known.channels where channels[name] == nil {
            channels[name] = Channel(name: name, kind: kind, url: "", position: Position(file: "channels/\(name).yaml"))
        }
        guard let configuration, dataRoot != nil || texts["data.yaml"] == nil else {
            _ = self.journeys(journeys, nil)
            return nil
        }
        var workspace = Workspace(configuration: configuration, dataMap: DataMap(), channels: channels)
        if configuration.channels[.inApp] == Channel.inbox.name, channels[Channel.inbox.name] == nil {
            workspace.channels[Channel.inbox.name] = .inbox
        }
        var terms = Terms(scope: ConditionScope(dataMap: workspace.dataMap), broken: [], diagnostics: diagnostics)
        if let dataRoot, !dataRoot.isEmpty {
            let (map, broken) = DataMapReader(diagnostics: diagnostics).read(dataRoot)
            workspace.dataMap = map
            terms = Terms(scope: ConditionScope(dataMap: map), broken: broken, diagnostics: diagnostics)
        }
        workspace.dataMap.sms = configuration.sms
        // A text of the past is read with a data map of its time.
        if !known.isPast, !diagnostics.areClean(after: { checkSMS(workspace) }) { isGood = false }
        terms.scope.hearsReplies = known.isPast || hearsReplies(workspace)
        terms.scope.stages = journeys.flatMap(JourneyReader.stageNames)
        terms.scope.playbooks = roots.compactMap { $0.1["playbook"]?.text }
        workspace.calendars = calendars
        let layouts = LayoutReader(texts, takesUnknown: known.isPast, diagnostics)
        workspace.layouts = layouts.layouts
        if !diagnostics.areClean(after: { workspace.brand = brand(configuration, layouts) }) { isGood = false }
        if !known.isPast, !diagnostics.areClean(after: { checkCalendars(workspace) }) { isGood = false }
        if !diagnostics.areClean(after: { checkCaps(workspace, brokenChannels) }) { isGood = false }
        (workspace.segments, workspace.health) = terms.segments(of: workspace.dataMap)
        checkChannelNames(workspace, brokenChannels)
        checkSources(workspace)
        workspace.journeys = self.journeys(journeys, terms)
        workspace.playbooks = playbooks(roots, workspace, brokenChannels, calendarNames, layouts, terms)
        layouts.warnOfUnused()
        if !diagnostics.areClean(after: { checkOpenings(workspace) }) { isGood = false }
        checkLegal(workspace)
        checkLinks(workspace)
        checkRetention(workspace)
        checkCampaigns(workspace)
        workspace.notes = notes(workspace)
        return isGood ? workspace : nil
    }

    func root(_ path: String) -> YAMLNode? {
        guard let text = texts[path] else { return nil }
        let (root, complaints) = path == "data.yaml" ? DataSections.read(text) : YAMLFile.read(text, file: path)
        diagnostics.add(complaints)
        return root
    }

    /// The YAML files that lie directly in a folder.
    func paths(in folder: String) -> [String] {
        texts.keys.filter { path in
            guard path.hasPrefix("\(folder)/"), path.split(separator: "/").count == 2 else { return false }
            if path.hasSuffix(".yml") {
                diagnostics.warning(Position(file: path), "only .yaml files are read; rename it")
            }
            return path.hasSuffix(".yaml")
        }
        .sorted()
    }

    private func folder(_ path: String) -> String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? "\(parts[0])/\(parts[1])" : nil
    }

    private func playbookRoot(_ folder: String) -> YAMLNode? {
        let path = "\(folder)/playbook.yaml"
        if texts[path] == nil {
            diagnostics.warning(Position(file: path), "the folder \(folder) has no playbook.yaml and is passed over")
        }
        return root(path)
    }

    private func journeys(_ roots: [YAMLNode], _ terms: Terms?) -> [Journey] {
        var journeys: [Journey] = []
        for root in roots {
            guard let journey = JourneyReader(diagnostics: diagnostics).read(root, terms: terms) else { continue }
            if let other = journeys.first(where: { $0.name == journey.name }) {
                diagnostics.error(
                    journey.position,
                    "the journey \"\(journey.name)\" is also in \(other.position.file); names must differ")
            } else {
                journeys.append(journey)
            }
        }
        return journeys
    }

    private func channels() -> ([String: Channel], broken: Set<String>) {
        var channels: [String: Channel] = [:]
        var broken: Set<String> = []
        for path in paths(in: "channels") {
            let root = root(path)
            guard let channel = root.flatMap({ ChannelReader(diagnostics: diagnostics).read($0, file: path) }) else {
                let stem = path.dropFirst("channels/".count).dropLast(".yaml".count)
                broken.formUnion([String(stem), root?["channel"]?.text ?? String(stem)])
                continue
            }
            if let other = channels[channel.name] {
                diagnostics.error(
                    channel.position,
                    "the channel \"\(channel.name)\" is also in \(other.position.file); names must differ")
            } else {
                channels[channel.name] = channel
            }
        }
        return (channels, broken)
    }

    /// Whether mail or text messages that come in are told of, by a provider or by a team's own webhooks of a channel.
    private func hearsReplies(_ workspace: Workspace) -> Bool {
        !workspace.configuration.inbound.isEmpty
            || workspace.channels.values.compactMap(\.events?.dialect).contains { $0.hearsTexts }
    }

    private func checkSources(_ workspace: Workspace) {
        let dataMap = workspace.dataMap
        for source in workspace.configuration.sources {
            if dataMap.importMap(source.name) != nil {
                diagnostics.error(
                    source.position,
                    "\"\(source.name)\" is an import of data.yaml, too; give the source another name")
            }
            guard let map = source.map(in: dataMap) else {
                let known = ImportKind.allCases.map(\.rawValue) + dataMap.imports.map(\.name)
                diagnostics.unknown(source.imports, "import", among: known, at: source.position)
                continue
            }
            if source.closesDays, map.kind != .metrics {
                diagnostics.error(
                    source.position, "\"complete\" is for metrics, and \"\(source.name)\" brings \(map.kind)")
            }
        }
    }

    /// A default or notified channel that is not there does no harm until a live playbook needs it.
    private func checkChannelNames(_ workspace: Workspace, _ broken: Set<String>) {
        let configured = workspace.configuration.channels.sorted { $0.key.rawValue < $1.key.rawValue }
        let named = configured.map { ($0.value, "keeptouch.yaml") }
        let notified = workspace.dataMap.reasons.compactMap(\.notify).map { ($0, "data.yaml") }
        let digests = workspace.configuration.digests.map { ($0.channel, "keeptouch.yaml") }
        var told: Set<String> = []
        for (name, file) in notified + digests {
            guard let kind = workspace.channels[name]?.kind, kind != .webhook, told.insert(name).inserted else {
                continue
            }
            diagnostics.warning(
                place(of: name, in: file),
                "nobody is told over \"\(name)\", which is of the kind \(kind.rawValue): a team needs a webhook")
        }
        for (name, file) in named + notified + digests
        where workspace.channels[name] == nil && !broken.contains(name) && told.insert(name).inserted {
            let near = suggestion(for: name, in: Array(workspace.channels.keys) + ChannelPreset.names)
            let remedy = near.isEmpty ? "; make channels/\(name).yaml" : near
            diagnostics.warning(place(of: name, in: file), "there is no channel \"\(name)\"\(remedy)")
        }
    }

    /// A cap on a channel that is not there would hold nothing back.
    private func checkCaps(_ workspace: Workspace, _ broken: Set<String>) {
        for name in workspace.configuration.caps.compactMap(\.channel)
        where workspace.channels[name] == nil && !broken.contains(name) {
            diagnostics.unknown(
                name, "channel", among: workspace.channels.keys.sorted(), at: place(of: name, in: "keeptouch.yaml"))
        }
    }

    /// Where a name stands as a value.
    func place(of name: String, in file: String) -> Position {
        func find(_ node: YAMLNode) -> Position? {
            if node.text == name { return node.position }
            return (node.list ?? node.entries?.map(\.value) ?? []).lazy.compactMap(find).first
        }
        let root = texts[file].flatMap {
            file == "data.yaml" ? DataSections.read($0).root : YAMLFile.read($0, file: file).root
        }
        let keys = file == "data.yaml" ? ["reasons"] : ["channels", "digests", "base_url", "caps"]
        return keys.lazy.compactMap { root?[$0].flatMap(find) }.first ?? Position(file: file)
    }

    private func playbooks(
        _ roots: [(String, YAMLNode)], _ workspace: Workspace, _ brokenChannels: Set<String>,
        _ calendars: CalendarNames, _ layouts: LayoutReader, _ terms: Terms
    ) -> [Playbook] {
        var files: [String: [String: String]] = [:]
        for (path, text) in texts {
            guard path.hasPrefix("playbooks/"), let folder = folder(path) else { continue }
            files[folder, default: [:]][String(path.dropFirst(folder.count + 1))] = text
        }
        let names = Dictionary(grouping: roots) { $0.1["playbook"]?.text ?? "" }
        let snippets = Snippets(texts, diagnostics)
        defer { snippets.warnOfUnused() }
        return roots.compactMap { folder, root in
            let reader = PlaybookReader(
                folder: folder, texts: files[folder] ?? [:], configuration: workspace.configuration,
                dataMap: workspace.dataMap, channels: workspace.channels, brokenChannels: brokenChannels,
                calendars: calendars, snippets: snippets, layouts: layouts,
                diagnostics: diagnostics)
            let playbook = reader.read(root, terms: terms)
            let name = root["playbook"]?.text ?? ""
            guard let others = names[name], others.count > 1, !name.isEmpty else { return playbook }
            let place = root["playbook"]?.position ?? root.position
            let other = others.first { $0.0 != folder }?.0 ?? folder
            diagnostics.error(place, "the name \"\(name)\" is also that of \(other)/playbook.yaml; names must differ")
            return nil
        }
    }
}
