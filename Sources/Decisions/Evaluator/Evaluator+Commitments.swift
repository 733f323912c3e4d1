import Playbooks

/// How many commitments of each account are open, and how many of those are past their due date.
struct Commitments {
    var open: [Double]
    var overdue: [Double]
}

extension Evaluator {
    func commitments(_ signal: EventSignal) -> [Double] {
        guard let opening = context.dataMap.event(signal.event), opening.closedBy != nil else {
            return [Double](repeating: .nan, count: block.count)
        }
        let found = commitments[opening.name] ?? commitments(of: opening)
        commitments[opening.name] = found
        return signal.function == .open ? found.open : found.overdue
    }

    /// A closing event closes the oldest commitment that is open at its moment; where both events have properties of the
    /// same name and type, only one with the same values.
    private func commitments(of opening: EventKind) -> Commitments {
        let none = Block.Events(starts: [Int](repeating: 0, count: block.count + 1))
        let opened = block.events[opening.name] ?? none
        let closed = opening.closedBy.flatMap { block.events[$0] } ?? none
        let pairs = context.dataMap.sharedProperties(of: opening).map {
            (opened.properties[$0] ?? .numbers([]), closed.properties[$0] ?? .numbers([]))
        }
        func isSame(_ opening: Int, _ closing: Int) -> Bool {
            pairs.allSatisfy { one, other in
                switch (one, other) {
                case (.numbers(let left), .numbers(let right)):
                    let (left, right) = (left.isEmpty ? .nan : left[opening], right.isEmpty ? .nan : right[closing])
                    return left == right || left.isNaN && right.isNaN
                case (.texts(let left), .texts(let right)): return left[opening] == right[closing]
                default: return false
                }
            }
        }
        let due = opening.due.flatMap { opened.properties[$0] }?.numbers
        let limit = opening.due.flatMap { opening.property($0) }?.type == .instant ? now : today
        var result = Commitments(open: [], overdue: [])
        for account in 0..<block.count {
            let open = open(opened, closed, account, isSame)
            result.open.append(Double(open.count))
            result.overdue.append(due.map { due in Double(open.count { due[$0] < limit }) } ?? 0)
        }
        return result
    }

    /// The commitments of one account that are open now.
    private func open(
        _ opened: Block.Events, _ closed: Block.Events, _ account: Int, _ isSame: (Int, Int) -> Bool
    ) -> [Int] {
        let now = context.now.milliseconds
        var open: [Int] = []
        // Those before it are closed.
        var head = 0
        var next = opened.range(account)
        for closing in closed.range(account) where closed.at[closing] <= now {
            while let index = next.first, opened.at[index] <= closed.at[closing] {
                open.append(index)
                next.removeFirst()
            }
            guard let oldest = open.indices[head...].first(where: { isSame(open[$0], closing) }) else { continue }
            if oldest == head { head += 1 } else { open.remove(at: oldest) }
        }
        return open[head...] + next.filter { opened.at[$0] <= now }
    }
}

extension DataMap {
    /// The properties by which a closing event finds its commitment.
    func sharedProperties(of opening: EventKind) -> [String] {
        guard let closing = opening.closedBy.flatMap({ event($0) }) else { return [] }
        return opening.properties.filter { property in
            property.name != opening.due && closing.property(property.name)?.type == property.type
        }.map(\.name)
    }
}
