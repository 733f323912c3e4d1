import Playbooks

/// Values that were taken though no list knows them, with how often they came.
struct NotedValues {
    private static let most = 1_000
    private(set) var counts: [String: Int] = [:]

    mutating func add(_ text: Cell) {
        let word = text.string
        if counts.count < Self.most || counts[word] != nil { counts[word, default: 0] += 1 }
    }

    /// `plan: 2 values are in no list: "gold" (12), "prro" (1; did you mean "pro"?)`, or nil when there are none.
    func warning(about column: String, known: [String], _ advice: String) -> String? {
        if counts.isEmpty { return nil }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = sorted.prefix(8).map { word, count in
            "\"\(word.prefix(60))\" (\(count)\(suggestion(for: word, in: known)))"
        }
        let rest = sorted.count > 8 ? " and \(sorted.count - 8) more" : ""
        let values =
            sorted.count == 1
            ? "1 value was taken that data.yaml does not list"
            : "\(sorted.count) values were taken that data.yaml does not list"
        return "\(column): \(values): \(shown.joined(separator: ", "))\(rest); \(advice)"
    }
}

extension CellReader {
    /// What is to be told of values that no list knows.
    var warning: String? {
        switch kind {
        case .choice(let values, _):
            noted.warning(
                about: name, known: values.map { String(decoding: $0, as: UTF8.self) },
                "add \(noted.counts.count == 1 ? "it" : "them") to values: if \(noted.counts.count == 1 ? "it is" : "they are") right"
            )
        case .reason(let known):
            noted.warning(
                about: name, known: known, "add map: { word: a reason } to the property, or the word to reasons:")
        case .email:
            severalAddresses == 0
                ? nil
                : "\(name): \(severalAddresses) \(severalAddresses == 1 ? "cell holds" : "cells hold") several addresses; the first counts"
        case .name: nameWarning
        case .wish: wishWarning
        default: nil
        }
    }

    private var nameWarning: String? {
        let words = noted.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !words.isEmpty else { return nil }
        let shown = words.map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
        return "\(name): \(shown) \(words.count == 1 ? "is no name and was" : "are no names and were") left out"
    }

    /// Words of which nobody knows whether they are a wish, with the line to write.
    private var wishWarning: String? {
        let words = noted.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !words.isEmpty else { return nil }
        let shown = words.prefix(8).map { "\"\($0.key.prefix(60))\" (\($0.value))" }.joined(separator: ", ")
        let rest = words.count > 8 ? " and \(words.count - 8) more" : ""
        let count = words.reduce(0) { $0 + $1.value }
        let fate = "and \(count == 1 ? "its address is" : "their \(count) addresses are") held back"
        // Nobody is brought back by a file: a guess that is pasted unread would be for good.
        let map = words.prefix(8).map { "\(ImportHint.quoted($0.key)): \(ImportHint.yesOrNo)" }.joined(separator: ", ")
        let line = ImportHint.Section(ofWish: name).line("\(name): { map: { \(map) } }")
        return
            "\(name): \(shown)\(rest) \(words.count == 1 ? "says" : "say") neither yes nor no, \(fate); say of each word "
            + "which it is: \(line)"
    }
}
