import Foundation

/// A page of the documentation, cut into its parts.
struct Document {
    /// A fenced block: ` ```yaml title=data.yaml `.
    struct Block {
        var language: String
        /// What stands behind the language: `title=data.yaml` under "title", a word alone under itself.
        var options: [String: String]
        var lines: [String]
        /// The line of the page on which its first line stands.
        var line: Int

        var text: String { lines.map { $0 + "\n" }.joined() }
        var title: String? { options["title"] }
    }

    let name: String
    let blocks: [Block]
    /// Everything that is written as code, in blocks and in backticks.
    let code: String
    let text: String

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// - Parameter name: the path from the root of the repository.
    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: Self.repository.appendingPathComponent(name), encoding: .utf8)
        var blocks: [Block] = []
        var spans: [Substring] = []
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = open == nil ? Self.block(line.dropFirst(3), line: index + 2) : nil
            } else if open != nil {
                open?.lines.append(String(line))
            } else {
                spans += line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }.map(\.element)
            }
        }
        self.blocks = blocks
        code = spans.joined(separator: "\n") + "\n" + blocks.map(\.text).joined()
    }

    private static func block(_ info: Substring, line: Int) -> Block {
        let words = info.split(separator: " ").map(String.init)
        let options = words.dropFirst().map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts.last ?? "")
        }
        return Block(
            language: words.first ?? "", options: Dictionary(options) { _, last in last }, lines: [], line: line)
    }

    func blocks(of language: String) -> [Block] { blocks.filter { $0.language == language } }

    /// Whether a word stands anywhere in code.
    func mentions(_ word: String) -> Bool {
        code.ranges(of: word).contains { range in
            let before = range.lowerBound > code.startIndex ? code[code.index(before: range.lowerBound)] : " "
            let after = range.upperBound < code.endIndex ? code[range.upperBound] : " "
            return ![before, after].contains { $0.isLetter || $0.isNumber || $0 == "_" }
        }
    }
}
