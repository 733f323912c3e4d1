/// Intervals of one kind of figure, and how many of them hold what they are of.
package struct Coverage {
    package let name: String
    /// Figures of one kind and world that know nothing of each other.
    private let independent: Int
    package private(set) var inside = 0
    package private(set) var all = 0
    package private(set) var missed: [String] = []

    package init(_ name: String, independent: Int = 1) {
        (self.name, self.independent) = (name, independent)
    }

    package mutating func add(_ isInside: Bool, _ what: @autoclosure () -> String) {
        all += 1
        if isInside { inside += 1 } else { missed.append(what()) }
    }

    /// The smallest share that chance leaves of 95 %: three standard errors less.
    package func least(worlds: Int) -> Double {
        0.95 - 3 * (0.0475 / Double(max(1, worlds * independent))).squareRoot()
    }

    package var share: Double { Double(inside) / Double(max(1, all)) }

    /// Writes a row for the table, and a line for who reads along.
    package func tell(test: String = #function) {
        Rounds.tell(all, "intervals, \(inside) hold the truth: \(name)", test: test)
        print("\(name): \(inside) of \(all) intervals hold the truth; \(missed.prefix(8).joined(separator: "; "))")
    }
}
