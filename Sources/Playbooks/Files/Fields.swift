/// The entries of one mapping, read by key; every complaint goes to `diagnostics`.
///
/// Making it refuses unknown keys (with the nearest known one) and misses required ones; each getter returns nil when
/// the key is absent or its value, about which it complains, cannot be read.
struct Fields {
    let node: YAMLNode
    let diagnostics: Diagnostics
    /// Keys whose condition was split at a comma by `{ }`; already complained about.
    private let split: Set<String>

    /// Nil, with a complaint, when the node is not a mapping.
    init?(_ node: YAMLNode, _ table: KeyTable, _ diagnostics: Diagnostics, of thing: String) {
        guard let entries = node.entries else {
            diagnostics.error(node.position, "expected \(thing) as keys and values, got \(node.summary)")
            return nil
        }
        self.node = node
        self.diagnostics = diagnostics
        let names = table.names
        var split: Set<String> = []
        var isInsideSplit = false
        for (index, entry) in entries.enumerated() where !names.contains(entry.key) {
            let before = index > 0 ? entries[index - 1] : nil
            if let before, entry.value.isEmpty, isInsideSplit || isSplit(before.value) {
                if !isInsideSplit {
                    diagnostics.error(before.value.position, splitMessage(before.key))
                    split.insert(before.key)
                }
                isInsideSplit = true
                continue
            }
            diagnostics.error(entry.position, "unknown key \"\(entry.key)\"\(suggestion(for: entry.key, in: names))")
        }
        self.split = split
        let given = Set(entries.map(\.key))
        for key in table.keys where key.isRequired && !given.contains(key.name) {
            diagnostics.error(node.position, "\"\(key.name)\" is missing in \(thing)")
        }
    }

    /// The value, unless the key is absent; a key without a value counts as absent and is complained about.
    subscript(key: String) -> YAMLNode? {
        guard let node = node[key], !split.contains(key) else { return nil }
        if node.isEmpty {
            diagnostics.error(node.position, "\"\(key)\" has no value")
            return nil
        }
        return node
    }

    func has(_ key: String) -> Bool { node[key] != nil }

    func position(_ key: String) -> Position {
        node.entries?.first { $0.key == key }?.position ?? node.position
    }

    func text(_ key: String) -> String? { self[key].flatMap { diagnostics.text($0, key) } }
    func boolean(_ key: String) -> Bool? { self[key].flatMap { diagnostics.boolean($0, key) } }
    func share(_ key: String) -> Double? { self[key].flatMap { diagnostics.share($0, key) } }
    func shownText(_ key: String) -> String? { self[key].flatMap { diagnostics.shownText($0, key) } }
    func span(_ key: String) -> TimeSpan? { self[key].flatMap { diagnostics.span($0, key) } }
    func schedule(_ key: String) -> Schedule? { self[key].flatMap { diagnostics.schedule($0, key) } }

    /// When playbooks are matched: a schedule on the workspace's clock.
    func evaluation(_ key: String) -> Schedule? {
        let schedule = schedule(key)
        if schedule?.isLocal == true {
            diagnostics.error(
                position(key), "\"\(key)\" goes by the workspace's clock; leave \"local\" out")
        }
        return schedule
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        self[key].flatMap { diagnostics.integer($0, key, in: range) }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String {
        guard let node = self[key], let text = diagnostics.text(node, key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let forms = known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "")
        let near = suggestion(for: text, in: known)
        diagnostics.error(node.position, "expected \(forms) for \"\(key)\", got \(node.summary)\(near)")
        return nil
    }

    /// The items of a list; a value that is not a list counts as its only item.
    func items(_ key: String) -> [YAMLNode] {
        self[key].map { $0.list ?? [$0] } ?? []
    }

    /// The entries of a mapping whose keys are names of the writer's own.
    func entries(_ key: String) -> [YAMLNode.Entry] {
        guard let node = self[key] else { return [] }
        if let entries = node.entries { return entries }
        diagnostics.error(node.position, "expected names with their values under \"\(key)\", got \(node.summary)")
        return []
    }

    func table(_ key: String, _ table: KeyTable) -> Fields? {
        self[key].flatMap { Fields($0, table, diagnostics, of: "\"\(key)\"") }
    }

    /// Conditions or signals by their names; the text is nil, with a complaint, where it cannot be read.
    func sources(_ key: String) -> [(entry: YAMLNode.Entry, text: SourceText?)] {
        var isInsideSplit = false
        return entries(key).compactMap { entry in
            if entry.value.isEmpty {
                if isInsideSplit { return nil }
                diagnostics.error(entry.value.position, "\"\(entry.key)\" has no value")
                return (entry, nil)
            }
            isInsideSplit = isSplit(entry.value)
            if isInsideSplit {
                diagnostics.error(entry.value.position, splitMessage(entry.key))
                return (entry, nil)
            }
            return (entry, diagnostics.source(entry.value, entry.key))
        }
    }

    /// A condition or signal, to be parsed later.
    func source(_ key: String) -> SourceText? {
        self[key].flatMap { diagnostics.source($0, key) }
    }
}

/// Whether the text is the first part of a condition that `{ }` or `[ ]` split at a comma: `sum(logins`.
func isSplit(_ node: YAMLNode) -> Bool {
    guard node.isPlain, let text = node.text else { return false }
    return text.count { $0 == "(" } > text.count { $0 == ")" }
}

func splitMessage(_ key: String) -> String {
    "the condition of \"\(key)\" was split at its comma; a condition with a comma must stand in block form, "
        + "on a line of its own outside { } and [ ]"
}
