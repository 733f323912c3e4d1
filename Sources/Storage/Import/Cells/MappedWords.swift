private import Foundation

/// The words of a file and the values that they stand for; in either case they are the same.
struct MappedWords {
    private let words: [(word: [UInt8], value: Cell)]
    /// Words that are not of ASCII alone, whose case no look at bytes tells.
    private let foreign: [String: Cell]
    /// Holds the values.
    private let arena: ByteArena

    /// Nil when there are none.
    init?(_ map: [String: String]) {
        if map.isEmpty { return nil }
        let arena = ByteArena(capacity: map.values.reduce(1) { $0 + $1.utf8.count })
        words = map.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), arena.append($0.value.utf8)) }
        foreign = Dictionary(
            words.filter { $0.word.contains { $0 >= 0x80 } }.map {
                (Self.folded(String(decoding: $0.word, as: UTF8.self)), $0.value)
            }, uniquingKeysWith: { first, _ in first })
        self.arena = arena
    }

    func value(of text: Cell) -> Cell? {
        if let found = words.first(where: { text.isEqualIgnoringCase(to: $0.word) }) { return found.value }
        guard !foreign.isEmpty, text.contains(where: { $0 >= 0x80 }) else { return nil }
        return foreign[Self.folded(text.string)]
    }

    private static func folded(_ text: String) -> String { text.lowercased().precomposedStringWithCanonicalMapping }
}
