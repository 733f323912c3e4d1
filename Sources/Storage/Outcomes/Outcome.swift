package import Playbooks

/// What happened after a touch or an enrollment.
package struct Outcome: Sendable, Hashable {
    /// Kinds that people cause and that machines cause are apart: no playbook decides on a scanner's click.
    package enum Kind: String, Sendable, CaseIterable {
        case accepted, deferred, delivered, opened, clicked, replied, bounced, complained, unsubscribed, suppressed,
            dropped
        case softBounced = "soft_bounced"
        case machineOpened = "machine_opened"
        case machineClicked = "machine_clicked"
        case resubscribed, dismissed, answered, goal
    }

    package var kind: Kind
    package var account: Int64
    package var enrollment: Int64?
    package var touch: Int64?
    package var at: Instant
    /// JSON, for people: the reason of a bounce, the link of a click.
    package var detail: String?
    /// What makes it one of its kind; the same outcome told twice is one row.
    package var dedup: String

    package init(
        _ kind: Kind, account: Int64, enrollment: Int64? = nil, touch: Int64? = nil, at: Instant, detail: String? = nil,
        dedup: String
    ) {
        self.kind = kind
        self.account = account
        self.enrollment = enrollment
        self.touch = touch
        self.at = at
        self.detail = detail
        self.dedup = dedup
    }

    /// Writes it down; false when it was there already.
    @discardableResult
    package func record(_ connection: Connection) throws -> Bool {
        let isNew =
            try connection.execute(
                """
                INSERT INTO outcome (account_id, enrollment_id, touch_id, kind, at, detail, dedup)
                VALUES (:account, :enrollment, :touch, :kind, :at, :detail, :dedup)
                ON CONFLICT (dedup) DO NOTHING
                """,
                [
                    "account": .integer(account), "enrollment": enrollment.map { .integer($0) } ?? .null,
                    "touch": touch.map { .integer($0) } ?? .null, "kind": .text(kind.rawValue), "at": .instant(at),
                    "detail": .optional(detail), "dedup": .text(dedup),
                ]) == 1
        if isNew, let change = Change.Kind(of: kind.rawValue) {
            try ChangeRecords(connection).outcome(
                change, account: account, touch: touch, enrollment: enrollment, detail: detail, at: at)
        }
        return isNew
    }
}
