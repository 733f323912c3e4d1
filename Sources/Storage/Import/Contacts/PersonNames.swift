import Foundation

/// What rows call a person: in one column, or in one for the first name and one for the last.
struct PersonNames {
    static let first = [
        "first_name", "firstname", "given_name", "forename", "contact_first_name", "vorname", "prénom", "prenom",
        "voornaam",
    ]
    static let last = [
        "last_name", "lastname", "surname", "family_name", "contact_last_name", "nachname", "familienname",
        "nom_de_famille",
        "apellido", "apellidos", "achternaam", "cognome", "sobrenome",
    ]

    private let whole: Int?
    private let parts: [Int]
    private let reader: CellReader
    private let arena = ByteArena(capacity: 256)

    /// The columns to be looked for beside that of the whole name, where nothing else is called so.
    static func wanted(beside declared: [String]) -> [WantedColumn] {
        [("first_name", first), ("last_name", last)].filter { !declared.contains($0.0) }.map {
            WantedColumn($0.0, synonyms: $0.1)
        }
    }

    /// - Parameters:
    ///   - whole: what the column with the whole name is called here.
    ///   - declared: attributes; one that is called like a part of the name is itself.
    init(_ map: ColumnMap, whole: String, beside declared: [String]) {
        self.whole = map.place(of: whole)
        reader = CellReader(whole, .name)
        parts = ["first_name", "last_name"].filter { !declared.contains($0) }.compactMap { map.place(of: $0) }
    }

    /// Nothing is known of names.
    init() { (whole, parts, reader) = (nil, [], CellReader("name", .name)) }

    var isKnown: Bool { whole != nil || !parts.isEmpty }
    /// Whether it stands in no column of its own.
    var isInParts: Bool { whole == nil && !parts.isEmpty }

    /// What is to be told of words that are no names.
    var warning: String? { reader.warning }

    /// The name in a row; its bytes are valid until the next one.
    func name(in record: Record) throws -> Scalar {
        let name = try whole.map { try reader.scalar(record.cells[$0]) } ?? .null
        guard name.isNull, !parts.isEmpty else { return name }
        let words = parts.map { record.cells[$0].trimmed }.filter { !$0.isEmpty && !Placeholder.isOne($0.string) }
        guard !words.isEmpty else { return .null }
        arena.removeAll(reserving: words.reduce(words.count) { $0 + $1.count })
        return .text(arena.append(Array(words.joined(separator: [0x20]))))
    }
}
