import Playbooks

/// Which columns of a file say whether somebody wants messages, and how many say that they want none.
struct WishGuess {
    /// The columns, the better one first, and whether yes means that messages are wanted.
    let columns: [(index: Int, isOptIn: Bool)]
    let notes: [String]

    /// - Parameters:
    ///   - free: the columns with some of these names.
    ///   - advice: the line of `data.yaml` that names a column of which no one can be sure.
    init(_ file: FileGuess, zone: Zone = .utc, free: ([String]) -> [Int], advice: (String) -> String) {
        func filled(_ names: [String]) -> [Int] { free(names).filter { file.guesses[$0].filled > 0 } }
        columns =
            filled(WishWord.optOutNames).map { ($0, false) } + filled(WishWord.optInNames).map { ($0, true) }
        var notes: [String] = []
        for (index, isOptIn) in columns {
            let guess = file.guesses[index]
            let isOfDays = !isOptIn && guess.isMoment
            let out =
                isOfDays
                ? guess.filled
                : guess.words.reduce(0) { $0 + (Self.isOut($1.key, isOptIn, zone) == true ? $1.value : 0) }
            notes.append(
                "\"\(file.header[index])\": \(out) of \(guess.count) want no messages and get none")
        }
        let taken = Set(columns.map(\.index))
        for index in file.usable where !taken.contains(index) && file.guesses[index].filled > 0 {
            guard WishWord.isLikeAWish(file.header[index]) else { continue }
            notes.append(
                "\"\(file.header[index])\" sounds like a wish to get no messages; if yes means none of any kind, say: "
                    + advice(file.header[index]))
        }
        self.notes = notes
    }

    private static func isOut(_ word: String, _ isOptIn: Bool, _ zone: Zone) -> Bool? {
        let bytes = ByteArena(capacity: word.utf8.count + 1)
        return WishWord.isOut(bytes.append(word.utf8), isOptIn: isOptIn, WrittenTime(zone: zone))
    }
}
