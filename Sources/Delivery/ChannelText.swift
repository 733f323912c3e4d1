/// Text of a channel with `{{ }}` in it, compiled.
struct ChannelText: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case expression(Expression)
    }

    private let pieces: [Piece]

    init(_ text: String, vars: [String: String], inEach: Bool = false) throws(Expression.Unknown) {
        var pieces: [Piece] = []
        let parts: [TemplateText.Part]
        do {
            parts = try TemplateText.parts(of: text)
        } catch {
            throw Expression.Unknown(message: error.message)
        }
        for part in parts {
            switch part {
            case .text(let text): pieces.append(.text(text))
            case .tag(let name, _): pieces.append(.expression(try Expression(name, vars: vars, inEach: inEach)))
            }
        }
        self.pieces = pieces
    }

    /// The only expression, when nothing stands beside it.
    var expression: Expression? {
        guard pieces.count == 1, case .expression(let expression) = pieces[0] else { return nil }
        return expression
    }

    var expressions: [Expression] {
        pieces.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// The text without any `{{ }}`; nil when it has one.
    var constant: String? {
        guard expressions.isEmpty else { return nil }
        return pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    /// The text when it needs nothing but the channel's own values.
    var constantText: String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.constant?.scalarText else { return nil }
                text += value
            }
        }
        return text
    }

    /// The text; nil when one of its values is missing.
    func text(in envelope: Envelope, each: JSON.Member? = nil) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.value(in: envelope, each: each) else { return nil }
                text += value.scalarText ?? String(decoding: value.encoded, as: UTF8.self)
            }
        }
        return text
    }

    /// The text as a URL: values that are not the channel's own are percent-encoded, so that none can leave its place.
    func url(in envelope: Envelope) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.value(in: envelope)?.scalarText else { return nil }
                text += expression.isReadyForURL ? value : PercentEncoding.component(value)
            }
        }
        return text
    }
}
