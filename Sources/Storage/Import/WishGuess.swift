import Playbooks

/// Which columns of a file say whether somebody wants messages, and how many say that they want none.
struct WishGuess {
    /// The columns, the better one first, and whether yes means that messages are wanted.
    let columns: [(index: Int, isOptIn: Bool)]
    let notes: [String]

    /// - Parameters:
    ///   - free: the columns with some of these names.
    ///   - statuses: names of columns that hold statuses, which may be those of a mailing list.
    ///   - advice: the line of `data.yaml` that names a column of which no one can be sure, and whether yes in it means that
    ///     messages are wanted.
    init(
        _ file: FileGuess, zone: Zone = .utc, statuses: [String] = StatusGuess.names, free: ([String]) -> [Int],
        advice: (String, _ isOptIn: Bool) -> String
    ) {
        func filled(_ names: [String]) -> [Int] { free(names).filter { file.guesses[$0].filled > 0 } }
        func isKnown(_ index: Int, _ isOptIn: Bool) -> Bool {
            let guess = file.guesses[index]
            let known = guess.words.reduce(0) { $0 + (Self.isOut($1.key, isOptIn, zone) == nil ? 0 : $1.value) }
            return known * 5 >= guess.filled * 4 && (guess.isMoment ? !isOptIn : guess.distinct <= Self.mostWords)
        }
        func isOfWords(_ index: Int) -> Bool {
            let guess = file.guesses[index]
            return guess.type == .text && guess.distinct <= Self.mostWords
        }
        var columns =
            filled(WishWord.optOutNames).map { ($0, false) }
            + filled(WishWord.optInNames).filter { isKnown($0, true) }.map { ($0, true) }
        columns += filled(statuses).filter { WishWord.isOfAList(file.guesses[$0].words.keys) }.prefix(
            columns.isEmpty ? 1 : 0
        )
        .map { ($0, true) }
        let all = Set(free(file.usable.map { file.simpleName($0) })).sorted()
        var doubtful = all.filter { index in
            !columns.contains { $0.0 == index } && file.guesses[index].filled > 0
        }.compactMap { index in WishWord.soundsLikeOptIn(file.header[index]).map { (index, $0) } }
        // One that speaks of one kind of message is all that the file knows of what somebody wants.
        let sure = doubtful.filter { isKnown($0.0, $0.1) }
        if columns.isEmpty, sure.count == 1 {
            columns = sure
            doubtful.removeAll { $0.0 == sure[0].0 }
        }
        var notes: [String] = []
        for (index, isOptIn) in columns {
            let guess = file.guesses[index]
            let isOfDays = !isOptIn && guess.isMoment
            let out =
                isOfDays
                ? guess.filled
                    - guess.words.reduce(0) { $0 + (Self.isOut($1.key, isOptIn, zone) == false ? $1.value : 0) }
                : guess.words.reduce(0) { $0 + (Self.isOut($1.key, isOptIn, zone) == true ? $1.value : 0) }
            notes.append(
                "\"\(file.header[index])\": \(out) of \(guess.count) want no messages and get none")
            if isOptIn, out == 0, guess.empty * 2 > guess.count {
                notes.append(
                    "\"\(file.header[index])\" is empty in \(guess.empty) rows, which says nothing: if these want no messages, "
                        + "write no there")
            }
        }
        for (index, isOptIn) in doubtful where !isOptIn || isKnown(index, isOptIn) || isOfWords(index) {
            let meaning =
                isOptIn
                ? "sounds like a wish to get messages; if no means none of any kind"
                : "sounds like a wish to get no messages; if yes means none of any kind"
            notes.append("\"\(file.header[index])\" \(meaning), say: " + advice(file.header[index], isOptIn))
        }
        self.columns = columns.map { (index: $0.0, isOptIn: $0.1) }
        self.notes = notes
    }

    private static let mostWords = 12

    private static func isOut(_ word: String, _ isOptIn: Bool, _ zone: Zone) -> Bool? {
        let bytes = ByteArena(capacity: word.utf8.count + 1)
        return WishWord.isOut(bytes.append(word.utf8), isOptIn: isOptIn, WrittenTime(zone: zone))
    }
}
