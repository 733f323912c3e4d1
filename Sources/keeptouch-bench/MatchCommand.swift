import Decisions
import Playbooks
import Statistics
import Storage

/// Asks every `when` playbook's condition of all accounts.
struct MatchCommand {
    struct Answer: Encodable {
        struct OfPlaybook: Encodable {
            var playbook: String
            /// The best of three.
            var seconds: Double
            var count: Int64
            /// The sum of the ids, which tells one set of accounts from another.
            var sum: Int64
        }

        /// How long the figures of the whole population took, which `usage_drop` needs once a day.
        var figures: Double
        var phi: Double
        var shock: Double
        var playbooks: [OfPlaybook]
    }

    let loaded: BenchWorkspace

    func run() throws -> Answer {
        let store = try loaded.open(.readOnly)
        return try store.read { connection in
            var context: EvaluationContext?
            let figures = try seconds {
                context = try EvaluationContext(connection, workspace: loaded.workspace, now: BenchData.now)
            }
            guard let context else { throw BenchError("no context") }
            let population = context.benchmarks.values.first
            var answer = Answer(
                figures: figures, phi: population?.phi ?? 1, shock: population?.shock ?? 1, playbooks: [])
            for playbook in loaded.workspace.playbooks {
                guard case .when(let condition) = playbook.trigger else { continue }
                let query = ConditionSQL(context).matching(condition, audience: playbook.audienceKey)
                let sql = "SELECT count(*), coalesce(sum(a.id), 0) FROM \(query.from) WHERE \(query.expressions[0])"
                var row: Row?
                let best = try (1...3).map { _ in
                    try seconds { row = try connection.first(sql, query.arguments) }
                }.min()
                answer.playbooks.append(
                    Answer.OfPlaybook(
                        playbook: playbook.name, seconds: best ?? 0, count: row?[0].integer ?? 0,
                        sum: row?[1].integer ?? 0))
            }
            return answer
        }
    }
}
