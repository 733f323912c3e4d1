import Playbooks

/// The cells that say for how long the amount of another one is paid, and how many times.
struct IntervalCell {
    /// Where the amount lies among the columns.
    private let amount: Int
    private let attribute: String
    private let form: ColumnForm
    private let interval: Int?
    private let count: Int?
    private let times: Int?

    private enum Role: String {
        case interval = "the interval of"
        case count = "the number of intervals of"
        case times = "the quantity of"

        func name(_ attribute: Attribute) -> String { "\(rawValue) \(attribute.name)" }
    }

    /// The columns to be looked for; none where the amount is always one for the same time.
    static func wanted(for attribute: Attribute, _ context: ImportContext) -> [WantedColumn] {
        columns(context.form(of: attribute.name, attribute.form)).map {
            var column = WantedColumn($0.role.name(attribute), column: $0.column)
            // It may be declared as an attribute of its own, too.
            column.sharesPlaces = true
            return column
        }
    }

    private static func columns(_ form: ColumnForm) -> [(role: Role, column: String)] {
        var columns: [(Role, String)] = []
        if case .column(let interval, let count) = form.period {
            columns.append((.interval, interval))
            if let count { columns.append((.count, count)) }
        }
        if let times = form.times { columns.append((.times, times)) }
        return columns
    }

    init?(_ attribute: Attribute, _ columns: StagedColumns, _ map: ColumnMap, _ context: ImportContext) {
        form = context.form(of: attribute.name, attribute.form)
        guard let amount = columns.index(of: attribute.name), !Self.columns(form).isEmpty else { return nil }
        (self.amount, self.attribute) = (amount, attribute.name)
        interval = map.place(of: Role.interval.name(attribute))
        count = map.place(of: Role.count.name(attribute))
        times = map.place(of: Role.times.name(attribute))
    }

    /// Takes of the amount what falls on a month.
    ///
    /// - Parameter leaveOut: takes the amount out of the row when nobody can say what it is for; nil refuses the row.
    func settle(
        _ record: Record, _ scalars: inout ContiguousArray<Scalar>, _ present: inout Int64,
        _ leaveOut: ((Rejection) -> Void)?
    ) throws {
        guard case .integer(let paid) = scalars[amount], paid != 0 else { return }
        do {
            scalars[amount] = .integer(try monthly(paid, record))
        } catch let rejection as Rejection {
            guard let leaveOut else { throw rejection }
            leaveOut(rejection)
            scalars[amount] = .null
            present &= ~(1 << Int64(amount))
        }
    }

    private func monthly(_ paid: Int64, _ record: Record) throws -> Int64 {
        func cell(_ place: Int?) -> Cell { place.map { record.cells[$0].trimmed } ?? Cell.empty }
        var paid = paid
        if let column = form.times {
            let several = cell(times)
            guard let number = DecimalText.double(several), (0...1_000_000).contains(number) else {
                throw rejected(several, "no quantity", "times", column, "a number such as 3")
            }
            paid = Int64((Double(paid) * number).rounded())
        }
        guard case .column(let column, let counted) = form.period else { return paid }
        let unit = cell(interval)
        var text = unit.string
        if let counted, BillingInterval("1 \(text)") != nil {
            text = "\(cell(count).string) \(text)"
            guard BillingInterval(text) != nil else {
                throw rejected(cell(count), "no number of intervals", "", counted, "a number such as 12")
            }
        }
        guard let interval = BillingInterval(text) else {
            throw rejected(unit, "no interval", "for", column, "monthly, quarterly, yearly, every 6 months")
        }
        return interval.monthly(paid)
    }

    private func rejected(
        _ word: Cell, _ what: String, _ preposition: String, _ column: String, _ examples: String
    ) -> Rejection {
        Rejection(
            .value, attribute,
            (word.isEmpty
                ? "has \(what) beside it (\"\(column)\")"
                : "is paid \(preposition.isEmpty ? "" : preposition + " ")\(word.excerpt), which is \(what)")
                + " (\(examples))")
    }
}
