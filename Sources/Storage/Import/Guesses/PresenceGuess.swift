import Playbooks

/// Which columns of a file of people say that some of them have left, and how many.
struct PresenceGuess {
    /// The columns to read.
    let columns: [Int]
    let notes: [String]

    /// - Parameter free: the columns that nothing else has taken.
    init(_ file: FileGuess, free: [Int]) {
        var columns: [Int] = []
        var notes: [String] = []
        for index in free where file.guesses[index].filled > 0 {
            let guess = file.guesses[index]
            let name = file.simpleName(index)
            guard let kind = PresenceWord.column(file.header[index]) ?? PresenceWord.column(name) else { continue }
            let gone = guess.words.filter { Self.hasLeft($0.key, kind) == true }
            let known = guess.words.filter { Self.hasLeft($0.key, kind) != nil }
            let unknown = guess.words.filter { known[$0.key] == nil && !Self.isWish($0.key) }.sorted {
                ($1.value, $0.key) < ($0.value, $1.key)
            }
            let count = known.isEmpty && guess.isMoment && kind != .there ? guess.days : gone.values.reduce(0, +)
            // A state of the USA, or days since which somebody is there, say nothing of who has left.
            guard count > 0 || known.values.reduce(0, +) * 2 > guess.filled else { continue }
            let quoted = ImportHint.quoted(file.header[index])
            guard count * 2 <= file.rows || count < 3 else {
                notes.append(
                    "\(quoted): \(count) of \(file.rows) have left by it, which nobody believes, and it is not read; if it is true, "
                        + "say: contact_attributes: { status: { column: \(quoted) } }")
                continue
            }
            columns.append(index)
            notes.append(
                "\(quoted): \(count) of \(file.rows) \(count == 1 ? "has left and gets" : "have left and get") no messages (status)"
            )
            guard !unknown.isEmpty, !(guess.isMoment && kind != .status) else { continue }
            let map = unknown.prefix(6).map { "\(ImportHint.scalar($0.key)): <active or left>" }.joined(separator: ", ")
            notes.append(
                "\(quoted): nobody knows whether those have left who are "
                    + "\(unknown.prefix(6).map { "\"\($0.key.prefix(60))\" (\($0.value))" }.joined(separator: ", ")), and they may be "
                    + "written to until data.yaml says: contact_attributes: { status: { map: { \(map) } } }")
        }
        (self.columns, self.notes) = (columns, notes)
    }

    /// Whether some column of a file says it of users or members: such a file is one of people, and no list of events.
    static func isTold(_ file: FileGuess, besides account: Int) -> Bool {
        file.usable.contains { index in
            let guess = file.guesses[index]
            guard index != account, guess.filled > 0, !guess.isMoment else { return false }
            if WishWord.isOfPeople(guess.words.keys) { return true }
            guard let kind = PresenceWord.column(file.header[index]) else { return false }
            let known = guess.words.reduce(0) { $0 + (hasLeft($1.key, kind) == nil ? 0 : $1.value) }
            return (kind != .status || file.simpleName(index).contains("_")) && known * 2 > guess.filled
        }
    }

    private static func isRefusal(_ word: String) -> Bool {
        let bytes = ByteArena(capacity: word.utf8.count + 1)
        return WishWord.meaning(ofStatus: bytes.append(word.utf8)) == .out
    }

    private static func isWish(_ word: String) -> Bool {
        let bytes = ByteArena(capacity: word.utf8.count + 1)
        return WishWord.meaning(ofStatus: bytes.append(word.utf8)) != nil
    }

    private static func hasLeft(_ word: String, _ kind: PresenceWord.Column) -> Bool? {
        let isYes =
            ["1", "0"].contains(word)
            ? word == "1" : BooleanWord.value(of: word) ?? (WishWord.isTick(word) ? true : nil)
        switch kind {
        case .there: return isYes.map { !$0 } ?? PresenceWord.hasLeft(word)
        case .gone: return isYes ?? PresenceWord.hasLeft(word)
        case .status:
            return isRefusal(word) ? nil : PresenceWord.hasLeft(word)
        }
    }
}
