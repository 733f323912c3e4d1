package import Decisions
import Playbooks
import Storage

/// The accounts of one block in a trial: the facts as of the trial's moment, what triggers, and what came of it.
package struct TrialBlock {
    package private(set) var dealings: [Dealings]
    /// When there is something to do with each account.
    private(set) var agendas: [Dealings.Agenda]
    /// As of the trial's moment.
    package var block: Block
    /// What takes the block forward.
    private var asOf: AsOf
    private var created: [Double]
    /// The events that may trigger, by their kind and in the order of their ids.
    private var triggers: [String: [(account: Int, event: TriggeringEvent)]] = [:]
    private var events: [Int64: TriggeringEvent] = [:]

    init(_ block: Block, _ asOf: AsOf = AsOf()) {
        self.block = block
        self.asOf = asOf
        created = block.attributes["created_at"]?.numbers ?? []
        dealings = Array(repeating: Dealings(), count: block.count)
        agendas = Array(repeating: Dealings.Agenda(), count: block.count)
    }

    mutating func advance(to moment: Instant) { asOf.advance(&block, to: moment) }

    /// Takes in what has become known of the same accounts; on a journey the stage is the trial's.
    mutating func renew(_ newer: Block) {
        let older = block
        block = newer
        created = block.attributes["created_at"]?.numbers ?? []
        triggers = [:]
        while dealings.count < block.count {
            dealings.append(Dealings())
            agendas.append(Dealings.Agenda())
        }
        for account in older.ids.indices where older.text(Block.journey, account) != nil {
            block.takeStage(of: account, from: older)
        }
    }

    func exists(_ account: Int, at now: Instant) -> Bool { created[account] <= Double(now.milliseconds) }

    // MARK: Events

    mutating func add(_ found: [(account: Int, event: TriggeringEvent)], of kind: String) {
        triggers[kind, default: []] += found
        for item in found { events[item.event.id] = item.event }
    }

    /// The events of a kind that nobody has looked at by a moment, by account.
    func triggers(of kind: String, behind seen: TrialTurns.Seen, until: Instant) -> [Int64: [TriggeringEvent]] {
        var found: [Int64: [TriggeringEvent]] = [:]
        for item in triggers[kind] ?? []
        where item.event.at <= until && (item.event.at > seen.moment || item.event.id > seen.id) {
            found[block.ids[item.account], default: []].append(item.event)
        }
        return found
    }

    var newestEvent: Int64 { events.keys.max() ?? 0 }

    var arrivals: [Instant] { triggers.values.flatMap { $0.map(\.event.at) } }

    // MARK: What a day sees

    /// How accounts' dealings are told to a day.
    struct Looks {
        var watchedSince: Instant
        /// Playbooks with messages in rotation.
        var rotating: Set<Int64>
        var needs: Needs
        /// By id.
        var names: [Int64: String]
        /// Whether conditions ask what became of touches and waits.
        var asksSteps: Bool
    }

    /// What playbooks did with the accounts, as far as conditions ask.
    mutating func refresh(_ looks: Looks, at now: Instant) {
        for name in looks.needs.risks {
            block.risks[name] = dealings.map { dealings in
                dealings.standings.contains {
                    looks.names[$0.playbookID] == name && $0.since <= now && $0.stands(among: dealings.courses)
                }
            }
        }
        if looks.needs.enrollments {
            block.enrollments = grouped { course in
                [looks.names[course.enrollment.playbookID].map { ($0, course.enrollment.enteredAt) }].compactMap { $0 }
            }
        }
        if looks.needs.touches {
            block.touches = grouped { course in
                guard let name = looks.names[course.enrollment.playbookID] else { return [] }
                return course.touches.compactMap { sent in
                    sent.touch.state == .sent || sent.touch.state == .ghost ? sent.claimedAt.map { (name, $0) } : nil
                }
            }
        }
    }

    private func grouped(
        _ moments: (Dealings.Course) -> [(String, Instant)]
    ) -> Block.Grouped<Block.PlaybookMoment> {
        var grouped = Block.Grouped<Block.PlaybookMoment>()
        grouped.starts = [0]
        for dealings in dealings {
            for course in dealings.courses {
                grouped.elements += moments(course).map { Block.PlaybookMoment(playbook: $0.0, at: $0.1) }
            }
            grouped.starts.append(grouped.elements.count)
        }
        return grouped
    }

    /// - Parameter accounts: indices, ascending.
    func load(
        _ accounts: [Int], _ rules: CycleRules, _ looks: Looks, findings: (Int) -> [Account.Finding]
    ) -> AccountLoader.Loaded {
        var loaded = AccountLoader.Loaded()
        for index in accounts {
            let known = dealings[index]
            var account = Account(
                index: index, id: block.ids[index], key: block.text("key", index) ?? "",
                zone: block.text("timezone", index))
            account.findings = findings(index)
            account.standings = known.standings
            account.assignments = known.assignments
            for standing in known.standings where !standing.isSettled {
                if let id = standing.eventID { loaded.waitingEvents[id] = events[id] }
            }
            for course in known.courses {
                account.enrollments.append(enrolled(course, index, rules, looks, &loaded.rows))
                if let id = course.enrollment.id, !course.reachedAlso.isEmpty {
                    account.reachedAlso[id] = course.reachedAlso
                }
            }
            for playbook in looks.rotating {
                account.hadMessages[playbook] = Set(
                    known.courses.filter { $0.enrollment.playbookID == playbook }.flatMap(\.touches).filter {
                        [.pending, .held, .sent, .ghost].contains($0.touch.state)
                    }.map(\.touch.message))
            }
            loaded.accounts.append(account)
        }
        return loaded
    }

    private func enrolled(
        _ course: Dealings.Course, _ account: Int, _ rules: CycleRules, _ looks: Looks, _ rows: inout [Int64: [Subject]]
    ) -> Account.Enrolled {
        let enrollment = course.enrollment
        guard course.isWatched(since: looks.watchedSince), rules.versions[enrollment.versionID] != nil else {
            return Account.Enrolled(enrollment, stored: enrollment)
        }
        let row = rows[enrollment.versionID]?.count ?? 0
        rows[enrollment.versionID, default: []].append(course.subject(of: account, withSteps: looks.asksSteps))
        var waiting: [Touch] = []
        if enrollment.isActive, enrollment.hasBegun, enrollment.dueAt == nil {
            waiting = course.touches.filter { $0.settledAt == nil }.map(\.touch)
        }
        return Account.Enrolled(enrollment, stored: enrollment, waiting: waiting, row: row, event: course.event)
    }

    // MARK: What a day changes

    mutating func take(_ account: Account, at now: Instant, _ ids: inout Dealings.IDs) {
        dealings[account.index].take(account, at: now, &ids)
        agendas[account.index] = dealings[account.index].agenda(changedAt: now)
    }

    mutating func put(_ entries: [StageEntry], of account: Int) { dealings[account].stageEntries = entries }

    mutating func change<T>(_ account: Int, at now: Instant, _ body: (inout Dealings) throws -> T) rethrows -> T {
        defer { agendas[account] = dealings[account].agenda(changedAt: now) }
        return try body(&dealings[account])
    }

    // MARK: When there is something to do

    func next(after now: Instant) -> Instant? {
        var next = Dealings.Agenda.never
        for (account, agenda) in agendas.enumerated() {
            // Behind what is late something else may be due.
            let isLate = agenda.due <= now || agenda.touch <= now
            next = min(next, isLate ? dealings[account].next(after: now) : min(agenda.due, agenda.touch))
        }
        return next == Dealings.Agenda.never ? nil : next
    }

    /// The accounts with touches that may go out, by their indices.
    func withTouches(at now: Instant) -> [Int] { agendas.indices.filter { agendas[$0].touch <= now } }
    func hasTouches(at now: Instant) -> Bool { agendas.contains { $0.touch <= now } }
    func hasDue(at now: Instant) -> Bool { agendas.contains { $0.due <= now } }
    var hasOpenTouches: Bool { agendas.contains(where: \.hasOpenTouches) }
}
