import Playbooks

/// What outcomes mean for an address, and for the person who has it: whether it may still be written to.
///
/// A hard bounce suppresses the address; so do five messages in a row that bounced softly for what is wrong with it, with
/// no delivery between. Complaints and wishes are a person's, and hold for the address that the contact has by now, too: who
/// unsubscribes is not written to until a later resubscription, which lifts nothing else.
struct OutcomeSuppression {
    private let connection: Connection
    /// The address, or number, that the touch went to.
    private let address: String
    /// That one, and the one that the contact has now.
    private let addresses: [String]

    init(_ connection: Connection, address: String, contact: Int64?) throws {
        self.connection = connection
        self.address = address
        let column = PhoneNumber.isCanonical(address) ? "phone" : "address"
        let now = try contact.flatMap {
            try connection.first("SELECT \(column) FROM contact WHERE id = :id", ["id": .integer($0)])?[column].text
        }
        addresses = [address] + (now == address ? [] : now.map { [$0] } ?? [])
    }

    /// - Parameters:
    ///   - category: what a contact leaves or comes back to; "" for all.
    ///   - detail: what the outcome keeps of the category.
    ///   - at: when it happened.
    func follow(_ kind: Outcome.Kind, category: String, detail: String?, at: Instant) throws {
        switch kind {
        case .bounced: try suppress(Suppressions.hardBounce, at: at)
        case .complained:
            for address in addresses {
                try Suppressions.add(address, category: nil, reason: Suppressions.complaint, at: at, connection)
            }
        case .suppressed: try suppress(Suppressions.notWritten, at: at)
        case .softBounced: try judgeSoftBounces(at: at)
        case .delivered, .opened, .clicked, .replied: try judgeSoftBounces(at: nil)
        case .unsubscribed: try unsubscribe(from: category, detail: detail, at: at)
        case .resubscribed: try resubscribe(to: category, at: at)
        case .accepted, .deferred, .dropped, .machineOpened, .machineClicked, .dismissed, .answered, .goal: break
        }
    }

    private func suppress(_ reason: String, at: Instant) throws {
        try Suppressions.add(address, category: nil, reason: reason, at: at, connection)
    }

    /// A resubscription that came in before an older wish to leave stands.
    private func unsubscribe(from category: String, detail: String?, at: Instant) throws {
        let isOutdated =
            try connection.first(
                """
                SELECT 1 FROM touch AS t JOIN outcome AS o ON o.touch_id = t.id AND o.kind = 'resubscribed'
                WHERE t.recipient = :address AND t.claimed_at IS NOT NULL AND o.at > :at AND o.detail = :detail LIMIT 1
                """, ["address": .text(address), "at": .instant(at), "detail": .optional(detail)]) != nil
        guard !isOutdated else { return }
        for address in addresses {
            try Suppressions.add(
                address, category: category.isEmpty ? nil : category, reason: Suppressions.unsubscribed, at: at,
                connection)
        }
    }

    private func resubscribe(to category: String, at: Instant) throws {
        for address in addresses {
            try connection.execute(
                """
                DELETE FROM suppression
                WHERE address = :address AND category = :category AND reason = :reason AND at <= :at
                """,
                [
                    "address": .text(address), "category": .text(category), "reason": .text(Suppressions.unsubscribed),
                    "at": .instant(at),
                ])
        }
    }

    /// Suppresses after too many, and lifts that again when a delivery between them comes to be known late.
    private func judgeSoftBounces(at: Instant?) throws {
        if at == nil {
            let isSuppressed =
                try connection.first(
                    "SELECT 1 FROM suppression WHERE address = :address AND category = '' AND reason = :reason",
                    ["address": .text(address), "reason": .text(Suppressions.softBounced)]) != nil
            guard isSuppressed else { return }
        }
        let count = try connection.integer(
            """
            SELECT count(DISTINCT o.touch_id) FROM touch AS t
            JOIN outcome AS o ON o.touch_id = t.id AND o.kind = 'soft_bounced'
            WHERE t.recipient = :address AND t.claimed_at IS NOT NULL
                AND instr(coalesce(o.detail, ''), '"cause":') = 0 AND o.at > coalesce((
                SELECT max(d.at) FROM touch AS r
                JOIN outcome AS d ON d.touch_id = r.id AND d.kind IN ('delivered', 'opened', 'clicked')
                WHERE r.recipient = :address AND r.claimed_at IS NOT NULL), 0)
            """, ["address": .text(address)])
        if count >= Suppressions.softBounces {
            if let at { try suppress(Suppressions.softBounced, at: at) }
        } else if at == nil {
            try connection.execute(
                "DELETE FROM suppression WHERE address = :address AND category = '' AND reason = :reason",
                ["address": .text(address), "reason": .text(Suppressions.softBounced)])
        }
    }
}
