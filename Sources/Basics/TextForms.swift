/// The forms of a text, by which of the values that its sections hang on are there: all, none, each missing alone, each
/// there alone.
package struct TextForms: Sendable {
    private let text: SectionedText
    /// The names that are there or missing together.
    private let groups: [[String]]

    /// As many groups are tried; nobody writes that many.
    private static let most = 64

    /// - Parameter group: what is there whenever a name is; nil for what always is.
    package init(_ text: SectionedText, group: (String) -> [String]? = { [$0] }) {
        self.text = text
        groups = text.sectionNames.compactMap(group).prefix(Self.most).reduce(into: []) { groups, next in
            if !groups.contains(next) { groups.append(next) }
        }
    }

    private func pieces(without absent: Set<String>) -> [SectionedText.Piece] {
        text.pieces(text.pattern(where: { !absent.contains($0) }))
    }

    private var all: Set<String> { Set(groups.joined()) }

    /// Whether something holds of every form.
    package func allSatisfy(_ holds: ([SectionedText.Piece]) -> Bool) -> Bool {
        let all = all
        return holds(pieces(without: [])) && (groups.isEmpty || holds(pieces(without: all)))
            && groups.allSatisfy { holds(pieces(without: Set($0))) && holds(pieces(without: all.subtracting($0))) }
    }

    /// Why something does not stand in every form.
    package enum Obstacle: Sendable, Equatable {
        /// It stands in none.
        case always
        /// `without {{action}}`, `with {{logo}}`
        case values(String)
    }

    /// What keeps something from standing; nil when it stands in every form.
    package func obstacle(to stands: ([SectionedText.Piece]) -> Bool) -> Obstacle? {
        let all = all
        func isThere(without absent: Set<String>) -> Bool { stands(pieces(without: absent)) }
        let missing = groups.filter { !isThere(without: Set($0)) }
        let alone = groups.filter { !isThere(without: all.subtracting($0)) }
        guard isThere(without: []) else {
            let with = groups.filter { group in !missing.contains(group) }
            guard with.isEmpty else { return .values("with \(Self.list(with.prefix(1)))") }
            return isThere(without: all) || alone.count < groups.count
                ? .values("with \(Self.list(groups[...]))") : .always
        }
        if let first = missing.first { return .values("without \(Self.list([first]))") }
        if !isThere(without: all) { return .values("without \(Self.list(groups[...]))") }
        return alone.first.map { .values("with \(Self.list([$0])) alone") }
    }

    private static func list(_ groups: ArraySlice<[String]>) -> String {
        let names = groups.compactMap(\.first).map { "{{\($0)}}" }
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }
}

extension [SectionedText.Piece] {
    /// The text with its variables as they are written.
    package var written: String {
        map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): "{{\(name)}}"
            }
        }.joined()
    }
}
