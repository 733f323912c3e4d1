/// How an account stands, from 0 to 100: parts that conditions tell, weighted (`health:` of data.yaml).
package struct HealthScore: Sendable, Hashable {
    /// What a part comes to where a condition holds; without one, for all others.
    package struct Band: Sendable, Hashable {
        package var points: Double
        package var condition: Term?

        package init(points: Double, condition: Term?) {
            self.points = points
            self.condition = condition
        }
    }

    package struct Part: Sendable, Hashable {
        package var name: String
        package var weight: Double
        /// The first whose condition holds counts.
        package var bands: [Band]

        package init(_ name: String, weight: Double, bands: [Band]) {
            self.name = name
            self.weight = weight
            self.bands = bands
        }
    }

    /// A question about the score of an earlier moment.
    package struct Change: Sendable, Hashable {
        package var function: HistoryFunction
        package var window: TimeSpan

        package init(_ function: HistoryFunction, _ window: TimeSpan) {
            self.function = function
            self.window = window
        }
    }

    package var parts: [Part]

    /// Its name in conditions.
    package static let name = "health"

    package init(parts: [Part]) {
        self.parts = parts
    }

    /// The mean of the parts that are known, by their weights, in whole points; missing when they have less than half of
    /// all weight.
    ///
    /// - Parameter points: of each part; NaN is missing.
    package func score(_ points: [Double]) -> Double {
        var (sum, known, all) = (0.0, 0.0, 0.0)
        for (part, points) in zip(parts, points) {
            all += part.weight
            if !points.isNaN { (sum, known) = (sum + part.weight * points, known + part.weight) }
        }
        return known > 0 && known * 2 >= all ? (sum / known).rounded() : .nan
    }

    package var conditions: [Term] { parts.flatMap(\.bands).compactMap(\.condition) }

    /// As the file has it, for comparing one text with another.
    var text: String {
        parts.map { part in
            let bands = part.bands.map { "\($0.points): \($0.condition?.text ?? "else")" }
            return "\(part.name) \(part.weight) { \(bands.joined(separator: "; ")) }"
        }.joined(separator: "\n")
    }
}

extension Term {
    /// The score that it is, by a name or itself, or what it asks of an earlier one.
    package var health: (score: HealthScore, change: HealthScore.Change?)? {
        switch node {
        case .health(let score, let change): (score, change)
        case .named(_, let definition):
            if case .health(let score, let change) = definition.node { (score, change) } else { nil }
        default: nil
        }
    }
}
