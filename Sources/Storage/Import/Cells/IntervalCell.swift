import Playbooks

/// The cell that says for how long the amount of another one is paid.
struct IntervalCell {
    /// Where the amount lies among the columns.
    private let amount: Int
    private let attribute: String
    private let place: Int

    /// The column to be looked for; nil where the amount is always for the same time.
    static func wanted(for attribute: Attribute, _ context: ImportContext) -> WantedColumn? {
        guard case .column(let column) = context.form(of: attribute.name, attribute.form).period else { return nil }
        return WantedColumn(name(attribute), column: column)
    }

    init?(_ attribute: Attribute, _ columns: StagedColumns, _ map: ColumnMap) {
        guard let amount = columns.index(of: attribute.name), let place = map.place(of: Self.name(attribute)) else {
            return nil
        }
        (self.amount, self.attribute, self.place) = (amount, attribute.name, place)
    }

    private static func name(_ attribute: Attribute) -> String { "the interval of \(attribute.name)" }

    /// Takes of the amount what falls on a month.
    ///
    /// - Parameter leaveOut: takes the amount out of the row when nobody can say what it is for; nil refuses the row.
    func settle(
        _ record: Record, _ scalars: inout ContiguousArray<Scalar>, _ present: inout Int64,
        _ leaveOut: ((Rejection) -> Void)?
    ) throws {
        guard case .integer(let paid) = scalars[amount], paid != 0 else { return }
        let word = record.cells[place].trimmed
        if let interval = BillingInterval(word.string) {
            scalars[amount] = .integer(interval.monthly(paid))
            return
        }
        let rejection = Rejection(
            .value, attribute,
            (word.isEmpty ? "has no interval beside it" : "is paid for \(word.excerpt), which is no interval")
                + " (monthly, quarterly, yearly, every 6 months)")
        guard let leaveOut else { throw rejection }
        leaveOut(rejection)
        scalars[amount] = .null
        present &= ~(1 << Int64(amount))
    }
}
