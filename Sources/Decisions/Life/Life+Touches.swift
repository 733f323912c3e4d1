import Playbooks

extension Life {
    /// The touches of a step that begins: one for each recipient, or one that says why there is none; where the step comes
    /// too late, they have ended.
    func touches(
        of send: Step.Send, step: Step, _ account: Account, _ index: Int, _ version: Version
    ) -> [Touch] {
        let enrolled = account.enrollments[index]
        let enrollment = enrolled.enrollment
        guard let path = send.message(for: enrollment.variant), let channel = rules.channel(of: send) else { return [] }
        let base = enrollment.dueAt ?? now
        func touch(_ message: String, _ recipient: Recipient?, _ address: String) -> Touch {
            let zone = recipient?.zone.flatMap { Zone($0) } ?? rules.zone
            let allowed = rules.allowed(
                send, category: version.playbook.category, wallClock: wallClock(enrollment, version), from: now,
                in: zone
            ) { facts.block.text($0, account.index) }
            // What waits for its hour says nothing; a window on its way does.
            let waits =
                allowed.opening.closedFor != nil
                || (wallClock(enrollment, version) != nil && allowed.opening.at > allowed.base)
            let expiresAt = allowed.base + version.playbook.expires
            let wait = Touch.wait(
                until: allowed.opening.at, allowed.opening.reason(in: zone), expiresAt: expiresAt)
            return Touch(
                step: step.id, variant: enrollment.variant, contactID: recipient?.contactID, recipient: address,
                kind: send.kind, channel: channel, category: version.playbook.category, message: message,
                isGhost: enrollment.arm != .treated, state: .pending, priority: version.playbook.priority, dueAt: base,
                notBefore: wait.until, expiresAt: expiresAt, reason: waits ? wait.reason : nil, variables: "{}",
                frozenAt: now)
        }
        func nobody(_ reason: String) -> [Touch] {
            var touch = touch(path, nil, Touch.nobody)
            (touch.state, touch.reason) = (.suppressed, reason)
            (touch.notBefore, touch.expiresAt) = (now, now)
            return [touch]
        }
        guard let message = nextMessage(at: path, account, version, enrollment.arm) else {
            return nobody("it has had all messages of \(path)")
        }
        var touches: [Touch]
        if let reach = send.kind.reach {
            let recipients = facts.recipients(of: account, for: version.playbook, by: [reach], event: enrolled.event)
            guard !recipients.isEmpty else {
                let why = facts.whyNobody(
                    in: account, for: version.playbook, by: [reach], event: enrolled.event)
                return nobody("no contact that may be written to: \(why)")
            }
            let own = recipients.filter {
                otherOwner(of: $0, enrollment.matchKey, enrollment.playbookID, version.playbook, account) == nil
            }
            guard !own.isEmpty else { return nobody("every contact gets it for another account; once_per: person") }
            touches = own.map { touch(message, $0, $0.address) }
            if reach == .number {
                for (place, recipient) in own.enumerated() {
                    touches[place].locale =
                        facts.block.contacts?.text("locale", recipient.contact)
                        ?? facts.block.text("locale", account.index)
                }
            }
        } else {
            touches = [touch(message, nil, Touch.team(channel))]
        }
        if let late = whyTooLate(base, account, version) {
            for place in touches.indices {
                (touches[place].state, touches[place].reason) = (.expired, late.reason)
                (touches[place].notBefore, touches[place].expiresAt) = (late.over, late.over)
            }
        } else {
            if freezes { for place in touches.indices { freeze(&touches[place], account, index, version) } }
            // The step was due before a back-up was put back that may not know of it.
            if let unsure = rules.unsureSince, base <= unsure, !enrolled.isNew {
                for place in touches.indices where touches[place].state == .pending && !touches[place].isGhost {
                    (touches[place].state, touches[place].reason) = (.unknown, Touch.mayHaveLeft)
                }
            }
        }
        return touches
    }

