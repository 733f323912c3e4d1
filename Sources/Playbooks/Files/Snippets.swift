import Basics

/// The texts of `snippets/`, which the bodies of messages take in by `{{> name}}`.
///
/// `signature.de.md` beside `signature.md` serves the messages in that language.
final class Snippets {
    /// A line with the place where it stands in the files.
    struct Line {
        var text: String
        var place: Position
    }

    /// By name, then by the language in its normalized form; "" for the one without.
    private var texts: [String: [String: SourceText]] = [:]
    private(set) var used: Set<String> = []
    private let diagnostics: Diagnostics

    /// - Parameter files: of the whole workspace, by path.
    init(_ files: [String: String], _ diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
        for (path, text) in files where path.hasPrefix("snippets/") && path.hasSuffix(".md") {
            let parts = path.dropFirst("snippets/".count).dropLast(".md".count).split(separator: ".", maxSplits: 1)
            guard let name = parts.first.map(String.init) else { continue }
            let language = parts.count > 1 ? LanguageTag.normalized(String(parts[1])) : ""
            var plain = text.utf8.contains(13) ? text.replacing("\r\n", with: "\n") : text
            while plain.last?.isNewline == true { plain.removeLast() }
            texts[name, default: [:]][language] = SourceText(name: name, text: plain, position: Position(file: path))
        }
        check()
    }

    var names: [String] { texts.keys.sorted() }

    /// The text for a message in a language.
    private func source(_ name: String, _ language: String?) -> SourceText? {
        guard let versions = texts[name] else { return nil }
        return LanguageTag.lookup(language, in: { versions[$0] != nil }).flatMap { versions[$0] } ?? versions[""]
    }

    // MARK: Taking in

    /// The lines of a message's body with the snippets in their places.
    func expanded(_ body: SourceText, language: String?) -> [Line] { expanded(body, language, inside: []) }

    private func expanded(_ source: SourceText, _ language: String?, inside open: [String]) -> [Line] {
        var lines: [Line] = []
        for (offset, text) in source.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = Position(file: source.position.file, line: source.position.line + offset)
            var line = Line(text: "", place: place)
            var rest = text
            while let match = rest.firstMatch(of: Self.tag) {
                line.text += rest[..<match.range.lowerBound]
                rest = rest[match.range.upperBound...]
                let name = String(match.1)
                // One that names itself is an error of `check`.
                guard !open.contains(name), let inner = self.source(name, language) else { continue }
                let taken = expanded(inner, language, inside: open + [name])
                for (index, part) in taken.enumerated() {
                    if index > 0 {
                        lines.append(line)
                        line = Line(text: "", place: part.place)
                    }
                    line.text += part.text
                }
            }
            line.text += rest
            lines.append(line)
        }
        return lines
    }

    private nonisolated(unsafe) static let tag = /\{\{[ \t]*>[ \t]*([\p{L}0-9_-]+)[ \t]*\}\}/

    // MARK: Checking

    /// The snippets that a text takes in, and theirs, each once; complains about names that nobody has.
    func sources(in text: SourceText, language: String?) -> [SourceText] {
        for use in SectionedText(text.text).snippets {
            // What has an error is not sent, so it is one of the message, too.
            guard let name = looping(from: use.name) else { continue }
            diagnostics.error(
                text.position.moved(to: use.place),
                name == use.name
                    ? "the snippet \"\(name)\" takes itself in"
                    : "the snippet \"\(use.name)\" takes in \"\(name)\", which takes itself in")
        }
        var found: [SourceText] = []
        var open = [text]
        while let next = open.popLast() {
            for use in SectionedText(next.text).snippets {
                used.insert(use.name)
                guard let source = source(use.name, language) else {
                    let near = suggestion(for: use.name, in: names)
                    let remedy =
                        texts[use.name] != nil
                        ? "; it is there in other languages only: make snippets/\(use.name).md"
                        : near.isEmpty ? "; make snippets/\(use.name).md" : near
                    diagnostics.error(
                        next.position.moved(to: use.place), "there is no snippet \"\(use.name)\"\(remedy)")
                    continue
                }
                guard !found.contains(where: { $0.position.file == source.position.file }) else { continue }
                found.append(source)
                open.append(source)
            }
        }
        return found
    }

    private func check() {
        for (name, versions) in texts.sorted(by: { $0.key < $1.key }) {
            for source in versions.values.sorted(by: { $0.position < $1.position }) {
                for use in SectionedText(source.text).snippets where reaches(name, from: use.name, []) {
                    diagnostics.error(
                        source.position.moved(to: use.place),
                        "the snippet \"\(name)\" takes itself in\(use.name == name ? "" : ", by \"\(use.name)\"")")
                }
            }
        }
    }

    /// The first of the snippets that one takes in, itself among them, that takes itself in.
    private func looping(from start: String) -> String? {
        var seen: Set = [start]
        var open = [start]
        while !open.isEmpty {
            let name = open.removeFirst()
            let inner = next(after: name)
            if inner.contains(where: { reaches(name, from: $0, []) }) { return name }
            open += inner.sorted().filter { seen.insert($0).inserted }
        }
        return nil
    }

    /// What a snippet takes in, in any language.
    private func next(after name: String) -> Set<String> {
        Set((texts[name] ?? [:]).values.flatMap { SectionedText($0.text).snippets.map(\.name) })
    }

    private func reaches(_ name: String, from start: String, _ seen: Set<String>) -> Bool {
        if start == name { return true }
        guard !seen.contains(start) else { return false }
        return next(after: start).contains { reaches(name, from: $0, seen.union([start])) }
    }

    /// Warns of those that nobody takes in.
    func warnOfUnused() {
        for name in names where !used.contains(name) {
            for source in texts[name]?.values.sorted(by: { $0.position < $1.position }) ?? [] {
                diagnostics.warning(source.position, "no message takes in this snippet")
            }
        }
    }
}
