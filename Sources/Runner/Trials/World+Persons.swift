import Decisions
import Playbooks

extension World {
    /// Enrollments older than that belong to occurrences that are over.
    private static let reach = TimeSpan.days(60)
    /// Touches that have gone out, or may have.
    private static let gone: Set<TouchState> = [.sending, .sent, .unknown, .rejected, .ghost]
    /// Touches that ended before anything left.
    private static let ended: Set<TouchState> = [.cancelled, .suppressed, .expired, .capped]

    /// Who has an address for an occurrence of a campaign that each person gets once, by what the trial has done so far.
    ///
    /// The same as the rows of real enrollments say: one has the addresses that its touches go to, or those of its account
    /// while there are none, and gives them up when it ends before anything has left, unless it was held out.
    func persons(at now: Instant) -> SharedRecipients {
        let persons = SharedRecipients()
        let playbooks = Set(works.filter { $0.playbook.oncePer == .person }.map(\.id))
        guard !playbooks.isEmpty, !sharing.allSatisfy(\.isEmpty) else { return persons }
        var entered: [(block: Int, account: Int, history: PlaybookHistory.EnrollmentHistory)] = []
        for (block, accounts) in sharing.enumerated() {
            for account in accounts {
                entered += blocks[block].histories[account].enrollments.filter {
                    playbooks.contains($0.enrollment.playbookID) && $0.enrollment.enteredAt > now - Self.reach
                }.map { (block, account, $0) }
            }
        }
        entered.sort { ($0.history.enrollment.id ?? 0) < ($1.history.enrollment.id ?? 0) }
        for (block, account, history) in entered {
            let enrollment = history.enrollment
            let isHeldOut = enrollment.arm != .treated
            for address in addresses(of: history, account, in: blocks[block].block) {
                let isCertain = history.touches.contains {
                    $0.touch.recipient == address && Self.gone.contains($0.touch.state)
                }
                let owner = SharedRecipients.Owner(
                    address, blocks[block].block.text("key", account) ?? "", isHeldOut: isHeldOut,
                    isCertain: isHeldOut || isCertain)
                persons.take(owner, playbook: enrollment.playbookID, match: enrollment.matchKey)
            }
        }
        return persons
    }

    private func addresses(
        of history: PlaybookHistory.EnrollmentHistory, _ account: Int, in block: Block
    ) -> Set<String> {
        let stands = history.enrollment.isActive || history.enrollment.arm != .treated
        guard history.touches.isEmpty else {
            return Set(
                history.touches.map(\.touch).filter { stands || !Self.ended.contains($0.state) }.map(\.recipient))
        }
        return stands ? Set(addresses(of: account, in: block)) : []
    }

    private func addresses(of account: Int, in block: Block) -> [String] {
        guard let contacts = block.contacts else { return [] }
        return contacts.range(account).flatMap { contact in
            [contacts.text("address", contact), contacts.number(contact, workspace.configuration.sms)].compactMap(
                \.self)
        }
    }

    /// By block the accounts, ascending, of which another has an address too.
    var sharingAddresses: [[Int]] {
        var owners: [String: Int64] = [:]
        var shared: Set<String> = []
        for part in blocks.map(\.block) {
            for account in part.ids.indices {
                for address in addresses(of: account, in: part) {
                    if let owner = owners[address], owner != part.ids[account] { shared.insert(address) }
                    owners[address] = part.ids[account]
                }
            }
        }
        return blocks.map(\.block).map { part in
            part.ids.indices.filter { account in
                addresses(of: account, in: part).contains(where: shared.contains)
            }
        }
    }
}