    /// Why a step comes too late to be sent, and when its time was over; nil when it does not. It has stood still for longer
    /// than its touches may wait, because its playbook was paused, its data were late, another playbook had the account, or
    /// nothing ran.
    ///
    /// - Parameter base: when the step was due.
    private func whyTooLate(
        _ base: Instant, _ account: Account, _ version: Version
    ) -> (reason: String, over: Instant)? {
        // Who was left alone by hand gets afterwards what waited meanwhile.
        let due = max(base, account.endOfExclusion(from: version.playbook) ?? base)
        // Where somebody looks once a day, what came due in between is not late.
        let isFirstLook = rules.lastCycle.map { $0 < due } ?? true
        let most = isFirstLook ? max(version.playbook.expires, Self.usualPeriod) : version.playbook.expires
        guard now - due > most else { return nil }
        return (Touch.waitedTooLong(due: due, in: rules.zone), due + most)
    }

    /// How often a cycle comes where nothing has to happen within seconds, some minutes late.
    private static let usualPeriod = TimeSpan.hours(25)

    /// The message itself, or of a rotation the first that the account has not had from the playbook.
    private func nextMessage(
        at path: String, _ account: Account, _ version: Version, _ arm: Arm
    ) -> String? {
        guard let messages = version.rotations[path] else { return path }
        var had = account.hadMessages[version.playbookID]?.all(in: arm) ?? []
        for enrolled in account.enrollments where enrolled.enrollment.playbookID == version.playbookID {
            // What it would have had does not count where it ends before that has left.
            if enrolled.hasLeft {
                had.subtract(enrolled.waiting.lazy.filter { !$0.isAmbiguous }.map { HadMessage($0.message, hash: nil) })
            }
            had.formUnion(
                enrolled.made.lazy.filter { $0.state != .suppressed }.map { HadMessage($0.message, hash: nil) })
        }
        return HadMessage.next(of: messages, hashes: version.messageHashes, had: had)
    }

    /// The time that a campaign on local clocks is for, as long as its first step is not over.
    private func wallClock(_ enrollment: Enrollment, _ version: Version) -> Instant? {
        guard enrollment.step == 0, case .at(let schedule) = version.playbook.trigger, schedule.isLocal else {
            return nil
        }
        return LocalOccurrence(matchKey: enrollment.matchKey)?.wallClock
    }

    /// Works out what the message says as of now; a touch whose message misses something is held.
    func freeze(_ touch: inout Touch, _ account: Account, _ index: Int, _ version: Version) {
        let enrolled = account.enrollments[index]
        let freeze = facts.freeze(touch.message, channel: touch.channel, of: version)
        var subject = Subject(
            account: account.index, event: enrolled.event,
            entry: freeze.readsEntry ? Frozen.values(of: enrolled.enrollment.entry) : [:])
        subject.given = account.given
        let contacts = facts.block.contacts
        let contact = touch.contactID.flatMap { id in
            contacts.flatMap { contacts in contacts.range(account.index).first { contacts.ids[$0] == id } }
        }
        let (values, missing) = freeze.frozen(contact: contact, of: contacts) { _, term in
            facts.evaluator.value(term, of: subject, audience: version.playbook.audienceKey)
        }
        touch.variables = values.json
        touch.frozenAt = now
        touch.state = missing == nil ? .pending : .held
        touch.reason =
            missing.map { "missing: \($0)" } ?? (touch.reason?.hasPrefix("missing: ") == true ? nil : touch.reason)
    }

    /// Looks again at the touches that wait: a corrected address or a new owner gets them, a local hour follows the
    /// clock, held ones go on, and those that waited too long end.
    ///
    /// - Parameter isLeaving: whether those that may go out now are about to be claimed, so that they must say what is true
    ///   now.
    func tendWaiting(_ account: inout Account, isLeaving: Bool = false) {
        for index in account.enrollments.indices where account.enrollments[index].enrollment.isActive {
            guard !account.enrollments[index].waiting.isEmpty,
                let version = rules.versions[account.enrollments[index].enrollment.versionID]
            else { continue }
            let date = followDate(&account, index, version)
            for place in account.enrollments[index].waiting.indices {
                var touch = account.enrollments[index].waiting[place]
                let moved = date.map { move(&touch, $0, account.enrollments[index].enrollment, version) }
                if moved ?? true { tend(&touch, account, index, version) }
                if isLeaving, isOutOfDate(touch) { freeze(&touch, account, index, version) }
                awaitExits(&touch, version, isLeaving: isLeaving)
                account.enrollments[index].waiting[place] = touch
            }
            settleStep(&account.enrollments[index])
        }
    }

