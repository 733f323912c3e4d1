package import Playbooks

/// A contact that a touch goes to.
package struct Recipient: Sendable, Equatable {
    /// Its index among the contacts of the block.
    package var contact: Int
    package var contactID: Int64
    /// The normalized address, or `contact:<id>`.
    package var address: String
    /// The name of its time zone, else its account's.
    package var zone: String?
    /// Whether nobody has a role of `to:`, and this contact stands in.
    package var isStandIn = false
}

/// Who of an account's contacts gets a playbook's touches.
package struct Recipients: Sendable {
    private let contacts: Block.Contacts
    private let range: Range<Int>
    private let accountZone: String?

    /// - Parameter accountZone: the time zone of the account, for contacts that name none.
    package init(_ contacts: Block.Contacts, ofAccount account: Int, accountZone: String?) {
        self.contacts = contacts
        range = contacts.range(account)
        self.accountZone = accountZone
    }

    /// The contacts of the first entry of `to:` that any eligible one answers: the one with the lowest id, or all of them
    /// where the entry says so.
    ///
    /// - Parameters:
    ///   - needsAddress: whether the touch goes to an e-mail address, which must then not be suppressed.
    ///   - eventContact: the contact that the triggering event names.
    package func find(for playbook: Playbook, needsAddress: Bool, eventContact: Int64?) -> [Recipient] {
        var best: (rank: Int, contact: Int)?
        for contact in range where isEligible(contact, for: playbook, needsAddress: needsAddress) {
            guard let rank = rank(of: contact, for: playbook, eventContact: eventContact) else { continue }
            if best.map({ rank < $0.rank }) ?? true { best = (rank, contact) }
        }
        guard let best else { return standIn(for: playbook, needsAddress: needsAddress) }
        let first = recipient(best.contact)
        switch playbook.recipients[best.rank] {
        case .role, .eventContact, .anyone: return [first]
        case .all, .everyone:
            // Of several contacts with one address the first is meant: a touch is one message to one recipient.
            var recipients = [first]
            for contact in range where isEligible(contact, for: playbook, needsAddress: needsAddress) {
                guard rank(of: contact, for: playbook, eventContact: eventContact) == best.rank else { continue }
                let other = recipient(contact)
                if !recipients.contains(where: { $0.address == other.address }) { recipients.append(other) }
            }
            return recipients
        }
    }

    /// Where no active contact has a role that `to:` names, the account's only contact or the first of several: most
    /// exports know no roles. Who has the role and must not be written to has no stand-in.
    private func standIn(for playbook: Playbook, needsAddress: Bool) -> [Recipient] {
        guard namesRole(playbook), !range.contains(where: { isActive($0) && hasRole($0, of: playbook) }),
            let contact = range.first(where: { isEligible($0, for: playbook, needsAddress: needsAddress) })
        else { return [] }
        var recipient = recipient(contact)
        recipient.isStandIn = true
        return [recipient]
    }

    private func namesRole(_ playbook: Playbook) -> Bool {
        playbook.recipients.contains {
            switch $0 {
            case .role, .all: true
            case .everyone, .anyone, .eventContact: false
            }
        }
    }

    /// Capitals do not count, nor blanks around it: systems write `Admin` and `ADMIN`.
    private func isNamed(_ role: String, _ contact: Int) -> Bool {
        guard let text = contacts.text("role", contact) else { return false }
        if text == role { return true }
        return text.lowercased().split(separator: " ") == role.lowercased().split(separator: " ")
    }

    private func hasRole(_ contact: Int, of playbook: Playbook) -> Bool {
        playbook.recipients.contains {
            switch $0 {
            case .role(let role), .all(let role): isNamed(role, contact)
            case .everyone, .anyone, .eventContact: false
            }
        }
    }

    /// Why nobody is found: what is the matter with the contact who would be meant.
    package func whyNobody(for playbook: Playbook, needsAddress: Bool) -> String {
        let active = range.filter { isActive($0) }
        guard let first = active.first else {
            return range.isEmpty ? "it has no contact" : "all its contacts have left"
        }
        let meant = active.first { hasRole($0, of: playbook) } ?? first
        let role = contacts.text("role", meant)
        let who =
            active.count == 1
            ? "its only contact" : role.map { "its contact with the role \($0)" } ?? "its first contact"
        if needsAddress, contacts.text("address", meant) == nil { return "\(who) has no address" }
        guard let suppression = contacts.suppressions[meant]?.first(where: { $0.forbids(playbook) }) else {
            return "nobody is whom \"to:\" names"
        }
        let what =
            suppression.reason == "unsubscribed"
            ? "unsubscribed from \(suppression.category.isEmpty ? "everything" : suppression.category)"
                + (suppression.isGone ? ", which is no category any more" : "")
            : "is suppressed (\(suppression.reason))"
        return "\(who) \(what)"
    }

    private func isActive(_ contact: Int) -> Bool { contacts.text("status", contact) == "active" }

    /// The contact as a recipient, if it may be written to.
    package func contact(_ id: Int64, for playbook: Playbook, needsAddress: Bool) -> Recipient? {
        guard let contact = range.first(where: { contacts.ids[$0] == id }),
            isEligible(contact, for: playbook, needsAddress: needsAddress)
        else { return nil }
        return recipient(contact)
    }

    /// Whether the contact is active and still has the address, but must not be written to there.
    package func isSame(_ id: Int64, address: String) -> Bool {
        range.contains {
            contacts.ids[$0] == id && contacts.text("status", $0) == "active"
                && contacts.text("address", $0) == address && contacts.suppressions[$0] != nil
        }
    }

    private func recipient(_ contact: Int) -> Recipient {
        let id = contacts.ids[contact]
        return Recipient(
            contact: contact, contactID: id, address: contacts.text("address", contact) ?? "contact:\(id)",
            zone: contacts.text("timezone", contact) ?? accountZone)
    }

    private func isEligible(_ contact: Int, for playbook: Playbook, needsAddress: Bool) -> Bool {
        guard isActive(contact) else { return false }
        let suppressions = contacts.suppressions[contact] ?? []
        // Who has been erased hears nothing more, on no channel.
        guard needsAddress else { return !suppressions.contains { $0.reason == Block.Suppression.erased } }
        return contacts.text("address", contact) != nil && !suppressions.contains { $0.forbids(playbook) }
    }

    private func rank(of contact: Int, for playbook: Playbook, eventContact: Int64?) -> Int? {
        playbook.recipients.firstIndex { recipient in
            switch recipient {
            case .role(let role), .all(let role): isNamed(role, contact)
            case .everyone, .anyone: true
            case .eventContact: contacts.ids[contact] == eventContact
            }
        }
    }
}

extension Block.Suppression {
    /// Who unsubscribed from everything still gets service messages; who bounced or complained gets nothing.
    package func forbids(_ playbook: Playbook) -> Bool {
        playbook.isService
            ? category.isEmpty && reason != "unsubscribed"
            : category.isEmpty || isGone || category == playbook.category
    }
}
