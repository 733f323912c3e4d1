internal import Yams

/// Reads the text of one YAML file into nodes.
///
/// It holds one document without anchors, aliases, tags of its own and repeated keys, at most 256 KiB, 32 levels and
/// 10,000 nodes; whatever breaks these bounds is a diagnostic, never a crash or a long wait.
package enum YAMLFile {
    package static let largestSize = 256 * 1_024
    package static let greatestDepth = 32
    package static let mostNodes = 10_000

    /// Reads the text; `firstLine` is the line of the file on which it begins (the front matter of a message).
    ///
    /// The root is nil when there is an error.
    package static func read(_ text: String, file: String, firstLine: Int = 1) -> (root: YAMLNode?, [Diagnostic]) {
        guard text.utf8.count <= largestSize else {
            let size = "\(text.utf8.count / 1_024) KiB"
            return (nil, [Diagnostic(at: Position(file: file), "the file has \(size); at most 256 KiB are read")])
        }
        // A carriage return and a line feed are one Character in Swift.
        let text = text.utf8.contains(13) ? text.replacing("\r\n", with: "\n") : text
        let star = text.utf8.contains(UInt8(ascii: "*")) ? unusedScalar(in: text) : nil
        // Without stars there are no aliases, and Yams cannot be made to hash one node a billion times.
        let starless = star.map { text.replacing("*", with: $0) } ?? text
        var reader = NodeReader(text: starless, file: file, firstLine: firstLine, star: star)
        do {
            let parser = try Parser(yaml: starless, resolver: .basic, encoding: .utf8)
            guard let document = try parser.singleRoot() else {
                let nothing = YAMLNode(.scalar("", .plain), at: Position(file: file, line: firstLine))
                return (nothing, [])
            }
            let root = withExtendedLifetime(parser) { reader.node(document, depth: 1) }
            return reader.diagnostics.isEmpty ? (root, []) : (nil, reader.diagnostics)
        } catch let error as YamlError {
            let complaint = YAMLComplaint(text: starless, star: star, file: file, firstLine: firstLine)
            return (nil, [complaint.diagnostic(error)])
        } catch {
            return (nil, [Diagnostic(at: Position(file: file, line: firstLine), "the YAML cannot be read: \(error)")])
        }
    }

    /// A private-use character that the text does not hold.
    private static func unusedScalar(in text: String) -> Unicode.Scalar? {
        let used = Set(text.unicodeScalars.lazy.filter { (0xE000...0xF8FF).contains($0.value) })
        return (UInt32(0xE000)...0xF8FF).lazy.compactMap(Unicode.Scalar.init).first { !used.contains($0) }
    }
}

extension Unicode.Scalar {
    /// White space; most of what is asked is ASCII, and the tables of Unicode are far away.
    fileprivate var isSpace: Bool {
        isASCII ? value == 0x20 || (0x09...0x0d).contains(value) : properties.isWhitespace
    }
}

extension String {
    func replacing(_ scalar: Unicode.Scalar, with other: Unicode.Scalar) -> String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0 == scalar ? other : $0 }))
    }
}

/// Copies Yams nodes into ours, refusing what a workspace must not hold.
private struct NodeReader {
    let lines: [Substring]
    let file: String
    let firstLine: Int
    /// Stands for `*` in the text that Yams read.
    let star: Unicode.Scalar?
    var diagnostics: [Diagnostic] = []
    var count = 0
    var last: Position

