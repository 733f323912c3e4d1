import Playbooks

/// Reads from the rows of a file whether its people are still there: in a status, a yes or no, or the day on which they left.
///
/// Who has left by one column has left, whatever the others say.
final class PresenceReader {
    /// Whether somebody has left by a word; where nobody knows, whether that is to be told.
    private struct Meaning {
        var isGone: Bool?
        var isUnknown = false
    }

    private struct Column {
        var place: Int
        /// As the file has it.
        var header: String
        var kind: PresenceWord.Column
        /// Whether data.yaml means it, or it is called "status".
        var isMeant: Bool
        var meanings = RecurringWords<Meaning>()
        /// Words that say neither, and how many cells do.
        var words = NotedValues()
        var known = 0
    }

    private let context: ImportContext
    private let reader: CellReader
    private let map: MappedWords?
    /// The columns that data.yaml names.
    private let declared: [String]
    private var columns: [Column] = []
    private let times: [WrittenTime]
    private let words = ByteArena(capacity: 16)
    private let active: Cell
    private let left: Cell
    /// How many rows say that somebody has left, by columns that nobody has named.
    private var leavers = 0

    init(_ context: ImportContext, _ status: Attribute) {
        self.context = context
        let form = context.form(of: status.name, status.form)
        reader = CellReader(status, context)
        map = MappedWords(form.map)
        declared = form.columns
        let formats = form.formats.isEmpty ? ColumnGuess.formats.map { [$0] } + [[]] : [form.formats]
        times = formats.map { WrittenTime(formats: $0, zone: context.zone) }
        active = words.append("active".utf8)
        left = words.append("left".utf8)
    }

    /// The columns to look for beside the first one that data.yaml names.
    var wanted: [WantedColumn] {
        (declared.isEmpty ? PresenceWord.usualNames : Array(declared.dropFirst())).map { name in
            var column = WantedColumn("\(name) (status)", column: name)
            column.sharesPlaces = true
            return column
        }
    }

    /// - Parameter isOfSubscriptions: whether the file says how subscriptions stand, and not people.
    func begin(_ map: ColumnMap, isOfSubscriptions: Bool) {
        columns = []
        func add(_ place: Int?, _ header: String, isMeant: Bool) {
            guard let place, !columns.contains(where: { $0.place == place }) else { return }
            guard let kind = PresenceWord.column(header) ?? (isMeant ? .status : nil) else { return }
            columns.append(Column(place: place, header: header, kind: kind, isMeant: isMeant))
        }
        if !isOfSubscriptions { add(map.place(of: "status"), declared.first ?? "status", isMeant: true) }
        if isOfSubscriptions, declared.isEmpty { return }
        for column in wanted {
            add(map.place(of: column.name), column.column ?? "", isMeant: !declared.isEmpty)
        }
        guard declared.isEmpty, !map.isPerRow else { return }
        for (place, header) in map.header.enumerated() where map.header.firstIndex(of: header) == place {
            add(place, header, isMeant: false)
        }
    }

    var isNeeded: Bool { !columns.isEmpty }

    /// The contact's status; null where the row does not say it.
    func status(_ record: Record, leavingOut bad: inout [Rejection]) -> Scalar {
        var isThere = false
        var hasLeft = false
        var isMeant = false
        for index in columns.indices {
            let place = columns[index].place
            if let present = record.present, !present[place] { continue }
            do {
                guard let gone = try isGone(record.cells[place].trimmed, index) else { continue }
                columns[index].known += 1
                hasLeft = hasLeft || gone
                isThere = isThere || !gone
                isMeant = isMeant || gone && columns[index].isMeant
            } catch let rejection as Rejection {
                bad.append(rejection)
            } catch {
                continue
            }
        }
        if hasLeft, !isMeant { leavers += 1 }
        return hasLeft ? .text(left) : isThere ? .text(active) : .null
    }

    private func isGone(_ cell: Cell, _ index: Int) throws -> Bool? {
        if map?.value(of: cell) != nil { return try said(by: cell) }
        let (kind, isMeant) = (columns[index].kind, columns[index].isMeant)
        let meaning = columns[index].meanings.meaning(of: cell) { self.meaning(of: $0, kind, isMeant) }
        if meaning.isUnknown { columns[index].words.add(cell) }
        return meaning.isGone
    }

    private func meaning(of cell: Cell, _ kind: PresenceWord.Column, _ isMeant: Bool) -> Meaning {
        if cell.isEmpty || Placeholder.isOne(cell.string) {
            if case .gone(isOfDays: true) = kind { return Meaning(isGone: false) }
            return Meaning()
        }
        switch kind {
        case .status: break
        case .there:
            if let isYes = Self.isYes(cell) { return Meaning(isGone: !isYes) }
        case .gone(let isOfDays):
            if let isYes = Self.isYes(cell) { return Meaning(isGone: isYes) }
            if isOfDays, Placeholder.isNoDay(cell) { return Meaning(isGone: false) }
            if let isPast = isPast(cell) { return Meaning(isGone: isPast) }
        }
        let wish = WishWord.meaning(ofStatus: cell)
        // Who is blocked has left, and is held back, too.
        if wish != .out || !isMeant, let hasLeft = PresenceWord.hasLeft(cell.string) {
            return Meaning(isGone: hasLeft)
        }
        // What says something of messages is read as a wish.
        return Meaning(isUnknown: wish == nil)
    }

    private func said(by cell: Cell) throws -> Bool? {
        guard case .text(let status) = try reader.scalar(cell) else { return nil }
        return status.elementsEqual(left)
    }

    private static func isYes(_ cell: Cell) -> Bool? {
        if cell.count == 1, cell[0] &- 0x30 < 2 { return cell[0] == 0x31 }
        let word = cell.string
        return BooleanWord.value(of: word) ?? (WishWord.isTick(word) ? true : nil)
    }

    /// Whether a day lies behind, in some way to read it; nil where it is none.
    private func isPast(_ cell: Cell) -> Bool? {
        let moments = times.compactMap { $0.instant(cell) }
        return moments.min().map { $0 <= context.now.milliseconds }
    }

    func renew() {
        leavers = 0
        for index in columns.indices { (columns[index].words, columns[index].known) = (NotedValues(), 0) }
    }

    /// What is to be told of columns that nobody has named.
    var warnings: [String] {
        // A state of the USA says nothing of whether somebody is there.
        let found = columns.filter { $0.isMeant || $0.known > 0 }
        func names(_ columns: [Column]) -> String { columns.map { "\"\($0.header)\"" }.joined(separator: ", ") }
        var warnings =
            leavers == 0
            ? []
            : [
                "\(leavers) \(leavers == 1 ? "person has" : "people have") left by \(names(found.filter { !$0.isMeant })), and "
                    + "\(leavers == 1 ? "gets" : "get") no messages; if that is wrong, name the column that says it: "
                    + "contact_attributes: { status: { column: \"...\" } }"
            ]
        let unknown = found.reduce(into: [String: Int]()) { $0.merge($1.words.counts) { $0 + $1 } }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6)
        if !unknown.isEmpty {
            let map = unknown.map { "\(ImportHint.scalar($0.key)): <active or left>" }.joined(separator: ", ")
            warnings.append(
                "\(unknown.map { "\"\($0.key.prefix(60))\" (\($0.value))" }.joined(separator: ", ")) in \(names(found.filter { !$0.words.counts.isEmpty })) "
                    + "\(unknown.count == 1 ? "says" : "say") of nobody whether they have left; if it does, say: contact_attributes: { status: { map: { \(map) } } }"
            )
        }
        return warnings
    }
}
