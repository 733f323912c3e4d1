/// The sections of `data.yaml`, of which one that comes again goes on: a line that an import prints can be put at the end.
///
/// What the later one says of a name counts, and adds to what was said of it before. Within a section names stay unique.
enum DataSections {
    static func read(_ text: String) -> (root: YAMLNode?, [Diagnostic]) {
        let file = "data.yaml"
        let parts = parts(of: text)
        guard parts.count > 1 else { return YAMLFile.read(text, file: file) }
        var whole: YAMLNode?
        var complaints: [Diagnostic] = []
        for part in parts {
            let (root, diagnostics) = YAMLFile.read(part.text, file: file, firstLine: part.line)
            complaints += diagnostics
            guard let root else { continue }
            whole = whole.map { merged($0, root, isWish: false) } ?? root
        }
        return (complaints.isEmpty ? whole : nil, complaints)
    }

    /// The text up to each section whose name has come before, with the lines on which the parts begin.
    private static func parts(of text: String) -> [(text: String, line: Int)] {
        var parts: [(text: String, line: Int)] = []
        var lines: [Substring] = []
        var first = 1
        var seen: Set<String> = []
        let all = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in all.enumerated() {
            if let name = section(line), !seen.insert(name).inserted {
                parts.append((lines.joined(separator: "\n") + "\n", first))
                (lines, first, seen) = ([], index + 1, [name])
            }
            lines.append(line)
        }
        return parts + [(lines.joined(separator: "\n"), first)]
    }

    private static func section(_ line: Substring) -> String? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let name = String(line[..<colon])
        return KeyTable.dataMap.names.contains(name) ? name : nil
    }

    /// - Parameter isWish: whether it is said of a wish, of which several columns may tell.
    private static func merged(_ earlier: YAMLNode, _ later: YAMLNode, isWish: Bool) -> YAMLNode {
        guard var entries = earlier.entries, let more = later.entries else {
            return later.isEmpty ? earlier : later
        }
        for entry in more {
            guard let index = entries.firstIndex(where: { $0.key == entry.key }) else {
                entries.append(entry)
                continue
            }
            if isWish, entry.key == "column" {
                let old = entries[index].value
                let names = (old.list ?? [old]) + (entry.value.list ?? [entry.value])
                entries[index].value = YAMLNode(.list(names), at: entry.value.position)
            } else {
                entries[index].value = merged(
                    entries[index].value, entry.value, isWish: Attribute.isWish(entry.key))
            }
        }
        return YAMLNode(.mapping(entries), at: earlier.position)
    }
}
