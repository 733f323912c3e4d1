import Playbooks

/// Who of an account's contacts gets a playbook's touches, as SQL over `contact AS c`.
struct Recipients {
    /// True for contacts that may be written to at all.
    let isEligible: String
    /// The position of the first entry of `to:` that the contact answers; null when none does.
    let rank: String
    /// True when all contacts of the contact's rank are meant, not only the first; nil when no entry means all.
    let takesAll: String?
    let arguments: [String: SQLValue]

    /// - Parameters:
    ///   - needsAddress: whether the touch goes to an e-mail address, which must then not be suppressed.
    ///   - event: an expression for the contact that the triggering event names.
    init(_ playbook: Playbook, needsAddress: Bool, eventContact: String) {
        var arguments: [String: SQLValue] = ["recipients_category": .text(playbook.category)]
        var ranks: [String] = []
        var all: [String] = []
        for (index, recipient) in playbook.recipients.enumerated() {
            switch recipient {
            case .role(let role), .all(let role):
                arguments["recipients_role_\(index)"] = .text(role)
                ranks.append("WHEN c.role = :recipients_role_\(index) THEN \(index)")
                if case .all = recipient { all.append("\(index)") }
            case .everyone:
                ranks.append("WHEN c.id IS NOT NULL THEN \(index)")
                all.append("\(index)")
            case .eventContact:
                ranks.append("WHEN c.id = \(eventContact) THEN \(index)")
            }
        }
        rank = "CASE \(ranks.joined(separator: " ")) END"
        takesAll = all.isEmpty ? nil : "\(rank) IN (\(all.joined(separator: ", ")))"
        // Who unsubscribed from everything still gets service messages; who bounced or complained gets nothing.
        let suppressed =
            playbook.isService
            ? "s.category = '' AND s.reason <> 'unsubscribed'"
            : "s.category IN ('', :recipients_category)"
        isEligible =
            needsAddress
            ? """
            c.status = 'active' AND c.address IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM suppression AS s WHERE s.address = c.address AND \(suppressed))
            """ : "c.status = 'active'"
        self.arguments = arguments
    }
}
