import Decisions
package import Playbooks
package import Statistics

extension PlaybookEntries {
    /// The entries of a period, apart by what their accounts were.
    package struct Grouping: Sendable {
        package enum Kind: Sendable, Hashable {
            /// `in` or `not in`, when they entered.
            case segment
            /// By the value of an attribute when they entered.
            case attribute
            /// By the arm that another playbook drew for them.
            case playbook
        }

        package var kind: Kind
        package var name: String
        /// Whether values are those of the entry; else nobody kept them, and they are those of now.
        package var isOfTheEntry: Bool
        package var groups: [Group]
    }

    package struct Group: Sendable {
        package var name: String
        package var figures: [Arm: ArmFigure] = [:]
    }

    /// An attribute with more values than these makes no groups.
    package static let mostGroups = 8

    private static let inside = "in"
    private static let outside = "not in"
    private static let none = "(none)"

    /// The goal, or who was kept, by segments, attributes and the arms of other playbooks, over the entries whose window was
    /// over at a moment.
    ///
    /// - Parameter values: by account, where the goal is a number; who has none is in no group.
    package func groupings(
        by workspace: Workspace, in period: Period, matured at: Instant, values: [Int64: Double]?
    ) throws -> [Grouping] {
        func figure(_ entry: Member) -> ArmFigure? {
            guard let values else { return .share(Proportion(successes: entry.isHit ? 1 : 0, total: 1)) }
            return values[entry.account].map { .mean(Sample([$0])) }
        }
        var known = Self.groupings(of: workspace)
        try forEachOfAccounts(workspace, in: period, matured: at) { place, group, entry in
            if let figure = figure(entry) { known[place].add(figure, of: entry.arm, to: group) }
        }
        var others: [String: Grouping] = [:]
        try forEachOfOtherPlaybooks(in: period, matured: at) { playbook, other, entry in
            guard let figure = figure(entry) else { return }
            others[playbook, default: Grouping(kind: .playbook, name: playbook, isOfTheEntry: true, groups: [])]
                .add(figure, of: entry.arm, to: other)
        }
        return known.filter { (2...Self.mostGroups).contains($0.groups.count) }
            + others.values.filter { $0.groups.count > 1 }.sorted { $0.name < $1.name }
    }

    /// The accounts of one group, as `groupings` counts them.
    package func members(
        of group: String, by kind: Grouping.Kind, _ name: String, in workspace: Workspace, _ period: Period,
        matured at: Instant
    ) throws -> Set<Int64> {
        var members: Set<Int64> = []
        if kind == .playbook {
            try forEachOfOtherPlaybooks(in: period, matured: at) { playbook, other, entry in
                if playbook == name, other == group { members.insert(entry.account) }
            }
        } else {
            let wanted = Self.groupings(of: workspace).firstIndex { $0.kind == kind && $0.name == name }
            try forEachOfAccounts(workspace, in: period, matured: at) { place, own, entry in
                if place == wanted, own == group { members.insert(entry.account) }
            }
        }
        return members
    }

    /// An entry of a group.
    private struct Member {
        var account: Int64
        var arm: Arm
        var isHit: Bool
    }

    private static func attributes(of workspace: Workspace) -> [Attribute] {
        workspace.dataMap.attributes.filter { $0.type == .text || $0.type == .boolean }
    }

    /// By what accounts are known, the segments before the attributes.
    private static func groupings(of workspace: Workspace) -> [Grouping] {
        workspace.segments.map { Grouping(kind: .segment, name: $0.name, isOfTheEntry: true, groups: []) }
            + attributes(of: workspace).map {
                Grouping(kind: .attribute, name: $0.name, isOfTheEntry: $0.track, groups: [])
            }
    }

