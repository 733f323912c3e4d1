import Playbooks

/// Notices a file that is written otherwise than before: dates with day and month exchanged, amounts in cents or of a year.
///
/// Each of its values can be read, and is wrong; that many change in exactly the same way at once gives it away.
struct ShiftedValues {
    /// Fewer than these are no proof of anything.
    private static let fewest = 5
    private static let most = 5_000
    private static let ratios: [(factor: Double, line: String)] = [
        (100, "unit: cents"), (1_000, "a unit that fits"), (12, "per: year"),
    ]

    private let connection: Connection
    private let zone: Zone
    private var isSettled = false

    init(_ connection: Connection, zone: Zone) {
        self.connection = connection
        self.zone = zone
    }

    mutating func renew() { isSettled = false }

    /// Looks at the first rows that are to be written.
    ///
    /// - Returns: why they must not be.
    mutating func refusal(_ columns: StagedColumns, _ attributes: [Attribute], _ context: ImportContext) throws
        -> String?
    {
        guard !isSettled else { return nil }
        isSettled = true
        // Before the first import there is nothing to compare with.
        guard try connection.first("SELECT id FROM account LIMIT 1") != nil else { return nil }
        for column in columns.all where column.place != nil {
            guard let attribute = attributes.first(where: { $0.name == column.name }) else { continue }
            let refusal: String? =
                switch attribute.type {
                case .date: try exchanged(attribute, column, context) { Day(number: Int($0)) }
                case .instant: try exchanged(attribute, column, context) { zone.day(of: Instant(milliseconds: $0)) }
                case .money: try scaled(attribute, column)
                default: nil
                }
            if let refusal { return refusal }
        }
        return nil
    }

    private func changes(_ column: StagedColumns.Column) throws -> [(before: Int64, now: Int64)] {
        var changes: [(Int64, Int64)] = []
        try connection.forEach(
            """
            SELECT a.\(column.column), s.\(column.column) FROM import_account s JOIN account a ON a.key = s.key
            WHERE a.\(column.column) <> s.\(column.column) LIMIT \(Self.most)
            """
        ) { changes.append(($0.integer(0), $0.integer(1))) }
        return changes
    }

    private func exchanged(
        _ attribute: Attribute, _ column: StagedColumns.Column, _ context: ImportContext, _ day: (Int64) -> Day
    ) throws -> String? {
        let changes = try changes(column)
        var example: (Day, Day)?
        let count = changes.count { change in
            let (before, now) = (day(change.before), day(change.now))
            let (one, other) = (before.civil, now.civil)
            guard one.year == other.year, one.month == other.day, one.day == other.month, before != now else {
                return false
            }
            example = example ?? (before, now)
            return true
        }
        guard count >= Self.fewest, count * 2 > changes.count, let example else { return nil }
        let format = context.form(of: attribute.name, attribute.form).formats.first
        let other = format.flatMap { ["m/d/y": "d/m/y", "d/m/y": "m/d/y", "m-d-y": "d-m-y", "d-m-y": "m-d-y"][$0] }
        let line =
            other.map {
                " (\(ImportHint.Section.attributes.line("\(ImportHint.scalar(attribute.name)): { format: \($0) }")))"
            } ?? ""
        return
            "\(count) dates of \(attribute.name) would change to those with day and month exchanged (\(example.0) to \(example.1)), as "
            + "if the file were written the other way round than before\(line); if the new ones are right, import it with --complete"
    }

    private func scaled(_ attribute: Attribute, _ column: StagedColumns.Column) throws -> String? {
        let changes = try changes(column).filter { $0.before > 0 && $0.now > 0 }
        for (factor, line) in Self.ratios {
            for isMore in [true, false] {
                let found = changes.filter { change in
                    let (small, large) = isMore ? (change.before, change.now) : (change.now, change.before)
                    // A twelfth is rounded.
                    return abs(Double(small) * factor - Double(large)) <= (factor == 12 ? 6 : isMore ? 0 : factor / 2)
                }
                guard found.count >= Self.fewest, found.count * 2 > changes.count else { continue }
                let how =
                    isMore ? "\(Int(factor)) times as much as before" : "the \(Int(factor))th part of what they were"
                return
                    "\(found.count) amounts of \(attribute.name) would be exactly \(how), as if the file were written in another unit"
                    + " than before; if it is, say so in data.yaml (\(isMore ? line : "without \(line)")), and if the new ones are right, "
                    + "import it with --complete"
            }
        }
        return nil
    }
}
