package import Decisions
package import Playbooks

/// The accounts of which something is true, each with why and since when.
///
/// They are decided block by block, by the evaluator that decides for a cycle, so that a list of any length takes the
/// memory of one block. What `Choice` asks of the playbooks is read from the rows of the last cycle: a list shows what a
/// count counted.
package struct AccountList {
    /// What an account must be to be listed; everything that is said must be so.
    package struct Choice: Sendable {
        /// A condition that must hold.
        package var condition: Term?
        package var isStuck = false
        /// Those that a person leaves alone.
        package var isExcluded = false
        package var risk: Risk?
        package var enrollment: Inside?
        package var verdict: Judged?
        /// Those that somebody has found already, with why.
        package var only: [Int64: [Reason]]?

        package init() {}
    }

    package enum Risk: Sendable, Equatable {
        case any
        case reason(String)
    }

    /// An enrollment in a playbook.
    package struct Inside: Sendable, Equatable {
        package enum State: String, Sendable, CaseIterable {
            case active, ended, goal
            /// Whose goal can still be reached.
            case open
            /// Who has left since it entered.
            case left
            case all
        }

        package var playbook: String
        /// The id of the step that it stands at.
        package var step: String?
        /// Any of them; nil for all.
        package var arms: [Arm]?
        /// Who entered after this moment.
        package var since: Instant?
        package var state = State.active
        /// Whether it goes on where an account is left alone by hand.
        package var isService = false

        package init(playbook: String) {
            self.playbook = playbook
        }
    }

    /// The verdict of the last cycle on a match that stands.
    package struct Judged: Sendable, Equatable {
        package var playbook: String
        package var verdict: Verdict

        package init(playbook: String, verdict: Verdict) {
            (self.playbook, self.verdict) = (playbook, verdict)
        }
    }

    /// Why an account is listed, in words, and since when that is so.
    package struct Reason: Sendable, Hashable {
        package var text: String
        package var since: Instant?

        package init(_ text: String, since: Instant? = nil) {
            (self.text, self.since) = (text, since)
        }
    }

    /// The reasons for which an account may leave, and the playbook whose trigger says so.
    package struct AtRisk: Sendable, Hashable {
        package var reason: String
        package var playbook: String
        package var since: Instant
    }

    package struct Item: Sendable {
        package var id: Int64
        package var key: String
        package var name: String?
        package var status: String
        /// In major units.
        package var mrr: Double?
        package var journey: String?
        package var stage: String?
        package var stageSince: Instant?
        package var health: Double?
        package var risks: [AtRisk] = []
        /// Why it is listed; empty where everybody is.
        package var reasons: [Reason] = []
        /// When there is something to do for it next, of those in a playbook.
        package var nextAt: Instant?
        /// How often it is counted: who left and came back, or entered twice, is counted twice.
        package var times = 1
    }

    /// How the step of an enrollment is called, by playbook, the text of its version, variant and index.
    package typealias StepName = (_ playbook: String, _ source: String, _ variant: String?, _ step: Int) -> String?

    let connection: Connection
    let context: EvaluationContext
    let choice: Choice
    let stepName: StepName
    private let loader: BlockLoader
    private let needs: Needs

    package init(
        _ connection: Connection, _ context: EvaluationContext, _ choice: Choice, stepName: @escaping StepName
    ) throws {
        self.connection = connection
        self.context = context
        self.choice = choice
        self.stepName = stepName
        loader = try BlockLoader(connection, context)
        var needs = Needs(
            of: [choice.condition, choice.isStuck ? .stuck : nil, context.health].compactMap(\.self),
            in: context.dataMap,
            risks: context.risks)
        needs.attributes.formUnion(["key", "name", "status", "mrr", "stage", "stage_since", Block.journey])
        self.needs = needs
    }

    /// Where a part of a list ends.
    package enum End: Sendable, Equatable {
        case all
        /// Accounts behind this id have not been looked at.
        case behind(Int64)
    }

    /// Tells the accounts in the order in which they came.
    ///
    /// - Parameters:
    ///   - id: the last account that was looked at before; 0 begins.
    ///   - limit: at most so many are told.
    ///   - effort: at most so many blocks of 1,000 accounts are looked at.
    package func forEach(
        after id: Int64 = 0, limit: Int = .max, effort: Int = .max, _ body: (Item) throws -> Void
    ) throws -> End {
        var (told, looked) = (0, 0)
        for part in try parts(after: id) {
            guard looked < effort else { return .behind(part.before) }
            looked += 1
            for item in try items(part, after: id) {
                guard told < limit else { return .behind(item.id - 1) }
                try body(item)
                told += 1
            }
        }
        return .all
    }

    /// One account; nil where it is not so, or not there.
    package func item(_ account: Int64) throws -> Item? { try items(.accounts([account]), after: 0).first }

    // MARK: Which accounts are looked at

    private enum Part {
        case block(ClosedRange<Int64>)
        case accounts([Int64])

        /// The id before its first one.
        var before: Int64 {
            switch self {
            case .block(let range): range.lowerBound - 1
            case .accounts(let ids): (ids.first ?? 1) - 1
            }
        }
    }

    private func parts(after id: Int64) throws -> [Part] {
        guard let few = try candidates() else {
            return try loader.blocks().filter { $0.upperBound > id }.map { .block($0) }
        }
        return few.filter { $0 > id }.sorted().byBlock.map { .accounts($0) }
    }

    private func items(_ part: Part, after id: Int64) throws -> [Item] {
        let block =
            switch part {
            case .block(let range): try loader.load(range, needs)
            case .accounts(let ids): try loader.load(ids, needs)
            }
        guard block.count > 0 else { return [] }
        let evaluator = Evaluator(context, block)
        let holds = choice.condition.map { evaluator.column($0, of: .accounts) }
        let stuck = choice.isStuck ? evaluator.column(.stuck, of: .accounts) : nil
        let rows = AccountRows(connection, ids: block.ids, ranges: AccountRows.ranges(of: block.ids))
        let health = context.health.map { evaluator.column($0, of: .accounts) }
        let risks = try self.risks(rows)
        let inside = try choice.enrollment.map { try enrollments($0, rows) }
        let excluded = choice.isExcluded ? try ExclusionRecords(connection).load(rows, at: context.now) : nil
        let judged = try choice.verdict.map { try standings($0, rows) }
        return block.ids.indices.compactMap { index in
            guard block.ids[index] > id, holds?.holds(index) != false, stuck?.holds(index) != false else { return nil }
            var item = item(block, index)
            if let only = choice.only {
                guard let found = only[item.id] else { return nil }
                item.reasons += found
                item.times = max(1, found.count)
            }
            if stuck != nil, item.status != "active" { return nil }
            if case .number(let score)? = health?.value(index, as: .number) { item.health = score }
            item.risks = risks[index] ?? []
            if let risk = choice.risk {
                let found = item.risks.filter { risk == .any || risk == .reason($0.reason) }
                guard !found.isEmpty, item.status == "active" else { return nil }
                item.reasons += found.map { Reason("at risk: \($0.reason) (\($0.playbook))", since: $0.since) }
            }
            if let inside {
                guard let found = inside[index] else { return nil }
                item.reasons += found.reasons
                item.nextAt = found.nextAt
                item.times = found.times
            }
            if let excluded {
                guard let found = excluded[item.id] else { return nil }
                item.reasons += found.map { exclusion in
                    Reason((exclusion.playbook.map { "\($0): " } ?? "") + exclusion.sentence(in: context.zone))
                }
                item.nextAt = found.resuming(item.nextAt)
            }
            if let judged {
                guard let found = judged[index] else { return nil }
                item.reasons += found
            }
            if stuck != nil { item.reasons.append(stuckness(of: item)) }
            if let condition = choice.condition {
                let values = evaluator.explanation(of: condition, for: Subject(account: index)).evidence
                item.reasons.append(Reason(values.joined(separator: ", ")))
            }
            return item
        }
    }

    private func item(_ block: Block, _ index: Int) -> Item {
        var mrr: Double?
        if case .number(let value)? = block.attributes["mrr"]?.value(index, as: .money) { mrr = value }
        return Item(
            id: block.ids[index], key: block.text("key", index) ?? "", name: block.text("name", index),
            status: block.text("status", index) ?? "", mrr: mrr, journey: block.text(Block.journey, index),
            stage: block.text("stage", index), stageSince: block.instant("stage_since", index))
    }

    private func stuckness(of item: Item) -> Reason {
        let stage = item.stage ?? ""
        let figures = item.journey.flatMap { context.stages[StageKey($0, stage)] }
        return Reason("stuck in \(stage)\((figures?.sentences.first).map { ": \($0)" } ?? "")", since: item.stageSince)
    }
}

extension Term {
    fileprivate static let stuck = Term(.journey(.stuck), .boolean, text: "stuck()")
}
