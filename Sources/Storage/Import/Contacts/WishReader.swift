import Playbooks

/// Reads from the rows of a file whether their contacts want no messages.
///
/// Whoever wants none in one column wants none, whatever the others say. A word in a column of such wishes that says
/// neither holds the address back, and is told: so does one in a column of consents, for a consent that is asked for is none.
final class WishReader {
    private struct Column {
        var place: Int
        var reader: CellReader
        /// Simplified.
        var header: String
    }

    /// What a row says that has a cell which is not understood, as SQL sees it beside 0 and 1.
    static let unclear: Int64 = 2

    /// The column of the table that keeps what files said last, and how staged columns call it: no attribute has this name.
    static let column = "\"unsubscribed\""
    static let name = "unsubscribed, as files say"

    private let context: ImportContext
    private let attributes: [Attribute]
    private var columns: [Column] = []
    /// Where a contact's status lies, which some systems make of the wish.
    private var statusPlace: Int?
    /// Words of a status that data.yaml gives a meaning.
    private var statusWords: MappedWords?
    private var statusMeanings = RecurringWords<WishWord.Meaning?>()
    /// How many rows say that nothing is wanted.
    private(set) var count = 0
    /// Rows whose status says that nobody has agreed yet.
    private var unclearStatuses = 0
    private var bounces = ToldBounces()

    /// - Parameter attributes: how the data map calls the columns, yes to the first one meaning that nothing is wanted.
    init(_ context: ImportContext, _ attributes: [Attribute]) {
        self.context = context
        self.attributes = attributes
    }

    /// The columns to look for beside those that have been named.
    func wanted(beside names: [String]) -> [WantedColumn] {
        attributes.enumerated().filter { !names.contains($1.name) }.map { index, attribute in
            var column = WantedColumn(
                attribute, context, synonyms: index == 0 ? WishWord.optOutNames : WishWord.optInNames)
            column.moreColumns = context.form(of: attribute.name, attribute.form).moreColumns
            column.takesAll = true
            // A wish to get nothing is one, whatever else the column is declared as.
            column.sharesPlaces = index == 0
            return column
        }
    }

    func begin(_ map: ColumnMap, statusPlace: Int? = nil) {
        self.statusPlace = statusPlace
        let status = context.dataMap.importedContactAttributes.first { $0.name == "status" }
        statusMeanings = RecurringWords()
        statusWords = MappedWords(context.form(of: "status", status?.form ?? ColumnForm()).map)
        for (index, attribute) in attributes.enumerated() {
            let form = context.form(of: attribute.name, attribute.form)
            let places = map.allPlaces(of: attribute.name)
            // Rows that name their own columns have one place for an attribute that is called like a wish.
            let shared = map.header.indices.filter { place in
                index == 0 && !places.contains(place)
                    && WishWord.optOutNames.contains(ColumnMap.simplified(map.header[place]))
            }
            for place in places + shared {
                let kind = CellReader.Kind.wish(isOptIn: index > 0, WrittenTime(form, zone: context.zone))
                columns.append(
                    Column(
                        place: place,
                        reader: CellReader(
                            attribute.name, kind, map: form.map, isStrict: context.isStrict || context.isOngoing),
                        header: ColumnMap.simplified(map.header[place])))
            }
        }
    }

    /// Whether any column can say it.
    var isNeeded: Bool { !columns.isEmpty || statusPlace != nil }

    /// 1 where nothing is wanted, 0 where messages are, `unclear` where nobody knows, null where the row does not say.
    ///
    /// - Parameter email: the row's address; mail that does not reach it says nothing of the person.
    func wish(_ record: Record, email: Cell?) throws -> Scalar {
        var strongest: Int64?
        for column in columns {
            let cell = record.cells[column.place].trimmed
            if Self.isList(cell) { continue }
            guard var value = try value(of: cell, column) else { continue }
            if value == 1, isBounce(cell, column: BounceWord.meaning(ofColumn: column.header), email) { value = 0 }
            strongest = strongest.map { Self.stronger($0, value) } ?? value
        }
        for member in record.others where member.kind != .null {
            let (key, cell) = (member.key.string, member.value.trimmed)
            if Self.isList(cell) { continue }
            guard var said = try said(key, cell) else { continue }
            let meaning = BounceWord.meaning(ofColumn: ColumnMap.simplified(key))
            if said == 1, isBounce(cell, column: meaning, email) { said = 0 }
            strongest = strongest.map { Self.stronger($0, said) } ?? said
        }
        var wish = strongest.map { Scalar.integer($0) } ?? .null
        switch statusPlace.flatMap({ meaning(ofStatus: record.cells[$0].trimmed) }) {
        case .out where statusPlace.map({ isBounce(record.cells[$0].trimmed, column: nil, email) }) == true: break
        case .out: wish = .integer(1)
        case .unclear where strongest != 1:
            wish = .integer(Self.unclear)
            unclearStatuses += 1
        case .unclear, .within, nil: break
        }
        if case .integer(1) = wish { count += 1 }
        return wish
    }

