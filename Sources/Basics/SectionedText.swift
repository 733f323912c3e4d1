/// The Mustache of one part of a message, compiled: names and sections on presence, and no more than that.
///
/// `{{x | there}}` says what stands where x is not; `{{x | one: day | other: days}}` the word beside a number, by the
/// plural categories of the language. `{{> x}}` is a snippet, which stands for nothing here: it was taken in before.
///
/// `{{#x}}…{{/x}}` stands when x is there (and not false), with `{{.}}` for x inside; `{{^x}}…{{/x}}` stands when it is
/// not, and makes it good that x is missing elsewhere in the text.
package struct SectionedText: Sendable, Hashable {
    /// What stands once the sections are decided.
    package enum Piece: Sendable, Hashable {
        case text(String)
        case variable(String)
    }

    private enum Step: Sendable, Hashable {
        case piece(Piece)
        /// What is before `end` stands under the condition.
        case section(number: Int, name: String, condition: Condition, end: Int)
    }

    private enum Condition: Sendable, Hashable {
        case present, absent
        /// There is a value, also one on which no section stands: `no`, for one.
        case filled, unfilled
        /// The plural category of a number is this one, or none of these.
        case category(String)
        case otherThan([String])
        /// There is no number.
        case uncounted
    }

    /// The plural forms of one tag.
    package struct Plural: Sendable, Hashable {
        package var name: String
        package var categories: [String]
        package var place: TextPlace
    }

    /// One snippet that is named.
    package struct SnippetUse: Sendable, Hashable {
        package var name: String
        package var place: TextPlace
    }

    /// One mention of a variable.
    package struct Use: Sendable, Hashable {
        package var name: String
        package var place: TextPlace
        /// Whether the text stands without it: inside `{{#name}}`, or beside a `{{^name}}`.
        package var isCovered: Bool
    }

    private var steps: [Step] = []
    private var sectionCount = 0
    /// The pieces of a text without sections, which are always the same.
    private var onlyPieces: [Piece]?
    /// In their order, also those of sections.
    package private(set) var uses: [Use] = []
    package private(set) var snippets: [SnippetUse] = []
    package private(set) var plurals: [Plural] = []
    /// The names with a `{{^x}}`: where they are missing they stand for nothing.
    package private(set) var covered: Set<String> = []
    /// The names on which sections hang, fallbacks among them, each once.
    package var sectionNames: [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for case .section(_, let name, _, _) in steps where seen.insert(name).inserted { names.append(name) }
        return names
    }

    /// Text with a complaint is not to be used.
    package private(set) var complaints: [TextComplaint]

    /// - Parameter replaced: what stands instead of a variable of that name.
    package init(_ text: String, replacing replaced: [String: [Piece]] = [:]) {
        let text = TaggedText(text)
        complaints = text.complaints
        read(Self.withoutTagLines(text.parts), replaced)
        if sectionCount == 0 { onlyPieces = pieces(Pattern()) }
        for index in uses.indices where covered.contains(uses[index].name) { uses[index].isCovered = true }
    }

    // MARK: - Rendering

    /// Which sections of a text stand.
    package struct Pattern: Sendable, Hashable {
        /// Most texts have few sections, and then need no memory of their own.
        private var first: UInt64 = 0
        private var others: [UInt64] = []

        fileprivate mutating func insert(_ number: Int) {
            guard number >= 64 else {
                first |= 1 << UInt64(number)
                return
            }
            while others.count < number / 64 { others.append(0) }
            others[number / 64 - 1] |= 1 << UInt64(number % 64)
        }

        fileprivate func contains(_ number: Int) -> Bool {
            guard number >= 64 else { return first & 1 << UInt64(number) != 0 }
            return number / 64 <= others.count && others[number / 64 - 1] & 1 << UInt64(number % 64) != 0
        }
    }

    /// - Parameters:
    ///   - isPresent: whether a section on a name stands.
    ///   - hasValue: whether a name needs no text to fall back on; as a section when nil.
    ///   - category: the plural category of a number by its name; nil for what is no number or missing.
    package func pattern(
        where isPresent: (String) -> Bool, hasValue: ((String) -> Bool)? = nil,
        category: (String) -> String? = { _ in nil }
    ) -> Pattern {
        var pattern = Pattern()
        guard onlyPieces == nil else { return pattern }
        var index = 0
        while index < steps.count {
            if case .section(let number, let name, let condition, let end) = steps[index] {
                let stands =
                    switch condition {
                    case .present: isPresent(name)
                    case .absent: !isPresent(name)
                    case .filled: hasValue?(name) ?? isPresent(name)
                    case .unfilled: !(hasValue?(name) ?? isPresent(name))
                    case .uncounted: category(name) == nil
                    case .category(let wanted): category(name) == wanted
                    case .otherThan(let others): category(name).map { !others.contains($0) } ?? false
                    }
                if !stands {
                    index = end
                    continue
                }
                pattern.insert(number)
            }
            index += 1
        }
        return pattern
    }

    package func pieces(_ pattern: Pattern) -> [Piece] {
        if let onlyPieces { return onlyPieces }
        var pieces: [Piece] = []
        var index = 0
        while index < steps.count {
            switch steps[index] {
            case .piece(let piece): pieces.append(piece)
            case .section(let number, _, _, let end):
                if !pattern.contains(number) {
                    index = end
                    continue
                }
            }
            index += 1
        }
        return pieces
    }

    // MARK: - Reading

    private mutating func read(_ parts: [TaggedText.Part], _ replaced: [String: [Piece]]) {
        var open: [(tag: TaggedText.Tag, step: Int)] = []
        for part in parts {
            guard case .tag(let tag) = part else {
                if case .text(let text) = part, !text.isEmpty { steps.append(.piece(.text(text))) }
                continue
            }
            switch tag.kind {
            case .comment: break
            case .snippet:
                check(tag)
                snippets.append(SnippetUse(name: tag.name, place: tag.place))
            case .value where tag.name.contains("|"): appendAlternatives(tag, inside: open.map(\.tag), replaced)
            case .value: append(tag, inside: open.map(\.tag), replaced)
            case .section, .inverted:
                check(tag)
                let isInverted = tag.kind == .inverted
                if isInverted { covered.insert(tag.name) }
                uses.append(Use(name: tag.name, place: tag.place, isCovered: true))
                open.append((tag, steps.count))
                begin(tag.name, isInverted ? .absent : .present)
            case .end:
                guard let last = open.last, last.tag.name == tag.name else {
                    let expected =
                        open.last.map { "; \"{{/\($0.tag.name)}}\" comes first" } ?? "; no section is open"
                    complain("\"{{/\(tag.name)}}\" closes nothing\(expected)", tag)
                    continue
                }
                open.removeLast()
                close(last.step)
            }
        }
        for (tag, step) in open {
            let sigil = tag.kind == .inverted ? "^" : "#"
            complain("the section \"{{\(sigil)\(tag.name)}}\" is not closed by \"{{/\(tag.name)}}\"", tag)
            close(step)
        }
    }

    private mutating func close(_ step: Int) {
        guard case .section(let number, let name, let condition, _) = steps[step] else { return }
        steps[step] = .section(number: number, name: name, condition: condition, end: steps.count)
    }

    private mutating func begin(_ name: String, _ condition: Condition) {
        steps.append(.section(number: sectionCount, name: name, condition: condition, end: 0))
        sectionCount += 1
    }

    /// The categories of CLDR.
    private static let categories: Set = ["zero", "one", "two", "few", "many", "other"]

    /// `x | there`, or `x | one: day | other: days`: sections in another form.
    private mutating func appendAlternatives(
        _ tag: TaggedText.Tag, inside open: [TaggedText.Tag], _ replaced: [String: [Piece]]
    ) {
        let parts = tag.name.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
        var tag = tag
        tag.name = parts[0]
        check(tag)
        let forms = parts.dropFirst().map { part -> (category: String, text: String)? in
            guard let colon = part.firstIndex(of: ":"), Self.categories.contains(String(part[..<colon])) else {
                return nil
            }
            return (String(part[..<colon]), Self.unquoted(String(part[part.index(after: colon)...]).trimmingBlanks))
        }
        if forms.allSatisfy({ $0 != nil }) { return appendPlural(tag, forms.compactMap(\.self), inside: open) }
        guard parts.count == 2 else {
            return complain(
                "\"{{\(tag.name) | ...}}\" has several texts to fall back on; write one, or one: ... | other: ... for the forms "
                    + "beside a number", tag)
        }
        guard !parts[1].isEmpty else {
            return complain("\"{{\(tag.name) |}}\" names no text to fall back on; write {{\(tag.name) | text}}", tag)
        }
        uses.append(Use(name: tag.name, place: tag.place, isCovered: true))
        let start = steps.count
        begin(tag.name, .filled)
        steps += (replaced[tag.name] ?? [.variable(tag.name)]).map { .piece($0) }
        close(start)
        let other = steps.count
        begin(tag.name, .unfilled)
        let text = Self.unquoted(parts[1])
        if !text.isEmpty { steps.append(.piece(.text(text))) }
        close(other)
    }

    private mutating func appendPlural(
        _ tag: TaggedText.Tag, _ forms: [(category: String, text: String)], inside open: [TaggedText.Tag]
    ) {
        let named = forms.map(\.category)
        guard named.contains("other") else {
            return complain("\"{{\(tag.name) | ...}}\" has no \"other:\", which every language needs", tag)
        }
        guard Set(named).count == named.count else {
            return complain("\"{{\(tag.name) | ...}}\" says the same form twice", tag)
        }
        plurals.append(Plural(name: tag.name, categories: named, place: tag.place))
        let isCovered = open.contains { $0.kind == .section && $0.name == tag.name }
        uses.append(Use(name: tag.name, place: tag.place, isCovered: isCovered))
        for form in forms {
            let start = steps.count
            begin(
                tag.name,
                form.category == "other" ? .otherThan(named.filter { $0 != "other" }) : .category(form.category))
            if !form.text.isEmpty { steps.append(.piece(.text(form.text))) }
            close(start)
        }
        // A word beside a number that is missing is missing, too.
        let start = steps.count
        begin(tag.name, .uncounted)
        steps.append(.piece(.variable(tag.name)))
        close(start)
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    private mutating func append(
        _ tag: TaggedText.Tag, inside open: [TaggedText.Tag], _ replaced: [String: [Piece]]
    ) {
        if tag.name == "." {
            guard let section = open.last else {
                complain("\"{{.}}\" stands for something in a section only", tag)
                return
            }
            steps.append(.piece(.variable(section.name)))
            return
        }
        check(tag)
        let isCovered = open.contains { $0.kind == .section && $0.name == tag.name }
        uses.append(Use(name: tag.name, place: tag.place, isCovered: isCovered))
        steps += (replaced[tag.name] ?? [.variable(tag.name)]).map { .piece($0) }
    }

    private mutating func check(_ tag: TaggedText.Tag) {
        let isName = tag.name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains($0)
        }
        guard isName, tag.name != "." else {
            complain("\"{{\(tag.name)}}\" is not a name; names in a message have letters, digits, _, - and .", tag)
            return
        }
    }

    private mutating func complain(_ message: String, _ tag: TaggedText.Tag) {
        complaints.append(TextComplaint(message, at: tag.place))
    }
}

