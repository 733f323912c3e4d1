import Playbooks

extension FileGuess {
    /// How the numbers of a column are written, and what is to be said of those that may be a thousand times as large.
    struct NumberStyle {
        /// What to declare; nil where every number has one reading, or nothing tells which of two is meant.
        var mark: ColumnForm.DecimalMark?
        var note: String?
    }

    /// Looks at the column itself, then at the others of the file and how its dates are written, then at the other file.
    ///
    /// What could be read as small or as large is never read as small on circumstantial evidence.
    ///
    /// - Parameter other: a file of the same export that may tell.
    func style(of index: Int, beside other: FileGuess? = nil) -> NumberStyle {
        let guess = guesses[index]
        if guess.isMoney, guess.type != .number || AccountColumnNames.namesMoney(simpleName(index)),
            let mixed = guess.mixedMarks
        {
            return NumberStyle(
                note:
                    "\"\(header[index])\": \(mixed.commas) amounts have a decimal comma and \(mixed.points) a decimal point; each is "
                    + "read as it is written, and what could be both, such as 1.234, is left out")
        }
        if let comma = guess.usesComma {
            // Amounts with two readings are asked about all the same: three digits are no cents.
            let isNumber = guess.type == .number
            return NumberStyle(mark: comma ? .comma : isNumber && guess.twoReadings.points > 0 ? .point : nil)
        }
        let (points, commas, example) = guess.twoReadings
        let others = guesses.compactMap(\.usesComma)
        if let isComma = others.first, others.allSatisfy({ $0 == isComma }), isComma || points == 0 {
            let hasFraction = guess.words.keys.contains { $0.contains(".") || $0.contains(",") }
            if isComma { return NumberStyle(mark: hasFraction ? .comma : nil) }
            return NumberStyle(mark: commas > 0 && guess.type == .number ? .point : nil)
        }
        guard points + commas > 0, guess.type == .number || guess.isMoney else { return NumberStyle() }
        let dotted = guesses.indices.first { guesses[$0].dateFormats?.first == "d.m.y" }
        let isOtherComma = other.map { $0.guesses.compactMap(\.usesComma) }.map { !$0.isEmpty && $0.allSatisfy { $0 } }
        let name = "\"\(header[index])\""
        if commas == 0,
            let reason = dotted.map({ "dates are written d.m.y in \"\(header[$0])\"" })
                ?? (isOtherComma == true ? other.map { "\($0.name) has a decimal comma" } : nil)
        {
            return NumberStyle(
                mark: .comma,
                note:
                    "\(name): \(example) is read with points between groups of three, because \(reason); if its point is a "
                    + "decimal one, say: decimal: point")
        }
        if points == 0, dotted == nil, isOtherComma != true {
            return NumberStyle(mark: guess.type == .number ? .point : nil)
        }
        return NumberStyle(
            note:
                "\(name): nothing tells whether the \(commas == 0 ? "point" : "comma") of \(example) is a decimal one or parts "
                + "groups of three; such cells are left out until data.yaml says so, with decimal: point or decimal: comma"
        )
    }
}
