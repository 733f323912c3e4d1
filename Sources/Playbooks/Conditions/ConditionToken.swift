/// A word, value or sign of a condition, with its place in the text.
struct ConditionToken {
    enum Kind: Equatable {
        /// A bare word: a name, a function or a keyword.
        case word(String)
        /// A name in backticks, which is never a keyword.
        case quoted(String)
        case number(Double)
        /// `40%` is 0.4.
        case percent(Double)
        case duration(TimeSpan)
        case date(Day)
        case text(String)
        /// An operator, bracket, comma or dot.
        case sign(String)
        case end
    }

    var kind: Kind
    /// Where it begins and ends, in Unicode scalars of the text.
    var range: Range<Int>

    /// How a complaint names it: `">"`, `the end`.
    var phrase: String {
        switch kind {
        case .word(let word): "\"\(word)\""
        case .quoted(let name): "`\(name)`"
        case .number, .percent, .duration, .date: "a value"
        case .text(let text): "the text \"\(text.prefix(40))\""
        case .sign(let sign): "\"\(sign)\""
        case .end: "the end"
        }
    }
}

/// A complaint about a place in the text of a condition, before the place is known in the file.
struct ConditionComplaint: Error {
    var message: String
    /// In Unicode scalars of the text.
    var offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}