// MARK: - Lines of tags

extension SectionedText {
    /// Sections and comments alone on their line take the line with them, so that Markdown sees no blank lines.
    private static func withoutTagLines(_ parts: [TaggedText.Part]) -> [TaggedText.Part] {
        var result = parts
        for (index, part) in parts.enumerated() {
            guard case .tag(let tag) = part, tag.kind != .value else { continue }
            let before = index > 0 ? text(of: parts[index - 1]) : ""
            let after = index + 1 < parts.count ? text(of: parts[index + 1]) : ""
            guard let before, let after, let head = blankTail(of: before, isFirst: index <= 1),
                let tail = blankHead(of: after, isLast: index + 2 >= parts.count)
            else { continue }
            if index > 0, let text = text(of: result[index - 1]) {
                result[index - 1] = .text(String(text.dropLast(head)))
            }
            if index + 1 < parts.count { result[index + 1] = .text(String(after.dropFirst(tail))) }
        }
        return result
    }

    private static func text(of part: TaggedText.Part) -> String? {
        if case .text(let text) = part { text } else { nil }
    }

    /// How many blanks stand after the last line break; nil when anything else does.
    private static func blankTail(of text: String, isFirst: Bool) -> Int? {
        let tail = text.reversed().prefix { !$0.isNewline }
        guard tail.allSatisfy({ $0 == " " || $0 == "\t" }), isFirst || tail.count < text.count else { return nil }
        return tail.count
    }

    /// How many characters the blank rest of the line has, with its line break; nil when anything else stands there.
    private static func blankHead(of text: String, isLast: Bool) -> Int? {
        let head = text.prefix { !$0.isNewline }
        guard head.allSatisfy({ $0 == " " || $0 == "\t" }) else { return nil }
        if head.count < text.count { return head.count + 1 }
        return isLast ? head.count : nil
    }
}
