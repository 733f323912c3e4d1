/// How one column of a file is called and written: its dates, its numbers, its words.
package struct ColumnForm: Sendable, Hashable {
    /// The mark before the fraction of a number.
    package enum DecimalMark: String, Sendable, CaseIterable {
        case point, comma
    }

    /// For how long an amount is paid: always the same, or as other columns of the file say.
    package enum Period: Sendable, Hashable {
        case interval(BillingInterval)
        /// The first one says the interval, the other how many of them: 12, months.
        case column(String, count: String? = nil)
    }

    /// What amounts are counted in, where that is not the currency's own unit.
    package enum Unit: String, Sendable, CaseIterable {
        case cents, thousands
    }

    /// The column's name in files, when it is not the one it has here.
    package var column: String?
    /// Further columns that say the same. Of a wish to get messages or none each of them counts, of anything else the first
    /// one that is filled.
    package var moreColumns: [String] = []
    /// How dates are written, the first that fits counts: `y-m-d`, `m/d/y`, `mmm d y`; ISO 8601 when there is none.
    package var formats: [String] = []
    /// The clock of moments that name no zone; the workspace's when it is nil.
    package var zone: Zone?
    /// Nil takes only what has one reading.
    package var decimal: DecimalMark?
    /// Nil where amounts are in the currency's own unit.
    package var unit: Unit?
    /// The attribute by which a column of accounts names them; their key when it is nil.
    package var by: String?
    /// How many digits keys of accounts have that are numbers: zeros that a spreadsheet has dropped are put before them
    /// again, and others taken off. Nil leaves keys as they are.
    package var digits: Int?
    /// What amounts are paid for; a month when it is nil.
    package var period: Period?
    /// The column that says how many of the amount are paid, as of seats; one when it is nil.
    package var times: String?
    /// The words of the file, each with the value that it stands for; case does not count.
    package var map: [String: String] = [:]

    package init(column: String? = nil, formats: [String] = []) {
        self.column = column
        self.formats = formats
    }

    /// All the names that it has in files.
    package var columns: [String] { [column].compactMap { $0 } + moreColumns }

    package var isPlain: Bool { self == ColumnForm() }

    /// What another says counts before what this says.
    package func overlaid(by other: ColumnForm?) -> ColumnForm {
        guard let other else { return self }
        var form = self
        form.column = other.column ?? column
        form.moreColumns = (other.moreColumns + [column].compactMap { $0 } + moreColumns).filter { $0 != form.column }
        if !other.formats.isEmpty { form.formats = other.formats }
        form.zone = other.zone ?? zone
        form.decimal = other.decimal ?? decimal
        form.period = other.period ?? period
        form.times = other.times ?? times
        form.unit = other.unit ?? unit
        form.by = other.by ?? by
        form.digits = other.digits ?? digits
        form.map.merge(other.map) { $1 }
        return form
    }
}
