extension WorkspaceReader {
    /// The presets that are named where a channel is expected and that no file of `channels/` lies over.
    func readPresets(
        named playbooks: [YAMLNode], into channels: inout [String: Channel], _ broken: inout Set<String>
    ) {
        var named: [YAMLNode] = []
        let configuration = texts["keeptouch.yaml"].flatMap { YAMLFile.read($0, file: "keeptouch.yaml").root }
        named += configuration?["channels"]?.entries?.map(\.value) ?? []
        named += configuration?["digests"].map { values(of: "channel", in: $0) } ?? []
        let data = texts["data.yaml"].flatMap { DataSections.read($0).root }
        named += data?["reasons"].map { values(of: "notify", in: $0) } ?? []
        for root in playbooks {
            for key in ["steps", "variants"] { named += root[key].map { values(of: "channel", in: $0) } ?? [] }
        }
        let reader = ChannelReader(diagnostics: diagnostics)
        for node in named {
            guard let name = node.text, channels[name] == nil, !broken.contains(name),
                ChannelPreset.named(name) != nil
            else { continue }
            if let channel = reader.read(presetNamed: name, at: node.position) {
                channels[name] = channel
            } else {
                broken.insert(name)
            }
        }
    }

    private func values(of key: String, in node: YAMLNode) -> [YAMLNode] {
        if let list = node.list { return list.flatMap { values(of: key, in: $0) } }
        return (node.entries ?? []).flatMap { entry in
            entry.key == key && entry.value.text != nil ? [entry.value] : values(of: key, in: entry.value)
        }
    }
}
