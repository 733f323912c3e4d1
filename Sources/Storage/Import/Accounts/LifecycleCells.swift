import Playbooks

/// The cells of an account's row that hang together: its status, its dates, and why it left.
final class LifecycleCells {
    private let context: ImportContext
    private let events: ColumnEvents
    private let words = ByteArena(capacity: 32)
    private let active: Cell
    private let churned: Cell
    private var columns = StagedColumns(isPerRow: false)
    private var status: Int?
    private var churnedAt: Int?
    private var cancelRequestedAt: Int?
    private var createdAt: Int?
    private var serviceEndAt: Int?
    private var reason: Int?
    private var leavesTold: Int?
    /// Accounts of which a file says that they leave on a day that lies ahead.
    private var leaving = 0
    /// Days until which somebody is served who has canceled.
    private var servedUntil = ServedUntil()
    private var isNotice = false
    private var statusPlace: Int?
    /// Where a tool says of rows that they are deleted, and exports them all the same.
    private var deletedPlace: Int?
    /// Accounts that have canceled, and are served until a day that lies ahead.
    private var served = 0
    /// Accounts that have left on the day until which they were served.
    private var dated = 0
    /// Accounts with a day of leaving that is past beside a status that says customer.
    private var staying = 0

    init(_ context: ImportContext, _ events: ColumnEvents) {
        self.context = context
        self.events = events
        active = words.append("active".utf8)
        churned = words.append("churned".utf8)
    }

    /// Learns where they lie in a row.
    func find(in columns: StagedColumns) {
        self.columns = columns
        status = columns.index(of: "status")
        churnedAt = columns.index(of: "churned_at")
        cancelRequestedAt = columns.index(of: "cancel_requested_at")
        createdAt = columns.index(of: "created_at")
        serviceEndAt = columns.index(of: "service_end_at")
        leavesTold = columns.index(of: "leaves_told")
        reason = columns["churn_reason"]?.place == nil ? nil : columns.index(of: "churn_reason")
    }

    /// Learns which columns say until when somebody is served.
    ///
    /// - Returns: whether there are any.
    func findEnds(_ map: ColumnMap, _ attributes: [Attribute]) -> Bool {
        let taken = ["churned_at", "created_at", "cancel_requested_at", "stage_since"].compactMap { map.place(of: $0) }
        servedUntil = ServedUntil(map, attributes, context, besides: Set(taken))
        isNotice = map.place(of: "churned_at").map { ServedUntil.isOfNotice(map.header[$0]) } ?? true
        statusPlace = map.place(of: "status")
        deletedPlace = map.header.firstIndex(where: DeletionMark.isNamed)
        if map.isPerRow || deletedPlace == statusPlace { deletedPlace = nil }
        return !servedUntil.isEmpty
    }

    private func isDeleted(_ record: Record) -> Bool {
        deletedPlace.map { DeletionMark.isSet(record.cells[$0].trimmed.string) } ?? false
    }

    /// Whether the row says that its account is a customer; nil where it says nothing.
    func isActive(_ scalars: ContiguousArray<Scalar>) -> Bool? {
        guard let status, case .text(let word) = scalars[status] else { return nil }
        return word.elementsEqual(active)
    }

    /// Whether the row says that its account leaves, or has left.
    func departs(_ scalars: ContiguousArray<Scalar>) -> Bool {
        if isActive(scalars) == false { return true }
        guard let leavesTold, case .integer(let at) = scalars[leavesTold] else { return false }
        return at > context.now.milliseconds
    }

    /// Makes status and dates agree; true when a date is left of which a new account makes an event.
    func settle(
        _ record: Record, _ scalars: inout ContiguousArray<Scalar>, present: inout Int64, leftOut: inout [Rejection]
    ) throws -> Bool {
        forgetNoDays(&scalars)
        let isLeaving = takeEnd(&scalars, &present)
        for index in [churnedAt, cancelRequestedAt, createdAt] {
            guard let index, case .integer(let at) = scalars[index], at > context.latest else { continue }
            let rejection = Rejection(
                .future, columns.all[index].name,
                "lies in the future" + (index == createdAt ? "" : "; a planned end is `service_end_at`"))
            guard context.takesGoodCells else { throw rejection }
            leftOut.append(rejection)
            scalars[index] = .null
            // What is left out leaves what is stored alone.
            present &= ~(1 << Int64(index))
        }
        if let reason, case .text(let word) = scalars[reason] { scalars[reason] = events.reason(word) }
        let hasRequest = cancelRequestedAt.map { !scalars[$0].isNull } ?? false
        guard let status, let churnedAt else { return hasRequest }
        let hasDate = columns.all[churnedAt].place.map { record.present?[$0] ?? true } ?? false
        if isLeaving { scalars[status] = .text(active) }
        if scalars[status].isNull, hasDate {
            // Who has a date that nobody can read has left all the same.
            let hasLeft =
                !scalars[churnedAt].isNull || leftOut.contains { $0.column == "churned_at" && $0.kind == .value }
            scalars[status] = .text(hasLeft ? churned : active)
        }
        if isDeleted(record) {
            scalars[status] = .text(churned)
        } else if isActive(scalars) == false {
            takeServedUntil(record, &scalars, &present)
        }
        if isActive(scalars) == true {
            if !scalars[churnedAt].isNull {
                staying += 1
                if let leavesTold { scalars[leavesTold] = scalars[churnedAt] }
            }
            scalars[churnedAt] = .null
        }
        return hasRequest || !scalars[churnedAt].isNull
    }

