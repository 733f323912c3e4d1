import Decisions
import Playbooks
import Storage

/// Sending nothing: what the claim lets through is settled as sent at the same moment.
extension World {
    /// Works off everything that may go out at `now`; answers how many touches were settled.
    mutating func drain(at now: Instant) throws -> Int {
        guard var rules = momentRules else { return 0 }
        rules.matching = []
        var settled = try prepareToSend(rules)
        for place in pending(at: now) {
            guard let decision = decide(place, rules) else { continue }
            if carryOut(decision, place, at: now) { settled += 1 }
        }
        return settled
    }

    /// Goes through exits, recipients and variables once more; answers how many touches end by it.
    private mutating func prepareToSend(_ rules: CycleRules) throws -> Int {
        let looks = looks(rules)
        var ended = 0
        for index in blocks.indices {
            let due = blocks[index].withTouches(at: rules.now)
            guard !due.isEmpty else { continue }
            try bring(index, at: rules.now)
            defer { leave(index) }
            for account in blocks[index].prepareToSend(due, rules, looks) where account.isChanged {
                ended += account.endedTouches.values.reduce(0, +)
                take(account, of: index, at: rules.now)
            }
        }
        return ended
    }

    /// Where a touch is kept.
    private struct Place {
        var block: Int
        var account: Int
        var enrollment: Int
        var touch: Int
    }

    /// What may go out, in the order in which the claim takes it.
    private func pending(at now: Instant) -> [Place] {
        var found: [(touch: Touch, place: Place)] = []
        for (block, part) in blocks.enumerated() {
            for account in part.withTouches(at: now) {
                for (position, entered) in part.histories[account].enrollments.enumerated() {
                    for (index, sent) in entered.touches.enumerated()
                    where sent.touch.state == .pending && sent.touch.notBefore <= now {
                        found.append(
                            (sent.touch, Place(block: block, account: account, enrollment: position, touch: index)))
                    }
                }
            }
        }
        return found.sorted { left, right in
            let (left, right) = (left.touch, right.touch)
            if left.channel != right.channel { return left.channel < right.channel }
            if left.priority != right.priority { return left.priority > right.priority }
            return (left.dueAt, left.id ?? 0) < (right.dueAt, right.id ?? 0)
        }.map(\.place)
    }

    private func decide(_ place: Place, _ rules: CycleRules) -> ClaimRules.Decision? {
        let part = blocks[place.block]
        let history = part.histories[place.account]
        let entered = history.enrollments[place.enrollment]
        let touch = entered.touches[place.touch].touch
        guard touch.state == .pending, let version = rules.versions[entered.enrollment.versionID] else { return nil }
        let contacts = part.block.contacts
        let contact = touch.contactID.flatMap { id in
            contacts.flatMap { contacts in contacts.range(place.account).first { contacts.ids[$0] == id } }
        }
        let isReachable =
            touch.contactID == nil
            || contact.map { contact in
                guard let contacts, contacts.text("status", contact) == "active" else { return false }
                return switch touch.kind {
                case .email: contacts.text("address", contact) == touch.recipient
                case .sms: contacts.number(contact, workspace.configuration.sms) == touch.recipient
                case .inApp, .push, .webhook: true
                }
            } == true
        let step = version.playbook.steps(of: touch.variant).first { $0.id == touch.step }
        var window: SendWindow?
        if case .send(let send)? = step?.action { window = send.window }
        var values: [String: String] = [:]
        for attribute in rules.times.attributes { values[attribute] = part.block.text(attribute, place.account) }
        let candidate = TouchCandidate(
            touch, playbook: version.playbook.name, versionID: version.id,
            timezone: contact.flatMap { contacts?.text("timezone", $0) } ?? part.block.text("timezone", place.account),
            isReachable: isReachable, isEnrolled: entered.enrollment.isActive,
            hasChurned: part.block.text("status", place.account) == "churned",
            isExcluded: touch.category != "service" && !entered.enrollment.isExclusive && history.isTaken,
            sentWithin: claims.counts(for: touch, of: Self.key(place, entered.enrollment), at: rules.now),
            accountValues: values)
        return claims.rules.decide(
            candidate, stepWindow: window, exitsWhenChurned: version.playbook.exits.contains(.churned),
            claimed: claims.rules.caps.map { _ in 0 },
            heldOutFor: entered.enrollment.arm == .globalHoldout ? nil : heldOut(touch, part, place.account, rules),
            mayRepeat: true, now: rules.now)
    }

