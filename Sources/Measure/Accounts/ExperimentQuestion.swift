import Decisions
package import Playbooks
package import Storage

/// Which accounts of an arm a number of an experiment's report counts.
package struct ExperimentQuestion: Sendable, Hashable, Codable {
    package enum Standing: String, Sendable, Codable, CaseIterable {
        /// Whose time is over.
        case matured
        /// Those of them to whom it happened.
        case hit
        /// Who has time left.
        case open
        /// Of those whose time is over, whom a message reached.
        case reached
        /// Every entry whose time is over, later ones of an account too, and every goal of theirs.
        case entries, goals
    }

    /// What a report groups entries by.
    package enum Grouping: String, Sendable, Codable, CaseIterable {
        case segment, attribute, playbook

        fileprivate var kind: PlaybookEntries.Grouping.Kind {
            switch self {
            case .segment: .segment
            case .attribute: .attribute
            case .playbook: .playbook
            }
        }
    }

    /// One group: `small:in` of segments, `plan:pro` of attributes, `win-back:holdout` of other playbooks.
    package struct Group: Sendable, Hashable, Codable {
        package var by: Grouping
        package var name: String

        package init(_ by: Grouping, _ name: String) {
            (self.by, self.name) = (by, name)
        }
    }

    /// By whose report, and in which period.
    package var playbook: String
    package var period: Int
    /// As the report names it: `holdout`, a variant, or `treated`.
    package var arm: String
    /// `goal`, or another one of `PlaybookEntries.Figure`.
    package var outcome: String
    package var standing: Standing
    /// The look whose figures these are; the present when nil.
    package var look: Instant?
    /// Only of a group.
    package var group: Group?

    package init(
        _ playbook: String, period: Int, arm: String, outcome: String = PlaybookEntries.Figure.outcome.name,
        _ standing: Standing, look: Instant? = nil, group: Group? = nil
    ) {
        (self.playbook, self.period, self.arm) = (playbook, period, arm)
        (self.outcome, self.standing, self.look, self.group) = (outcome, standing, look, group)
    }

    /// The accounts, each with when it entered.
    ///
    /// - Throws: `MeasureError` for what the experiment does not have.
    func accounts(
        in workspace: Workspace, _ connection: Connection, asOf: Instant
    ) throws -> [Int64: [AccountList.Reason]] {
        guard let known = try KnownPlaybook.named(playbook, connection) else {
            throw MeasureError.unknown("playbook", playbook, among: workspace.playbooks.map(\.name))
        }
        guard let figure = PlaybookEntries.Figure(name: outcome) else {
            throw MeasureError(
                "outcome \"\(outcome)\" is none of goal, also NAME, churned DAYS, contracted DAYS, expanded DAYS, bounced, "
                    + "complained, unsubscribed, rejected, reached", about: "outcome")
        }
        let playbook = workspace.playbook(playbook)
        let experiment = playbook?.experiment ?? self.playbook
        let sharing = workspace.playbooks.filter { $0.experiment == experiment }.map(\.name)
        let entries = try PlaybookEntries(
            connection, playbookID: known.id, lateness: PlaybookEntries.lateness(of: playbook, workspace.dataMap),
            asOf: asOf)
        guard let found = try entries.periods(of: experiment).last(where: { $0.number == period }) else {
            throw MeasureError("\(self.playbook) has had no period \(period)", about: "period")
        }
        let seen = try entries.counts(of: .reached, in: found, matured: asOf)
        let arms = ExperimentArms(design: found.design, seen: seen.keys, playbook: playbook, sharing: sharing)
        guard let place = arms.names.firstIndex(of: arm) else {
            throw MeasureError.unknown("arm", arm, among: arms.names)
        }
        let moment = look ?? asOf
        var reasons: [Int64: [AccountList.Reason]] = [:]
        if standing == .entries || standing == .goals {
            try entries.forEachRepeat(in: found, matured: moment) { account, own, count, goals in
                let times = standing == .goals ? goals : count
                guard arms.place(own) == place, times > 0 else { return }
                let what = standing == .goals ? "its goal" : "an entry"
                reasons[account] = Array(repeating: .init("\(arm) of \(self.playbook): \(what)"), count: times)
            }
            return reasons
        }
        var only: Set<Int64>?
        if let group {
            let (name, value) = try group.parts(in: workspace)
            only = try entries.members(of: value, by: group.by.kind, name, in: workspace, found, matured: moment)
        }
        if standing == .reached {
            var reached: Set<Int64> = []
            try entries.forEach(of: .reached, in: found, matured: asOf) { if $0.isHit { reached.insert($0.account) } }
            only = only.map { $0.intersection(reached) } ?? reached
        }
        var valued: Set<Int64>?
        if figure == .outcome, let goal = ExperimentArms.meanGoal(found.design, playbook: playbook, sharing: sharing) {
            let measured = try entries.measured(
                goal, metrics: workspace.dataMap.metrics, zone: workspace.configuration.zone, in: [found.experimentID])
            valued = Set(measured.filter { $0.knownAt <= moment && $0.value != nil }.map(\.account))
        }
        try entries.forEach(of: figure, in: found, matured: moment) { entry in
            guard arms.place(entry.arm) == place, isMeant(entry, valued), only?.contains(entry.account) ?? true else {
                return
            }
            reasons[entry.account] = [words(entry, workspace.configuration.zone)]
        }
        return reasons
    }

    /// - Parameter valued: of a goal that is a number, the accounts whose figure is known.
    private func isMeant(_ entry: PlaybookEntries.Judged, _ valued: Set<Int64>?) -> Bool {
        let isMature = valued?.contains(entry.account) ?? entry.isMature
        return switch standing {
        case .matured, .reached: isMature
        case .entries, .goals: false
        case .hit: isMature && entry.isHit
        case .open: !isMature
        }
    }

    private func words(_ entry: PlaybookEntries.Judged, _ zone: Zone) -> AccountList.Reason {
        let what =
            switch standing {
            case .matured, .open: "its time \(entry.isMature ? "was" : "is") over on \(zone.day(of: entry.until))"
            case .reached: "a message reached it"
            case .hit, .entries, .goals: outcome
            }
        return .init("\(arm) of \(playbook): \(what)", since: entry.enteredAt)
    }
}