    private func value(of cell: Cell, _ column: Column) throws -> Int64? {
        let isOfReasons = WishWord.reasonNames.contains(column.header)
        // A request says nothing of what it does not name; of a file `map:` may say what an empty cell means.
        if cell.isEmpty, isOfReasons || context.isOngoing { return nil }
        if isOfReasons || WishWord.tagNames.contains(column.header)
            || BounceWord.meaning(ofColumn: column.header) != nil,
            let isOut = WishWord.isOut(cell, in: column.header, isOptIn: false, WrittenTime(zone: context.zone))
        {
            return isOut ? 1 : 0
        }
        guard case .integer(let said) = try column.reader.scalar(cell) else { return nil }
        return said
    }

    /// Whether mail does not reach the row's address, which is no wish of the person; a complaint is one, too.
    private func isBounce(_ cell: Cell, column: SuppressionReason?, _ email: Cell?) -> Bool {
        guard let reason = BounceWord.harm(cell.string, column: column), let email else { return false }
        let text = Mailbox(email.string)?.address ?? email.trimmed.string
        guard let address = EmailAddress.normalized(text) else { return false }
        bounces.add(address, reason)
        return reason == .hardBounce
    }

    /// How many rows say that mail does not arrive, or was called spam.
    var bounceCount: Int { bounces.count }

    /// Suppresses addresses that mail does not reach; before their contacts are written.
    func suppressBounces(_ store: Store, _ connection: Connection) throws {
        try bounces.apply(store, connection, at: context.now)
    }

    private func meaning(ofStatus cell: Cell) -> WishWord.Meaning? {
        let words = statusWords
        return statusMeanings.meaning(of: cell) { cell in
            if WishWord.saysOut(cell) { return .out }
            return words?.value(of: cell) == nil ? WishWord.meaning(ofStatus: cell) : nil
        }
    }

    /// What a row says once more under another name; nil where it is no wish.
    private func said(_ name: String, _ cell: Cell) throws -> Int64? {
        let name = ColumnMap.simplified(name)
        let named = attributes.firstIndex { attribute in
            (context.form(of: attribute.name, attribute.form).columns + [attribute.name]).contains {
                ColumnMap.simplified($0) == name
            }
        }
        let index =
            named ?? (WishWord.optOutNames.contains(name) ? 0 : WishWord.optInNames.contains(name) ? 1 : nil)
        guard let index, !cell.isEmpty, let column = columns.first(where: { $0.reader.name == attributes[index].name })
        else { return nil }
        if WishWord.reasonNames.contains(name) {
            return WishWord.isOut(cell, isOptIn: false, WrittenTime(zone: context.zone)) == false ? 0 : 1
        }
        guard case .integer(let said) = try column.reader.scalar(cell) else { return nil }
        return said
    }

    /// A list, such as that of the addresses, says nothing of what is wanted.
    private static func isList(_ cell: Cell) -> Bool { cell.first == UInt8(ascii: "[") }

    private static func stronger(_ one: Int64, _ other: Int64) -> Int64 {
        let order: [Int64] = [0, unclear, 1]
        return (order.firstIndex(of: one) ?? 0) > (order.firstIndex(of: other) ?? 0) ? one : other
    }

    /// Contacts of whom a row of this import has said that they want nothing.
    private var kept: Set<String> = []

    func keep(_ contact: String) { kept.insert(contact) }

    func isKept(_ contact: String) -> Bool { kept.contains(contact) }

    func renew() { (count, kept, unclearStatuses, bounces) = (0, [], 0, ToldBounces()) }

    var warnings: [String] {
        let people = unclearStatuses == 1 ? "1 contact has" : "\(unclearStatuses) contacts have"
        return columns.compactMap(\.reader.warning)
            + (unclearStatuses == 0
                ? []
                : [
                    "\(people) a status by which nobody knows whether messages are wanted, or arrive, and "
                        + "\(unclearStatuses == 1 ? "is" : "are") held back until keeptouch unsuppress; a word that means neither: "
                        + "contact_attributes: { status: { map: { <the word>: active } } }"
                ])
    }
}