    /// The period of the global holdout that has the account, for touches that it does not get.
    private func heldOut(_ touch: Touch, _ part: TrialBlock, _ account: Int, _ rules: CycleRules) -> String? {
        guard touch.category != "service", let key = part.block.text("key", account),
            let draw = GlobalDraw(workspace.configuration, on: workspace.configuration.zone.day(of: rules.now))
        else { return nil }
        return draw.holds(key) ? draw.period : nil
    }

    private static func key(_ place: Place, _ enrollment: Enrollment) -> PretendedClaims.EnrollmentKey {
        PretendedClaims.EnrollmentKey(
            block: place.block, account: place.account, playbook: enrollment.playbookID, enteredAt: enrollment.enteredAt
        )
    }

    /// - Returns: whether the touch is settled.
    private mutating func carryOut(_ decision: ClaimRules.Decision, _ place: Place, at now: Instant) -> Bool {
        var claims = claims
        let isSettled = change(place.block) { block in
            block.change(place.account, at: now) { history in
                let key = Self.key(place, history.enrollments[place.enrollment].enrollment)
                return history.enrollments[place.enrollment].carryOut(
                    decision, on: place.touch, of: key, &claims, at: now)
            }
        }
        self.claims = claims
        return isSettled
    }
}

extension TrialBlock {
    fileprivate func prepareToSend(_ due: [Int], _ rules: CycleRules, _ looks: Looks) -> [Account] {
        let loaded = load(due, rules, looks) { _ in [] }
        let life = Life(Facts(block, rules, rows: loaded.rows), freezes: true)
        var accounts = loaded.accounts
        for index in accounts.indices { life.prepareToSend(&accounts[index]) }
        return accounts
    }
}

extension PlaybookHistory.EnrollmentHistory {
    fileprivate mutating func carryOut(
        _ decision: ClaimRules.Decision, on index: Int, of key: PretendedClaims.EnrollmentKey,
        _ claims: inout PretendedClaims,
        at now: Instant
    ) -> Bool {
        let touch = touches[index].touch
        func wait(until: Instant, _ reason: String) {
            touches[index].touch.notBefore = until
            touches[index].touch.reason = reason
        }
        var over = now
        switch decision {
        case .claim, .doubt:
            touches[index].end(.sent, nil, at: now)
            touches[index].claimedAt = now
            claims.add(touch, of: key, at: now)
        case .ghost:
            touches[index].end(.ghost, nil, at: now)
            touches[index].claimedAt = now
            claims.add(touch, of: key, at: now)
        case .leave(let reason):
            touches[index].touch.reason = reason ?? touch.reason
            return false
        case .wait(let until, let reason):
            wait(until: until, reason)
            return false
        case .capped(let cap):
            let cap = claims.rules.caps[cap]
            wait(
                until: min(claims.roomAgain(touch, of: key, cap, at: now), touch.expiresAt),
                cap.reason
            )
            return false
        case .end(let state, let reason):
            touches[index].end(state, reason, at: now)
            over = state.over(until: touch.expiresAt, now: now)
        }
        if enrollment.isActive, enrollment.hasBegun, enrollment.dueAt == nil,
            touches.allSatisfy({ $0.settledAt != nil })
        {
            enrollment.dueAt = over
        }
        return true
    }
}

extension TouchCandidate {
    /// A touch of a trial, which nobody has tried to send.
    fileprivate convenience init(
        _ touch: Touch, playbook: String, versionID: Int64, timezone: String?, isReachable: Bool, isEnrolled: Bool,
        hasChurned: Bool, isExcluded: Bool, sentWithin: [Int], accountValues: [String: String]
    ) {
        self.init(
            id: touch.id ?? 0, enrollmentID: 0, accountID: 0, accountKey: "", playbook: playbook, versionID: versionID,
            occurrence: "", step: touch.step, variant: touch.variant, recipient: touch.recipient, kind: touch.kind,
            channel: touch.channel, category: touch.category, message: touch.message, isGhost: touch.isGhost,
            priority: Int64(touch.priority), dueAt: touch.dueAt, expiresAt: touch.expiresAt, reason: touch.reason,
            variables: touch.variables, fence: 0, attempts: 0, isAmbiguous: touch.isAmbiguous, bodyHash: nil,
            firstAttemptAt: nil, contactID: touch.contactID, contactKey: nil, contactName: nil, email: nil,
            timezone: timezone, locale: nil, isReachable: isReachable, isEnrolled: isEnrolled, hasChurned: hasChurned,
            isSuppressed: false, isExcluded: isExcluded, frozenAt: touch.frozenAt, sentWithin: sentWithin,
            accountValues: accountValues)
    }
}
