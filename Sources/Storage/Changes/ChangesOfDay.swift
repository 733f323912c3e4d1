import Basics
import Decisions
import Playbooks

/// What a cycle has changed of one account, as rows of the ledger of changes; goals are told where they are written.
struct ChangesOfDay {
    private let account: Account
    private let risks: [Int64: String]
    private let now: Instant
    private let hasBegun: (Int64) -> Bool

    /// - Parameters:
    ///   - risks: the reasons for which playbooks put accounts at risk, by their ids.
    ///   - hasBegun: whether the enrollment that begins in a playbook has got its row.
    init(_ account: Account, risks: [Int64: String], now: Instant, hasBegun: @escaping (Int64) -> Bool) {
        self.account = account
        self.risks = risks
        self.now = now
        self.hasBegun = hasBegun
    }

    var values: [SQLValue] {
        var values: [SQLValue] = []
        for standing in account.changes.standings where beginsRisk(standing) {
            values += risk(.riskOn, standing.playbookID)
        }
        for enrolled in account.enrollments where enrolled.isChanged { add(enrolled, to: &values) }
        for playbook in Set(account.changes.becameFalse + account.changes.ended).sorted() where endsRisk(playbook) {
            values += risk(.riskOff, playbook)
        }
        return values
    }

    private func add(_ enrolled: Account.Enrolled, to values: inout [SQLValue]) {
        let enrollment = enrolled.enrollment
        if enrolled.isNew {
            guard hasBegun(enrollment.playbookID) else { return }
            values += row(.enrolled, enrollment, [("arm", .text(enrollment.arm.rawValue))] + variant(of: enrollment))
        }
        for change in enrolled.written {
            values += row(
                .set, enrollment, step: change.step,
                [
                    ("attribute", .text(change.attribute.name)), ("value", JSON(change.value)),
                    ("previous", JSON(change.previous)),
                ])
        }
        guard enrolled.stored?.isActive ?? true, !enrollment.isActive else { return }
        values += row(
            .exited, enrollment,
            [("reason", .text(enrollment.endReason ?? "")), ("arm", .text(enrollment.arm.rawValue))])
        if enrollment.eventID != nil { values += risk(.riskOff, enrollment.playbookID) }
    }

    private func variant(of enrollment: Enrollment) -> [(String, JSON)] {
        enrollment.variant.map { [("variant", .text($0))] } ?? []
    }

    private func row(
        _ kind: Change.Kind, _ enrollment: Enrollment, step: String? = nil, _ detail: [(String, JSON)]
    ) -> [SQLValue] {
        ChangeRecords.values(kind, of: account.id, in: enrollment.playbookID, step: step, detail, at: now)
    }

    // MARK: Risk

    private func risk(_ kind: Change.Kind, _ playbook: Int64) -> [SQLValue] {
        risks[playbook].map {
            ChangeRecords.values(kind, of: account.id, in: playbook, [("reason", .text($0))], at: now)
        } ?? []
    }

    /// A match of a condition counts from when no safety rule holds it, one of an event when its enrollment begins; an
    /// occurrence of a schedule puts nobody at risk.
    private func beginsRisk(_ standing: Standing) -> Bool {
        guard standing.matchKey.isEmpty else { return standing.eventID != nil && standing.verdict.arm != nil }
        return standing.verdict != .held && !isAtRisk(standing.playbookID)
    }

    private func endsRisk(_ playbook: Int64) -> Bool { isAtRisk(playbook) }

    /// Whether a match of a condition put it at risk before this cycle.
    private func isAtRisk(_ playbook: Int64) -> Bool {
        account.standings.contains {
            $0.playbookID == playbook && $0.matchKey.isEmpty && $0.verdict != .held && $0.falseSince == nil
        }
    }
}

extension JSON {
    /// As people write it: dates and moments in ISO 8601, durations in seconds.
    init(_ value: Value) {
        switch value {
        case .missing: self = .null
        case .number(let number): self = .number(number)
        case .text(let text): self = .text(text)
        case .boolean(let isTrue): self = .boolean(isTrue)
        case .date(let day): self = .text("\(day)")
        case .instant(let instant): self = .text("\(instant)")
        case .duration(let span): self = .number(Double(span.milliseconds) / 1_000)
        }
    }
}
