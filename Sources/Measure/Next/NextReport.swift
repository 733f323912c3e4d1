import Decisions
package import Playbooks
import Statistics
package import Storage

/// What to do now, from the reports alone; nothing is done by it.
package struct NextReport {
    private let connection: Connection
    private let workspace: Workspace
    private let asOf: Instant

    /// A live playbook that nobody entered for so long is of no use.
    private static let idle = TimeSpan.days(90)
    /// How far back caps are looked at, and from which share of lost touches on they cost too much.
    private static let month = TimeSpan.days(30)
    private static let mostCapped = 0.05
    private static let fewestTouches = 20

    package init(_ connection: Connection, in workspace: Workspace, asOf: Instant) {
        (self.connection, self.workspace, self.asOf) = (connection, workspace, asOf)
    }

    package func make() throws -> Report {
        let proposals = try self.proposals()
        let note = Report.Block.sentence(
            "Every proposal comes from a report, which says more. Nothing is done by itself: the command or the edit is yours."
        )
        guard !proposals.isEmpty else {
            return Report(
                title: "What to do next", asOf: asOf,
                sections: [
                    .init(
                        "Nothing",
                        [
                            .sentence(
                                "No experiment is at its end, no weak point is without a playbook, no live playbook is held or idle, and caps "
                                    + "cost next to nothing. Look again when there are more data.")
                        ])
                ])
        }
        let sections = proposals.enumerated().map { index, proposal in
            var blocks = proposal.evidence.map { Report.Block.sentence($0) }
            blocks.append(.sentence("Do: \(proposal.command)"))
            if let patch = proposal.patch { blocks.append(.diff(patch)) }
            return Report.Section("\(index + 1). \(proposal.title)", blocks)
        }
        return Report(title: "What to do next", asOf: asOf, sections: sections + [.init("", [note])])
    }

    /// In the order in which they are worth doing.
    package func proposals() throws -> [Proposal] {
        var found: [Proposal] = []
        for playbook in workspace.playbooks where playbook.state == .live {
            guard let known = try KnownPlaybook.named(playbook.name, connection) else { continue }
            if let proposal = try experiment(playbook) { found.append(proposal) }
            found += try use(playbook, known)
        }
        found += try weakPoints()
        return found.enumerated().sorted {
            ($0.element.kind.rawValue, $0.offset) < ($1.element.kind.rawValue, $1.offset)
        }.map(\.element)
    }

    // MARK: Experiments

    private func experiment(_ playbook: Playbook) throws -> Proposal? {
        let report = ExperimentReport(playbook.name, in: workspace, connection, asOf: asOf)
        guard let (period, patch) = try report.current(), period.entered > 0 else { return nil }
        let (name, more) = (playbook.name, "keeptouch report experiment \(playbook.name)")
        func arm(_ index: Int) -> String {
            period.arms.arms.indices.contains(index + 1) ? "\"\(period.arms.arms[index + 1].name)\"" : "an arm"
        }
        func proposal(_ kind: Proposal.Kind, _ title: String, _ command: String, patch: String? = nil) -> Proposal {
            Proposal(kind, title, evidence: [period.sentence], command: command, patch: patch)
        }
        if case .ship = period.verdict {
            // The edit that ships the winner drops the others.
        } else if period.verdict != .broken, let stop = stop(playbook, period) {
            return stop
        }
        switch period.verdict {
        case .ship(let index):
            let doing = patch == nil ? more : "apply this edit to \(playbook.path)"
            return proposal(.ship, "Ship \(arm(index)) of \(name)", doing, patch: patch)
        case .broken: return proposal(.mend, "Mend the draw of \(name)", more)
        case .undetectable:
            return proposal(
                .lengthen, "Lengthen or widen \(name): its plan will not be full within a year", "\(more) --design")
        case .noDifference:
            return proposal(.retire, "Rewrite or retire \(name): it changes nothing that is worth finding", more)
        case .harmful, .breaksGuardrail, .awaitsGuardrail, .keepRunning: return nil
        }
    }

    /// To take the accounts away from the arms that do harm; nil while none is known to.
    private func stop(_ playbook: Playbook, _ period: ExperimentPeriod) -> Proposal? {
        let harms = period.harms.enumerated().filter { !$0.element.isEmpty }
        guard let worst = harms.first else { return nil }
        let names = harms.map { period.arms.arms[$0.offset + 1].name }
        let rarer = playbook.meanGoal == nil ? "makes its goal rarer" : "lowers its goal"
        let isGoal = period.primaryComparison.readings[worst.offset].standing == .worse
        let what = isGoal ? rarer : "breaks the guardrail \(worst.element.joined(separator: ", "))"
        let who = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let isAll = harms.count == period.harms.count
        let patch = isAll ? nil : WinnerDiff(playbook: playbook).without(names)
        return Proposal(
            .stop, isAll ? "Stop \(playbook.name): \(who) \(what)" : "Drop \(who) of \(playbook.name): it \(what)",
            evidence: [period.sentence],
            command: patch == nil ? "keeptouch pause \(playbook.name)" : "apply this edit to \(playbook.path)",
            patch: patch)
    }

    // MARK: Use

    private func use(_ playbook: Playbook, _ known: KnownPlaybook) throws -> [Proposal] {
        var found: [Proposal] = []
        let idle = try PlaybookUse(connection, of: known.id, since: asOf - Self.idle, asOf: asOf)
        if let live = known.liveSince, asOf - live >= Self.idle, idle.entered == 0 {
            let last = idle.lastEntry.map { ", the last on \(day($0))" } ?? ", or ever"
            found.append(
                Proposal(
                    .retire, "Retire \(playbook.name): nobody enters it",
                    evidence: [
                        "It has been live since \(day(live)); nobody entered in the last 90 days\(last)."
                    ], command: "set state: retired in \(playbook.path), after keeptouch plan \(playbook.name)",
                    patch: retiring(playbook)))
        }
        if let reason = idle.heldBecause {
            let who = idle.waiting == 1 ? "1 match waits" : "\(idle.waiting) matches wait"
            found.append(
                Proposal(
                    .mend, "Look at \(playbook.name): it is held, and \(who)", evidence: [reason],
                    command:
                        "keeptouch release \(playbook.name), when what the rule found is right; keeptouch status says more"
                ))
        }
        let lately = try PlaybookUse(connection, of: known.id, since: asOf - Self.month, asOf: asOf)
        let share = Double(lately.capped) / Double(max(1, lately.touches))
        if lately.touches >= Self.fewestTouches, share > Self.mostCapped {
            found.append(
                Proposal(
                    .raise, "Raise a cap, or the priority of \(playbook.name): caps lose its touches",
                    evidence: [
                        "Of \(lately.touches) touches of the last 30 days caps used up \(lately.capped), "
                            + "\(Report.Unit.share.text(share))."
                    ],
                    command:
                        "edit caps: in keeptouch.yaml; keeptouch touches --playbook \(playbook.name) --state capped"))
        }
        return found
    }

    private func day(_ moment: Instant) -> Day { workspace.configuration.zone.day(of: moment) }

    private func retiring(_ playbook: Playbook) -> String? {
        let lines = playbook.source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let index = lines.firstIndex(where: { $0.hasPrefix("state:") }) else { return nil }
        var edited = lines
        edited[index] = "state: retired"
        return UnifiedDiff(from: playbook.source, to: edited.joined(separator: "\n")).text(path: playbook.path)
    }

    // MARK: Weak points

    /// Stages that lose more accounts than they used to, and that no live playbook asks about; the most accounts lost first.
    private func weakPoints() throws -> [Proposal] {
        let flags = try StageFigures.load(workspace.journeys, until: day(asOf), connection)
        let live = workspace.playbooks.filter { $0.state == .live }
        func isCovered(_ stage: String) -> Bool {
            live.contains { playbook in playbook.decidingTerms.contains { $0.asks(aboutStage: stage) } }
        }
        return flags.filter { $0.value.isWeak && !isCovered($0.key.stage) }.sorted {
            (-$0.value.lost, $0.key) < (-$1.value.lost, $1.key)
        }.map { key, figures in
            Proposal(
                .write, "Write a playbook for \(key.stage) of \(key.journey), where accounts get lost",
                evidence: figures.sentences.dropFirst().map { "\(key.stage): \($0)." },
                command: "a playbook with when: in_stage(\(key.stage)) and weak_point(); keeptouch report journey")
        }
    }
}

extension StageFigures {
    /// About how many accounts moved on less than the share before would have it.
    fileprivate var lost: Double {
        let before = isWeakAgainstPast ? past.rate : peers.rate
        return ((before ?? 0) - (recent.rate ?? 0)) * Double(recent.total)
    }
}

extension Term {
    /// Whether it is about who stands in a stage, or is stuck in any.
    fileprivate func asks(aboutStage stage: String) -> Bool {
        switch node {
        case .journey(.inStage(let name)): name == stage
        case .journey(.stuck), .journey(.weakPoint): true
        default: parts.contains { $0.asks(aboutStage: stage) }
        }
    }
}