    init(text: String, file: String, firstLine: Int, star: Unicode.Scalar?) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        self.file = file
        self.firstLine = firstLine
        self.star = star
        last = Position(file: file, line: firstLine)
    }

    mutating func node(_ node: Node, depth: Int) -> YAMLNode {
        let position =
            node.mark.map { Position(file: file, line: $0.line + firstLine - 1, column: $0.column) } ?? last
        last = position
        let nothing = YAMLNode(.scalar("", .plain), at: position)
        count += 1
        if count > YAMLFile.mostNodes {
            if count == YAMLFile.mostNodes + 1 {
                complain(position, "the file has more than 10,000 values; split it up")
            }
            return nothing
        }
        if depth > YAMLFile.greatestDepth {
            complain(position, "nested deeper than 32 levels")
            return nothing
        }
        if let anchor = node.anchor {
            complain(
                position, "the anchor \"&\(anchor.rawValue)\" is not allowed; write the value out where it is needed")
        }
        switch node {
        case .scalar(let scalar):
            refuseTag(of: node, unless: "tag:yaml.org,2002:str", position)
            let content = YAMLNode.Content.scalar(text(scalar, position), style(scalar.style))
            return YAMLNode(
                content, at: position, written: written(scalar, position),
                endsAtComment: style(scalar.style) == .plain && isCommented(scalar.string, position))
        case .sequence(let sequence):
            refuseTag(of: node, unless: "tag:yaml.org,2002:seq", position)
            return YAMLNode(.list(sequence.map { self.node($0, depth: depth + 1) }), at: position)
        case .mapping(let mapping):
            refuseTag(of: node, unless: "tag:yaml.org,2002:map", position)
            return YAMLNode(.mapping(mapping.map { entry($0.key, $0.value, depth: depth + 1) }), at: position)
        case .alias:
            complain(position, "an alias is not allowed; write the value out")
            return nothing
        }
    }

    private mutating func entry(_ key: Node, _ value: Node, depth: Int) -> YAMLNode.Entry {
        let name = node(key, depth: depth)
        if name.text == nil {
            complain(name.position, "a key must be text; text that starts with { or [ stands in quotes")
        }
        return YAMLNode.Entry(key: name.text ?? "", position: name.position, value: node(value, depth: depth))
    }

    private mutating func text(_ scalar: Node.Scalar, _ position: Position) -> String {
        if scalar.string.utf8.contains(0) { complain(position, "the text holds a NUL character") }
        if let star, scalar.style == .plain, scalar.string.unicodeScalars.first == star {
            let name = scalar.string.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            complain(
                position,
                "the alias \"*\(name)\" is not allowed; write the value out (text that starts with * stands in quotes)")
        }
        return withStars(scalar.string)
    }

    private func written(_ scalar: Node.Scalar, _ position: Position) -> SourceText? {
        var line = position.line - firstLine
        var column = position.column - 1
        switch style(scalar.style) {
        case .quoted:
            let start = Position(file: file, line: position.line, column: position.column + 1)
            return SourceText(name: "", text: withStars(scalar.string), position: start)
        case .plain:
            guard scalar.string.contains(" "), lines.indices.contains(line) else { return nil }
            if lines[line].unicodeScalars.dropFirst(column).starts(with: scalar.string.unicodeScalars) { return nil }
        case .block:
            (line, column) = (line + 1, 0)
        }
        return aligned(scalar.string, line: line, column: column)
    }

    private func isCommented(_ value: String, _ position: Position) -> Bool {
        guard lines.indices.contains(position.line - firstLine), !value.isEmpty else { return false }
        var wanted = value.unicodeScalars.filter { !$0.isSpace }[...]
        for number in lines.indices.dropFirst(position.line - firstLine) {
            let isFirst = number == position.line - firstLine
            var rest = lines[number].unicodeScalars.dropFirst(isFirst ? position.column - 1 : 0)
            while let scalar = rest.first, let next = wanted.first {
                rest.removeFirst()
                if scalar.isSpace { continue }
                guard scalar == next else { return false }
                wanted.removeFirst()
            }
            guard wanted.isEmpty else { continue }
            return rest.first?.isSpace == true
                && rest.first { !$0.isSpace } == Unicode.Scalar("#")
        }
        return false
    }

    /// Walks the lines along with the value, white space apart, to find what was written for it.
    private func aligned(_ value: String, line: Int, column: Int) -> SourceText? {
        var wanted = value.unicodeScalars.filter { !$0.isSpace }[...]
        var found = String.UnicodeScalarView()
        var start: Position?
        for number in lines.indices.dropFirst(line) {
            for (index, scalar) in lines[number].unicodeScalars.enumerated().dropFirst(number == line ? column : 0) {
                guard let next = wanted.first else { break }
                if scalar.isSpace {
                    if start != nil { found.append(scalar) }
                    continue
                }
                guard scalar == next else { return nil }
                start = start ?? Position(file: file, line: number + firstLine, column: index + 1)
                found.append(scalar)
                wanted.removeFirst()
            }
            if wanted.isEmpty { break }
            if start != nil { found.append("\n") }
        }
        return start.map { SourceText(name: "", text: withStars(String(found)), position: $0) }
    }

    private func withStars(_ text: String) -> String {
        star.map { text.replacing($0, with: "*") } ?? text
    }

    private func style(_ style: Node.Scalar.Style) -> YAMLNode.Style {
        switch style {
        case .any, .plain: .plain
        case .singleQuoted, .doubleQuoted: .quoted
        case .literal, .folded: .block
        }
    }

    private mutating func refuseTag(of node: Node, unless standard: String, _ position: Position) {
        let tag = node.tag.rawValue
        if tag != standard { complain(position, "the tag \"\(tag)\" is not allowed") }
    }

    private mutating func complain(_ position: Position, _ message: String) {
        // Broken on purpose, a file can hold thousands; the first twenty say enough.
        if diagnostics.count < 20 { diagnostics.append(Diagnostic(at: position, message)) }
    }
}