    /// Days that stand for none, however they are written: the first of all times, or one that nobody will see.
    private func forgetNoDays(_ scalars: inout ContiguousArray<Scalar>) {
        guard context.takesGoodCells else { return }
        for index in [churnedAt, cancelRequestedAt, serviceEndAt] {
            guard let index, case .integer(let at) = scalars[index] else { continue }
            if at < Self.firstDays || at - context.latest > Self.farthest { scalars[index] = .null }
        }
    }

    /// The second of January 1970.
    private static let firstDays: Int64 = 2 * 86_400_000
    /// A term of a year, with a month for the notice.
    private static let longestNotice: Int64 = 400 * 86_400_000
    /// Fifty years.
    private static let farthest: Int64 = 50 * 365 * 86_400_000

    /// Who leaves on a day that lies ahead is a customer until then, whatever word stands beside it: the day is that on
    /// which the service ends, and on which the account leaves (`DueDepartures`). Over HTTP such a row is refused instead, and
    /// its sender told.
    ///
    /// - Returns: whether the row says so.
    private func takeEnd(_ scalars: inout ContiguousArray<Scalar>, _ present: inout Int64) -> Bool {
        guard context.takesGoodCells, let churnedAt, let serviceEndAt, case .integer(let at) = scalars[churnedAt],
            at > context.now.milliseconds
        else { return false }
        scalars[churnedAt] = .null
        if let leavesTold { scalars[leavesTold] = .integer(at) }
        if scalars[serviceEndAt].isNull {
            scalars[serviceEndAt] = .integer(at)
            present |= 1 << Int64(serviceEndAt)
        }
        leaving += 1
        return true
    }

    /// Who has canceled is a customer until the day on which the service ends, as that of a period that is paid for; a day on
    /// which they left counts before it, one of the notice does not.
    private func takeServedUntil(
        _ record: Record, _ scalars: inout ContiguousArray<Scalar>, _ present: inout Int64
    ) {
        guard let status, let churnedAt, let serviceEndAt, let leavesTold, scalars[churnedAt].isNull || isNotice,
            let end = servedUntil.end(record), end > Self.firstDays, end - context.latest <= Self.farthest
        else { return }
        // Whose notice is old, or who is called a former customer, has left whatever the term of a contract says.
        if end > context.now.milliseconds {
            if case .integer(let at) = scalars[churnedAt], context.now.milliseconds - at > Self.longestNotice { return }
            if let statusPlace, StatusWords.isOfThePast(record.cells[statusPlace].trimmed.string) { return }
        }
        guard end > context.now.milliseconds else {
            guard scalars[churnedAt].isNull, let over = servedUntil.end(record, isOver: true) else { return }
            scalars[churnedAt] = .integer(over)
            dated += 1
            return
        }
        scalars[status] = .text(active)
        scalars[churnedAt] = .null
        scalars[leavesTold] = .integer(end)
        scalars[serviceEndAt] = .integer(end)
        present |= 1 << Int64(serviceEndAt)
        served += 1
    }

    /// Learns of one with a day that is past that it leaves, or has left, on the day that was told before it came.
    func leavesAsTold() { staying -= 1 }

    func renew() { (leaving, staying, served, dated) = (0, 0, 0, 0) }

    /// What is to be told of those who have canceled, and are still served.
    private var servedWarning: String? {
        let past =
            "\(dated) \(dated == 1 ? "account has" : "accounts have") left without a day (churned_at), and count as gone since that "
            + "until which they were served (\(servedUntil.names))"
        guard served > 0 else { return dated > 0 ? past : nil }
        let isOne = served == 1
        return
            "\(served) \(isOne ? "account has" : "accounts have") canceled and \(isOne ? "is" : "are") served until a day that lies "
            + "ahead (\(servedUntil.names)): \(isOne ? "it is a customer until then and leaves by itself" : "they are customers until then and leave by themselves"); "
            + "the day is kept as service_end_at. Where they have left already, bring the day on which they did as churned_at: "
            + "attributes: { churned_at: { column: \"...\" } }" + (dated > 0 ? "; \(past)" : "")
    }

    var warnings: [String] { [warning, servedWarning, disagreement].compactMap { $0 } }

    /// What is to be told of those who leave.
    private var warning: String? {
        leaving == 0
            ? nil
            : "\(leaving) \(leaving == 1 ? "account leaves" : "accounts leave") on a day that lies ahead (churned_at), and "
                + "\(leaving == 1 ? "is a customer until then and leaves" : "are customers until then and leave") by "
                + "\(leaving == 1 ? "itself" : "themselves"); the day is kept as service_end_at"
    }

    /// What is to be told of those whose status and day of leaving disagree.
    private var disagreement: String? {
        staying == 0
            ? nil
            : "\(staying) \(staying == 1 ? "account has" : "accounts have") a day of leaving that is past (churned_at), and a "
                + "status that says customer: the status counts, and \(staying == 1 ? "it gets" : "they get") messages; where "
                + "the day is right, take the status out of data.yaml, or out of the file"
    }
}
