import Playbooks

/// Who has left by a word among others: a plan that is called canceled, a tag.
extension AccountDraft {
    private static let plans = [
        "plan", "subscription_plan", "plan_name", "tier", "package", "subscription", "tarif", "abo",
    ]
    private static let tags = [
        "tags", "tag", "labels", "label", "segments", "segment", "groups", "group", "lists", "list",
    ]
    private static let mostWords = 40

    /// Takes the status from such a column, whatever else is made of it; false where there is none.
    mutating func addDepartingWords() -> Bool {
        for index in file.columns(Self.plans + Self.tags) where index != key && file.guesses[index].filled > 0 {
            let isOfTags = Self.tags.contains(file.simpleName(index))
            var counts: [String: Int] = [:]
            for (cell, count) in file.guesses[index].words {
                for word in isOfTags ? Set(WordList.tags(of: cell)) : [cell] { counts[word, default: 0] += count }
            }
            let gone = counts.filter { StatusGuess.isDeparture($0.key) }
            guard !gone.isEmpty, gone.values.reduce(0, +) * 2 < file.rows else { continue }
            let known = counts.count <= Self.mostWords ? counts : gone
            var attribute = Attribute("status", .text)
            attribute.form.column = file.header[index]
            for word in known.keys {
                attribute.form.map[word.lowercased()] = gone[word] == nil ? "active" : "churned"
            }
            lines.append("  status: \(ImportHint.declaration(of: attribute, isBuiltIn: true))")
            let words = gone.sorted { $0.key < $1.key }.prefix(6).map { "\"\($0.key)\" (\($0.value))" }
            notes.append(
                "\"\(file.header[index])\": who has \(words.joined(separator: " or ")) there has left (status), and the others are "
                    + "customers; if that is wrong, take the line \"status\" out of data.yaml")
            return true
        }
        return false
    }
}
