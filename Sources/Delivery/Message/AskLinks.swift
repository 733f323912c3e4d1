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

    private static func escaped(_ label: String) -> String {
        label.map { $0.isASCII && ($0.isPunctuation || $0.isSymbol) ? "\\\($0)" : String($0) }.joined()
    }

    /// What of it is part of a message's version.
    var version: String {
        ([event, property, question ?? "", comment ?? ""] + answers.flatMap { [$0.value, $0.label] })
            .joined(separator: "\n")
    }
}

extension SlotText {
    /// The text whose links with these slots look like buttons.
    func withButtons(for slots: Set<Int>) -> SlotText {
        let plain = Array("<a href=\"".utf8)
        let button = Array(
            """
            <a style="border:1px solid #8a93a3;border-radius:6px;display:inline-block;margin:2px;min-width:20px;\
            padding:9px 12px;text-align:center;text-decoration:none" href="
            """.utf8)
        var result = SlotText()
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .slot(let slot, let context): result.append(slot: slot, context)
            case .bytes(let bytes):
                guard index + 1 < pieces.count, case .slot(let slot, .htmlURL) = pieces[index + 1],
                    slots.contains(slot),
                    bytes.suffix(plain.count).elementsEqual(plain)
                else {
                    result.append(bytes)
                    continue
                }
                result.append(bytes.dropLast(plain.count))
                result.append(button)
            }
        }
        return result
    }
}
