/// Cuts the text of a condition into tokens.
struct ConditionLexer {
    private let scalars: [Unicode.Scalar]
    private var offset = 0

    private init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    /// The tokens, the last of which is `.end`.
    static func tokens(of scalars: [Unicode.Scalar]) throws(ConditionComplaint) -> [ConditionToken] {
        var lexer = ConditionLexer(scalars)
        var tokens: [ConditionToken] = []
        repeat {
            tokens.append(try lexer.next())
        } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(ConditionComplaint) -> ConditionToken {
        while let scalar = peek(), scalar.properties.isWhitespace { offset += 1 }
        let start = offset
        guard let scalar = peek() else { return ConditionToken(kind: .end, range: start..<start) }
        let kind: ConditionToken.Kind
        switch scalar {
        case "\"", "'": kind = .text(try quoted(by: scalar, what: "text"))
        case "`": kind = .quoted(try quoted(by: scalar, what: "name"))
        case "0"..."9": kind = try number()
        case _ where Self.isWordStart(scalar): kind = .word(word())
        default: kind = .sign(try sign())
        }
        return ConditionToken(kind: kind, range: start..<offset)
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        offset + ahead < scalars.count ? scalars[offset + ahead] : nil
    }

    private static func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return "0"..."9" ~= scalar
    }

    private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic
    }

    private static func isWordPart(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return isWordStart(scalar) || scalar.properties.numericType != nil
            || scalar.properties.generalCategory == .nonspacingMark
    }

    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = peek(), Self.isWordPart(scalar) {
            word.append(scalar)
            offset += 1
        }
        return String(word)
    }

    private mutating func quoted(by mark: Unicode.Scalar, what: String) throws(ConditionComplaint) -> String {
        let start = offset
        offset += 1
        var content = String.UnicodeScalarView()
        while let scalar = peek() {
            offset += 1
            if scalar == mark {
                guard mark != "`" || !content.isEmpty else {
                    throw ConditionComplaint("a name in backticks is empty", at: start)
                }
                return String(content)
            }
            if scalar == "\\", mark != "`", let escaped = peek() {
                guard escaped == mark || escaped == "\\" else {
                    throw ConditionComplaint(
                        "unknown escape \"\\\(escaped)\"; in text only \\\(mark) and \\\\ are escapes", at: offset - 1)
                }
                content.append(escaped)
                offset += 1
            } else {
                content.append(scalar)
            }
        }
        throw ConditionComplaint("this \(what) is not closed; put \(mark) at its end", at: start)
    }

    private mutating func number() throws(ConditionComplaint) -> ConditionToken.Kind {
        if let day = try date() { return .date(day) }
        let start = offset
        var digits = ""
        while let scalar = peek(), Self.isDigit(scalar) || (scalar == "." && Self.isDigit(peek(1)) && !digits.contains(".")) {
            digits.unicodeScalars.append(scalar)
            offset += 1
        }
        if peek() == "%" {
            offset += 1
            return .percent(try value(of: digits, at: start) / 100)
        }
        guard Self.isWordPart(peek()) else { return .number(try value(of: digits, at: start)) }
        let text = digits + word()
        switch TimeSpan.parse(text) {
        case .success(let span):
            return .duration(span)
        case .failure:
            throw ConditionComplaint(
                "\"\(text.prefix(40))\" is neither a number nor a duration such as 36h, 14d or 2w", at: start)
        }
    }

    private func value(of digits: String, at start: Int) throws(ConditionComplaint) -> Double {
        guard let value = Double(digits), value.isFinite else {
            throw ConditionComplaint("this number is too large", at: start)
        }
        return value
    }

    /// A date `2026-03-01`, when the next ten characters have its shape.
    private mutating func date() throws(ConditionComplaint) -> Day? {
        let shape: [Bool] = [true, true, true, true, false, true, true, false, true, true]
        for (index, isDigit) in shape.enumerated() {
            guard isDigit ? Self.isDigit(peek(index)) : peek(index) == "-" else { return nil }
        }
        guard !Self.isWordPart(peek(10)) else { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[offset..<offset + 10])
        guard case .success(let day) = Day.parse(String(text)) else {
            throw ConditionComplaint("there is no date \(String(text))", at: offset)
        }
        offset += 10
        return day
    }

    private mutating func sign() throws(ConditionComplaint) -> String {
        let start = offset
        let scalar = scalars[offset]
        let pair = peek(1).map { String(scalar) + String($0) } ?? ""
        let rewritten = ["&&": "and", "||": "or", "<>": "!=", "=<": "<=", "=>": ">="]
        if let better = rewritten[pair] {
            throw ConditionComplaint("write \"\(better)\" instead of \"\(pair)\"", at: start)
        }
        if ["==", "!=", "<=", ">="].contains(pair) {
            offset += 2
            return pair
        }
        switch scalar {
        case "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", ".":
            offset += 1
            return String(scalar)
        case "=": throw ConditionComplaint("write \"==\" to compare", at: start)
        case "!": throw ConditionComplaint("write \"not\" instead of \"!\"", at: start)
        case "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}":
            throw ConditionComplaint("text stands in straight quotes: \"...\"", at: start)
        default:
            throw ConditionComplaint("\"\(scalar)\" means nothing here", at: start)
        }
    }
}
