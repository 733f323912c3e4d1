import Playbooks

/// What speaks against a whole file of accounts: it would be taken for what it is not.
struct FileDoubts {
    var source = ""
    private let departures: DepartureLimit
    private var shifted: ShiftedValues
    private var foreign: ForeignAddresses
    var emptied = EmptiedRevenue()
    /// The first line that gives a status to the rows below it; harmless where each row has one of its own.
    private var heading: (text: String, row: Int)?

    init(_ connection: Connection, zone: Zone) {
        departures = DepartureLimit(connection)
        shifted = ShiftedValues(connection, zone: zone)
        foreign = ForeignAddresses(connection)
    }

    /// - Throws: `Rejection` when the row is a heading of those below it.
    mutating func look(at record: Record) throws {
        if let text = SectionLine.status(in: record) {
            heading = heading ?? (text, record.row)
            throw Rejection(.footer, "the row holds \"\(text)\" alone, like a heading of those below")
        }
        if SectionLine.isHeading(record) {
            throw Rejection(.malformed, "the row holds one cell alone, like a heading of those below; it is no account")
        }
    }

    /// Why the staged rows must not be written; nil when they may be.
    mutating func refusal(
        _ columns: StagedColumns, _ attributes: [Attribute], _ context: ImportContext, hasDepartures: Bool
    ) throws -> String? {
        if let heading, columns["status"] == nil {
            return SectionLine.refusal(heading.text, row: heading.row, source: source)
        }
        guard !context.isOngoing, !context.options.takesDepartures else { return nil }
        if context.takesGoodCells, let refusal = try shifted.refusal(columns, attributes, context) { return refusal }
        if let refusal = try foreign.refusal() { return refusal }
        guard hasDepartures else { return nil }
        return try departures.refusalOfAccounts(isNamed: context.options.map != nil, now: context.now)
    }

    mutating func renew() {
        heading = nil
        shifted.renew()
        foreign.renew()
        emptied = EmptiedRevenue()
    }

    var warning: String? { foreign.warning }
}
