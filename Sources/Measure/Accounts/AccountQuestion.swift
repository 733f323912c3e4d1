import Decisions
package import Playbooks
package import Storage

/// Which accounts somebody wants to see, in the words of a command line or a query.
package struct AccountQuestion: Sendable, Hashable, Codable {
    /// A condition.
    package var condition: String?
    package var segment: String?
    /// A playbook that they are in, with the step and the arm.
    package var playbook: String?
    package var step: String?
    package var arm: String?
    /// `active`, `ended`, `goal`, `open`, `left` or `all`.
    package var state: String?
    /// Who entered after the start of this day.
    package var enteredSince: Day?
    /// "" for any reason.
    package var risk: String?
    /// Who came to be at risk after the start of this day.
    package var newSince: Day?
    package var isStuck = false
    package var isExcluded = false
    package var verdict: String?
    /// The playbook of the verdict.
    package var judging: String?
    /// Who came and went as a customer; a segment is then that of the report.
    package var life: LifeQuestion?
    /// Whom a number of an experiment counts.
    package var experiment: ExperimentQuestion?
    /// Whom a step of a journey's funnel counts.
    package var journey: JourneyQuestion?
    /// As of when customers and arms are counted; nil for the present.
    package var asOf: Instant?

    package init() {}

    /// The active accounts in a stage, all or those that are there for too long.
    init(inStage stage: String, isStuck: Bool = false) {
        condition = "in_stage(\(stage)) and status == \"active\""
        self.isStuck = isStuck
    }

    /// What it asks of the accounts of a workspace.
    ///
    /// - Throws: `MeasureError` for what the workspace does not have, with the nearest that it has.
    package func choice(in workspace: Workspace) throws -> AccountList.Choice {
        var choice = AccountList.Choice()
        (choice.isStuck, choice.isExcluded) = (isStuck, isExcluded)
        let parts = [
            try segment.flatMap { name in
                let term = try term(ofSegment: name, workspace)
                return life == nil ? term : nil
            }, try condition.map { try term($0, workspace) },
        ]
        for part in parts.compactMap(\.self) { choice.condition = Term.both(choice.condition, part) }
        if let risk { choice.risk = try self.risk(risk, workspace) }
        if newSince != nil, risk == nil {
            throw MeasureError("\"new_since\" is of a risk: name its reason, too", about: "new_since")
        }
        try journey?.check(in: workspace)
        try life?.check(in: workspace)
        try experiment?.group?.check(in: workspace)
        choice.enrollment = try inside(workspace)
        choice.verdict = try judged(workspace)
        return choice
    }

    /// Complains of a step that the playbook does not have, and at which nobody stands who walks an earlier version of it.
    ///
    /// - Parameter list: of what is asked.
    package func checkStep(in workspace: Workspace, _ list: AccountList) throws {
        guard let step, let playbook = playbook.flatMap(workspace.playbook) else { return }
        let known = Set(playbook.programs.joined().map(\.id))
        guard !known.contains(step), try !list.steps(of: playbook.name).contains(step) else { return }
        throw MeasureError.unknown("step", step, among: known.sorted())
    }

    /// What of the arms one may ask for beside each of them: all that are held out.
    package static let heldOut = "held_out"

    private func term(ofSegment name: String, _ workspace: Workspace) throws -> Term {
        guard let segment = workspace.segments.first(where: { $0.name == name }) else {
            throw MeasureError.unknown("segment", name, among: workspace.segments.map(\.name))
        }
        return segment.term
    }

    private func term(_ text: String, _ workspace: Workspace) throws -> Term {
        let (term, complaints) = ConditionParser(workspace.scope).condition(
            SourceText(name: "where", text: text, position: Position(file: "where", line: 1)))
        guard let term else {
            throw MeasureError(complaints.map(\.description).joined(separator: "\n"), about: "where")
        }
        return term
    }

    private func risk(_ reason: String, _ workspace: Workspace) throws -> AccountList.Risk {
        guard !reason.isEmpty else { return .any }
        let names = workspace.dataMap.reasons.map(\.name)
        guard names.contains(reason) else { throw MeasureError.unknown("reason", reason, among: names) }
        return .reason(reason)
    }

    private func playbook(_ name: String, _ workspace: Workspace) throws -> Playbook {
        guard let playbook = workspace.playbook(name) else {
            throw MeasureError.unknown("usable playbook", name, among: workspace.playbooks.map(\.name))
        }
        return playbook
    }

    private func inside(_ workspace: Workspace) throws -> AccountList.Inside? {
        guard let name = playbook else {
            let asked = [
                ("step", step), ("arm", arm), ("state", state), ("entered_since", enteredSince.map { "\($0)" }),
            ]
            if let lonely = asked.first(where: { $0.1 != nil }) {
                throw MeasureError("\"\(lonely.0)\" is of an enrollment: name its playbook with \"in\", too")
            }
            return nil
        }
        var inside = AccountList.Inside(playbook: name)
        inside.isService = try playbook(name, workspace).isService
        inside.step = step
        if let arm {
            inside.arms = arm == Self.heldOut ? Arm.allCases.filter { $0 != .treated } : [try word(arm, "arm")]
        }
        inside.since = enteredSince.map { workspace.configuration.zone.start(of: $0) }
        if let state { inside.state = try word(state, "state") }
        return inside
    }

    private func judged(_ workspace: Workspace) throws -> AccountList.Judged? {
        switch (verdict, judging) {
        case (nil, nil): return nil
        case (let verdict?, let name?):
            return AccountList.Judged(
                playbook: try playbook(name, workspace).name, verdict: try word(verdict, "verdict"))
        default: throw MeasureError("a verdict is of a playbook: name both, \"verdict\" and \"playbook\"")
        }
    }

    private func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String, _ what: String) throws -> Word {
        guard let word = Word(rawValue: text) else {
            throw MeasureError.unknown(what, text, among: Word.allCases.map(\.rawValue))
        }
        return word
    }
}

extension AccountQuestion {
    /// Whether it asks of the rows of a moment, and not of what the last cycle left.
    package var isOfTheMoment: Bool { life != nil || experiment != nil || journey != nil }

    /// The accounts behind a number about customers.
    package init(_ life: LifeQuestion, segment: String? = nil) {
        self.init()
        (self.life, self.segment) = (life, segment)
    }

    /// Adds to a choice what only the rows can tell: who came and went, who is in an arm, who is new at risk.
    ///
    /// - Throws: `MeasureError` for what the rows do not have.
    package func narrow(
        _ choice: inout AccountList.Choice, in workspace: Workspace, _ connection: Connection, asOf now: Instant
    ) throws {
        func narrow(to found: [Int64: [AccountList.Reason]]) {
            guard let before = choice.only else { return choice.only = found }
            choice.only = before.compactMap { account, reasons in found[account].map { (account, reasons + $0) } }
                .reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        if let life {
            let segment = workspace.segments.first { $0.name == self.segment }
            narrow(to: try life.accounts(in: workspace, segment: segment, connection, asOf: asOf ?? now))
        }
        if let experiment { narrow(to: try experiment.accounts(in: workspace, connection, asOf: asOf ?? now)) }
        if let journey { narrow(to: try journey.accounts(in: workspace, connection, asOf: asOf ?? now)) }
        if let newSince, let risk {
            let figures = try RiskFigures(
                workspace.risks, since: workspace.configuration.zone.start(of: newSince), asOf: now, connection)
            narrow(to: try figures.newcomers(of: risk.isEmpty ? nil : risk))
        }
    }
}
