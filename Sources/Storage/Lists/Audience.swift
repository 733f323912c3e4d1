package import Decisions
package import Playbooks

/// For which of some accounts a condition holds, block by block.
package struct Audience {
    private let loader: BlockLoader
    private let context: EvaluationContext
    private let term: Term
    private let key: String

    /// - Parameter key: under what the figures of the playbook's audience are kept.
    package init(_ connection: Connection, _ context: EvaluationContext, _ term: Term, key: String) throws {
        loader = try BlockLoader(connection, context)
        self.context = context
        self.term = term
        self.key = key
    }

    package func members(among ids: some Sequence<Int64>) throws -> Set<Int64> {
        let needs = Needs(of: [term], in: context.dataMap, risks: context.risks)
        return try Set(ids).sorted().byBlock.reduce(into: []) { members, part in
            let block = try loader.load(part, needs)
            let column = Evaluator(context, block).column(term, of: .accounts, audience: key)
            for index in block.ids.indices where column.holds(index) { members.insert(block.ids[index]) }
        }
    }
}
