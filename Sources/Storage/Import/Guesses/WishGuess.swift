import Playbooks

/// Which columns of a file say whether somebody wants messages, and how many say that they want none.
struct WishGuess {
    /// The columns, the better one first, and whether yes means that messages are wanted.
    let columns: [(index: Int, isOptIn: Bool)]
    let notes: [String]
    /// The entries that name the columns, as those of `imports:`.
    let lines: [String]

    /// - Parameters:
    ///   - free: the columns with some of these names.
    ///   - statuses: names of columns that hold statuses, which may be those of a mailing list.
    ///   - names: what wishes to get nothing and to get messages are called in `data.yaml`.
    init(
        _ file: FileGuess, zone: Zone = .utc, statuses: [String] = StatusGuess.names, names: [Attribute],
        free: ([String]) -> [Int]
    ) {
        func advice(_ entry: String, _ isOptIn: Bool) -> String {
            let name = names[isOptIn ? 1 : 0].name
            return ImportHint.Section(ofWish: name).line("\(name): { \(entry) }")
        }
        func isOut(_ word: String, _ index: Int, _ isOptIn: Bool) -> Bool? {
            if WishWord.crosses(among: file.guesses[index].words.keys).contains(word) { return isOptIn }
            let bytes = ByteArena(capacity: word.utf8.count + 1)
            let name = ColumnMap.simplified(file.header[index])
            return WishWord.isOut(bytes.append(word.utf8), in: name, isOptIn: isOptIn, WrittenTime(zone: zone))
        }
        func filled(_ names: [String]) -> [Int] { free(names).filter { file.guesses[$0].filled > 0 } }
        // Of a consent each word that is not understood holds back, so that half of them are enough.
        func isKnown(_ index: Int, _ isOptIn: Bool) -> Bool {
            let guess = file.guesses[index]
            let known = guess.words.reduce(0) { $0 + (isOut($1.key, index, isOptIn) == nil ? 0 : $1.value) }
            return isOptIn && (isOfTicks(index) || !Self.numbered(file, [index]).isEmpty)
                || (isOptIn ? known * 2 >= guess.filled : known * 5 >= guess.filled * 4)
                    && (guess.isMoment ? !isOptIn : guess.distinct <= Self.mostWords)
        }
        /// Boxes: what is ticked, or the day on which it was, and nothing where it was not.
        func isOfTicks(_ index: Int) -> Bool {
            let guess = file.guesses[index]
            guard guess.empty > 0, guess.filled > 0 else { return false }
            return guess.words.keys.allSatisfy(WishWord.isTick)
                || guess.isMoment && !ColumnMap.simplified(file.header[index]).hasPrefix("subscribed")
        }
        /// Leave to send: `Bulk Email` with "Allow" and "Do Not Allow".
        func isOfLeave(_ index: Int) -> Bool {
            WishWord.speaksOfMessages(file.header[index])
                && file.guesses[index].words.keys.allSatisfy {
                    ["allow", "do_not_allow", "allowed", "not_allowed"].contains(ColumnMap.simplified($0))
                }
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
        // Tags that ask for no messages are wishes, and the others say nothing.
        columns += free(WishWord.tagNames.sorted()).filter { index in
            file.guesses[index].words.keys.contains { isOut($0, index, false) == true }
        }.map { ($0, false) }
        // What an email tool says of its people, whatever the column is called.
        if !columns.contains(where: \.1), names == Attribute.wishesOfContact {
            let told = free(file.usable.map { file.simpleName($0) }).filter { file.simpleName($0) != "status" }
            columns += told.filter {
                WishWord.isOfPeople(file.guesses[$0].words.keys)
                    || file.simpleName($0).hasSuffix("list_status") && !Self.numbered(file, [$0]).isEmpty
            }.prefix(1).map { ($0, true) }
        }
        let all = Set(free(file.usable.map { file.simpleName($0) })).sorted()
        var doubtful = all.filter { index in
            !columns.contains { $0.0 == index } && file.guesses[index].filled > 0
        }.compactMap { index in
            (WishWord.soundsLikeOptIn(file.header[index]) ?? (isOfLeave(index) ? true : nil)).map { (index, $0) }
        }
        // How subscriptions stand that are paid for is no wish.
        doubtful.removeAll { index, isOptIn in
            let words = file.guesses[index].words.keys
            return isOptIn && !WishWord.isOfPeople(words) && words.contains { StatusWords.meaning(of: $0) == .gone }
                && words.allSatisfy { StatusWords.meaning(of: $0) != nil }
        }
        // One that speaks of one kind of message is all that the file knows of what somebody wants.
        let sure = doubtful.filter { isKnown($0.0, $0.1) }
        if columns.isEmpty, sure.count == 1 {
            columns = sure
            doubtful.removeAll { $0.0 == sure[0].0 }
        }
        // Of a wish to get nothing of one kind, too, yes is no wish to get mail of ours.
        columns += doubtful.filter { index, isOptIn in
            isOptIn ? !Self.numbered(file, [index]).isEmpty : isKnown(index, false)
        }
        doubtful.removeAll { one in columns.contains { $0.0 == one.0 } }
        let permissions = columns.filter(\.1)
        let ticks = permissions.count == 1 && isOfTicks(permissions[0].0) ? permissions[0].0 : nil
        var notes: [String] = []
        for (index, isOptIn) in columns {
            let guess = file.guesses[index]
            let isOfReasons = WishWord.reasonNames.contains(ColumnMap.simplified(file.header[index]))
            let isOfDays = !isOptIn && (guess.isMoment || isOfReasons)
            let out =
                isOfDays
                ? guess.filled
                    - guess.words.reduce(0) { $0 + (isOut($1.key, index, isOptIn) == false ? $1.value : 0) }
                : guess.words.reduce(0) { $0 + (isOut($1.key, index, isOptIn) == true ? $1.value : 0) }
            let isOfBounces = BounceWord.meaning(ofColumn: ColumnMap.simplified(file.header[index])) != nil
            if index == ticks {
                notes.append(
                    "\"\(file.header[index])\": \(guess.filled) of \(guess.count) have given this permission; the other "
                        + "\(guess.count - guess.filled) never have and get no messages (map: { \"\": no }; take it out if an "
                        + "empty cell says nothing)")
                continue
            }
            notes.append(
                "\"\(file.header[index])\": "
                    + (isOfBounces
                        ? "mail does not reach \(out) of \(guess.count), or was called spam; they get nothing, messages of service neither"
                        : "\(out) of \(guess.count) want no messages and get none"))
            let unclear =
                isOfDays
                ? []
                : guess.words.filter { isOut($0.key, index, isOptIn) == nil }
                    .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            if !unclear.isEmpty {
                let count = unclear.reduce(0) { $0 + $1.value }
                let words = unclear.prefix(8).map { "\"\($0.key.prefix(60))\" (\($0.value))" }.joined(separator: ", ")
                let map = unclear.prefix(8).map { "\(ImportHint.quoted($0.key)): \(ImportHint.yesOrNo)" }.joined(
                    separator: ", ")
                notes.append(
                    "\"\(file.header[index])\": \(words) \(unclear.count == 1 ? "says" : "say") neither yes nor no, and "
                        + "\(count == 1 ? "its address is" : "their \(count) addresses are") held back; say of each word which "
                        + "it is: " + advice("map: { \(map) }", isOptIn))
            }
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
            notes.append(
                "\"\(file.header[index])\" \(meaning), say: "
                    + advice("column: \(ImportHint.quoted(file.header[index]))", isOptIn))
        }
        let named = (columns + doubtful).map(\.0)
        for index in all where !named.contains(index) && WishWord.speaksOfMessages(file.header[index]) {
            let guess = file.guesses[index]
            let words = guess.words.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4)
            let isYesOrNo = words.allSatisfy {
                WishWord.isTick($0.key) || $0.key == "0" || BooleanWord.value(of: $0.key) != nil
            }
            guard guess.filled > 0, !guess.isEmail, isYesOrNo || isOfWords(index) && guess.distinct <= 6 else {
                continue
            }
            let said = words.map { "\"\($0.key.prefix(40))\" (\($0.value))" }.joined(separator: ", ")
            let column = "column: \(ImportHint.quoted(file.header[index]))"
            notes.append(
                "\"\(file.header[index])\" speaks of messages, and nobody is held back for what it says: \(said). If it says who "
                    + "wants none, say: \(advice(column, false)); if it says who wants them: \(advice(column, true))")
        }
        for index in all where !columns.contains(where: { $0.0 == index }) && file.guesses[index].type == .text {
            // The status of contacts is read for wishes, too.
            if file.simpleName(index) == "status", !statuses.contains("status") { continue }
            let asking = file.guesses[index].words.filter { WishWord.asksForNone($0.key) }
            guard let example = asking.keys.min() else { continue }
            let count = asking.values.reduce(0, +)
            notes.append(
                "\"\(file.header[index])\": \(count) \(count == 1 ? "cell asks" : "cells ask") for no messages, such as "
                    + "\"\(example.prefix(60))\", and nobody is held back for it: bring a column of yes and no, or a list of their "
                    + "addresses: keeptouch import suppressions FILE")
        }
        let numbered = Self.numbered(file, columns.filter(\.1).map(\.0))
        var numberedNotes: [String] = []
        for index in numbered {
            numberedNotes.append(
                "\"\(file.header[index])\": its numbers are taken for those of ActiveCampaign: 1 gets messages, 0 has not confirmed, 2 has "
                    + "unsubscribed, 3 has bounced")
        }
        var lines: [String] = []
        for isOptIn in [false, true] {
            let said = columns.filter { $0.1 == isOptIn }.map(\.0)
            let quoted = said.map { ImportHint.quoted(file.header[$0]) }
            guard let first = quoted.first else { continue }
            let name = names[isOptIn ? 1 : 0].name
            let crosses = Set(said.flatMap { WishWord.crosses(among: file.guesses[$0].words.keys) }).sorted()
            let no = crosses + (isOptIn && ticks != nil ? [""] : [])
            let ofNumbers =
                isOptIn && !numbered.isEmpty ? ["\"1\": yes"] + ["0", "2", "3", "-1"].map { "\"\($0)\": no" } : []
            let words = no.map { "\(ImportHint.quoted($0)): no" } + ofNumbers
            let map = words.isEmpty ? "" : ", map: { \(words.joined(separator: ", ")) }"
            let column = quoted.count == 1 ? first : "[\(quoted.joined(separator: ", "))]"
            lines.append(
                "\(name): " + (quoted.count == 1 && map.isEmpty ? first : "{ column: \(column)\(map) }"))
        }
        self.lines = lines
        self.columns = columns.map { (index: $0.0, isOptIn: $0.1) }
        self.notes =
            notes.filter { note in
                !numbered.contains { note.hasPrefix("\"\(file.header[$0])\"") }
            } + numberedNotes
    }

    /// Columns with the numbers by which ActiveCampaign says how somebody stands on a list.
    private static func numbered(_ file: FileGuess, _ columns: [Int]) -> [Int] {
        columns.filter { index in
            let words = Set(file.guesses[index].words.keys)
            return words.isSubset(of: ["-1", "0", "1", "2", "3"]) && words.contains("1")
                && !words.isDisjoint(with: ["2", "3"])
        }
    }

    private static let mostWords = 12
}