    /// Each entry with its group of each of `groupings(of:)`, by its place there.
    private func forEachOfAccounts(
        _ workspace: Workspace, in period: Period, matured at: Instant,
        _ body: (_ grouping: Int, _ group: String, Member) -> Void
    ) throws {
        let context = try EvaluationContext(connection, workspace: workspace, now: asOf, figures: .neutral)
        let attributes = Self.attributes(of: workspace)
        var needs = Needs(of: workspace.segments.map(\.term), in: workspace.dataMap, risks: context.risks)
        needs.attributes.formUnion(attributes.map(\.name))
        let tracked = (Attribute.builtIn + workspace.dataMap.attributes).filter {
            $0.track && needs.attributes.contains($0.name)
        }
        needs.history.formUnion(tracked.map(\.name) + ["status"])
        let loader = try BlockLoader(connection, context)
        try forEachBlock(ofMatured: period, at: at) { entries in
            guard let first = entries.map(\.at).min() else { return }
            var block = try loader.load(entries.map(\.account), needs, earliest: first)
            var past = AsOf(block, tracked: tracked, hasJourneys: false, contactEvents: [], from: first)
            past.rewind(&block)
            let places = Dictionary(uniqueKeysWithValues: zip(block.ids, block.ids.indices))
            for (moment, entered) in Dictionary(grouping: entries, by: \.at).sorted(by: { $0.key < $1.key }) {
                past.advance(&block, to: moment)
                let known = entered.compactMap { entry in
                    places[entry.account].map {
                        (place: $0, member: Member(account: entry.account, arm: entry.arm, isHit: entry.isHit))
                    }
                }
                let evaluator = Evaluator(context.asOf(moment), block)
                for (index, segment) in workspace.segments.enumerated() {
                    let column = evaluator.column(
                        segment.term, of: .some(known.map { Subject(account: $0.place, since: nil) }))
                    for (place, entry) in known.enumerated() {
                        body(index, column.holds(place) ? Self.inside : Self.outside, entry.member)
                    }
                }
                for (index, attribute) in attributes.enumerated() {
                    let column = block.attributes[attribute.name]
                    for entry in known {
                        body(
                            workspace.segments.count + index, Self.text(column, entry.place, attribute), entry.member)
                    }
                }
            }
        }
    }

    private static func text(_ column: Column?, _ account: Int, _ attribute: Attribute) -> String {
        switch column?.cell(account) {
        case .text(let text?): text
        case .number(let number) where !number.isNaN: number == 0 ? "no" : "yes"
        default: none
        }
    }

    /// The accounts that entered another playbook before their window was over, by its arm: its draw knows nothing of this
    /// one's, so that the two can be told apart.
    private func forEachOfOtherPlaybooks(
        in period: Period, matured at: Instant, _ body: (_ playbook: String, _ arm: String, Member) -> Void
    ) throws {
        try connection.forEach(
            """
            SELECT p.name AS playbook, o.arm AS other, r.account_id, r.arm, r.variant,
                CASE WHEN \(hit(period)) THEN 1 ELSE 0 END AS hit
            FROM report_entry AS r JOIN enrollment AS o ON o.account_id = r.account_id
            JOIN playbook AS p ON p.id = o.playbook_id
            WHERE r.experiment_id = :experiment AND r.has_goal = :has_goal AND r.known_at <= :at
                AND r.arm <> 'global_holdout' AND o.arm <> 'global_holdout' AND o.playbook_id <> :playbook
                AND o.entered_at <= r.until AND NOT \(Match.isByHand("o.match_key"))
                AND NOT EXISTS (SELECT 1 FROM enrollment AS f WHERE f.account_id = o.account_id
                    AND f.playbook_id = o.playbook_id AND f.entered_at < o.entered_at)
            ORDER BY r.account_id
            """, scope(of: period, at: at)
        ) { row in
            let other: Decisions.Arm = try row.word("other")
            body(
                row.optionalText("playbook") ?? "", other.rawValue,
                Member(
                    account: row.integer("account_id"), arm: Arm(try row.word("arm"), row.optionalText("variant")),
                    isHit: row.integer("hit") == 1))
        }
    }
}

extension PlaybookEntries.Grouping {
    /// One group more than is kept says that there are too many.
    fileprivate mutating func add(_ figure: ArmFigure, of arm: PlaybookEntries.Arm, to name: String) {
        let place: Int
        if let known = groups.firstIndex(where: { $0.name == name }) {
            place = known
        } else {
            guard groups.count <= PlaybookEntries.mostGroups else { return }
            place = groups.count
            groups.append(.init(name: name))
        }
        groups[place].figures[arm] = groups[place].figures[arm]?.plus(figure) ?? figure
    }
}