extension ExperimentQuestion.Group {
    /// - Throws: `MeasureError` for a name that the workspace does not have.
    func check(in workspace: Workspace) throws { _ = try parts(in: workspace) }

    fileprivate func parts(in workspace: Workspace) throws -> (name: String, value: String) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let names =
            switch by {
            case .segment: workspace.segments.map(\.name)
            case .attribute: workspace.dataMap.attributes.map(\.name)
            case .playbook: workspace.playbooks.map(\.name)
            }
        guard names.contains(parts[0]) else { throw MeasureError.unknown(by.rawValue, parts[0], among: names) }
        return (parts[0], parts.count > 1 ? parts[1] : "")
    }
}

extension PlaybookEntries.Figure {
    /// As addresses and commands write it.
    package var name: String {
        switch self {
        case .outcome, .goal: "goal"
        case .also(let name): "also \(name)"
        case .churned(let days): "churned \(days)"
        case .contracted(let days): "contracted \(days)"
        case .expanded(let days): "expanded \(days)"
        case .harm(let kind): kind
        case .reached: "reached"
        case .wouldSend: "would send"
        }
    }

    /// Nil for what is none.
    package init?(name: String) {
        let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? parts[1] : nil) {
        case ("goal", nil): self = .outcome
        case ("reached", nil): self = .reached
        case ("would", "send"): self = .wouldSend
        case ("also", let name?): self = .also(name)
        case (let kind?, nil) where ["bounced", "complained", "unsubscribed", "rejected"].contains(kind):
            self = .harm(kind)
        case (let kind?, let text?):
            guard let days = Int(text), (1...3_650).contains(days) else { return nil }
            switch kind {
            case "churned": self = .churned(days: days)
            case "contracted": self = .contracted(days: days)
            case "expanded": self = .expanded(days: days)
            default: return nil
            }
        default: return nil
        }
    }
}