    /// Keeps back what is about to leave while nobody can say whether its enrollment should end, and lets it go afterwards.
    private func awaitExits(_ touch: inout Touch, _ version: Version, isLeaving: Bool) {
        guard !touch.state.isSettled, !touch.isAmbiguous else { return }
        if let why = version.unansweredExit {
            guard isLeaving, touch.notBefore <= now, touch.expiresAt > now else { return }
            touch.notBefore = min(now + Self.nextLook, touch.expiresAt)
            touch.reason = Self.waits + why
        } else if touch.reason?.hasPrefix(Self.waits) == true {
            (touch.notBefore, touch.reason) = (min(touch.notBefore, now), nil)
        }
    }

    private static let waits = "an exit cannot be answered: "
    /// When a touch is looked at again that no cycle lets go before.
    private static let nextLook = TimeSpan.hours(1)

    /// What was worked out a while ago, or on another day.
    private func isOutOfDate(_ touch: Touch) -> Bool {
        guard !touch.state.isSettled, !touch.isAmbiguous, touch.notBefore <= now else { return false }
        return now - touch.frozenAt > Self.freshness || rules.zone.day(of: touch.frozenAt) != rules.zone.day(of: now)
    }

    private static let freshness = TimeSpan.minutes(5)

    private func tend(_ touch: inout Touch, _ account: Account, _ index: Int, _ version: Version) {
        if touch.expiresAt <= now, touch.state == .held || !rules.declaredChannels.contains(touch.channel) {
            let why =
                touch.state == .held
                ? touch.reason ?? "held" : "there is no channel \"\(touch.channel)\" any more"
            (touch.state, touch.reason) = (touch.isAmbiguous ? .unknown : .expired, "waited too long: \(why)")
            return
        }
        guard !touch.isAmbiguous else { return }
        if let exclusion = account.exclusion(from: version.playbook), let until = exclusion.until {
            return postpone(&touch, until, exclusion, version)
        }
        followChannel(&touch, account, index, version)
        guard readdress(&touch, account, index, version) else { return }
        guard touch.state == .held else { return }
        let before = touch
        freeze(&touch, account, index, version)
        if touch.state == .held, touch.reason == before.reason { touch = before }
    }

    /// Lets a touch wait until its account is no longer left alone; the time that it had left begins anew.
    private func postpone(_ touch: inout Touch, _ until: Instant, _ exclusion: Exclusion, _ version: Version) {
        guard touch.notBefore < until else { return }
        touch.notBefore = until
        touch.reason = exclusion.sentence(in: rules.zone)
        touch.expiresAt = max(touch.expiresAt, until + version.playbook.expires)
    }

    /// Where its channel is gone from the files, a touch leaves by the one that stands there for its kind now.
    private func followChannel(_ touch: inout Touch, _ account: Account, _ index: Int, _ version: Version) {
        // What is meant for one team is not for another.
        guard touch.kind != .webhook, !rules.declaredChannels.contains(touch.channel),
            let channel = rules.channels[touch.kind]
        else { return }
        touch.channel = channel
        if freezes { freeze(&touch, account, index, version) }
    }

