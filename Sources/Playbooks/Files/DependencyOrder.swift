/// Orders things that name each other so that each comes after those that it names.
struct DependencyOrder {
    /// The things that are in no circle and depend on none.
    private(set) var indices: [Int] = []
    /// Each circle once, beginning with its first member.
    private(set) var circles: [[Int]] = []

    init(_ things: [(name: String, uses: [String])]) {
        let places = Dictionary(things.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let uses = things.map { Array(Set($0.uses.compactMap { places[$0] })).sorted() }
        var users = [[Int]](repeating: [], count: things.count)
        for (index, used) in uses.enumerated() { used.forEach { users[$0].append(index) } }
        var missing = uses.map(\.count)
        indices = things.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < indices.count {
            for user in users[indices[next]] {
                missing[user] -= 1
                if missing[user] == 0 { indices.append(user) }
            }
            next += 1
        }
        var walked: Set<Int> = []
        for start in things.indices where missing[start] > 0 && !walked.contains(start) {
            var path: [Int] = []
            var place: Int? = start
            while let here = place, walked.insert(here).inserted {
                path.append(here)
                place = uses[here].first { missing[$0] > 0 }
            }
            // The walk ends on its own path when it closed a circle that was not found before.
            guard let end = place, let first = path.firstIndex(of: end) else { continue }
            let circle = path[first...]
            let least = circle.firstIndex(of: circle.min() ?? end) ?? first
            circles.append(Array(circle[least...] + circle[..<least]))
        }
    }
}
