import Decisions
package import Playbooks
import Statistics
package import Storage

/// The journeys as they are lived: in each stage every touchpoint, whom it reached, what it changed, and what stands empty.
package struct JourneyMap {
    let workspace: Workspace
    let asOf: Instant
    let reached: [StageTouches.Key: StageTouches.Reach]
    let crowds: [StageKey: StageTouches.Crowd]
    private let departures: [StageKey: Int]
    private let goals: [String: (with: StageTouches.Goals, without: StageTouches.Goals)]
    let figures: [StageKey: StageFigures]
    private let funnel: JourneyFunnel

    /// Shares of fewer accounts say nothing.
    private static let fewest = 10

    package init(_ connection: Connection, workspace: Workspace, asOf: Instant) throws {
        (self.workspace, self.asOf) = (workspace, asOf)
        let touches = StageTouches(connection, asOf: asOf)
        reached = try touches.reached()
        var (crowds, departures): ([StageKey: StageTouches.Crowd], [StageKey: Int]) = ([:], [:])
        for journey in workspace.journeys {
            for (index, stage) in journey.stages.enumerated() {
                let (key, later) = (StageKey(journey.name, stage.name), journey.stages[(index + 1)...].map(\.name))
                crowds[key] = try touches.crowd(key, later: later)
                departures[key] = try touches.departures(key, later: later)
            }
        }
        (self.crowds, self.departures) = (crowds, departures)
        goals = try touches.goals()
        let benchmarks = StageBenchmarks(
            connection, now: asOf, today: workspace.configuration.zone.day(of: asOf))
        figures = Dictionary(
            uniqueKeysWithValues: try benchmarks.steps(workspace.journeys).map { ($0.key, $0.figures) })
        funnel = JourneyFunnel(connection, asOf: asOf)
    }

    package static func report(_ connection: Connection, workspace: Workspace, asOf: Instant) throws -> Report {
        guard !workspace.journeys.isEmpty else {
            return Report(
                title: "Journey map", asOf: asOf,
                sections: [
                    .init(
                        "",
                        [
                            .sentence(
                                "There is no journey: write the stages that accounts pass through into journeys/NAME.yaml."
                            )
                        ])
                ])
        }
        let map = try JourneyMap(connection, workspace: workspace, asOf: asOf)
        return Report(
            title: "Journey map", asOf: asOf,
            sections: try workspace.journeys.map(map.section) + [map.gaps])
    }

    var live: [Playbook] { workspace.playbooks.filter { $0.state == .live } }

    // MARK: One journey

    private func section(_ journey: Journey) throws -> Report.Section {
        let who = journey.audience.map { "for \($0.term.text)" } ?? "for all active accounts"
        return Report.Section(
            "\(journey.name), \(who)",
            [
                .table(try stages(of: journey)),
                .sentence(
                    "Force: who moved on in time, of those of the last 14 days of which one can tell. Friction: who is stuck, and who "
                        + "left while there. Left and no touch are of the last \(StageTouches.span.words); too many are more than "
                        + "\(StageTouches.most) in \(StageTouches.month.words)."),
                .table(touchpoints(of: journey)),
                .sentence(
                    "Reached, and moved on within \(StageTouches.soon.words), of those who have had so long: in the last "
                        + "\(StageTouches.span.words), by the stage in which the "
                        + "account was then; it is no proof that the touch did it. The goal with and without the playbook is: its holdout "
                        + "tells, over a year."),
            ])
    }

    private func stages(of journey: Journey) throws -> Report.Table {
        var table = Report.Table(
            "Stages of \(journey.name)",
            [
                .init("stage", .left), .init("expected", .left), .init("there now"), .init("moved on lately"),
                .init("stuck"), .init("left there"), .init("no touch"), .init("too many touches"), .init("note", .left),
            ])
        for (index, stage) in journey.stages.enumerated() {
            let key = StageKey(journey.name, stage.name)
            let found = figures[key] ?? StageFigures(expected: stage.expected)
            let open = try funnel.open(key, later: journey.stages[(index + 1)...].map(\.name), limit: found.limit)
            let crowd = crowds[key] ?? StageTouches.Crowd()
            let isLast = index == journey.stages.count - 1
            let there = Report.Table.Lead.accounts(AccountQuestion(inStage: stage.name))
            let stuck = Report.Table.Lead.accounts(AccountQuestion(inStage: stage.name, isStuck: true))
            table.add(
                [
                    .text(stage.name), .text(found.limit.map { "\($0)" } ?? "–"), .count(open.accounts),
                    isLast ? .none("It is the last stage.") : .share(found.recent.rate),
                    found.limit == nil ? .none("Nobody said how long is long.") : .count(open.stuck),
                    .count(departures[key] ?? 0), .count(crowd.untouched), .count(crowd.crowded),
                    .text(found.isWeak ? "weak point" : ""),
                ], leads: [nil, nil, there, nil, found.limit == nil ? nil : stuck])
        }
        return table
    }

    private func touchpoints(of journey: Journey) -> Report.Table {
        var table = Report.Table(
            "Touchpoints of \(journey.name)",
            [
                .init("stage", .left), .init("touchpoint", .left), .init("by", .left), .init("reached"),
                .init("moved on"), .init("goal with"), .init("goal without"),
            ])
        for stage in journey.stages {
            var isEmpty = true
            for playbook in live {
                for step in sends(of: playbook) {
                    let key = StageTouches.Key(
                        playbook: playbook.name, step: step.id, stage: StageKey(journey.name, stage.name))
                    guard reached[key] != nil || playbook.namedStages.contains(stage.name) else { continue }
                    table.add(row(stage, playbook, step, reached[key], isLast: stage == journey.stages.last))
                    isEmpty = false
                }
            }
            for name in stage.touchpoints {
                table.add([
                    .text(stage.name), .text(name), .text("others"), .none("It is not Keeptouch's."), .none(""),
                    .none(""), .none(""),
                ])
                isEmpty = false
            }
            if isEmpty {
                table.add([.text(stage.name), .text("nothing"), .text("")] + Array(repeating: .none(""), count: 4))
            }
        }
        return table
    }

    /// The steps of all variants that send, each once.
    private func sends(of playbook: Playbook) -> [Step] {
        var seen: Set<String> = []
        return playbook.programs.joined().filter { step in
            if case .send = step.action { seen.insert(step.id).inserted } else { false }
        }
    }

    private func row(
        _ stage: Journey.Stage, _ playbook: Playbook, _ step: Step, _ reach: StageTouches.Reach?,
        isLast: Bool
    ) -> [Report.Cell] {
        func share(_ goals: StageTouches.Goals?) -> Report.Cell {
            guard playbook.goal != nil else { return .none("The playbook has no goal.") }
            guard let goals, goals.entered >= Self.fewest else { return .none("Fewer than \(Self.fewest) accounts.") }
            return .number(Double(goals.reached) / Double(goals.entered), .share)
        }
        let ripe = reach?.ripe ?? 0
        return [
            .text(stage.name), .text(step.id), .text(playbook.name), .count(reach?.accounts ?? 0),
            isLast
                ? .none("It is the last stage.")
                : ripe >= Self.fewest
                    ? .number(Double(reach?.movedOn ?? 0) / Double(ripe), .share)
                    : .none("Fewer than \(Self.fewest) accounts have had the time."),
            share(goals[playbook.name]?.with), share(goals[playbook.name]?.without),
        ]
    }
}
