package import Playbooks

/// A contact that a touch goes to.
package struct Recipient: Sendable, Equatable {
    /// Its index among the contacts of the block.
    package var contact: Int
    package var contactID: Int64
    /// The normalized address, the number of a text message, or `contact:<id>`.
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
    private let texts: TextMessaging?

    /// What is read of contacts to find them.
    package static func columns(_ texts: TextMessaging?) -> Set<String> {
        let always: Set = ["status", "role", "address", "timezone"]
        return always.union(texts.map { [Block.Contacts.number, $0.consent, "locale"] } ?? [])
    }

    /// - Parameters:
    ///   - accountZone: the time zone of the account, for contacts that name none.
    ///   - texts: by which text messages may go to contacts; none do where it is nil.
    package init(
        _ contacts: Block.Contacts, ofAccount account: Int, accountZone: String?, texts: TextMessaging? = nil
    ) {
        self.contacts = contacts
        range = contacts.range(account)
        self.accountZone = accountZone
        self.texts = texts
    }

    /// The contacts of the first entry of `to:` that any eligible one answers: the one with the lowest id, or all of them
    /// where the entry says so.
    ///
    /// - Parameters:
    ///   - reaches: by what a contact may be reached; one of them is enough, and the first gives the address.
    ///   - eventContact: the contact that the triggering event names.
    package func find(for playbook: Playbook, by reaches: [Reach], eventContact: Int64?) -> [Recipient] {
        guard let best = best(for: playbook, by: reaches, eventContact: eventContact),
            let first = recipient(best.contact, for: playbook, by: reaches)
        else {
            return standIn(for: playbook, by: reaches, eventContact: eventContact)
        }
        switch playbook.recipients[best.rank] {
        case .role, .eventContact, .anyone: return [first]
        case .all, .everyone:
            // Of several contacts with one address the first is meant: a touch is one message to one recipient.
            var recipients = [first]
            for contact in range where reach(contact, for: playbook, by: reaches) != nil {
                guard rank(of: contact, for: playbook, eventContact: eventContact) == best.rank,
                    let other = recipient(contact, for: playbook, by: reaches)
                else { continue }
                if !recipients.contains(where: { $0.address == other.address }) { recipients.append(other) }
            }
            return recipients
        }
    }

    /// The first entry of `to:` that a contact answers who may be written to, and the first such contact.
    private func best(
        for playbook: Playbook, by reaches: [Reach], eventContact: Int64?
    ) -> (rank: Int, contact: Int)? {
        var best: (rank: Int, contact: Int)?
        for contact in range where reach(contact, for: playbook, by: reaches) != nil {
            guard let rank = rank(of: contact, for: playbook, eventContact: eventContact) else { continue }
            if best.map({ rank < $0.rank }) ?? true { best = (rank, contact) }
        }
        return best
    }

    /// Where no active contact has a role that `to:` names, the account's only contact or the first of several: most
    /// exports know no roles. Who is meant and must not be written to has no stand-in.
    private func standIn(for playbook: Playbook, by reaches: [Reach], eventContact: Int64?) -> [Recipient] {
        guard namesRole(playbook), !range.contains(where: { isActive($0) && isMeant($0, playbook, eventContact) }),
            var recipient = range.lazy.compactMap({ recipient($0, for: playbook, by: reaches) }).first
        else { return [] }
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

    /// Whether `to:` speaks of this contact, and not of anybody.
    private func isMeant(_ contact: Int, _ playbook: Playbook, _ eventContact: Int64?) -> Bool {
        playbook.recipients.contains {
            switch $0 {
            case .role(let role), .all(let role): isNamed(role, contact)
            case .eventContact: contacts.ids[contact] == eventContact
            case .everyone, .anyone: false
            }
        }
    }

    /// Why nobody is found: what is the matter with the contact who would be meant.
    package func whyNobody(for playbook: Playbook, by reaches: [Reach], eventContact: Int64?) -> String {
        let active = range.filter { isActive($0) }
        guard let first = active.first else {
            return range.isEmpty ? "it has no contact" : "all its contacts have left"
        }
        if playbook.recipients == [.eventContact] {
            guard let eventContact else { return "the event names no contact" }
            guard active.contains(where: { contacts.ids[$0] == eventContact }) else {
                return "the contact that the event names has left"
            }
        }
        let meant = active.first { isMeant($0, playbook, eventContact) } ?? first
        let role = contacts.text("role", meant)
        let who =
            if active.count == 1 {
                "its only contact"
            } else if contacts.ids[meant] == eventContact {
                "the contact that the event names"
            } else {
                role.map { "its contact with the role \($0)" } ?? "its first contact"
            }
        let reasons = reaches.compactMap { obstacle(meant, for: playbook, by: $0) }
        guard !reasons.isEmpty, reasons.count == reaches.count else { return "nobody is whom \"to:\" names" }
        let distinct = reasons.enumerated().filter { !reasons.prefix($0.offset).contains($0.element) }.map(\.element)
        return "\(who) \(distinct.joined(separator: ", and "))"
    }

    /// Why a contact must not be written to, as the end of a sentence; nil where nothing is in the way.
    private func obstacle(_ contact: Int, for playbook: Playbook, by reach: Reach) -> String? {
        switch reach {
        case .address: if contacts.text("address", contact) == nil { return "has no address" }
        case .number:
            guard let texts else { return "cannot get text messages, of which keeptouch.yaml does not speak (sms:)" }
            if contacts.text(Block.Contacts.number, contact) == nil {
                return "has no telephone number that is known for certain (\(texts.phone))"
            }
            if !hasAgreed(contact) { return "has not agreed to text messages (\(texts.consent))" }
        case .product: break
        }
        guard let suppression = suppression(of: contact, for: playbook, by: reach) else { return nil }
        if suppression.reason == "unsubscribed" {
            return "unsubscribed from \(suppression.category.isEmpty ? "everything" : suppression.category)"
                + (suppression.isGone ? ", which is no category any more" : "")
        }
        return "is suppressed (\(suppression.reason))"
    }

    private func suppression(of contact: Int, for playbook: Playbook, by reach: Reach) -> Block.Suppression? {
        guard let all = contacts.suppressions[contact] else { return nil }
        return all.first { suppression in
            switch reach {
            case .address, .number: concerns(suppression, reach) && suppression.forbids(playbook)
            // Who has been erased hears nothing more, on no channel.
            case .product: suppression.reason == Block.Suppression.erased
            }
        }
    }

    private func hasAgreed(_ contact: Int) -> Bool { contacts.hasAgreed(contact, texts) }

    private func isActive(_ contact: Int) -> Bool { contacts.text("status", contact) == "active" }

    /// The contact as a recipient, if it may be written to.
    private func contact(_ id: Int64, for playbook: Playbook, by reach: Reach) -> Recipient? {
        range.first { contacts.ids[$0] == id }.flatMap { recipient($0, for: playbook, by: [reach]) }
    }

    /// The contact of a touch that waits, while nobody comes before it in `to:`; nil where somebody else is meant by now.
    ///
    /// - Parameter eventContact: the contact that the triggering event names; of an event that names none, that of the touch.
    package func stays(
        _ id: Int64, for playbook: Playbook, by reach: Reach, eventContact: Int64?
    ) -> Recipient? {
        guard let current = contact(id, for: playbook, by: reach) else { return nil }
        let isMeant =
            if let best = best(for: playbook, by: [reach], eventContact: eventContact) {
                rank(of: current.contact, for: playbook, eventContact: eventContact) == best.rank
            } else {
                !standIn(for: playbook, by: [reach], eventContact: eventContact).isEmpty
            }
        return isMeant ? current : nil
    }

    /// Whether the contact is active and still has the address, but must not be written to there.
    package func isSame(_ id: Int64, address: String, _ reach: Reach) -> Bool {
        range.contains {
            contacts.ids[$0] == id && isActive($0) && self.address(of: $0, by: reach) == address
                && contacts.suppressions[$0]?.contains { concerns($0, reach) } == true
                && (reach != .number || hasAgreed($0))
        }
    }

    /// Whether a suppression is of what a touch goes to.
    private func concerns(_ suppression: Block.Suppression, _ reach: Reach) -> Bool {
        reach == .number ? suppression.isOfNumber || suppression.isWish : !suppression.isOfNumber
    }

    private func recipient(_ contact: Int, for playbook: Playbook, by reaches: [Reach]) -> Recipient? {
        reach(contact, for: playbook, by: reaches).map { reach in
            Recipient(
                contact: contact, contactID: contacts.ids[contact], address: address(of: contact, by: reach),
                zone: contacts.text("timezone", contact) ?? accountZone)
        }
    }

    private func address(of contact: Int, by reach: Reach) -> String {
        contacts.text(reach == .number ? Block.Contacts.number : "address", contact)
            ?? "contact:\(contacts.ids[contact])"
    }

    /// The first by which a contact may be written to; nil where there is none.
    private func reach(_ contact: Int, for playbook: Playbook, by reaches: [Reach]) -> Reach? {
        guard isActive(contact) else { return nil }
        return reaches.first { obstacle(contact, for: playbook, by: $0) == nil }
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

extension Block.Contacts {
    /// Whether a contact has agreed to text messages.
    fileprivate func hasAgreed(_ contact: Int, _ texts: TextMessaging?) -> Bool {
        guard let texts, let column = columns[texts.consent] else { return false }
        return column.value(contact, as: .boolean) == .boolean(true)
    }

    /// The number to which text messages may go; nil without one, and without consent.
    package func number(_ contact: Int, _ texts: TextMessaging?) -> String? {
        hasAgreed(contact, texts) ? text(Self.number, contact) : nil
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
