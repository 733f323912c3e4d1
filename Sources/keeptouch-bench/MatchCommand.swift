import Basics
import Decisions
import Playbooks
import Statistics
import Storage
import NIOConcurrencyHelpers

/// Asks the conditions of groups of `when` playbooks of all accounts: those of a group together, as a cycle asks them, on
/// two threads, and each alone.
struct MatchCommand {
    struct Answer: Encodable {
        struct OfPlaybook: Encodable {
            var playbook: String
            /// Alone, the best of three.
            var seconds: Double
            var count: Int64
            /// The sum of the ids, which tells one set of accounts from another.
            var sum: Int64
        }

        struct OfGroup: Encodable {
            /// All of them in one pass, the best of three.
            var seconds: Double
            var playbooks: [OfPlaybook]
        }

        /// How long the figures of the whole population took, which `usage_drop` needs once a day.
        var figures: Double
        var unit: Double
        var scatter: Double
        var shock: Double
        var limit: Double
        var groups: [OfGroup]
    }

    let loaded: BenchWorkspace
    /// The names of the playbooks of each group.
    let groups: [[String]]

    private struct Question: Sendable {
        var playbook: Playbook
        /// The condition, of accounts outside of the audience too, as the peer is asked.
        var term: Term
        var count: Int64 = 0
        var sum: Int64 = 0
    }

    func run() throws -> Answer {
        let (store, second) = (try loaded.open(.readOnly), try loaded.open(.readOnly))
        return try store.read { connection in
            var context: EvaluationContext?
            let figures = try seconds {
                context = try EvaluationContext(connection, workspace: loaded.workspace, now: BenchData.now)
            }
            guard let context else { throw BenchError("no context") }
            let population = context.benchmarks.values.first ?? .neutral
            var answer = Answer(
                figures: figures, unit: population.unit, scatter: population.scatter, shock: population.shock,
                limit: population.limit, groups: [])
            for names in groups {
                let questions = try names.map { try question($0) }
                let together = try timed(questions) { try askAll(&$0, context, connection, beside: second) }
                var group = Answer.OfGroup(seconds: together.seconds, playbooks: [])
                for (question, found) in zip(questions, together.answers) {
                    let alone = try timed([question]) { try askAlone(&$0[0], context, connection) }
                    guard let own = alone.answers.first, own.count == found.count, own.sum == found.sum else {
                        throw BenchError("\(question.playbook.name) finds other accounts alone")
                    }
                    group.playbooks.append(
                        Answer.OfPlaybook(
                            playbook: question.playbook.name, seconds: alone.seconds, count: own.count, sum: own.sum))
                }
                answer.groups.append(group)
            }
            return answer
        }
    }

    private func question(_ name: String) throws -> Question {
        guard let playbook = loaded.workspace.playbook(name), case .when(let condition) = playbook.trigger else {
            throw BenchError("there is no playbook \(name) with a condition")
        }
        return Question(playbook: playbook, term: condition)
    }

    private func timed(
        _ questions: [Question], _ body: (inout [Question]) throws -> Void
    ) throws -> (seconds: Double, answers: [Question]) {
        var answers = questions
        let times = try (1...3).map { _ in
            answers = questions
            return try seconds { try body(&answers) }
        }
        return (times.min() ?? 0, answers)
    }

    // MARK: Asking

    /// Every other block on a second thread, over a connection of its own.
    private func askAll(
        _ questions: inout [Question], _ context: EvaluationContext, _ connection: Connection, beside second: Store
    ) throws {
        let half = NIOLockedValueBox<Result<[Question], any Error>>(.success(questions))
        let thread = JoinableThread("second half") { [questions] in
            let result = Result {
                var found = questions
                try second.read { try askBlocks(&found, context, $0, from: 1, by: 2) }
                return found
            }
            half.withLockedValue { $0 = result }
        }
        guard let thread else { throw BenchError("no room for a second thread") }
        let own = Result { try askBlocks(&questions, context, connection, from: 0, by: 2) }
        thread.join()
        try own.get()
        for (index, found) in try half.withLockedValue({ $0 }).get().enumerated() {
            questions[index].count += found.count
            questions[index].sum += found.sum
        }
    }

    private func askBlocks(
        _ questions: inout [Question], _ context: EvaluationContext, _ connection: Connection, from first: Int = 0,
        by stride: Int = 1
    ) throws {
        let loader = try BlockLoader(connection, context)
        let needs = Needs(of: questions.map(\.term), in: context.dataMap, risks: context.risks)
        let blocks = try loader.blocks()
        for index in Swift.stride(from: first, to: blocks.count, by: stride) {
            count(&questions, Evaluator(context, try loader.load(blocks[index], needs)))
        }
    }

    /// Of a condition that cannot hold without events, only the accounts that have them are read.
    private func askAlone(_ question: inout Question, _ context: EvaluationContext, _ connection: Connection) throws {
        var questions = [question]
        defer { question = questions[0] }
        let loader = try BlockLoader(connection, context)
        guard let events = question.term.necessaryEvents else { return try askBlocks(&questions, context, connection) }
        let needs = Needs(of: [question.term], in: context.dataMap, risks: context.risks)
        for ids in try loader.accounts(withEventsOf: events.kind, window: events.window).byBlock {
            count(&questions, Evaluator(context, try loader.load(ids, needs)))
        }
    }

    private func count(_ questions: inout [Question], _ evaluator: Evaluator) {
        for index in questions.indices {
            let column = evaluator.column(
                questions[index].term, of: .accounts, audience: questions[index].playbook.audienceKey)
            for (account, id) in evaluator.block.ids.enumerated() where column.holds(account) {
                questions[index].count += 1
                questions[index].sum += id
            }
        }
    }
}
