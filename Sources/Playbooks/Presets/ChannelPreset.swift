/// A channel file for a well-known provider that the program carries; a workspace's own file is laid over it.
package struct ChannelPreset: Sendable {
    package let name: String
    /// The file, to be copied into `channels/` and changed there.
    package let text: String

    /// All of them by name.
    package static let all = texts.map { ChannelPreset(name: $0.name, text: $0.text) }
    package static let names = texts.map(\.name)

    package static func named(_ name: String) -> ChannelPreset? { all.first { $0.name == name } }

    /// The first sentence of its comment: the provider.
    package var title: String {
        let line = text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }
        return String(line.firstRange(of: ". ").map { line[..<$0.lowerBound] } ?? line.prefix { $0 != "." })
    }

    /// What has to be given under `vars`, with what it is.
    package var needs: [(name: String, about: String)] {
        (root?["needs"]?.entries ?? []).map { ($0.key, $0.value.text ?? "") }
    }

    /// The channel with a stand-in for each variable that it needs.
    package var channel: Channel? {
        guard var root, case .mapping(var entries) = root.content else { return nil }
        entries.removeAll { $0.key == "needs" }
        let given = needs.map { need in
            let value = YAMLNode(.scalar("<\(need.name)>", .quoted), at: root.position)
            return YAMLNode.Entry(key: need.name, position: root.position, value: value)
        }
        let own = YAMLNode(
            .mapping([.init(key: "vars", position: root.position, value: YAMLNode(.mapping(given), at: root.position))]
            ),
            at: root.position)
        root.content = .mapping(entries)
        return ChannelReader(diagnostics: Diagnostics()).read(own.laid(over: root), file: nil)
    }

    var root: YAMLNode? { YAMLFile.read(text, file: "channels/\(name).yaml").root }
}

extension YAMLNode {
    /// Where the keys of one table exclude each other, so that the file's stand instead of the preset's.
    private static let wholes: [[String]] = [
        ["idempotency"], ["events"], ["response", "id"], ["response", "error", "message"],
        ["response", "error", "code"],
    ]

    /// The keys of this file over those of a preset: mappings key by key, anything else in place of the preset's.
    ///
    /// A table of another `kind` (auth, body) stands instead of the preset's as a whole, and so does one with `$if` or
    /// `$each`.
    func laid(over preset: YAMLNode, at path: [String] = []) -> YAMLNode {
        guard let own = entries, let others = preset.entries, !Self.wholes.contains(path) else { return self }
        if (own + others).contains(where: { ["$if", "$each"].contains($0.key) }) { return self }
        if !path.isEmpty, let kind = self["kind"]?.text, kind != preset["kind"]?.text { return self }
        var merged = others
        for entry in own {
            if let index = merged.firstIndex(where: { $0.key == entry.key }) {
                let value = entry.value.laid(over: merged[index].value, at: path + [entry.key])
                merged[index] = Entry(key: entry.key, position: entry.position, value: value)
            } else {
                merged.append(entry)
            }
        }
        return YAMLNode(.mapping(merged), at: position)
    }

    /// The same with every place at one: complaints about a preset belong to whoever names it.
    func moved(to position: Position) -> YAMLNode {
        switch content {
        case .scalar: YAMLNode(content, at: position)
        case .list(let nodes): YAMLNode(.list(nodes.map { $0.moved(to: position) }), at: position)
        case .mapping(let entries):
            YAMLNode(
                .mapping(
                    entries.map { Entry(key: $0.key, position: position, value: $0.value.moved(to: position)) }),
                at: position)
        }
    }
}
