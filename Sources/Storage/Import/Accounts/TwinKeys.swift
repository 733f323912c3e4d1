/// New accounts whose keys differ from those of others only in capitals: mostly one customer under two spellings.
///
/// Keys are compared letter by letter, for those of some systems differ in nothing else; so both accounts are kept, and
/// somebody is told.
struct TwinKeys {
    /// Whether there is nothing to compare with.
    private let isFirstImport: Bool
    /// The keys of the source in lower case.
    private var seen = SeenKeys()
    private let arena = ByteArena(capacity: 256)
    /// In lower case; so many at most.
    private var twins: Set<String> = []
    private static let most = 1_000
    private var example: String?

    /// - Parameter isOngoing: whether rows come for as long as the program runs.
    init(_ connection: Connection, isOngoing: Bool = false) throws {
        isFirstImport =
            try !isOngoing && connection.integer("SELECT count(*) FROM (SELECT id FROM account LIMIT 1) AS a") == 0
    }

    /// Looks at a key that the source brings for the first time.
    mutating func look(at key: Cell) {
        arena.removeAll(reserving: key.count)
        let folded = arena.append(key.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        if !seen.insert(folded) { add(folded.string, "\(key.excerpt) is there in other capitals too") }
    }

    /// Compares the staged rows that are about to be inserted with the accounts there were before the import.
    mutating func look(_ connection: Connection) throws {
        guard !isFirstImport else { return }
        try connection.forEach(
            """
            SELECT s.key AS new, a.key AS old FROM import_account s
            JOIN account a ON a.key IN (lower(s.key), upper(s.key)) WHERE s.account_id IS NULL AND a.key <> s.key
            """
        ) { row in
            guard let new = row.text(0), let old = row.text(1) else { return }
            add(new.lowercased(), "\"\(new)\" beside \"\(old)\"")
        }
    }

    private mutating func add(_ key: String, _ text: String) {
        if twins.count < Self.most { twins.insert(key) }
        if example == nil { example = text }
    }

    mutating func renew() {
        seen = SeenKeys()
        twins = []
        example = nil
    }

    var warning: String? {
        guard let example else { return nil }
        let count =
            twins.count == 1
            ? "1 key differs" : "\(twins.count)\(twins.count < Self.most ? "" : " or more") keys differ"
        return
            "\(count) from another only in capitals (\(example)): these are two accounts, and each is written to; where "
            + "they are one, spell the key as it was"
    }
}
