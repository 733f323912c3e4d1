import Foundation
import Testing

/// What a page shows after a command; a line `...` stands for any lines, `...` within a line for any text.
struct Transcript {
    static func matches(_ shown: ArraySlice<String>, _ printed: ArraySlice<String>) -> Bool {
        guard let first = shown.first else { return printed.isEmpty }
        if first == "..." {
            return (printed.startIndex...printed.endIndex).contains { matches(shown.dropFirst(), printed[$0...]) }
        }
        guard let line = printed.first, fits(first, line) else { return false }
        return matches(shown.dropFirst(), printed.dropFirst())
    }

    private static func fits(_ shown: String, _ printed: String) -> Bool {
        guard shown != printed else { return true }
        let parts = shown.split(separator: "...", omittingEmptySubsequences: false)
        guard parts.count > 1, let head = parts.first, let tail = parts.last else { return false }
        guard printed.hasPrefix(head), printed.hasSuffix(tail), printed.count >= head.count + tail.count else {
            return false
        }
        var rest = printed.dropFirst(head.count).dropLast(tail.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}

@Test(arguments: [
    "README.md", "docs/channels.md", "docs/email.md", "docs/measuring.md", "docs/operations.md", "docs/pages.md",
    "docs/playbooks.md", "docs/sms.md", "docs/start.md",
])
func everyCommandOfThePagePrintsWhatThePageShows(name: String) throws {
    let page = try Document(name)
    let terminal = try Terminal()
    for block in page.blocks {
        if let title = block.title { try terminal.save(block.text, as: title) }
        guard block.language == "console" else { continue }
        var lines = block.lines[...]
        while let line = lines.popFirst() {
            let command = String(line.dropFirst(2))
            let shown = lines.prefix { !$0.hasPrefix("$ ") }
            lines = lines[shown.endIndex...]
            let printed = try terminal.type(command)
            let isSame = line.hasPrefix("$ ") && Transcript.matches(shown, printed[...])
            #expect(isSame, "\(name), block of line \(block.line): \(command)\n\(printed.joined(separator: "\n"))")
        }
    }
}

@Test func everyCommandHasItsPlaceInReadmeOrOperations() throws {
    let pages = try [
        "README.md", "docs/operations.md", "docs/playbooks.md", "docs/measuring.md", "docs/http-api.md",
        "docs/channels.md", "docs/pages.md", "docs/dashboard.md",
    ].map { try Document($0) }
    let folder = Document.repository.appendingPathComponent("Sources/keeptouch/Commands")
    var names: [String] = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        names += source.split(separator: "commandName: \"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
    #expect(names.count >= 19)
    #expect(names.filter { name in !pages.contains { $0.mentions(name) } }.sorted() == [])
}

@Test(arguments: ["README.md", "CONTRIBUTING.md", "docs/operations.md"])
func everyTargetOfMakeThatAPageNamesIsThere(name: String) throws {
    let makefile = try String(contentsOf: Document.repository.appendingPathComponent("Makefile"), encoding: .utf8)
    for line in try Document(name).code.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "make"), place + 1 < words.count else { continue }
        #expect(makefile.contains("\n\(words[place + 1]):"), "\(name): \(line)")
    }
}

@Test(
    arguments: [
        "README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/playbooks.md", "docs/measuring.md",
        "docs/http-api.md", "docs/email.md", "docs/sms.md", "docs/start.md", "playbooks/README.md",
    ])
func everyFileThatAPageLinksToIsThere(name: String) throws {
    let page = try Document(name)
    let folder = Document.repository.appendingPathComponent(name).deletingLastPathComponent()
    for part in page.text.split(separator: "](").dropFirst() {
        let path = part.prefix { $0 != ")" && $0 != "#" }
        guard !path.isEmpty, !path.contains("{"), !path.contains(":") else { continue }
        let file = folder.appendingPathComponent(String(path))
        #expect(FileManager.default.fileExists(atPath: file.path), "\(name): \(path)")
    }
}
