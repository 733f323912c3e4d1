package import Basics

extension Channel {
    /// Text of a channel with `{{ }}` in it, read.
    package struct Text: Sendable, Hashable {
        package enum Piece: Sendable, Hashable {
            case text(String)
            case expression(Expression)
        }

        package private(set) var pieces: [Piece] = []

        /// Reads as much as can be read.
        ///
        /// - Parameters:
        ///   - vars: of the channel.
        ///   - inEach: whether there are `key` and `value`.
        package static func read(
            _ text: String, vars: [String: String], inEach: Bool
        ) -> (text: Text, complaints: [TextComplaint]) {
            let tagged = TaggedText(text)
            var (result, complaints) = (Text(), tagged.complaints)
            for part in tagged.parts {
                switch part {
                case .text(let text): result.pieces.append(.text(text))
                case .tag(let tag):
                    if tag.kind == .comment { continue }
                    if tag.kind == .snippet {
                        complaints.append(
                            TextComplaint("snippets are for messages; write the text here", at: tag.place))
                        continue
                    }
                    do throws(TextComplaint) {
                        result.pieces.append(.expression(try Expression(tag, vars: vars, inEach: inEach)))
                    } catch {
                        complaints.append(TextComplaint(error.message, at: tag.place))
                    }
                }
            }
            return (result, complaints)
        }

        private init() {}

        package init(_ text: String, vars: [String: String], inEach: Bool = false) throws(TextComplaint) {
            let (text, complaints) = Self.read(text, vars: vars, inEach: inEach)
            if let first = complaints.first { throw first }
            self = text
        }

        /// The only expression, when nothing stands beside it.
        package var expression: Expression? {
            guard pieces.count == 1, case .expression(let expression) = pieces[0] else { return nil }
            return expression
        }

        package var expressions: [Expression] {
            pieces.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
        }

        /// The text without any `{{ }}`; nil when it has one.
        package var constant: String? {
            guard expressions.isEmpty else { return nil }
            return pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
        }

        /// The text with the channel's own values, and what stands for each of the others; nil where that is nil.
        package func text(for other: String? = nil) -> String? {
            var result = ""
            for piece in pieces {
                switch piece {
                case .text(let literal): result += literal
                case .expression(let expression):
                    guard let value = expression.constant ?? other else { return nil }
                    result += value
                }
            }
            return result
        }
    }
}
