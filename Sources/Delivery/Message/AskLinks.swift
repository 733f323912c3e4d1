import Basics
package import Playbooks

/// Makes the links that answer questions, and writes them into messages.
package struct AskLinks: Sendable {
    private let base: String
    private let token: SignedToken

    package init(baseURL: String, secret: [UInt8]) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        token = SignedToken(.ask, secret: secret)
    }

    /// The part of a link behind the last slash.
    package static func token(touch: Int64, answer: String, secret: [UInt8]) -> String {
        SignedToken(.ask, secret: secret).text(of: ["\(touch)", answer])
    }

    /// One for each answer, in their order.
    package func urls(of ask: Ask, touch: Int64) -> [String] {
        ask.answers.map { "\(base)/a/\(token.text(of: ["\(touch)", $0.value]))" }
    }

    /// Which touch is answered, and with what; nil when the token was not made with this secret.
    package static func open(_ token: String, secret: [UInt8]) -> (touch: Int64, answer: String)? {
        guard let names = SignedToken(.ask, secret: secret).names(in: token), names.count == 2,
            let touch = Int64(names[0])
        else { return nil }
        return (touch, names[1])
    }
}

extension Ask {
    /// The names by which the links of its answers stand in a message.
    var linkNames: [String] { answers.indices.map { "ask.\($0)" } }

    /// What stands in place of `{{ask}}`, as Markdown: the answers in one line when they are short, else as a list.
    var pieces: [SectionedText.Piece] {
        let links = zip(answers, linkNames).map { answer, name in
            [.text("[\(Self.escaped(answer.label))]("), .variable(name), .text(")")] as [SectionedText.Piece]
        }
        guard isScale else { return links.flatMap { [.text("\n- ")] + $0 } + [.text("\n")] }
        return Array(links.joined(separator: [.text(" ")]))
    }

    /// The same in HTML.
    var markup: [SectionedText.Piece] {
        zip(answers, linkNames).flatMap { answer, name -> [SectionedText.Piece] in
            let (start, end) = isScale ? ("", " ") : ("<div>", "</div>\n")
            return [.text("\(start)<a href=\""), .variable(name), .text("\">\(HTML.escaped(answer.label))</a>\(end)")]
        }
    }

    private static func escaped(_ label: String) -> String {
        label.map { $0.isASCII && ($0.isPunctuation || $0.isSymbol) ? "\\\($0)" : String($0) }.joined()
    }
}

extension AskLinks {
    private static let button = """
        border:1px solid #8a93a3;border-radius:6px;display:inline-block;margin:0 4px 6px 0;min-width:20px;padding:9px 12px;\
        text-align:center;text-decoration:none
        """

    /// Rendered Markdown whose answers look like buttons: those below each other stand in no list any more.
    ///
    /// - Parameter answers: what stands for their addresses.
    static func withButtons(_ html: [UInt8], for answers: Set<String>) -> [UInt8] {
        guard !answers.isEmpty else { return html }
        let tokens = Array(HTMLScanner(html))
        func isAnswer(_ index: Int) -> Bool {
            guard tokens.indices.contains(index), case .open(let tag) = tokens[index].kind, tag.name == "a" else {
                return false
            }
            return answers.contains(tag.value("href") ?? "")
        }
        /// `<ul>`, a line break, `<li>`, and the link.
        func isList(_ index: Int) -> Bool {
            guard case .open(let tag) = tokens[index].kind, tag.name == "ul" else { return false }
            return isAnswer(index + 3)
        }
        var result: [UInt8] = []
        result.reserveCapacity(html.count * 2)
        var isInside = false
        for (index, token) in tokens.enumerated() {
            let bytes = html[token.range]
            switch token.kind {
            case .open(let tag) where isAnswer(index):
                result += "<a style=\"\(button)\" href=\"\(tag.value("href") ?? "")\">".utf8
            case .open where isList(index):
                isInside = true
                result += "<div style=\"margin:0 0 16px\">".utf8
            case .open(let tag) where isInside && tag.name == "li": result += "<div>".utf8
            case .close("li") where isInside: result += "</div>".utf8
            case .close("ul") where isInside:
                isInside = false
                result += "</div>".utf8
            default: result += bytes
            }
        }
        return result
    }
}
