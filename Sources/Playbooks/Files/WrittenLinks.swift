import Basics

/// The addresses of the web that are written in a workspace's messages, snippets, layouts and brand, with their places.
///
/// One that holds a value is passed over, for it is known only when a message is sent.
package struct WrittenLinks: Sendable {
    package struct Link: Sendable, Hashable {
        package var url: String
        /// The first place.
        package var position: Position
        /// How many other places it has.
        package var others = 0
    }

    /// Each once, in the order of their places.
    package private(set) var links: [Link] = []
    /// How many hold values.
    package private(set) var dynamic = 0

    /// - Parameter texts: of the files of a workspace, by path.
    package init(_ texts: [String: String]) {
        var places: [String: Int] = [:]
        for (path, text) in texts.sorted(by: { $0.key < $1.key }) where Self.holds(path) {
            let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
            for (index, line) in lines.enumerated() where !(path.hasSuffix(".yaml") && Self.isComment(line)) {
                for (column, found) in Self.addresses(in: line) {
                    guard !found.contains("{{") else {
                        dynamic += 1
                        continue
                    }
                    let url = path.hasSuffix(".html") ? found.replacing("&amp;", with: "&") : found
                    if let known = places[url] {
                        links[known].others += 1
                    } else {
                        places[url] = links.count
                        links.append(
                            Link(url: url, position: Position(file: path, line: index + 1, column: column)))
                    }
                }
            }
        }
    }

    private static func holds(_ path: String) -> Bool {
        if path == "brand.yaml" { return true }
        return ["playbooks/", "snippets/", "layouts/"].contains(where: path.hasPrefix) && Message.isFile(path)
    }

    private static func isComment(_ line: Substring) -> Bool { line.drop { $0 == " " }.hasPrefix("#") }

    /// The addresses of a line with their columns.
    private static func addresses(in line: Substring) -> [(column: Int, url: String)] {
        var found: [(Int, String)] = []
        var rest = line
        while let start = rest.firstMatch(of: /https?:\/\//) {
            let all = rest[start.range.lowerBound...]
            let url = trimmed(address(in: all))
            let end = url.endIndex
            if url.count > start.output.count {
                found.append((line[..<start.range.lowerBound].unicodeScalars.count + 1, String(url)))
            }
            rest = rest[end...]
        }
        return found
    }

    /// Up to a blank, a quote, or a bracket that it did not open; the blanks of a value belong to it.
    private static func address(in text: Substring) -> Substring {
        var open: [Character] = []
        let pairs: [Character: Character] = [")": "(", "]": "[", "}": "{"]
        for index in text.indices {
            let character = text[index]
            if pairs.values.contains(character) { open.append(character) }
            if let opening = pairs[character] {
                guard open.last == opening else { return text[..<index] }
                open.removeLast()
            }
            if open.last != "{", character.isWhitespace || "\"'<>`|\\^".contains(character) { return text[..<index] }
        }
        return text
    }

    /// Without the signs of the sentence around it.
    private static func trimmed(_ address: Substring) -> Substring {
        var address = address
        while let last = address.last, "?!.,:;*_~’”»([{".contains(last) { address.removeLast() }
        return address
    }
}