    /// Finds the contact who gets a waiting touch now, and the hour of that contact; false when there is nobody.
    func readdress(_ touch: inout Touch, _ account: Account, _ index: Int, _ version: Version) -> Bool {
        guard let contacts = facts.block.contacts, let reach = touch.kind.reach else { return true }
        let (enrolled, playbook) = (account.enrollments[index], version.playbook)
        let known = facts.recipients(contacts, account)
        // Who does not want it any more does not send it on to somebody else; the claim ends it.
        if let id = touch.contactID, known.isSame(id, address: touch.recipient, reach) { return true }
        let eventContact = enrolled.event?.contactID
        var recipient = touch.contactID.flatMap {
            known.stays($0, for: playbook, by: reach, eventContact: eventContact ?? $0)
        }
        let taken = Set(
            (enrolled.waiting + enrolled.made).filter { $0.step == touch.step && $0.id != touch.id }.map(\.recipient))
        if recipient == nil || taken.contains(recipient?.address ?? "") {
            recipient = known.find(for: playbook, by: [reach], eventContact: eventContact)
                .first { !taken.contains($0.address) }
        }
        guard let recipient else {
            let why = known.whyNobody(for: playbook, by: [reach], eventContact: eventContact)
            (touch.state, touch.reason) = (.suppressed, "no contact that may be written to: \(why)")
            return false
        }
        if recipient.contactID != touch.contactID || recipient.address != touch.recipient {
            (touch.contactID, touch.recipient) = (recipient.contactID, recipient.address)
            if freezes { freeze(&touch, account, index, version) }
        }
        followClock(&touch, recipient, account, enrolled.enrollment, version)
        return true
    }

    /// The hour of a contact who has moved to another time zone; what waits for a cap waits on.
    private func followClock(
        _ touch: inout Touch, _ recipient: Recipient, _ account: Account, _ enrollment: Enrollment, _ version: Version
    ) {
        let steps = version.playbook.steps(of: enrollment.variant)
        guard !Cap.isReason(touch.reason), touch.reason?.hasPrefix(Self.waits) != true,
            case .send(let send)? = steps.first(where: { $0.id == touch.step })?.action
        else { return }
        let zone = recipient.zone.flatMap { Zone($0) } ?? rules.zone
        let wallClock = touch.step == steps.first?.id ? wallClock(enrollment, version) : nil
        // It waits for its hour, and for no window.
        if let wallClock, touch.notBefore > now, touch.reason == nil, !touch.isAmbiguous {
            let past = now - LocalOccurrence(wallClock: wallClock).instant(in: zone)
            if past > version.playbook.misfire.patience {
                (touch.state, touch.reason) = (
                    .expired,
                    "missed: its contact is in \(zone.name) now, where the hour was over \(past.milliseconds / 3_600_000) hours ago"
                )
                return
            }
        }
        if let wallClock, touch.notBefore <= now, touch.reason == nil, !touch.isAmbiguous,
            let why = whyMissed(LocalOccurrence(wallClock: wallClock).instant(in: zone), version)
        {
            (touch.state, touch.reason) = (.expired, why)
            return
        }
        let base = min(touch.notBefore, now)
        let (allowedFrom, opening) = rules.allowed(
            send, category: version.playbook.category, wallClock: wallClock, from: base, in: zone
        ) { facts.block.text($0, account.index) }
        // What would open too late ends when its time is over, and not only then.
        let wait = Touch.wait(until: opening.at, opening.reason(in: zone), expiresAt: touch.expiresAt)
        guard max(wait.until, now) != max(touch.notBefore, now) else { return }
        touch.notBefore = wait.until
        if opening.at > now, wallClock == nil || opening.closedFor != nil || opening.at > allowedFrom {
            touch.reason = wait.reason
        }
    }

    /// Why a message that was made before its hour on a local clock is not sent behind it, or nil: nothing ran from then on.
    private func whyMissed(_ hour: Instant, _ version: Version) -> String? {
        guard let last = rules.lastCycle, last < hour else { return nil }
        let misfire = version.playbook.misfire
        // Where somebody looks once a day, what came due in between is not late, unless that is asked for.
        let most = misfire == .skip ? misfire.patience : max(misfire.patience, Self.usualPeriod)
        guard now - hour > most else { return nil }
        return "missed: nothing ran from \(hour.text(in: rules.zone)) \(rules.zone.name), its hour, until now"
    }

    /// Lets an enrollment go on when none of its touches is open any more.
    private func settleStep(_ enrolled: inout Account.Enrolled) {
        guard enrolled.waiting != enrolled.storedWaiting, enrolled.otherOpenTouches == 0,
            enrolled.enrollment.hasBegun, enrolled.enrollment.dueAt == nil,
            enrolled.waiting.allSatisfy(\.state.isSettled)
        else { return }
        enrolled.enrollment.dueAt = enrolled.waiting.map { $0.state.over(until: $0.expiresAt, now: now) }.max() ?? now
    }
}
