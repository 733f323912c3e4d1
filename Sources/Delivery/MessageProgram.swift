import Playbooks

/// The Mustache of one part of a message: names and sections on presence, nothing else.
///
/// `{{#x}}…{{/x}}` stands when x is there (and not false), with `{{.}}` for x inside; `{{^x}}…{{/x}}` stands when it is
/// not, and makes it good that x is missing elsewhere; `{{! … }}` is a comment. Values are always escaped; partials, other
/// delimiters and unescaped values are errors.
struct MessageProgram: Sendable {
    /// What stands once the sections are decided.
    enum Piece: Sendable, Equatable {
        case text(String)
        case variable(String)
    }

    private indirect enum Node: Sendable {
        case text(String)
        case variable(String)
        case section(number: Int, name: String, isInverted: Bool, [Node])
    }

    private let nodes: [Node]
    /// The pieces of a program without sections, which are always the same.
    private let onlyPieces: [Piece]?
    /// The names with a `{{^x}}`: where they are missing they stand for nothing.
    let covered: Set<String>

    /// - Parameter line: the line of the file on which the source begins.
    init(_ source: String, file: String, line firstLine: Int) throws(Diagnostic) {
        do {
            var parser = Parser(try TemplateText.parts(of: source))
            nodes = try parser.parse()
            onlyPieces = parser.hasSections ? nil : Self.pieces(of: nodes, 0)
            covered = parser.covered
        } catch {
            throw Diagnostic(at: Position(file: file, line: error.line + firstLine - 1), error.message)
        }
    }

    /// Which sections stand, one bit each.
    func pattern(where isPresent: (String) -> Bool) -> UInt64 {
        guard onlyPieces == nil else { return 0 }
        func bits(_ nodes: [Node]) -> UInt64 {
            nodes.reduce(0) { pattern, node in
                guard case .section(let number, let name, let isInverted, let inner) = node,
                    isPresent(name) != isInverted
                else { return pattern }
                return pattern | 1 << UInt64(number) | bits(inner)
            }
        }
        return bits(nodes)
    }

    func pieces(_ pattern: UInt64) -> [Piece] { onlyPieces ?? Self.pieces(of: nodes, pattern) }

    private static func pieces(of nodes: [Node], _ pattern: UInt64) -> [Piece] {
        nodes.flatMap { node -> [Piece] in
            switch node {
            case .text(let text): [.text(text)]
            case .variable(let name): [.variable(name)]
            case .section(let number, _, _, let inner):
                pattern & 1 << UInt64(number) != 0 ? pieces(of: inner, pattern) : []
            }
        }
    }

    private struct Parser {
        private static let sectionLimit = 64

        private var parts: [TemplateText.Part]
        private var index = 0
        private var sections = 0
        private var open: [String] = []
        var hasSections: Bool { sections > 0 }
        var covered: Set<String> = []

        init(_ parts: [TemplateText.Part]) {
            self.parts = Self.withoutTagLines(parts)
        }

        mutating func parse() throws(TemplateText.Broken) -> [Node] {
            try nodes(until: nil, openedOn: 1)
        }

        private mutating func nodes(
            until end: String?, openedOn line: Int
        ) throws(TemplateText.Broken) -> [Node] {
            var nodes: [Node] = []
            while index < parts.count {
                let part = parts[index]
                index += 1
                guard case .tag(let tag, let line) = part else {
                    if case .text(let text) = part, !text.isEmpty { nodes.append(.text(text)) }
                    continue
                }
                let name = String(tag.dropFirst().drop { $0 == " " })
                switch tag.first {
                case "!": continue
                case "#", "^":
                    try check(name, line)
                    guard sections < Self.sectionLimit else {
                        throw TemplateText.Broken(line: line, message: "more than \(Self.sectionLimit) sections")
                    }
                    let number = sections
                    sections += 1
                    if tag.first == "^" { covered.insert(name) }
                    open.append(name)
                    let inner = try self.nodes(until: name, openedOn: line)
                    open.removeLast()
                    nodes.append(.section(number: number, name: name, isInverted: tag.first == "^", inner))
                case "/":
                    guard name == end else {
                        let expected = end.map { "the open section is \"\($0)\"" } ?? "no section is open"
                        throw TemplateText.Broken(line: line, message: "\"{{/\(name)}}\", but \(expected)")
                    }
                    return nodes
                case ">", "=", "&", "<", "$":
                    throw TemplateText.Broken(
                        line: line,
                        message: "\"{{\(tag)}}\": only names and {{#x}}, {{^x}}, {{/x}} are used in messages")
                default:
                    let name = tag == "." ? open.last ?? tag : tag
                    try check(name, line)
                    nodes.append(.variable(name))
                }
            }
            guard end == nil else {
                throw TemplateText.Broken(line: line, message: "\"{{#\(end ?? "")}}\" is never closed")
            }
            return nodes
        }

        private func check(_ name: String, _ line: Int) throws(TemplateText.Broken) {
            let isName =
                !name.isEmpty && name != "."
                && name.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains($0)
                }
            guard isName else {
                throw TemplateText.Broken(line: line, message: "\"{{\(name)}}\" is not a name")
            }
        }

        /// Sections and comments alone on their line take the line with them, so that Markdown sees no blank lines.
        private static func withoutTagLines(_ parts: [TemplateText.Part]) -> [TemplateText.Part] {
            var result = parts
            for (index, part) in parts.enumerated() {
                guard case .tag(let tag, _) = part, let mark = tag.first, "#^/!".contains(mark) else { continue }
                let before = index > 0 ? text(of: parts[index - 1]) : ""
                let after = index + 1 < parts.count ? text(of: parts[index + 1]) : ""
                guard let before, let after, let head = blankTail(of: before, isFirst: index <= 1),
                    let tail = blankHead(of: after, isLast: index + 2 >= parts.count)
                else { continue }
                if index > 0, let text = text(of: result[index - 1]) {
                    result[index - 1] = .text(String(text.dropLast(head)))
                }
                if index + 1 < parts.count { result[index + 1] = .text(String(after.dropFirst(tail))) }
            }
            return result
        }

        private static func text(of part: TemplateText.Part) -> String? {
            if case .text(let text) = part { text } else { nil }
        }

        /// How many blanks stand after the last line break; nil when anything else does.
        private static func blankTail(of text: String, isFirst: Bool) -> Int? {
            let tail = text.reversed().prefix { !$0.isNewline }
            guard tail.allSatisfy({ $0 == " " || $0 == "\t" }), isFirst || tail.count < text.count else { return nil }
            return tail.count
        }

        /// How many characters the blank rest of the line has, with its line break; nil when anything else stands there.
        private static func blankHead(of text: String, isLast: Bool) -> Int? {
            let head = text.prefix { !$0.isNewline }
            guard head.allSatisfy({ $0 == " " || $0 == "\t" }) else { return nil }
            if head.count < text.count { return head.count + 1 }
            return isLast ? head.count : nil
        }
    }
}
